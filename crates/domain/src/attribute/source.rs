//! What rules can read from our own side: the attributes of the source objects with their types.
use super::AttributeType;
use crate::object::{APP_ROLE_ASSIGNMENTS, IS_SOFT_DELETED, ObjectKind};
use crate::user::{USER_ATTRIBUTES, UserAttribute};

/// An attribute of a source object as mappings read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceAttribute {
    /// Its name.
    pub name: &'static str,
    /// The type of its values.
    pub kind: AttributeType,
    /// Has several values.
    pub multivalued: bool,
    /// Every object has a value.
    pub required: bool,
}

/// Attributes of people that are not text attributes of the list in `user`.
const COMPUTED: [SourceAttribute; 6] = [
    SourceAttribute { required: true, ..text("objectId") },
    SourceAttribute { kind: AttributeType::Boolean, required: true, ..text("accountEnabled") },
    SourceAttribute { kind: AttributeType::Boolean, required: true, ..text(IS_SOFT_DELETED) },
    SourceAttribute { kind: AttributeType::Reference, ..text("manager") },
    SourceAttribute { multivalued: true, ..text(APP_ROLE_ASSIGNMENTS) },
    text("originalUserPrincipalName"),
];

const OF_GROUPS: [SourceAttribute; 6] = [
    SourceAttribute { required: true, ..text("objectId") },
    SourceAttribute { kind: AttributeType::Boolean, required: true, ..text(IS_SOFT_DELETED) },
    SourceAttribute { required: true, ..text("displayName") },
    text("description"),
    text("mailNickname"),
    SourceAttribute { kind: AttributeType::Reference, multivalued: true, ..text("members") },
];

const fn text(name: &'static str) -> SourceAttribute {
    SourceAttribute { name, kind: AttributeType::String, multivalued: false, required: false }
}

impl SourceAttribute {
    /// Every attribute of a kind of object, under its own name.
    #[must_use]
    pub fn all(kind: ObjectKind) -> Vec<Self> {
        let listed = |known: &UserAttribute| Self {
            required: matches!(known.name, "userPrincipalName" | "displayName"),
            ..text(known.name)
        };
        match kind {
            ObjectKind::User => COMPUTED.into_iter().chain(USER_ATTRIBUTES.iter().map(listed)).collect(),
            ObjectKind::Group => OF_GROUPS.to_vec(),
        }
    }

    /// The attribute with this name or this name in Graph.
    #[must_use]
    pub fn find(kind: ObjectKind, name: &str) -> Option<Self> {
        // Graph's name of objectId.
        let name = if name == "id" { "objectId" } else { name };
        match kind {
            ObjectKind::User => {
                let computed = COMPUTED.into_iter().find(|attribute| attribute.name == name);
                computed.or_else(|| UserAttribute::find(name).map(|known| text(known.name)))
            }
            ObjectKind::Group => OF_GROUPS.into_iter().find(|attribute| attribute.name == name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_is_listed_once_and_found_under_its_name() {
        for kind in [ObjectKind::User, ObjectKind::Group] {
            let all = SourceAttribute::all(kind);
            for attribute in &all {
                let found = SourceAttribute::find(kind, attribute.name).unwrap();
                assert_eq!((found.name, found.kind), (attribute.name, attribute.kind));
                assert_eq!(all.iter().filter(|other| other.name == attribute.name).count(), 1);
            }
        }
        let find = |name| SourceAttribute::find(ObjectKind::User, name).map(|found| found.name);
        assert_eq!((find("id"), find("mobilePhone")), (Some("objectId"), Some("mobile")));
        assert_eq!((find("members"), find("Mail")), (None, None));
    }
}
