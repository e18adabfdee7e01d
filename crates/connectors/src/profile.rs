//! Quirk profiles: where one target deviates from the RFCs, and which limits it has, declared as data.
//!
//! Only deviations that a connector acts upon have a field. The defaults are what RFC 7643 and RFC 7644 say. A gallery
//! file declares a profile for everybody; an application may override single settings ([`Overrides`]), typed in or
//! proposed by the capability probe.
//!
//! To add one: 1. a field with its default here, when targets of any kind can have it, else in `scim`, 2. its sentence
//! in `describe`, 3. the place in the connector that honours it, 4. the same in the testkit's fake, so that the
//! conformance suite proves it, 5. its row in `deviations()` of that suite, 6. what the probe can find out
//! about it. `cargo xtask docs` writes `docs/gallery.schema.json` again.
mod describe;
mod scim;
mod setting;

use std::collections::BTreeMap;

use purser_domain::object::ObjectKind;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use scim::{
    Clear, ElementFilter, ManagerShape, MemberRemoval, MembersRead, Paging, RolesShape, ScimProfile,
};

use setting::settings_of;

use crate::error::{ConnectorError, ErrorKind, Result};

/// Declared deviations of one target. In files and in the API all settings stand beside each other.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Profile {
    /// What any kind of target may have otherwise.
    #[serde(flatten)]
    pub common: CommonProfile,
    /// What is SCIM's.
    #[serde(flatten)]
    pub scim: ScimProfile,
}

/// Settings that say something about any kind of target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CommonProfile {
    /// Headers that every request carries besides.
    pub headers: BTreeMap<String, String>,
    /// How many objects to ask for at once. The target may send fewer.
    pub page_size: u32,
    /// How many members one request changes at most; 0 for any number.
    pub members_per_request: u32,
    /// After each write the object is read again, and what the target ignored is an error.
    pub read_back: bool,
    /// The target can delete users. Where not, the mapping must not ask for it: such a request is refused unsent.
    pub deletes_users: bool,
    /// Objects that a value refers to by name and that are made when missing: `site`, `department`.
    pub create_missing: Vec<String>,
    /// What values must be like beyond their type; checked before anything is sent.
    pub value_rules: Vec<ValueRule>,
    /// How many requests the target takes.
    pub limits: Vec<RateLimit>,
    /// How many requests at a time; absent: as many as the engine likes.
    pub concurrency: Option<u16>,
}

/// What the values of an attribute must be like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValueRule {
    /// The attribute's path, or `*` for every text.
    pub attribute: String,
    /// Users, groups; absent: both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "object_kind")]
    pub object: Option<ObjectKind>,
    /// Most characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// Characters that must not occur.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub forbidden: String,
    /// Control characters must not occur either.
    #[serde(default)]
    pub no_control: bool,
}

/// How many requests of a kind the target takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Which requests count.
    pub requests: Counted,
    /// So many …
    pub count: u32,
    /// … in so many seconds.
    pub seconds: u32,
    /// How many may come at once; absent: all of `count`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
}

/// Which requests a [`RateLimit`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Counted {
    /// All.
    All,
    /// GET.
    Reads,
    /// All but GET.
    Writes,
    /// All but GET, on users.
    UserWrites,
    /// DELETE, on users.
    UserDeletes,
    /// GET, on groups.
    GroupReads,
}

impl Default for CommonProfile {
    fn default() -> Self {
        Self {
            headers: BTreeMap::new(),
            page_size: 100,
            members_per_request: 100,
            read_back: false,
            deletes_users: true,
            create_missing: Vec::new(),
            value_rules: Vec::new(),
            limits: Vec::new(),
            concurrency: None,
        }
    }
}

/// Settings that one application has otherwise than its gallery file says: a part of [`Profile`], as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Overrides(pub Map<String, Value>);

impl Profile {
    /// This profile with an application's own settings, for use.
    pub(crate) fn effective(&self, overrides: &Overrides) -> Result<Self> {
        self.with(overrides).map_err(|why| misconfigured(&why))
    }

    /// What every request carries; the profile may ask for more, and not for what HTTP or the credentials need.
    pub(crate) fn request_headers(&self) -> Result<HeaderMap> {
        const OURS: &[&str] =
            &["authorization", "host", "content-length", "content-type", "transfer-encoding", "connection"];
        let mut headers = HeaderMap::with_capacity(1 + self.common.headers.len());
        headers.insert(ACCEPT, HeaderValue::from_static("application/scim+json, application/json"));
        for (name, value) in &self.common.headers {
            let setting = format!("headers.{name}");
            let name = HeaderName::try_from(name).map_err(|_| broken_profile(&setting, "is no header"))?;
            if OURS.contains(&name.as_str()) {
                return Err(broken_profile(&setting, "can't be set here"));
            }
            let value = HeaderValue::try_from(value)
                .map_err(|_| broken_profile(&setting, "has no value that fits"))?;
            headers.insert(name, value);
        }
        Ok(headers)
    }

    /// This profile with an application's own settings.
    ///
    /// # Errors
    /// A sentence that names the setting which is not known or has a value that can't be.
    pub fn with(&self, overrides: &Overrides) -> Result<Self, String> {
        if overrides.0.is_empty() {
            return Ok(self.clone());
        }
        let mut merged = settings_of(self);
        merged.extend(overrides.0.clone());
        serde_json::from_value(Value::Object(merged))
            .map_err(|error| format!("The profile settings of the application can't be used: {error}."))
    }

    /// The settings in which this profile differs from `base`.
    #[must_use]
    pub fn differences(&self, base: &Self) -> Overrides {
        let base = settings_of(base);
        Overrides(
            settings_of(self).into_iter().filter(|(name, value)| base.get(name) != Some(value)).collect(),
        )
    }

    /// The attributes by which objects of this kind can be filtered; `None` for any.
    #[must_use]
    pub fn filterable(&self, kind: ObjectKind) -> Option<&[String]> {
        match kind {
            ObjectKind::User => self.scim.filterable_users.as_deref(),
            ObjectKind::Group => self.scim.filterable_groups.as_deref(),
        }
    }
}

/// The error for a setting that can't be used.
pub(crate) fn broken_profile(setting: &str, what: &str) -> ConnectorError {
    misconfigured(&format!("The profile setting {setting} {what}."))
}

fn misconfigured(why: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Misconfigured,
        why,
        "Correct the application's profile settings, or take them back to those of the gallery.",
    )
}

/// `User` or `Group`, in the JSON schema.
pub(crate) fn object_kind(_: &mut SchemaGenerator) -> Schema {
    let words: Vec<&str> = ObjectKind::ALL.iter().map(|word| word.as_str()).collect();
    json_schema!({"type": "string", "enum": words})
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_applications_own_settings_replace_single_ones_and_are_what_differs() {
        let base =
            Profile { scim: ScimProfile { patch: false, ..ScimProfile::default() }, ..Profile::default() };
        let Value::Object(own) = json!({"page_size": 20, "paging": "cursor"}) else { unreachable!() };
        let merged = base.with(&Overrides(own.clone())).unwrap();
        assert_eq!(
            (merged.scim.patch, merged.common.page_size, merged.scim.paging),
            (false, 20, Paging::Cursor)
        );
        assert_eq!(merged.differences(&base), Overrides(own));
        assert_eq!(base.differences(&base), Overrides::default());
    }

    #[test]
    fn a_setting_that_is_not_known_is_refused_by_name() {
        let Value::Object(own) = json!({"pach": true}) else { unreachable!() };
        assert!(Profile::default().with(&Overrides(own)).unwrap_err().contains("pach"));
    }
}
