//! Schema documents: reading, writing, and what they mean.
//!
//! The input is the document as JSON.
use purser_domain::mapping::{CompiledMapping, check_runnable};
use purser_domain::object::ObjectKind;
use purser_domain::schema::{MappingProblem, Schema, Severity, validate};
use purser_domain::scope::ScopeMode;
use purser_domain::target_schema::TargetSchema;
use serde_json::Value as Json;

/// Reads a document, writes it, and reads that.
pub fn check(input: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Json>(input) else { return };
    match Schema::from_document(&document) {
        Err(errors) => {
            assert!((1..=100).contains(&errors.len()), "{} errors", errors.len());
            assert!(errors.iter().all(|error| !error.message.is_empty()), "an error without a word");
        }
        Ok(schema) => {
            let written = schema.to_document();
            assert_eq!(Schema::from_document(&written).as_ref(), Ok(&schema), "{written} reads back");
            // Only the key that is reserved for our own notes is left out where it stands.
            if !document.to_string().contains("@purser.omitted") {
                assert_eq!(written, strip(document), "nothing is lost and nothing is added");
            }
            check_meaning(&schema);
        }
    }
}

/// Whatever a document says, looking at it must not fail.
fn check_meaning(schema: &Schema) {
    for kind in ObjectKind::ALL {
        for scope in ScopeMode::ALL {
            let problems = validate(schema, *kind, *scope);
            assert!(problems.iter().all(|problem| !problem.message.is_empty()), "a problem without a word");
        }
        let Some(mapping) = schema.mapping(*kind) else { continue };
        if let Some(definition) = schema.target(*kind) {
            let target = TargetSchema::from_definition(definition);
            let runnable = !check_runnable(mapping, &target).iter().any(is_error);
            assert_eq!(
                CompiledMapping::compile(mapping, &target).is_ok(),
                runnable,
                "what is sound compiles"
            );
        }
        let mut changed = schema.clone();
        assert!(changed.replace_mapping(*kind, mapping.clone()), "there is such a mapping");
        assert_eq!(&changed, schema, "a mapping replaced by itself changes nothing");
    }
}

fn is_error(problem: &MappingProblem) -> bool {
    problem.severity == Severity::Error
}

/// What a document says about the schema: the two keys of the job are left out.
fn strip(document: Json) -> Json {
    let Json::Object(mut object) = document else { return document };
    object.shift_remove("id");
    object.shift_remove("version");
    Json::Object(object)
}
