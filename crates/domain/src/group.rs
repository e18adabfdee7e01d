//! A group of the directory. Its members are rows of their own in the store.
use crate::ids::GroupId;
use crate::value::Value;
use jiff::Timestamp;

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Id.
    pub id: GroupId,
    /// Name, never empty.
    pub display_name: String,
    /// Free text.
    pub description: Option<String>,
    /// Mail nickname.
    pub mail_nickname: Option<String>,
    /// Grows with every edit; an edit made from an older one is refused.
    pub generation: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// One text attribute of groups.
#[derive(Debug, Clone, Copy)]
pub struct GroupAttribute {
    /// Name in mappings and in Graph.
    pub name: &'static str,
    read: fn(&Group) -> Option<&str>,
}

/// Every text attribute of groups.
pub(crate) static GROUP_ATTRIBUTES: &[GroupAttribute] = &[
    GroupAttribute { name: "displayName", read: |group| Some(&group.display_name) },
    GroupAttribute { name: "description", read: |group| group.description.as_deref() },
    GroupAttribute { name: "mailNickname", read: |group| group.mail_nickname.as_deref() },
];

impl GroupAttribute {
    /// The attribute with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        GROUP_ATTRIBUTES.iter().find(|attribute| attribute.name == name)
    }

    /// The group's value.
    #[must_use]
    pub fn read(self, group: &Group) -> Option<&str> {
        (self.read)(group)
    }
}

impl Group {
    /// The value under this name: a text attribute or the id. An empty text counts as no value, and so does a
    /// name that is not known, and `members`, which are not part of the group.
    #[must_use]
    pub fn source_value(&self, name: &str) -> Option<Value> {
        match name {
            "objectId" | "id" => Some(Value::Text(self.id.to_string())),
            _ => GroupAttribute::find(name)?.read(self).filter(|text| !text.is_empty()).map(Value::text),
        }
    }
}
