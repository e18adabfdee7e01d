//! What a schema consists of, how large it may be, and how its parts are found.
use crate::attribute::ObjectDefinition;
use crate::mapping::ObjectMapping;
use crate::object::ObjectKind;
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
    /// Mappings of kinds of objects that we don't have, such as devices.
    pub others: Vec<OtherMapping>,
    /// What else the document said: `priority`, `editable`, `metadata` and so on.
    pub extra: Map<String, Json>,
}

/// The mapping of a kind of object that we don't have; kept as it came, and given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherMapping {
    /// Its place among all mappings of the rule, from 0.
    pub position: usize,
    /// The mapping.
    pub document: Json,
}

/// Most rows of one mapping.
pub const MAX_ROWS: usize = 2_000;
/// Most object mappings of a schema.
pub const MAX_OBJECT_MAPPINGS: usize = 100;
/// Most attributes of all objects of a schema together.
pub const MAX_ATTRIBUTES: usize = 20_000;
/// Most scoping filters (groups of clauses) of one mapping.
pub const MAX_FILTER_GROUPS: usize = 500;
/// Most clauses of one mapping's scoping filters together.
pub const MAX_CLAUSES: usize = 2_000;

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

    /// Puts another mapping in the place of the one of a kind. False when there is none: nothing changed.
    pub fn replace_mapping(&mut self, kind: ObjectKind, mapping: ObjectMapping) -> bool {
        let mut mappings = self.rules.iter_mut().flat_map(|rule| &mut rule.mappings);
        match mappings.find(|mapping| mapping.source_object == kind) {
            Some(place) => {
                *place = mapping;
                true
            }
            None => false,
        }
    }

    /// The rule that holds the mapping of a kind.
    #[must_use]
    pub fn rule_of(&self, kind: ObjectKind) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.mappings.iter().any(|mapping| mapping.source_object == kind))
    }

    /// The target's object that a kind maps to, with its attribute list.
    #[must_use]
    pub fn target(&self, kind: ObjectKind) -> Option<&ObjectDefinition> {
        let rule = self.rule_of(kind)?;
        self.find_object(&rule.target_directory, &self.mapping(kind)?.target_object)
    }

    /// The source's object of a kind, as the document lists it.
    #[must_use]
    pub fn source(&self, kind: ObjectKind) -> Option<&ObjectDefinition> {
        self.find_object(&self.rule_of(kind)?.source_directory, kind.as_str())
    }

    /// Rules name directories; some documents put the id there.
    fn find_object(&self, directory: &str, object: &str) -> Option<&ObjectDefinition> {
        let found = |directory: &&Directory, name: &str| directory.name == name || directory.id == name;
        let directory = self.directories.iter().find(|candidate| found(candidate, directory))?;
        let objects = &directory.objects;
        let exact = objects.iter().find(|candidate| candidate.name == object);
        exact.or_else(|| objects.iter().find(|candidate| candidate.name.eq_ignore_ascii_case(object)))
    }
}
