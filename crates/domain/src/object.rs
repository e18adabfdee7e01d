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

    /// The kinds that a target is asked about to see whether it works: those that are switched on. Without any, users, so
    /// that there is something to ask.
    #[must_use]
    pub fn to_check(is_on: impl Fn(Self) -> bool) -> Vec<Self> {
        let mut kinds: Vec<Self> = Self::ALL.iter().copied().filter(|kind| is_on(*kind)).collect();
        if kinds.is_empty() {
            kinds.push(Self::User);
        }
        kinds
    }

    /// The kind with this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.key() == key)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_any_kind_switched_on_a_target_is_asked_about_users() {
        assert_eq!(ObjectKind::to_check(|_| false), [ObjectKind::User]);
        assert_eq!(ObjectKind::to_check(|kind| kind == ObjectKind::Group), [ObjectKind::Group]);
        assert_eq!(ObjectKind::to_check(|_| true), ObjectKind::ALL);
    }
}
