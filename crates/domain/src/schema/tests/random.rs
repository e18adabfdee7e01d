//! Whatever a schema says, its document says; and no document makes reading stumble.
use super::*;
use crate::attribute::{AttributeDefinition, AttributeType, Mutability, ObjectDefinition};
use crate::mapping::{AttributeMapping, ObjectMapping};
use crate::scope::{Clause, ClauseGroup};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        (-9.5..9.5).prop_map(Json::from),
        ".{0,6}".prop_map(Json::from),
        select(vec!["Attribute", "None", "User", "Group", "eq", "sw", "[mail]", "Trim([mail])", "\"", "1"])
            .prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            vec((select(KEYS), inner), 0..4).prop_map(|entries| entries
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()),
        ]
    })
}

const KEYS: &[&str] =
    &["name", "expression", "type", "parameters", "values", "groups", "clauses", "x", "@odata.type"];

fn any_extra() -> impl Strategy<Value = Map<String, Json>> {
    vec(("x[a-z]{0,3}", any_json()), 0..3).prop_map(|entries| entries.into_iter().collect())
}

fn any_source() -> impl Strategy<Value = MappingSource> {
    prop_oneof![
        Just(MappingSource::None),
        "[a-zA-Z0-9.]{0,8}".prop_map(MappingSource::Direct),
        any::<String>().prop_map(MappingSource::Constant),
        select(vec!["Not([a])", "Join(\",\", [a], \"\\\"\")", "[a]", "\"x\"", "broken("])
            .prop_map(|text| MappingSource::Expression(text.to_owned())),
    ]
}

prop_compose! {
    fn any_row()(
        (target, source, default_value) in (".{0,9}", any_source(), any::<Option<String>>()),
        (flow_type, flow_behavior) in (select(FlowType::ALL), select(FlowBehavior::ALL)),
        matching_priority in proptest::option::of(1..u32::MAX),
        (clear, export_missing_references, extra) in (any::<bool>(), any::<bool>(), any_extra()),
    ) -> AttributeMapping {
        AttributeMapping {
            target, source, default_value, flow_type, flow_behavior, matching_priority, clear,
            export_missing_references, extra,
        }
    }
}

prop_compose! {
    fn any_clause()(
        (attribute, operator) in (".{0,9}", select(Operator::ALL)),
        (values, extra) in (vec(any::<String>(), 0..3), any_extra()),
    ) -> Clause {
        Clause { attribute, operator, values, extra }
    }
}

prop_compose! {
    fn any_group()((name, clauses, extra) in (".{0,9}", vec(any_clause(), 0..3), any_extra())) -> ClauseGroup {
        ClauseGroup { name, clauses, extra }
    }
}

prop_compose! {
    fn any_mapping()(
        (name, enabled, target_object) in (".{0,9}", any::<bool>(), ".{0,9}"),
        (create, update, delete) in any::<(bool, bool, bool)>(),
        source_object in select(ObjectKind::ALL),
        (groups, filter_extra) in (vec(any_group(), 0..3), any_extra()),
        (attributes, extra) in (vec(any_row(), 0..4), any_extra()),
    ) -> ObjectMapping {
        ObjectMapping {
            name, enabled, actions: ObjectActions { create, update, delete }, source_object, target_object,
            scope: ScopingFilter { groups, extra: filter_extra }, attributes, extra,
        }
    }
}

prop_compose! {
    fn any_attribute()(
        (name, kind, mutability) in (".{0,9}", select(AttributeType::ALL), select(Mutability::ALL)),
        (anchor, required, multivalued, case_exact) in any::<(bool, bool, bool, bool)>(),
        extra in any_extra(),
    ) -> AttributeDefinition {
        AttributeDefinition { name, kind, anchor, required, multivalued, case_exact, mutability, extra }
    }
}

prop_compose! {
    fn any_directory()(
        (id, name, extra) in (".{0,9}", ".{0,9}", any_extra()),
        objects in vec((".{0,9}", vec(any_attribute(), 0..4), any_extra()), 0..3),
    ) -> Directory {
        let objects = objects.into_iter().map(|(name, attributes, extra)| ObjectDefinition { name, attributes, extra });
        Directory { id, name, objects: objects.collect(), extra }
    }
}

prop_compose! {
    fn any_rule()(
        (id, name, source_directory, target_directory) in (".{0,9}", ".{0,9}", ".{0,9}", ".{0,9}"),
        (mappings, extra) in (vec(any_mapping(), 0..3), any_extra()),
        others in vec(("[D-F][a-z]{3}", any_json()), 0..2),
    ) -> Rule {
        let document = |(kind, more): (String, Json)| json!({ "sourceObjectName": kind, "more": more });
        let others = (0..).zip(others);
        let others = others.map(|(position, other)| OtherMapping { position, document: document(other) }).collect();
        Rule { id, name, source_directory, target_directory, mappings, others, extra }
    }
}

prop_compose! {
    fn any_schema()(
        (directories, rules, extra) in (vec(any_directory(), 0..3), vec(any_rule(), 0..3), any_extra()),
    ) -> Schema {
        Schema { directories, rules, extra }
    }
}

/// Puts a value somewhere into a document, or takes one out.
fn mutate(json: &mut Json, path: &[Index], replacement: Option<Json>) {
    let Some((first, rest)) = path.split_first() else {
        *json = replacement.unwrap_or_default();
        return;
    };
    match json {
        Json::Array(items) if !items.is_empty() => {
            let at = first.index(items.len());
            match replacement {
                None if rest.is_empty() => drop(items.remove(at)),
                replacement => mutate(&mut items[at], rest, replacement),
            }
        }
        Json::Object(entries) if !entries.is_empty() => {
            let key = entries.keys().nth(first.index(entries.len())).unwrap().clone();
            match replacement {
                None if rest.is_empty() => drop(entries.remove(&key)),
                replacement => mutate(&mut entries[&key], rest, replacement),
            }
        }
        _ => *json = replacement.unwrap_or_default(),
    }
}

proptest! {
    #[test]
    fn every_schema_is_what_its_document_says(schema in any_schema()) {
        let document = schema.to_document();
        let read = Schema::from_document(&document);
        prop_assert_eq!(read.as_ref(), Ok(&schema));
    }

    #[test]
    fn a_document_that_was_tampered_with_is_refused_or_comes_back_as_it_was(
        text in select(vec![SCIM, SALESFORCE, ODD]),
        changes in vec((vec(any::<Index>(), 1..9), proptest::option::of(any_json())), 1..5),
    ) {
        let mut document = load(text);
        for (path, replacement) in changes {
            mutate(&mut document, &path, replacement);
        }
        match Schema::from_document(&document) {
            Ok(schema) => {
                for kind in ObjectKind::ALL {
                    let _ = crate::schema::validate(&schema, *kind, crate::scope::ScopeMode::All);
                }
                if let Json::Object(object) = &mut document {
                    object.remove("id");
                    object.remove("version");
                }
                prop_assert_eq!(schema.to_document(), document);
            }
            Err(errors) => prop_assert!(!errors.is_empty()),
        }
    }
}
