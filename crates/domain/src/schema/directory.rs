//! The document as a whole, and its directories with their objects and attributes.
use super::error::{Place, Report, SchemaError};
use super::field::{Field, METADATA, Reading, Writing, read_items, usual};
use super::parts::{Directory, MAX_ATTRIBUTES, MAX_OBJECT_MAPPINGS, Schema};
use super::rule::{read_rule, write_rule};
use super::word::{read_boolean, read_name, read_optional_name, read_word};
use crate::attribute::{AttributeDefinition, AttributeType, Mutability, ObjectDefinition};
use serde_json::{Value as Json, json};

const DIRECTORIES: &str = "directories";
const RULES: &str = "synchronizationRules";

const ID: Field<String> = Field { key: "id", read: read_optional_name, write: |id| Some(json!(id)) };
const NAME: Field<String> = Field { key: "name", read: read_name, write: |name| Some(json!(name)) };
const KIND: Field<AttributeType> = Field {
    key: "type",
    read: |json| read_word(json, AttributeType::ALL, AttributeType::String),
    write: |kind| Some(json!(kind)),
};
const MUTABILITY: Field<Mutability> = Field {
    key: "mutability",
    read: |json| read_word(json, Mutability::ALL, Mutability::ReadWrite),
    write: |mutability| Some(json!(mutability)),
};
const ANCHOR: Field<bool> = flag("anchor");
const REQUIRED: Field<bool> = flag("required");
const MULTIVALUED: Field<bool> = flag("multivalued");
const CASE_EXACT: Field<bool> = flag("caseExact");

/// Of a directory.
const DISCOVERABILITIES: Field<()> = usual("discoverabilities", |()| Some(json!("None")));
/// Of an attribute.
const USUAL_OF_ATTRIBUTES: [Field<()>; 5] = [
    usual("defaultValue", |()| Some(Json::Null)),
    usual("flowNullValues", |()| Some(json!(false))),
    usual("apiExpressions", |()| Some(json!([]))),
    usual("referencedObjects", |()| Some(json!([]))),
    METADATA,
];

const fn flag(key: &'static str) -> Field<bool> {
    Field { key, read: |json| read_boolean(json, false), write: |flag| Some(Json::Bool(*flag)) }
}

impl Schema {
    /// Reads a document in the shape of Graph's `synchronizationSchema`. Its `id` and `version` belong to
    /// the job and are left out.
    ///
    /// # Errors
    /// What could not be read, each with its place; at most 100, never none.
    pub fn from_document(document: &Json) -> Result<Self, Vec<SchemaError>> {
        read_schema(document)
    }

    /// Writes the document, without `id` and `version`.
    #[must_use]
    pub fn to_document(&self) -> Json {
        write_schema(self)
    }
}

fn read_schema(document: &Json) -> Result<Schema, Vec<SchemaError>> {
    let mut report = Report::default();
    let schema = read_fields(document, &mut report);
    let empty = Schema { directories: Vec::new(), rules: Vec::new(), extra: serde_json::Map::new() };
    report.finish(schema.unwrap_or(empty))
}

fn read_fields(document: &Json, report: &mut Report) -> Option<Schema> {
    let mut reading = Reading::begin(document, None, report)?;
    reading.drop_key("id");
    reading.drop_key("version");
    let directories = reading.read_list(DIRECTORIES, report);
    let rules = reading.read_list(RULES, report);
    let count = |rule: &Json| rule.get("objectMappings").and_then(Json::as_array).map_or(0, Vec::len);
    if rules.len().max(rules.iter().map(count).sum()) > MAX_OBJECT_MAPPINGS {
        let message = format!("a schema has at most {MAX_OBJECT_MAPPINGS} object mappings.");
        report.add(None, RULES, &message);
        return None;
    }
    let mut budget = MAX_ATTRIBUTES;
    let directories = read_items(None, DIRECTORIES, ("directory", "name"), directories, |item, place| {
        read_directory(item, place, &mut budget, report)
    });
    let rules =
        read_items(None, RULES, ("rule", "name"), rules, |item, place| read_rule(item, place, report));
    Some(Schema { directories, rules, extra: reading.finish() })
}

fn read_directory(
    json: &Json,
    place: &Place<'_>,
    budget: &mut usize,
    report: &mut Report,
) -> Option<Directory> {
    let mut reading = Reading::begin(json, Some(place), report)?;
    let id = reading.read(&ID, report);
    let name = reading.read(&NAME, report);
    reading.read(&DISCOVERABILITIES, report);
    let key = "objects";
    let objects = reading.read_list(key, report);
    let objects = read_items(Some(place), key, ("object", "name"), objects, |item, place| {
        read_object(item, place, budget, report)
    });
    Some(Directory { id: id?, name: name?, objects, extra: reading.finish() })
}

fn read_object(
    json: &Json,
    place: &Place<'_>,
    budget: &mut usize,
    report: &mut Report,
) -> Option<ObjectDefinition> {
    let mut reading = Reading::begin(json, Some(place), report)?;
    let name = reading.read(&NAME, report);
    reading.read(&METADATA, report);
    let key = "attributes";
    let attributes = reading.read_list(key, report);
    match budget.checked_sub(attributes.len()) {
        Some(left) => *budget = left,
        None => {
            let message = format!("the objects of a schema have at most {MAX_ATTRIBUTES} attributes.");
            report.add(Some(place), key, &message);
            return None;
        }
    }
    let attributes = read_items(Some(place), key, ("attribute", "name"), attributes, |item, place| {
        read_attribute(item, place, report)
    });
    Some(ObjectDefinition { name: name?, attributes, extra: reading.finish() })
}

fn read_attribute(json: &Json, place: &Place<'_>, report: &mut Report) -> Option<AttributeDefinition> {
    let mut reading = Reading::begin(json, Some(place), report)?;
    let name = reading.read(&NAME, report);
    let kind = reading.read(&KIND, report);
    let anchor = reading.read(&ANCHOR, report);
    let required = reading.read(&REQUIRED, report);
    let multivalued = reading.read(&MULTIVALUED, report);
    let case_exact = reading.read(&CASE_EXACT, report);
    let mutability = reading.read(&MUTABILITY, report);
    for field in &USUAL_OF_ATTRIBUTES {
        reading.read(field, report);
    }
    Some(AttributeDefinition {
        name: name?,
        kind: kind?,
        anchor: anchor?,
        required: required?,
        multivalued: multivalued?,
        case_exact: case_exact?,
        mutability: mutability?,
        extra: reading.finish(),
    })
}

fn write_schema(schema: &Schema) -> Json {
    let mut writing = Writing::begin(&schema.extra);
    writing.write_list(DIRECTORIES, schema.directories.iter().map(write_directory).collect());
    writing.write_list(RULES, schema.rules.iter().map(write_rule).collect());
    writing.finish()
}

fn write_directory(directory: &Directory) -> Json {
    let mut writing = Writing::begin(&directory.extra);
    writing.write(&ID, &directory.id);
    writing.write(&NAME, &directory.name);
    writing.write(&DISCOVERABILITIES, &());
    writing.write_list("objects", directory.objects.iter().map(write_object).collect());
    writing.finish()
}

fn write_object(object: &ObjectDefinition) -> Json {
    let mut writing = Writing::begin(&object.extra);
    writing.write(&NAME, &object.name);
    writing.write(&METADATA, &());
    writing.write_list("attributes", object.attributes.iter().map(write_attribute).collect());
    writing.finish()
}

fn write_attribute(attribute: &AttributeDefinition) -> Json {
    let mut writing = Writing::begin(&attribute.extra);
    writing.write(&NAME, &attribute.name);
    writing.write(&KIND, &attribute.kind);
    writing.write(&ANCHOR, &attribute.anchor);
    writing.write(&REQUIRED, &attribute.required);
    writing.write(&MULTIVALUED, &attribute.multivalued);
    writing.write(&CASE_EXACT, &attribute.case_exact);
    writing.write(&MUTABILITY, &attribute.mutability);
    for field in &USUAL_OF_ATTRIBUTES {
        writing.write(field, &());
    }
    writing.finish()
}
