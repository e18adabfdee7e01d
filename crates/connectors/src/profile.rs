//! Quirk profiles: where one target deviates from the RFCs, and what it bears, declared as data.
//!
//! Only deviations that a connector acts upon have a field. The defaults are what RFC 7643 and RFC 7644 say. A gallery
//! file declares a profile for everybody; an application may override single settings ([`Overrides`]), typed in or
//! proposed by the capability probe.
//!
//! To add one: 1. a field with its default here, 2. the place in the connector that heeds it, 3. the same in the
//! testkit's fake, so that the conformance suite proves it, 4. what the probe can find out about it.
mod describe;

use std::collections::BTreeMap;

use purser_domain::object::ObjectKind;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{ConnectorError, ErrorKind, Result};

/// Declared deviations of one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Content type of requests with a body.
    pub content_type: String,
    /// Headers that every request carries besides.
    pub headers: BTreeMap<String, String>,
    /// Booleans are sent as the texts `True` and `False`.
    pub booleans_as_text: bool,
    /// PATCH operations are spelled `Add`, `Replace`, `Remove`.
    pub capitalised_operations: bool,
    /// The target has PATCH for users. Without it, they are read, changed and put back. A target that answers PATCH
    /// with 405 or 501 is treated like that without being declared. (Groups: see `member_removal`.)
    pub patch: bool,
    /// Values without a filter go into one `replace` operation without a path, as Entra ID does with
    /// `aadOptscim062020`; otherwise each has an operation of its own.
    pub pathless_replace: bool,
    /// How a value is taken away.
    pub clear: Clear,
    /// How the enterprise extension's `manager` is written.
    pub manager: ManagerShape,
    /// How `roles` is changed.
    pub roles: RolesShape,
    /// Schemas that every create names, whether used or not.
    pub always_schemas: Vec<String>,
    /// How a filter on an element of a multi-valued attribute is written.
    pub element_filter: ElementFilter,
    /// The attributes by which users can be filtered; absent: any. An empty list: by none, so that accounts are
    /// listed and compared here.
    pub filterable_users: Option<Vec<String>>,
    /// The same for groups.
    pub filterable_groups: Option<Vec<String>>,
    /// A query without result is answered with 404.
    pub empty_result_is_404: bool,
    /// How lists are paged.
    pub paging: Paging,
    /// How many objects to ask for at once. The target may send fewer.
    pub page_size: u32,
    /// How members of a group are taken away, and whether groups have PATCH at all: with `put` they are put back whole,
    /// with anything else they are patched, whatever `patch` says of users.
    pub member_removal: MemberRemoval,
    /// How many members one request changes at most; 0 for any number.
    pub members_per_request: u32,
    /// Members may be part of the request that creates a group.
    pub members_on_create: bool,
    /// Whether reads of a group tell its members.
    pub members_read: MembersRead,
    /// The account's id is the value of this attribute and changes with it.
    pub id_attribute: Option<String>,
    /// After each write the object is read again, and what the target ignored is an error.
    pub read_back: bool,
    /// The target can delete users. Where not, the mapping must not ask for it: such a request is refused unsent.
    pub deletes_users: bool,
    /// Objects that a value refers to by name and that are made when missing: `site`, `department`.
    pub create_missing: Vec<String>,
    /// What values must be like beyond their type; checked before anything is sent.
    pub value_rules: Vec<ValueRule>,
    /// How many requests the target bears.
    pub limits: Vec<RateLimit>,
    /// How many requests at a time; absent: as many as the engine likes.
    pub concurrency: Option<u16>,
}

/// How a value is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Clear {
    /// With the operation `remove`, as RFC 7644 says.
    Remove,
    /// By writing an empty text.
    EmptyText,
    /// By writing `null`.
    Null,
}

/// How the enterprise extension's `manager` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ManagerShape {
    /// `{"value": "id"}`, as RFC 7643 says.
    Object,
    /// `"id"`.
    Text,
    /// `[{"value": "id"}]`, as Entra ID's PATCH has it.
    Array,
}

/// How `roles` is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RolesShape {
    /// As any other multi-valued attribute.
    Standard,
    /// As Entra ID does without `aadOptscim062020`: on a change each role is an object written as a text.
    Legacy,
}

/// Spelling of a filter like *the work e-mail address equals*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ElementFilter {
    /// `emails[type eq "work" and value eq "x"]`, the RFC's.
    Inside,
    /// `emails[type eq "work"].value eq "x"`, which targets made for Entra ID expect.
    Outside,
    /// `emails.value eq "x"`, which targets without value filters understand.
    Plain,
}

/// How lists are paged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Paging {
    /// `startIndex` and `count`, as RFC 7644 says.
    Index,
    /// `cursor` and `count`, as RFC 9865 says.
    Cursor,
    /// Everything comes at once.
    None,
}

/// How members of a group are taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MemberRemoval {
    /// `remove` with the path `members[value eq "id"]`, one operation a member.
    FilteredPath,
    /// `remove` with the path `members` and the members as value, as Entra ID does.
    ValueArray,
    /// PATCH can't change members: the whole list is replaced with `replace` of `members`.
    Replace,
    /// The group is put back whole.
    Put,
}

/// Whether reads of a group tell its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MembersRead {
    /// They do.
    Returned,
    /// Only when `attributes=members` asks for them.
    OnRequest,
    /// They never do; a filter `members eq "id"` tells about one member.
    ByFilter,
    /// They never do, and nothing else tells.
    Never,
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

/// How many requests of a kind the target bears.
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

impl Default for Profile {
    fn default() -> Self {
        Self {
            content_type: "application/scim+json".to_owned(),
            headers: BTreeMap::new(),
            booleans_as_text: false,
            capitalised_operations: false,
            patch: true,
            pathless_replace: false,
            clear: Clear::Remove,
            manager: ManagerShape::Object,
            roles: RolesShape::Standard,
            always_schemas: Vec::new(),
            element_filter: ElementFilter::Inside,
            filterable_users: None,
            filterable_groups: None,
            empty_result_is_404: false,
            paging: Paging::Index,
            page_size: 100,
            member_removal: MemberRemoval::FilteredPath,
            members_per_request: 100,
            members_on_create: false,
            members_read: MembersRead::Returned,
            id_attribute: None,
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
    ///
    /// # Errors
    /// [`ErrorKind::Misconfigured`] with the sentence of [`with`](Self::with).
    pub(crate) fn effective(&self, overrides: &Overrides) -> Result<Self> {
        self.with(overrides).map_err(|why| misconfigured(&why))
    }

    /// What every request carries; the profile may ask for more, and not for what HTTP or the credentials need.
    pub(crate) fn request_headers(&self) -> Result<HeaderMap> {
        const OURS: &[&str] =
            &["authorization", "host", "content-length", "content-type", "transfer-encoding", "connection"];
        let mut headers = HeaderMap::with_capacity(1 + self.headers.len());
        headers.insert(ACCEPT, HeaderValue::from_static("application/scim+json, application/json"));
        for (name, value) in &self.headers {
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
        let mut merged = serde_json::to_value(self).map_err(|error| error.to_string())?;
        if let Some(settings) = merged.as_object_mut() {
            for (name, value) in &overrides.0 {
                settings.insert(name.clone(), value.clone());
            }
        }
        serde_json::from_value(merged)
            .map_err(|error| format!("The profile settings of the application can't be used: {error}."))
    }

    /// The settings in which this profile differs from `base`.
    #[must_use]
    pub fn differences(&self, base: &Self) -> Overrides {
        let settings = |profile: &Self| match serde_json::to_value(profile) {
            Ok(Value::Object(settings)) => settings,
            _ => Map::new(),
        };
        let base = settings(base);
        Overrides(settings(self).into_iter().filter(|(name, value)| base.get(name) != Some(value)).collect())
    }

    /// The attributes by which objects of this kind can be filtered; `None` for any.
    #[must_use]
    pub fn filterable(&self, kind: ObjectKind) -> Option<&[String]> {
        match kind {
            ObjectKind::User => self.filterable_users.as_deref(),
            ObjectKind::Group => self.filterable_groups.as_deref(),
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
        let base = Profile { patch: false, ..Profile::default() };
        let Value::Object(own) = json!({"page_size": 20, "paging": "cursor"}) else { unreachable!() };
        let merged = base.with(&Overrides(own.clone())).unwrap();
        assert_eq!((merged.patch, merged.page_size, merged.paging), (false, 20, Paging::Cursor));
        assert_eq!(merged.differences(&base), Overrides(own));
        assert_eq!(base.differences(&base), Overrides::default());
    }

    #[test]
    fn a_setting_that_is_not_known_is_refused_by_name() {
        let Value::Object(own) = json!({"pach": true}) else { unreachable!() };
        assert!(Profile::default().with(&Overrides(own)).unwrap_err().contains("pach"));
    }
}
