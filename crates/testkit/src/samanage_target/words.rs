//! Kinds of records, types of fields, and what is told about a mail.

/// Kinds of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Users, also disabled ones.
    Users,
    /// Groups, also the personal ones of users.
    Groups,
    /// Roles.
    Roles,
    /// Sites.
    Sites,
    /// Departments.
    Departments,
}

impl Kind {
    pub(super) const ALL: [Self; 5] =
        [Self::Users, Self::Groups, Self::Roles, Self::Sites, Self::Departments];

    /// The wrapper of one record.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Users => "user",
            Self::Groups => "group",
            Self::Roles => "role",
            Self::Sites => "site",
            Self::Departments => "department",
        }
    }

    /// The name in paths.
    pub(super) fn service(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Groups => "groups",
            Self::Roles => "roles",
            Self::Sites => "sites",
            Self::Departments => "departments",
        }
    }

    /// The name at the entry point.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Users => "Users",
            Self::Groups => "Groups",
            Self::Roles => "Roles",
            Self::Sites => "Sites",
            Self::Departments => "Departments",
        }
    }
}

/// What a custom field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// Any text.
    Text,
    /// A number.
    Number,
    /// A date, sent as `2026-01-15` and read as `Jan 15, 2026`.
    Date,
    /// Yes or no.
    Checkbox,
    /// A user, by e-mail address.
    User,
}

impl FieldType {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Number => "Number",
            Self::Date => "Date",
            Self::Checkbox => "Checkbox",
            Self::User => "User",
        }
    }
}

/// An activation mail that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Address.
    pub to: String,
    /// Id of the user.
    pub user: u64,
}
