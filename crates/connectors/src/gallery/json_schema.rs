//! The JSON schema of gallery files, from which editors complete and check them: `docs/gallery.schema.json`.
use purser_domain::attribute::{AttributeType, Mutability};
use purser_domain::mapping::FlowType;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};

use super::template::Template;

/// The schema as text. It is `docs/gallery.schema.json`; `cargo xtask docs` writes it.
pub fn render_schema() -> Result<String, serde_json::Error> {
    // Draft 7 is what the editors' TOML plug-ins know.
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<Template>();
    schema.insert("title".to_owned(), "An application of Purser's gallery".into());
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

pub(super) fn attribute_type(_: &mut SchemaGenerator) -> Schema {
    words(AttributeType::ALL.iter().map(|word| word.as_str()))
}

pub(super) fn mutability(_: &mut SchemaGenerator) -> Schema {
    words(Mutability::ALL.iter().map(|word| word.as_str()))
}

pub(super) fn flow_type(_: &mut SchemaGenerator) -> Schema {
    words(FlowType::ALL.iter().map(|word| word.as_str()))
}

fn words<'a>(words: impl Iterator<Item = &'a str>) -> Schema {
    let words: Vec<&str> = words.collect();
    json_schema!({"type": "string", "enum": words})
}
