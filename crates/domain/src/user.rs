//! A person of the directory.
//!
//! Text attributes are listed once, in `attributes.rs`; the store's columns, the CSV headers, the form's
//! fields and the sources of mappings all come from that list.
//! To add an attribute: 1. a line in the list, 2. a migration that adds its column, 3. the store's entity.
mod attributes;
mod validation;

pub use attributes::{USER_ATTRIBUTES, UnknownAttribute, UserAttribute, UserAttributes};
pub use validation::{FieldError, validate_user};

use crate::ids::UserId;
use crate::value::Value;
use jiff::Timestamp;
use std::borrow::Cow;

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// May sign in.
    pub account_enabled: bool,
    /// The person's manager.
    pub manager: Option<UserId>,
    /// When the person was soft-deleted, if so.
    pub deleted_at: Option<Timestamp>,
    /// When the person was added.
    pub created_at: Timestamp,
    /// When the person was last changed.
    pub updated_at: Timestamp,
    /// Grows with every edit; an edit made from an older one is refused.
    pub generation: i64,
    /// The text attributes.
    pub attributes: UserAttributes,
}

impl User {
    /// The value that a mapping reads under this name: a text attribute, or what the person is
    /// computed to have. An empty text counts as no value, and so does a name that is not known: mappings are checked when
    /// they are compiled.
    ///
    /// Sign-in names are given as they are stored, which is what scoping filters compare; mappings read them
    /// through [`strip_guest_suffix`].
    #[must_use]
    pub fn source_value(&self, name: &str) -> Option<Value> {
        match name {
            "objectId" | "id" => Some(Value::Text(self.id.to_string())),
            "accountEnabled" => Some(Value::Boolean(self.account_enabled)),
            "manager" => self.manager.map(|manager| Value::Text(manager.to_string())),
            "originalUserPrincipalName" => self.source_value("userPrincipalName"),
            _ => self.attributes.get(name).filter(|text| !text.is_empty()).map(Value::text),
        }
    }

    /// The name to show: display name, else sign-in name, else id.
    #[must_use]
    pub fn name(&self) -> String {
        let attributes = &self.attributes;
        let name = attributes.display_name.as_deref().or(attributes.user_principal_name.as_deref());
        name.map_or_else(|| self.id.to_string(), str::to_owned)
    }
}

/// The sign-in name of a guest as it is at home: `kim_fabrikam.com#EXT#@contoso.com` is `kim@fabrikam.com`.
/// Other names are given back as they are. Source: section 3.4 of the fact sheet, *B2B guest UPN*.
#[must_use]
pub fn strip_guest_suffix(name: &str) -> Cow<'_, str> {
    let guest = name.split_once("#EXT#").and_then(|(guest, _)| guest.rsplit_once('_'));
    match guest {
        Some((alias, domain)) if !alias.is_empty() && !domain.is_empty() => {
            Cow::Owned(format!("{alias}@{domain}"))
        }
        _ => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::strip_guest_suffix;

    #[test]
    fn guests_are_named_as_at_home_and_others_as_they_are() {
        for (stored, read) in [
            ("kim_fabrikam.com#EXT#@contoso.com", "kim@fabrikam.com"),
            ("kim_the_cook_fabrikam.com#EXT#@contoso.com", "kim_the_cook@fabrikam.com"),
            ("kim@contoso.com", "kim@contoso.com"),
            ("kim_x@contoso.com", "kim_x@contoso.com"),
            ("nounderscore#EXT#@contoso.com", "nounderscore#EXT#@contoso.com"),
            ("_fabrikam.com#EXT#@contoso.com", "_fabrikam.com#EXT#@contoso.com"),
            ("", ""),
        ] {
            assert_eq!(strip_guest_suffix(stored), read);
        }
    }
}
