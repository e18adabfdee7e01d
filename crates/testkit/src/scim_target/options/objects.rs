//! What groups and values must be like.
use super::PatchStyle;

/// What a server does with groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRules {
    /// It has them; else `/Groups` is 404.
    pub present: bool,
    /// Whether groups can be patched, when not as users can.
    pub patch: Option<PatchStyle>,
    /// Removing who is no member is refused with `noTarget`.
    pub refuses_strangers: bool,
    /// Whether reads tell members.
    pub read: MembersShown,
    /// How members can be changed.
    pub change: MembersChange,
    /// Members may come with the group.
    pub members_on_create: bool,
    /// Most members that one request may change.
    pub max_changes: Option<usize>,
    /// Status for more than that.
    pub too_many: u16,
    /// Who is a member already and is added is one twice.
    pub blind_append: bool,
    /// The name can be changed.
    pub rename: bool,
}

/// Whether reads of a group tell its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembersShown {
    /// They do.
    Always,
    /// When `attributes` names them.
    OnRequest,
    /// Never; but a filter `members eq "id"` finds the groups.
    ByFilter,
    /// Never, and they can't be filtered by either.
    Never,
}

/// How members can be changed in a PATCH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembersChange {
    /// In each way that is known.
    Any,
    /// Taken away by `members[value eq "id"]` only.
    FilteredPath,
    /// The same, and removing by path is answered with success and not done.
    FilteredPathIgnored,
    /// Taken away by `remove` of `members` with a value only.
    ValueArray,
    /// Only as a whole, with `replace`.
    Replace,
    /// Taken away only by a `replace` of the whole; added in any way.
    GoneByReplace,
    /// Not at all.
    Refused,
}

impl Default for GroupRules {
    fn default() -> Self {
        Self {
            present: true,
            patch: None,
            refuses_strangers: true,
            read: MembersShown::Always,
            change: MembersChange::Any,
            members_on_create: true,
            max_changes: None,
            too_many: 400,
            blind_append: false,
            rename: true,
        }
    }
}

/// What values must be like.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ValueRules {
    /// Paths that every user must have a value at.
    pub required: Vec<String>,
    /// Schemas that every create of a user must name.
    pub required_schemas: Vec<String>,
    /// How `manager` is written.
    pub manager: ManagerForm,
    /// A change of `roles` wants each role as an object written as a text.
    pub legacy_roles: bool,
    /// Limits of single attributes.
    pub limits: Vec<ValueLimit>,
}

/// How `manager` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ManagerForm {
    /// `{"value": "id"}`
    #[default]
    Object,
    /// `"id"`
    Text,
    /// In a PATCH `[{"value": "id"}]`, else as an object.
    Array,
}

/// What the texts of an attribute must be like; others are refused with `invalidValue`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ValueLimit {
    /// Its path; `*` for every text.
    pub attribute: String,
    /// Only in groups (`true`) or users (`false`); `None` for both.
    pub of_groups: Option<bool>,
    /// Most characters.
    pub max_length: Option<usize>,
    /// Characters that must not occur.
    pub forbidden: String,
    /// Nor may control characters.
    pub no_control: bool,
}
