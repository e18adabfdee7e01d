//! What an administrator entered, what a consent brought, and how they become parts of a request.
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;
use purser_domain::secret::Secret;
use reqwest::header::HeaderValue;

use crate::error::{ConnectorError, ErrorKind, Result};
use crate::gallery::CredentialMethod;

/// Key of a long-lived token.
pub const SECRET_TOKEN: &str = "SecretToken";
/// Key of the header that carries a long-lived token, where the administrator may choose it.
pub const HEADER_NAME: &str = "HeaderName";
/// Key of a user name.
pub const USER_NAME: &str = "UserName";
/// Key of a password.
pub const PASSWORD: &str = "Password";

/// What the administrator entered under Admin Credentials.
#[derive(Clone, Default)]
pub struct Credentials {
    /// Id of the credential method; empty for the template's first.
    pub method: String,
    /// What was entered, by the fields' keys.
    pub values: BTreeMap<String, Secret>,
    /// Where the tokens of a consent are kept; only for methods that have some.
    pub vault: Option<TokenVault>,
}

impl Credentials {
    /// Credentials of the template's first method with a *Secret Token*.
    #[must_use]
    pub fn token(token: Secret) -> Self {
        Self { values: BTreeMap::from([("SecretToken".to_owned(), token)]), ..Self::default() }
    }

    /// The value of a field, if one was entered.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&Secret> {
        self.values.get(key).filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("method", &self.method)
            .field("keys", &self.values.keys())
            .finish_non_exhaustive()
    }
}

/// Tokens that an OAuth 2.0 server handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// What requests carry.
    pub access: Secret,
    /// What gets the next access token. Many servers give a new one each time and forget the old one.
    pub refresh: Option<Secret>,
    /// When the access token ends, as far as the server said.
    pub expires_at: Option<Timestamp>,
}

/// Where the tokens of a consent are kept between requests and restarts. What is handed out with a refresh is stored
/// before it is used, since the server may have forgotten the refresh token before it.
#[derive(Clone)]
pub struct TokenVault {
    /// The time now; connectors have no clock.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// The tokens as they are stored.
    pub load: Arc<dyn Fn() -> BoxFuture<'static, Result<Option<Tokens>, String>> + Send + Sync>,
    /// Stores new ones in their place.
    pub store: Arc<dyn Fn(Tokens) -> BoxFuture<'static, Result<(), String>> + Send + Sync>,
}

impl fmt::Debug for TokenVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenVault").finish_non_exhaustive()
    }
}

/// A header's value that is never printed.
pub(super) fn header_value(text: String) -> Result<HeaderValue> {
    let mut value = HeaderValue::try_from(text).map_err(|_| {
        misconfigured(
            "The credentials hold a line break or a letter that no HTTP header can carry.".to_owned(),
            "Copy them again from the application, without anything around them.",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

pub(super) fn required<'a>(
    method: &CredentialMethod,
    credentials: &'a Credentials,
    key: &str,
) -> Result<&'a Secret> {
    credentials.value(key).ok_or_else(|| {
        let label = method.fields.iter().find(|field| field.key == key).map_or(key, |field| &field.label);
        misconfigured(format!("No {label} is stored."), "Complete the Admin Credentials and save.")
    })
}

pub(super) fn misconfigured(message: String, advice: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Misconfigured, message, advice)
}
