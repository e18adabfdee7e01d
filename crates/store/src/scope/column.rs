//! Where the source attributes of people are stored.

use purser_domain::{scope::MEMBER_OF, user::UserAttribute, value::Value};
use serde_json::Value as Json;

/// What holds an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// A column of text.
    Text(&'static str),
    /// The column that says whether the person may sign in.
    Enabled,
    /// A column with an id.
    Id(&'static str),
    /// The rows of `memberships`.
    Groups,
}

impl Column {
    /// What holds the attribute that a compiled filter reads under this name.
    pub(super) fn find(attribute: &str) -> Option<Self> {
        match attribute {
            "objectId" => Some(Self::Id("id")),
            "manager" => Some(Self::Id("manager_id")),
            "accountEnabled" => Some(Self::Enabled),
            MEMBER_OF => Some(Self::Groups),
            text => UserAttribute::find(text).map(|attribute| Self::Text(attribute.column)),
        }
    }

    /// The column's name, if it is one of `users`.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Text(name) | Self::Id(name) => Some(name),
            Self::Enabled => Some("account_enabled"),
            Self::Groups => None,
        }
    }

    /// SQL for the attribute as JSON, in a query over `users`.
    pub(super) fn as_json(self) -> String {
        match self {
            Self::Text(name) => format!("users.{name}"),
            Self::Enabled => "users.account_enabled".to_owned(),
            Self::Id(name) => id_text(&format!("users.{name}")),
            Self::Groups => format!(
                "(SELECT json_group_array({}) FROM memberships WHERE memberships.user_id = users.id)",
                id_text("memberships.group_id")
            ),
        }
    }

    /// The attribute from the JSON.
    pub(super) fn read(self, json: &Json) -> Option<Value> {
        match self {
            Self::Enabled => json.as_i64().map(|flag| Value::Boolean(flag != 0)),
            _ => Value::from_json(json),
        }
    }
}

/// SQL for the text of an id, as it prints.
pub(super) fn id_text(column: &str) -> String {
    let part = |from: u8, length: u8| format!("substr(hex({column}), {from}, {length})");
    let parts = [part(1, 8), part(9, 4), part(13, 4), part(17, 4), part(21, 12)];
    // The hex of nothing is an empty text, so nothing has to stay nothing.
    format!("CASE WHEN {column} IS NOT NULL THEN lower({}) END", parts.join(" || '-' || "))
}
