//! From a template, an address and credentials to a connector.
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;
use purser_domain::secret::Secret;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};

use crate::auth::Authorizer;
use crate::connector::{Connector, Result};
use crate::error::{ConnectorError, ErrorKind};
use crate::gallery::{ConnectorKind, Template};
use crate::http::{Endpoint, HttpKit};
use crate::profile::{Overrides, Profile};
use crate::samanage::SamanageConnector;
use crate::scim::{ScimConnector, heed_flags};

/// One application as it is configured: what a connector needs besides its template.
#[derive(Debug, Clone)]
pub struct Target {
    /// Tenant URL.
    pub tenant_url: String,
    /// What the administrator entered under Admin Credentials.
    pub credentials: Credentials,
    /// Its own settings in the quirk profile.
    pub overrides: Overrides,
}

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

/// Makes the connector that speaks with a target of this template. Nothing is sent yet.
///
/// # Errors
/// When the Tenant URL, the credentials or the profile can't be used, with advice.
pub fn connect(template: &Template, target: &Target, kit: &HttpKit) -> Result<Arc<dyn Connector>> {
    let (endpoint, profile) = open_endpoint(template, target, kit)?;
    match template.connector {
        ConnectorKind::Samanage => Ok(Arc::new(SamanageConnector::new(endpoint, template, profile))),
        ConnectorKind::Scim => Ok(Arc::new(ScimConnector::new(endpoint, template, profile)?)),
    }
}

/// The way to the target, with its credentials, limits and headers; and the profile that it was made by.
///
/// # Errors
/// As [`connect`].
pub(crate) fn open_endpoint(
    template: &Template,
    target: &Target,
    kit: &HttpKit,
) -> Result<(Endpoint, Profile)> {
    let profile = effective_profile(template, target)?;
    let endpoint = kit.endpoint(&target.tenant_url, authorize(template, target, kit)?)?;
    let endpoint = endpoint.with_limits(&profile.limits).with_headers(build_headers(&profile)?);
    Ok((endpoint, profile))
}

/// The proof that this target's requests carry.
fn authorize(template: &Template, target: &Target, kit: &HttpKit) -> Result<Authorizer> {
    let method = template.method(&target.credentials.method).ok_or_else(|| {
        ConnectorError::new(
            ErrorKind::Misconfigured,
            format!("The gallery file of {} declares no credential method.", template.name),
            "Correct the gallery file.",
        )
    })?;
    Authorizer::new(method, &target.credentials, kit)
}

/// The template's profile with what a flag in the Tenant URL says, and the application's own settings before both.
///
/// # Errors
/// When those can't be used.
pub fn effective_profile(template: &Template, target: &Target) -> Result<Profile> {
    let declared = match template.connector {
        ConnectorKind::Scim => heed_flags(&template.profile, &target.tenant_url),
        ConnectorKind::Samanage => template.profile.clone(),
    };
    declared.with(&target.overrides).map_err(|why| {
        ConnectorError::new(
            ErrorKind::Misconfigured,
            why,
            "Correct the application's profile settings, or take them back to those of the gallery.",
        )
    })
}

/// What every request carries; the profile may ask for more, and not for what HTTP or the credentials need.
fn build_headers(profile: &Profile) -> Result<HeaderMap> {
    const OURS: &[&str] =
        &["authorization", "host", "content-length", "content-type", "transfer-encoding", "connection"];
    let mut headers = HeaderMap::with_capacity(1 + profile.headers.len());
    headers.insert(ACCEPT, HeaderValue::from_static("application/scim+json, application/json"));
    for (name, value) in &profile.headers {
        let setting = format!("headers.{name}");
        let name = HeaderName::try_from(name).map_err(|_| broken_profile(&setting, "is no header"))?;
        if OURS.contains(&name.as_str()) {
            return Err(broken_profile(&setting, "can't be set here"));
        }
        let value =
            HeaderValue::try_from(value).map_err(|_| broken_profile(&setting, "has no value that fits"))?;
        headers.insert(name, value);
    }
    Ok(headers)
}

/// A profile setting that can't be used.
pub(crate) fn broken_profile(setting: &str, what: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Misconfigured,
        format!("The profile setting {setting} {what}."),
        "Correct the application's profile settings, or take them back to those of the gallery.",
    )
}
