//! Between what the domain says and what a column holds.

use crate::StoreError;
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt::Display, str::FromStr};

/// An instant as it is stored.
pub(crate) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// A stored instant.
pub(crate) fn instant(stored: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(stored)
        .map_err(|error| StoreError::Corrupt { what: "instant", detail: error.to_string() })
}

/// A stored instant that may be missing.
pub(crate) fn instant_or_none(stored: Option<i64>) -> Result<Option<Timestamp>, StoreError> {
    stored.map(instant).transpose()
}

/// A count as it is stored; columns are signed.
pub(crate) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A stored count.
pub(crate) fn unsigned(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

/// A stored small count.
pub(crate) fn small(stored: i64) -> u32 {
    u32::try_from(stored.max(0)).unwrap_or(u32::MAX)
}

/// A stored word of a vocabulary.
pub(crate) fn word<T>(what: &'static str, stored: &str) -> Result<T, StoreError>
where
    T: FromStr,
    T::Err: Display,
{
    stored.parse().map_err(|error: T::Err| StoreError::Corrupt { what, detail: error.to_string() })
}

/// A value as JSON text.
pub(crate) fn to_json<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt { what, detail: error.to_string() })
}

/// A value from JSON text.
pub(crate) fn from_json<T: DeserializeOwned>(what: &'static str, stored: &str) -> Result<T, StoreError> {
    serde_json::from_str(stored).map_err(|error| StoreError::Corrupt { what, detail: error.to_string() })
}
