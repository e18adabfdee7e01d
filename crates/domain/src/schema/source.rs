//! What rules can read from our own side: the attributes of the source objects with their types.
use super::AttributeType;
use crate::mapping::IS_SOFT_DELETED;
use crate::user::{USER_ATTRIBUTES, UserAttribute};

/// An attribute of a person as mappings and filters read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceAttribute {
    /// Its name.
    pub name: &'static str,
    /// The type of its values.
    pub kind: AttributeType,
    /// Has several values.
    pub multivalued: bool,
    /// Every person has a value.
    pub required: bool,
}

/// Those that are not text attributes of the list in `user`, in the order in which lists show them first.
const COMPUTED: [SourceAttribute; 6] = [
    SourceAttribute { name: "objectId", kind: AttributeType::String, multivalued: false, required: true },
    SourceAttribute {
        name: "accountEnabled",
        kind: AttributeType::Boolean,
        multivalued: false,
        required: true,
    },
    SourceAttribute {
        name: IS_SOFT_DELETED,
        kind: AttributeType::Boolean,
        multivalued: false,
        required: true,
    },
    SourceAttribute { name: "manager", kind: AttributeType::Reference, multivalued: false, required: false },
    SourceAttribute {
        name: APP_ROLE_ASSIGNMENTS,
        kind: AttributeType::String,
        multivalued: true,
        required: false,
    },
    SourceAttribute {
        name: "originalUserPrincipalName",
        kind: AttributeType::String,
        multivalued: false,
        required: false,
    },
];

/// The roles that a person has in the application; only the role functions may read it.
pub(crate) const APP_ROLE_ASSIGNMENTS: &str = "appRoleAssignments";

impl SourceAttribute {
    /// Every attribute of a person, under its own name.
    pub fn of_users() -> impl Iterator<Item = Self> {
        let text = |known: &UserAttribute| Self {
            name: known.name,
            kind: AttributeType::String,
            multivalued: false,
            required: matches!(known.name, "userPrincipalName" | "displayName"),
        };
        COMPUTED.into_iter().chain(USER_ATTRIBUTES.iter().map(text))
    }

    /// The attribute of a person with this name or this name in Graph.
    #[must_use]
    pub fn find_of_users(name: &str) -> Option<Self> {
        // Graph's name of objectId.
        let name = if name == "id" { "objectId" } else { name };
        let name = UserAttribute::find(name).map_or(name, |known| known.name);
        Self::of_users().find(|attribute| attribute.name == name)
    }
}
