//! Attributes: what a target's objects have by its attribute list, and what rules can read from our own side.
mod source;

pub use source::SourceAttribute;

use crate::vocabulary;
use serde_json::{Map, Value as Json};

/// One kind of object: in the portal's words the *attribute list*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectDefinition {
    /// Name: `User`.
    pub name: String,
    /// Its attributes.
    pub attributes: Vec<AttributeDefinition>,
    /// What else the document said, such as `metadata`.
    pub extra: Map<String, Json>,
}

/// One attribute of a kind of object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeDefinition {
    /// Name: for a SCIM target its path.
    pub name: String,
    /// The type of its values.
    pub kind: AttributeType,
    /// The key of the object.
    pub anchor: bool,
    /// Must have a value.
    pub required: bool,
    /// May have several values.
    pub multivalued: bool,
    /// Upper and lower case differ. Otherwise a change of case alone is not exported.
    pub case_exact: bool,
    /// Who may write it.
    pub mutability: Mutability,
    /// What else the document said: `defaultValue`, `flowNullValues`, `apiExpressions`,
    /// `referencedObjects`, `metadata`.
    pub extra: Map<String, Json>,
}

vocabulary! {
    /// The type of an attribute's values.
    pub enum AttributeType {
        /// Text.
        String = "String",
        /// A whole number.
        Integer = "Integer",
        /// Another object.
        Reference = "Reference",
        /// Bytes, as base64.
        Binary = "Binary",
        /// True or false.
        Boolean = "Boolean",
        /// A date with its time.
        DateTime = "DateTime",
    }
}

vocabulary! {
    /// Who may write an attribute.
    pub enum Mutability {
        /// Everybody.
        ReadWrite = "ReadWrite",
        /// Only its own system.
        ReadOnly = "ReadOnly",
        /// Once, on creation.
        Immutable = "Immutable",
        /// Written, never shown.
        WriteOnly = "WriteOnly",
    }
}

/// An attribute with one text that everybody may write, and whose case counts.
pub(crate) fn text(name: &str) -> AttributeDefinition {
    AttributeDefinition {
        name: name.to_owned(),
        kind: AttributeType::String,
        anchor: false,
        required: false,
        multivalued: false,
        case_exact: true,
        mutability: Mutability::ReadWrite,
        extra: Map::new(),
    }
}

impl ObjectDefinition {
    /// The attribute with this name; upper and lower case are the same, as in SCIM.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&AttributeDefinition> {
        self.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }
}
