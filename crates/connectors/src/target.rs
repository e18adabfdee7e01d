//! One application as it is configured.
use crate::auth::Credentials;
use crate::profile::Overrides;

/// What a connector needs besides its template.
#[derive(Debug, Clone)]
pub struct TargetConfig {
    /// Tenant URL.
    pub tenant_url: String,
    /// What the administrator entered under Admin Credentials.
    pub credentials: Credentials,
    /// Its own settings in the quirk profile.
    pub overrides: Overrides,
}
