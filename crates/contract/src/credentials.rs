//! Admin Credentials: which methods an application offers, which fields they have, and when credentials end.
//!
//! A secret is never in a view: a view says that one is stored.
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Admin Credentials as the blade draws them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialsView {
    /// Id of the method in use.
    pub method: String,
    /// The methods that are offered, in their order.
    pub methods: Vec<CredentialMethodView>,
    /// The method in use is superseded, and this one takes its place as soon as its fields are filled in.
    pub successor: Option<String>,
    /// The consent of a method that needs one.
    pub consent: Option<ConsentStateView>,
    /// What ends soon or has ended, the first first.
    pub expiry: Vec<ExpiryView>,
}

/// A way to prove who we are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialMethodView {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// Not offered to new applications.
    pub superseded: bool,
    /// An administrator consents in the browser.
    pub needs_consent: bool,
    /// Its fields.
    pub fields: Vec<CredentialFieldView>,
}

/// A field under Admin Credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialFieldView {
    /// Key.
    pub key: String,
    /// Label.
    pub label: String,
    /// Where to get it; may be empty.
    pub help: String,
    /// Goes in and never comes out.
    pub secret: bool,
    /// Needed before provisioning can start.
    pub required: bool,
    /// An address.
    pub is_url: bool,
    /// What is stored, or the default; always empty for a secret.
    pub value: String,
    /// Something is stored.
    pub stored: bool,
    /// When the stored secret ends, as `2026-12-31`, or empty.
    pub expires_on: String,
}

/// A Tenant URL to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UrlChoiceView {
    /// For example *Europe*.
    pub label: String,
    /// The address.
    pub url: String,
}

/// How the consent of an application stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentStateView {
    /// There is a consent, and nothing is known against it.
    pub given: bool,
    /// It was given once and works no more.
    pub ended: bool,
    /// What to do and why; empty when given.
    pub message: String,
}

/// Where an administrator goes to consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentView {
    /// Application.
    pub application_id: String,
    /// Address of the consent page, at the provider.
    pub url: String,
    /// Its host, for people.
    pub host: String,
    /// Where it leads back to; has to be known to the provider.
    pub redirect_uri: String,
    /// What the session has to remember, to compare it when the browser comes back.
    pub state: String,
}

/// Credentials that end soon or have ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiryView {
    /// Label of the field.
    pub label: String,
    /// RFC 3339.
    pub ends_at: String,
    /// The warning: 30, 14, 7 or 1 days ahead; 0 when they have ended.
    pub stage: u32,
    /// Full sentence.
    pub message: String,
}

/// What was entered for a field: its own value, or the one that is named after its method too.
#[must_use]
pub fn entered<'a>(fields: &'a BTreeMap<String, String>, method: &str, key: &str) -> Option<&'a str> {
    fields.get(&format!("{method}.{key}")).or_else(|| fields.get(key)).map(String::as_str)
}
