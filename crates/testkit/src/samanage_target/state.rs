//! What the connections share.
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::digest::Nonces;
use super::options::SamanageOptions;
use super::rate::Rate;
use super::store::Store;
use crate::faults::Faults;
use crate::journal::Journal;

/// What the connections share.
#[derive(Debug)]
pub(super) struct State {
    pub(super) options: SamanageOptions,
    pub(super) base_url: String,
    pub(super) store: Mutex<Store>,
    pub(super) nonces: Nonces,
    pub(super) rate: Rate,
    pub(super) faults: Faults,
    pub(super) journal: Journal,
}

impl State {
    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
