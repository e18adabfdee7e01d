//! What kind of SCIM server to be. The defaults are what RFC 7643 and RFC 7644 say; each field is a deviation that was
//! met in the wild, or that a profile can declare.
mod objects;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

pub use objects::{GroupRules, ManagerForm, MembersChange, MembersShown, ValueLimit, ValueRules};

/// What kind of server to be.
#[derive(Debug, Clone)]
pub struct TargetOptions {
    /// The bearer token that it accepts.
    pub token: String,
    /// Path of its SCIM endpoint.
    pub base_path: String,
    /// Whether it has PATCH, and how it answers one.
    pub patch: PatchStyle,
    /// What it takes in a PATCH.
    pub patching: Patching,
    /// How it deals with filters.
    pub filter: FilterStyle,
    /// By what users can be filtered.
    pub user_filters: Filtering,
    /// By what groups can be filtered.
    pub group_filters: Filtering,
    /// How lists are cut into pages.
    pub paging: Pages,
    /// What it does with groups.
    pub groups: GroupRules,
    /// What ids are.
    pub ids: IdStyle,
    /// Every create makes two objects of one name.
    pub creates_twice: bool,
    /// A user name can't be changed: 400 with `mutability`.
    pub immutable_user_name: bool,
    /// It wants booleans as the texts `True` and `False`, and refuses real ones.
    pub text_booleans: bool,
    /// What values must be like.
    pub values: ValueRules,
    /// What a DELETE does; refused are only those of users.
    pub deletes: DeleteStyle,
    /// What it does with versions.
    pub versions: VersionStyle,
    /// Attributes that a PUT leaves as they are, whatever it says.
    pub put_ignores: Vec<String>,
    /// Attributes that a new object does not get, whatever the request says.
    pub create_ignores: Vec<String>,
    /// What its answers look like.
    pub answers: AnswerStyle,
    /// What requests must be like.
    pub requests: RequestRules,
    /// What it tells about itself.
    pub discovery: DiscoveryStyle,
    /// Schemas that it tells about besides its own.
    pub extra_schemas: Vec<Value>,
}

/// How a server deals with PATCH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchStyle {
    /// 200 with the object.
    Resource,
    /// 204 without a body.
    NoContent,
    /// 200 without a body.
    Empty,
    /// 200 with a body that is no object.
    Garbage,
    /// 204, and nothing is done.
    Ignored,
    /// 501.
    Missing,
    /// 405.
    NotAllowed,
    /// 404, as a server without such a route says it.
    NotFound,
}

/// What a PATCH may say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patching {
    /// Where values may stand that have no filter in their path.
    pub paths: PatchPaths,
    /// `Add`, `Replace`, `Remove`, and not the small letters.
    pub capitalised: bool,
    /// How a value is taken away.
    pub clear: ClearStyle,
    /// `add` of a list puts it in the place of the one that is there.
    pub add_replaces: bool,
    /// Attributes whose changes are answered with success and not made.
    pub ignores: Vec<String>,
    /// Operations that these rules do not take are answered with success and not done, in place of a refusal.
    pub shrugs: bool,
}

/// Where values without a filter may stand in a PATCH.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PatchPaths {
    /// In an operation with their path, or in one object without.
    #[default]
    Both,
    /// Only in one object without a path.
    Pathless,
    /// Only in operations of their own.
    Pathed,
}

/// How a value is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClearStyle {
    /// With `remove`, or by `null`.
    #[default]
    Remove,
    /// By an empty text; `remove` is refused.
    EmptyText,
    /// By `null`; `remove` and an empty text are refused.
    Null,
}

/// How a server deals with filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterStyle {
    /// As the RFC says.
    Honoured,
    /// It lists everybody, whatever was asked.
    Ignored,
    /// It refuses all with this status.
    Refused(u16),
}

/// By what one kind of object can be filtered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filtering {
    /// The attributes; others are refused with `invalidFilter`. `None` for any.
    pub attributes: Option<Vec<String>>,
    /// The one spelling of a filter on an element of a list that is understood; others are refused. `None` for all.
    pub element: Option<ElementForm>,
    /// A filter that these rules do not take is ignored, in place of a refusal: everybody is listed.
    pub shrugs: bool,
    /// Texts compare with regard to case.
    pub exact_case: bool,
    /// A filter that nothing fits is answered with 404.
    pub empty_is_404: bool,
}

/// Spellings of a filter on an element of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElementForm {
    /// `emails[type eq "work" and value eq "x"]`
    Inside,
    /// `emails[type eq "work"].value eq "x"`
    Outside,
    /// `emails.value eq "x"`
    Plain,
}

/// How lists are cut into pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    /// By what they go on.
    pub style: PageStyle,
    /// Objects on a page when the client does not say.
    pub size: usize,
    /// Most objects on a page, whatever the client says.
    pub max: usize,
    /// What `totalResults` says.
    pub total: TotalStyle,
}

/// By what a list goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageStyle {
    /// `startIndex` and `count`.
    Index,
    /// `cursor` and `count` (RFC 9865).
    Cursor,
    /// It comes whole.
    Whole,
    /// Always the first page.
    First,
    /// Each page is empty and has another one behind it.
    Endless,
}

/// What `totalResults` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TotalStyle {
    /// The truth.
    Right,
    /// How many are on this page.
    PageLength,
    /// A thousand too many.
    TooHigh,
    /// The truth as a text.
    Text,
    /// Nothing: it is missing.
    Missing,
}

/// What ids are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdStyle {
    /// UUIDs.
    #[default]
    Uuid,
    /// Numbers, in JSON too.
    Number,
    /// The user name, and another one when that changes. Groups have UUIDs.
    UserName,
    /// Texts that lead elsewhere when they are put into an address as they are.
    Odd,
}

/// What a DELETE does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteStyle {
    /// 204.
    NoContent,
    /// 200 with what was there.
    Resource,
    /// Nothing; this status.
    Refused(u16),
}

/// What a server does with versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionStyle {
    /// It has none, and looks at no `If-Match`.
    None,
    /// Each object has an `ETag`; an `If-Match` with another one is refused with 412.
    Honoured,
    /// The same, and PUT must have an `If-Match`: 428.
    Required,
}

/// What answers look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerStyle {
    /// A create is answered with a `Location`.
    pub location: bool,
    /// Objects have `meta`.
    pub meta: bool,
    /// Objects have `schemas`.
    pub schemas: bool,
    /// A create is answered with the object; else with its `Location` alone.
    pub created_body: bool,
    /// A create is answered with the object of this name, in place of the new one; with `null` when none of its kind
    /// has that name.
    pub created_as: Option<String>,
    /// Attributes that are never shown.
    pub hides: Vec<String>,
    /// Content type of JSON.
    pub content_type: &'static str,
    /// What errors look like.
    pub errors: ErrorStyle,
}

/// What errors look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorStyle {
    /// As the RFC says.
    Scim,
    /// `{"message": …}`
    Message,
    /// A line of text.
    Text,
    /// A status and nothing else.
    Empty,
    /// As the RFC says, but with the status 200.
    Masked,
}

/// What requests must be like.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestRules {
    /// The content type of bodies; others are refused with 415. `None` for both that JSON may have in SCIM.
    pub content_type: Option<String>,
    /// Headers that every request must have; else 400.
    pub headers: BTreeMap<String, String>,
    /// Parameters that no query may have; else 400.
    pub refused_parameters: Vec<String>,
    /// How many are answered; more are refused with 429.
    pub rate: Option<RequestRate>,
}

/// How many requests are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestRate {
    /// So many …
    pub count: u32,
    /// … in each span of this length.
    pub span: Duration,
    /// A refusal tells when the next span begins.
    pub retry_after: bool,
}

/// What a server tells about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiscoveryStyle {
    /// `/ServiceProviderConfig`, `/Schemas` and `/ResourceTypes`, as the RFC says.
    Rfc,
    /// The lists are arrays, and booleans texts.
    Odd,
    /// 200 with something that is no JSON.
    Garbage,
    /// Nothing: 404.
    Absent,
}

impl Default for TargetOptions {
    fn default() -> Self {
        Self {
            token: "t0ken".to_owned(),
            base_path: "/scim/v2".to_owned(),
            patch: PatchStyle::Resource,
            patching: Patching::default(),
            filter: FilterStyle::Honoured,
            user_filters: Filtering::default(),
            group_filters: Filtering::default(),
            paging: Pages::default(),
            groups: GroupRules::default(),
            ids: IdStyle::Uuid,
            creates_twice: false,
            immutable_user_name: false,
            text_booleans: false,
            values: ValueRules::default(),
            deletes: DeleteStyle::NoContent,
            versions: VersionStyle::None,
            put_ignores: Vec::new(),
            create_ignores: Vec::new(),
            answers: AnswerStyle::default(),
            requests: RequestRules::default(),
            discovery: DiscoveryStyle::Rfc,
            extra_schemas: Vec::new(),
        }
    }
}

impl Default for Pages {
    fn default() -> Self {
        Self { style: PageStyle::Index, size: 100, max: 1000, total: TotalStyle::Right }
    }
}

impl Default for AnswerStyle {
    fn default() -> Self {
        Self {
            location: true,
            meta: true,
            schemas: true,
            created_body: true,
            created_as: None,
            hides: Vec::new(),
            content_type: "application/scim+json",
            errors: ErrorStyle::Scim,
        }
    }
}
