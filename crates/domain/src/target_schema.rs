//! What the values at a target's attributes look like: the portal's *attribute list*, ready for questions.
//!
//! Expressions speak text; a SCIM target wants `active` as a boolean, `manager` as an object and a date in ISO 8601.
//! [`TargetSchema::rule`] tells for a path which of these it is, and [`TargetRule`] makes and compares such values.
//!
//! Three sources, in this order: the target's own list (an [`ObjectDefinition`] of the schema document), what RFC 7643
//! says about the attributes of users and groups (`well_known`), and for everything else: text.
//!
//! To teach an attribute its type: one line in `well_known`.
mod agree;
mod coerce;
#[cfg(test)]
mod tests;
mod well_known;

use crate::attribute::{AttributeDefinition, AttributeType, Mutability, ObjectDefinition};
use crate::path::TargetPath;
use serde_json::Value as Json;
use std::collections::HashMap;

/// One kind of object of a target, with its attributes.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetSchema {
    definition: ObjectDefinition,
    /// What [`key_of`] makes of an attribute's path, to its place in the list.
    paths: HashMap<String, usize>,
    /// The same without the filter: `emails[type eq "work"].value` also tells about any other e-mail address.
    elements: HashMap<String, usize>,
}

/// How a path's values are made and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TargetRule {
    /// The type of its values.
    pub kind: AttributeType,
    /// Whether it holds several values.
    pub multivalued: bool,
    /// Whether a difference in upper and lower case is a difference.
    pub exact_case: bool,
    /// Whether every object must have a value.
    pub required: bool,
    /// Who may write it.
    pub mutability: Mutability,
    /// Whether each value stands in an object of its own, as its `value`: `{"value": "42"}`.
    pub nested: bool,
    /// Whether the target's list or RFC 7643 knows the attribute. Where neither does, nobody can tell whether it holds
    /// several values, so that a list is passed on as it is.
    pub known: bool,
}

impl TargetSchema {
    /// From an object of a schema document. Of two attributes with one name the first counts.
    #[must_use]
    pub fn from_definition(definition: &ObjectDefinition) -> Self {
        let mut paths = HashMap::with_capacity(definition.attributes.len());
        let mut elements = HashMap::new();
        for (at, attribute) in definition.attributes.iter().enumerate() {
            paths.entry(key_of_text(&attribute.name)).or_insert(at);
            if let Ok(path) = TargetPath::parse(&attribute.name)
                && path.filter().is_some()
            {
                elements.entry(key_of(&path, false)).or_insert(at);
            }
        }
        Self { definition: definition.clone(), paths, elements }
    }

    /// The attributes of a SCIM user (RFC 7643, section 4.1) and of the enterprise extension (section 4.3) to which a
    /// mapping can write: the list that a new application starts with.
    #[must_use]
    pub fn scim_user() -> &'static Self {
        &well_known::USER
    }

    /// The attributes of a SCIM group (RFC 7643, section 4.2).
    #[must_use]
    pub fn scim_group() -> &'static Self {
        &well_known::GROUP
    }

    /// What it was made from.
    #[must_use]
    pub fn definition(&self) -> &ObjectDefinition {
        &self.definition
    }

    /// The attributes, in the order of the list.
    #[must_use]
    pub fn attributes(&self) -> &[AttributeDefinition] {
        &self.definition.attributes
    }

    /// Whether the target says what attributes it has. Without a list any name may be right.
    #[must_use]
    pub(crate) fn has_list(&self) -> bool {
        !self.definition.attributes.is_empty()
    }

    /// The attribute with this name. The spelling of a path does not matter: neither case, nor spaces, nor whether the
    /// core schema is named.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&AttributeDefinition> {
        self.attribute(&key_of_text(name))
    }

    /// The attribute at this path.
    #[must_use]
    pub fn find_path(&self, path: &TargetPath) -> Option<&AttributeDefinition> {
        self.attribute(&key_of(path, true))
    }

    /// The rule for a path.
    #[must_use]
    pub fn rule(&self, path: &TargetPath) -> TargetRule {
        let exact = key_of(path, true);
        let element = path.filter().map(|_| key_of(path, false));
        for list in [self, Self::scim_user(), Self::scim_group()] {
            if let Some(attribute) = list.attribute(&exact) {
                return TargetRule::from_definition(attribute, path);
            }
            if let Some(at) = element.as_ref().and_then(|element| list.elements.get(element)) {
                return TargetRule::from_definition(&list.definition.attributes[*at], path);
            }
        }
        well_known::rule_without_list(path)
    }

    fn attribute(&self, key: &str) -> Option<&AttributeDefinition> {
        self.paths.get(key).map(|at| &self.definition.attributes[*at])
    }
}

impl TargetRule {
    /// The rule for a path of a target of which nothing more is known than that it speaks SCIM.
    #[must_use]
    pub fn of(path: &TargetPath) -> Self {
        TargetSchema::scim_user().rule(path)
    }

    /// Whether texts pass as they are, one at a time.
    #[must_use]
    pub(crate) fn is_plain_text(self) -> bool {
        self.kind == AttributeType::String && !self.multivalued && !self.nested
    }

    fn from_definition(attribute: &AttributeDefinition, path: &TargetPath) -> Self {
        let is_reference = attribute.kind == AttributeType::Reference && path.sub().is_none();
        // A target that has one text by such a name is none of SCIM's.
        let is_complex = attribute.multivalued && well_known::is_complex(path);
        Self {
            kind: attribute.kind,
            multivalued: attribute.multivalued,
            exact_case: attribute.case_exact,
            required: attribute.required,
            mutability: attribute.mutability,
            nested: is_reference || is_complex || is_declared_complex(attribute),
            known: true,
        }
    }
}

/// Graph's metadata say of an attribute that its values are objects.
fn is_declared_complex(attribute: &AttributeDefinition) -> bool {
    let metadata = attribute.extra.get("metadata").and_then(Json::as_array);
    metadata.is_some_and(|entries| entries.iter().any(|entry| entry["key"] == "ComplexObjectDefinition"))
}

/// One text for all spellings of a path that mean the same place.
pub(crate) fn key_of(path: &TargetPath, with_filter: bool) -> String {
    let mut key = String::new();
    if let Some(extension) = path.extension() {
        key.push_str(extension);
        key.push(':');
    }
    key.push_str(path.attribute());
    if let Some(filter) = path.filter() {
        key.push('[');
        if with_filter {
            key.push_str(&filter.to_key());
        }
        key.push(']');
    }
    if let Some(sub) = path.sub() {
        key.push('.');
        key.push_str(sub);
    }
    key.to_lowercase()
}

/// The same for a name that may be no path.
fn key_of_text(name: &str) -> String {
    TargetPath::parse(name).map_or_else(|_| name.trim().to_lowercase(), |path| key_of(&path, true))
}
