//! The schema that a new application starts with.
use super::parts::{Directory, Rule, Schema};
use crate::attribute::{AttributeDefinition, Mutability, ObjectDefinition, SourceAttribute, text};
use crate::mapping::ObjectMapping;
use crate::object::ObjectKind;
use crate::target_schema::TargetSchema;
use serde_json::{Map, json};

/// Name of our own side.
const SOURCE: &str = "Purser";
/// Id of the other one.
const TARGET_ID: &str = "target";

impl Schema {
    /// The schema of an application with these mappings: our own directory, a directory with the
    /// application's name and the attributes of a SCIM user, and a rule for each mapping.
    #[must_use]
    pub fn default_for(application: &str, mappings: Vec<ObjectMapping>) -> Self {
        Self::with_targets(application, mappings.into_iter().map(|mapping| (mapping, None)).collect())
    }

    /// The same with the application's own attribute lists; where there is none, SCIM's. What a mapping writes besides
    /// is added to its list.
    #[must_use]
    pub fn with_targets(
        application: &str,
        objects: Vec<(ObjectMapping, Option<Vec<AttributeDefinition>>)>,
    ) -> Self {
        let target_objects =
            objects.iter().map(|(mapping, list)| define_target(mapping, list.as_deref())).collect();
        let mappings: Vec<_> = objects.into_iter().map(|(mapping, _)| mapping).collect();
        let source_objects = ObjectKind::ALL.iter().filter(|kind| {
            **kind == ObjectKind::User || mappings.iter().any(|mapping| mapping.source_object == **kind)
        });
        let source_objects = source_objects.map(|kind| define_source(*kind)).collect();
        Self {
            directories: vec![
                define_directory(SOURCE, SOURCE, true, source_objects),
                define_directory(TARGET_ID, application, false, target_objects),
            ],
            rules: (1_u32..).zip(mappings).map(|(at, mapping)| make_rule(application, at, mapping)).collect(),
            extra: Map::new(),
        }
    }
}

fn define_directory(id: &str, name: &str, read_only: bool, objects: Vec<ObjectDefinition>) -> Directory {
    let mut extra = Map::new();
    extra.insert("readOnly".to_owned(), json!(read_only));
    Directory { id: id.to_owned(), name: name.to_owned(), objects, extra }
}

fn define_source(kind: ObjectKind) -> ObjectDefinition {
    let define = |source: SourceAttribute| AttributeDefinition {
        kind: source.kind,
        anchor: source.name == "objectId",
        required: source.required,
        multivalued: source.multivalued,
        case_exact: false,
        mutability: Mutability::ReadOnly,
        ..text(source.name)
    };
    let attributes = SourceAttribute::all(kind).into_iter().map(define).collect();
    ObjectDefinition { name: kind.as_str().to_owned(), attributes, extra: Map::new() }
}

/// The attributes of the list, or else of SCIM, and what the mapping writes besides.
fn define_target(mapping: &ObjectMapping, list: Option<&[AttributeDefinition]>) -> ObjectDefinition {
    let own = list.map(|list| {
        TargetSchema::from_definition(&ObjectDefinition {
            name: mapping.target_object.clone(),
            attributes: list.to_vec(),
            extra: Map::new(),
        })
    });
    let known = own.as_ref().unwrap_or_else(|| match mapping.source_object {
        ObjectKind::User => TargetSchema::scim_user(),
        ObjectKind::Group => TargetSchema::scim_group(),
    });
    let unknown = mapping.attributes.iter().filter(|row| known.find(&row.target).is_none());
    let more = unknown.map(|row| text(&row.target));
    let attributes = known.attributes().iter().cloned().chain(more).collect();
    ObjectDefinition { name: mapping.target_object.clone(), attributes, extra: Map::new() }
}

fn make_rule(application: &str, priority: u32, mapping: ObjectMapping) -> Rule {
    let name = match mapping.source_object {
        ObjectKind::User => "USER_TO_USER",
        ObjectKind::Group => "GROUP_TO_GROUP",
    };
    let mut extra = Map::new();
    extra.insert("priority".to_owned(), json!(priority));
    extra.insert("editable".to_owned(), json!(false));
    Rule {
        id: mapping.source_object.key().to_owned(),
        name: name.to_owned(),
        source_directory: SOURCE.to_owned(),
        target_directory: application.to_owned(),
        mappings: vec![mapping],
        others: Vec::new(),
        extra,
    }
}
