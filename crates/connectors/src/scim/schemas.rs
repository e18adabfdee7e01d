//! From a target's schemas (RFC 7643, section 7) to the attribute list of an application: one entry for each place that
//! a mapping can write to, spelled as mappings spell it.
use purser_domain::attribute::{AttributeDefinition, AttributeType, Mutability};
use purser_domain::path::TargetPath;
use serde_json::{Map, Value, json};

use crate::json::find;

/// Attributes that are not a mapping's business.
const LEFT_OUT: &[&str] = &["id", "meta", "schemas", "groups", "password"];
/// Parts of an element that say what it is and not what it holds.
const LABELS: &[&str] = &["type", "primary", "display", "$ref", "operation"];
/// Most attributes of one kind of object.
const MAX_ATTRIBUTES: usize = 1000;
/// Most types of which a multi-valued attribute has elements.
const MAX_TYPES: usize = 20;
/// Most canonical values that are kept.
const MAX_VALUES: usize = 200;
/// Longest description, in characters.
const MAX_DESCRIPTION: usize = 300;

/// The attributes of one schema; `extension` is its URN when they lie in an object of their own.
pub(super) fn list_attributes(
    schema: &Map<String, Value>,
    extension: Option<&str>,
) -> Vec<AttributeDefinition> {
    let prefix = extension.map(|urn| format!("{urn}:")).unwrap_or_default();
    let mut list = Vec::new();
    for attribute in objects(find(schema, "attributes")) {
        let Some(name) = text(attribute, "name") else { continue };
        if extension.is_none() && LEFT_OUT.iter().any(|left| left.eq_ignore_ascii_case(name)) {
            continue;
        }
        add_attribute(&mut list, &format!("{prefix}{name}"), attribute);
        if list.len() >= MAX_ATTRIBUTES {
            break;
        }
    }
    list.truncate(MAX_ATTRIBUTES);
    list
}

fn add_attribute(list: &mut Vec<AttributeDefinition>, name: &str, attribute: &Map<String, Value>) {
    let subs: Vec<_> = objects(find(attribute, "subAttributes")).collect();
    let multivalued = flag(attribute, "multiValued").unwrap_or(false);
    let sub = |wanted: &str| subs.iter().copied().find(|sub| is_named(sub, wanted));
    let is_complex = text(attribute, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("complex"));
    if !is_complex || subs.is_empty() {
        push(list, name, attribute, |definition| definition.multivalued = multivalued);
        return;
    }
    let required = flag(attribute, "required").unwrap_or(false);
    let objects = refers_to(attribute, sub("$ref"), sub("value"));
    match (sub("value"), multivalued) {
        (Some(_), _) if !objects.is_empty() => push(list, name, attribute, |definition| {
            definition.kind = AttributeType::Reference;
            definition.multivalued = multivalued;
            let references: Vec<_> = objects
                .iter()
                .map(|object| json!({"referencedObjectName": object, "referencedProperty": "id"}))
                .collect();
            definition.extra.insert("referencedObjects".to_owned(), json!(references));
        }),
        (value, true) => {
            let types = sub("type").map(canonical_values).unwrap_or_default();
            let parts: Vec<_> = match value {
                Some(value) => vec![value],
                None => subs
                    .iter()
                    .copied()
                    .filter(|sub| !LABELS.iter().any(|label| is_named(sub, label)))
                    .collect(),
            };
            for kind in types.iter().take(MAX_TYPES) {
                for part in &parts {
                    let Some(part_name) = text(part, "name") else { continue };
                    let kind = Value::from(kind.as_str());
                    push(list, &format!("{name}[type eq {kind}].{part_name}"), part, |definition| {
                        definition.multivalued = false;
                        definition.required = required && types.len() == 1;
                    });
                }
            }
            if types.is_empty() {
                push(list, name, attribute, |definition| {
                    definition.kind = value.map_or(AttributeType::String, kind_of);
                    definition.multivalued = true;
                    let names: Vec<_> = subs.iter().filter_map(|sub| text(sub, "name")).collect();
                    add_metadata(definition, "ComplexObjectDefinition", &names.join("\n"));
                });
            }
        }
        (_, false) => {
            for part in &subs {
                let Some(part_name) = text(part, "name") else { continue };
                push(list, &format!("{name}.{part_name}"), part, |definition| {
                    definition.required &= required;
                    if definition.mutability == Mutability::ReadWrite {
                        definition.mutability = mutability_of(attribute);
                    }
                });
            }
        }
    }
}

/// Adds an entry, unless its name can't be a path of a mapping or is in the list already.
fn push(
    list: &mut Vec<AttributeDefinition>,
    name: &str,
    attribute: &Map<String, Value>,
    adjust: impl FnOnce(&mut AttributeDefinition),
) {
    let Ok(path) = TargetPath::parse(name) else { return };
    if list.iter().any(|known| known.name.eq_ignore_ascii_case(path.as_str())) {
        return;
    }
    let mut definition = AttributeDefinition {
        name: path.to_string(),
        kind: kind_of(attribute),
        anchor: false,
        required: flag(attribute, "required").unwrap_or(false),
        multivalued: flag(attribute, "multiValued").unwrap_or(false),
        case_exact: flag(attribute, "caseExact").unwrap_or(true),
        mutability: mutability_of(attribute),
        extra: Map::new(),
    };
    let values = canonical_values(attribute);
    if !values.is_empty() {
        add_metadata(&mut definition, "CanonicalValues", &values.join("\n"));
    }
    if let Some(description) = text(attribute, "description") {
        let description: String = description.chars().take(MAX_DESCRIPTION).collect();
        add_metadata(&mut definition, "Description", &description);
    }
    adjust(&mut definition);
    list.push(definition);
}

fn add_metadata(definition: &mut AttributeDefinition, key: &str, value: &str) {
    let metadata = definition.extra.entry("metadata").or_insert_with(|| json!([]));
    if let Value::Array(entries) = metadata {
        entries.push(json!({ "key": key, "value": value }));
    }
}

fn kind_of(attribute: &Map<String, Value>) -> AttributeType {
    match text(attribute, "type").unwrap_or_default().to_ascii_lowercase().as_str() {
        "boolean" => AttributeType::Boolean,
        "integer" => AttributeType::Integer,
        "datetime" => AttributeType::DateTime,
        "binary" => AttributeType::Binary,
        "reference" if !referenced(attribute).is_empty() => AttributeType::Reference,
        _ => AttributeType::String,
    }
}

fn mutability_of(attribute: &Map<String, Value>) -> Mutability {
    match text(attribute, "mutability").unwrap_or_default().to_ascii_lowercase().as_str() {
        "readonly" => Mutability::ReadOnly,
        "immutable" => Mutability::Immutable,
        "writeonly" => Mutability::WriteOnly,
        _ => Mutability::ReadWrite,
    }
}

/// The kinds of objects that a complex attribute's value names.
fn refers_to(
    attribute: &Map<String, Value>,
    link: Option<&Map<String, Value>>,
    value: Option<&Map<String, Value>>,
) -> Vec<String> {
    let told =
        [Some(attribute), link, value].into_iter().flatten().map(referenced).find(|told| !told.is_empty());
    told.unwrap_or_default()
}

fn referenced(attribute: &Map<String, Value>) -> Vec<String> {
    let types = find(attribute, "referenceTypes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let kinds = types.iter().filter_map(Value::as_str).filter(|kind| ["User", "Group"].contains(kind));
    kinds.map(str::to_owned).collect()
}

fn canonical_values(attribute: &Map<String, Value>) -> Vec<String> {
    let values = find(attribute, "canonicalValues").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let text_of = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(object) => text(object, "value").map(str::to_owned),
        _ => None,
    };
    values.iter().filter_map(text_of).filter(|value| !value.is_empty()).take(MAX_VALUES).collect()
}

fn is_named(attribute: &Map<String, Value>, name: &str) -> bool {
    text(attribute, "name").is_some_and(|own| own.eq_ignore_ascii_case(name))
}

fn objects(list: Option<&Value>) -> impl Iterator<Item = &Map<String, Value>> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

pub(super) fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    find(object, name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

fn flag(object: &Map<String, Value>, name: &str) -> Option<bool> {
    match find(object, name)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(schema: Value, extension: Option<&str>) -> Vec<String> {
        let list = list_attributes(schema.as_object().unwrap(), extension);
        list.into_iter().map(|attribute| attribute.name).collect()
    }

    #[test]
    fn attributes_are_named_as_mappings_name_them() {
        let schema = json!({"attributes": [
            {"name": "id"}, {"name": "userName", "type": "string", "required": true, "caseExact": false},
            {"name": "active", "type": "boolean"},
            {"name": "name", "type": "complex", "subAttributes": [{"name": "givenName"}, {"name": "familyName"}]},
            {"name": "emails", "type": "complex", "multiValued": true, "subAttributes": [
                {"name": "value"}, {"name": "type", "canonicalValues": ["work", "home"]}]},
            {"name": "addresses", "type": "complex", "multiValued": true, "subAttributes": [
                {"name": "locality"}, {"name": "primary", "type": "boolean"},
                {"name": "type", "canonicalValues": ["work"]}]},
            {"name": "roles", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}]},
            {"name": "bad name [", "type": "string"}, {"type": "string"}, 7,
        ]});
        assert_eq!(
            names(schema, None),
            [
                "userName",
                "active",
                "name.givenName",
                "name.familyName",
                "emails[type eq \"work\"].value",
                "emails[type eq \"home\"].value",
                "addresses[type eq \"work\"].locality",
                "roles",
            ]
        );
    }

    #[test]
    fn extensions_carry_their_schema_and_references_what_they_refer_to() {
        let schema = json!({"attributes": [
            {"name": "costCenter", "type": "string", "canonicalValues": ["a", {"value": "b"}], "mutability": "immutable"},
            {"name": "manager", "type": "complex", "subAttributes": [
                {"name": "value", "type": "string"}, {"name": "$ref", "type": "reference", "referenceTypes": ["User"]}]},
        ]});
        let list = list_attributes(schema.as_object().unwrap(), Some("urn:x:y:2.0:User"));
        assert_eq!(list[0].name, "urn:x:y:2.0:User:costCenter");
        assert_eq!(list[0].mutability, Mutability::Immutable);
        assert_eq!(list[0].extra["metadata"], json!([{"key": "CanonicalValues", "value": "a\nb"}]));
        assert_eq!(
            (list[1].name.as_str(), list[1].kind),
            ("urn:x:y:2.0:User:manager", AttributeType::Reference)
        );
        assert_eq!(list[1].extra["referencedObjects"][0]["referencedObjectName"], "User");
    }

    #[test]
    fn nonsense_gives_no_attributes_and_a_flood_no_more_than_a_thousand() {
        for schema in [json!({}), json!({"attributes": "x"}), json!({"attributes": [[], null, {"name": 7}]})]
        {
            assert_eq!(names(schema, None), [""; 0]);
        }
        let flood: Vec<_> = (0..5000).map(|at| json!({"name": format!("a{at}")})).collect();
        assert_eq!(names(json!({"attributes": flood}), None).len(), MAX_ATTRIBUTES);
    }
}
