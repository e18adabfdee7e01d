//! A job's schema: the directories on both sides with their attributes, and the rules that say how
//! objects map. It is what Graph calls a `synchronizationSchema`, and it is stored and sent in Graph's
//! shape, so that documents exported elsewhere can be read, and what we don't know in them is kept.
use crate::mapping::{ObjectKind, ObjectMapping};
use crate::vocabulary::vocabulary;
use serde_json::{Map, Value as Json};

/// The whole configuration of what maps where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// Both sides with their objects and attributes.
    pub directories: Vec<Directory>,
    /// How objects map.
    pub rules: Vec<Rule>,
    /// What else the document said, without `id` and `version`, which belong to the job.
    pub extra: Map<String, Json>,
}

/// One side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// Id, as documents refer to it.
    pub id: String,
    /// Name, as rules refer to it.
    pub name: String,
    /// The kinds of objects that it has.
    pub objects: Vec<ObjectDefinition>,
    /// What else the document said: `discoverabilities`, `readOnly`, `version` and so on.
    pub extra: Map<String, Json>,
}

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

/// Which directory flows into which, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Id.
    pub id: String,
    /// Name: `USER_TO_USER`.
    pub name: String,
    /// Name of the source directory.
    pub source_directory: String,
    /// Name of the target directory.
    pub target_directory: String,
    /// How its objects map.
    pub mappings: Vec<ObjectMapping>,
    /// What else the document said: `priority`, `editable`, `metadata` and so on.
    pub extra: Map<String, Json>,
}

impl Schema {
    /// The mapping of a kind of object, if there is one.
    #[must_use]
    pub fn mapping(&self, kind: ObjectKind) -> Option<&ObjectMapping> {
        self.mappings().find(|mapping| mapping.source_object == kind)
    }

    /// Every mapping, in the order of the rules.
    pub fn mappings(&self) -> impl Iterator<Item = &ObjectMapping> {
        self.rules.iter().flat_map(|rule| &rule.mappings)
    }
}
