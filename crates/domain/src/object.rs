//! Kinds of source objects, and the attributes that are computed for them instead of being kept.
use crate::vocabulary;

/// The source that is computed from the scope: true when the account is to be disabled.
pub const IS_SOFT_DELETED: &str = "IsSoftDeleted";

/// The roles that a person has in the application; only the role functions may read it.
pub(crate) const APP_ROLE_ASSIGNMENTS: &str = "appRoleAssignments";

vocabulary! {
    /// What kind of source object a mapping is for, as documents name it.
    pub enum ObjectKind {
        /// People.
        User = "User",
        /// Groups.
        Group = "Group",
    }
}

impl ObjectKind {
    /// The mapping's key in URLs.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::User => "users",
            Self::Group => "groups",
        }
    }

    /// What a target calls one.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::User => "account",
            Self::Group => "group",
        }
    }

    /// What a target calls several.
    #[must_use]
    pub const fn nouns(self) -> &'static str {
        match self {
            Self::User => "accounts",
            Self::Group => "groups",
        }
    }

    /// What a target calls one, with its article.
    #[must_use]
    pub const fn article_noun(self) -> &'static str {
        match self {
            Self::User => "an account",
            Self::Group => "a group",
        }
    }
}
