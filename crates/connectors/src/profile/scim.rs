//! What SCIM targets have otherwise than RFC 7643 and RFC 7644 say, which are the defaults.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings that only a connector for SCIM knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ScimProfile {
    /// Content type of requests with a body.
    pub content_type: String,
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
    /// How members of a group are taken away, and whether groups have PATCH at all: with `put` they are put back whole,
    /// with anything else they are patched, whatever `patch` says of users.
    pub member_removal: MemberRemoval,
    /// Members may be part of the request that creates a group.
    pub members_on_create: bool,
    /// Whether reads of a group tell its members.
    pub members_read: MembersRead,
    /// The account's id is the value of this attribute and changes with it.
    pub id_attribute: Option<String>,
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

impl Default for ScimProfile {
    fn default() -> Self {
        Self {
            content_type: "application/scim+json".to_owned(),
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
            member_removal: MemberRemoval::FilteredPath,
            members_on_create: false,
            members_read: MembersRead::Returned,
            id_attribute: None,
        }
    }
}
