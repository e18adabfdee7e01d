//! From a gallery file's lists to the schema that an application starts with.
use purser_domain::attribute::AttributeDefinition;
use purser_domain::mapping::{AttributeMapping, MappingSource, ObjectActions, ObjectMapping};
use purser_domain::object::ObjectKind;
use purser_domain::schema::Schema;
use purser_domain::scope::ScopingFilter;
use purser_domain::target_schema::TargetSchema;
use serde_json::{Map, json};

use super::template::{AttributeTemplate, ObjectTemplate, RowTemplate, Template};

impl Template {
    /// The schema that an application of this name, made from this template, starts with. Its mappings' names are
    /// worded as in the seed documents.
    #[must_use]
    pub fn default_schema(&self, application: &str) -> Schema {
        let objects = self.objects().map(|(kind, object)| {
            (object.build_mapping(kind, application), Some(object.build_attributes(kind)))
        });
        Schema::with_targets(application, objects.collect())
    }

    /// The kinds of objects that it is provisioned with.
    pub fn objects(&self) -> impl Iterator<Item = (ObjectKind, &ObjectTemplate)> {
        let group = self.group.as_ref().map(|group| (ObjectKind::Group, group));
        std::iter::once((ObjectKind::User, &self.user)).chain(group)
    }
}

impl ObjectTemplate {
    fn build_mapping(&self, kind: ObjectKind, application: &str) -> ObjectMapping {
        ObjectMapping {
            name: format!("Synchronize Purser {kind}s to {application}"),
            enabled: self.enabled,
            actions: ObjectActions { create: self.create, delete: self.delete, ..ObjectActions::default() },
            source_object: kind,
            target_object: self.name.clone(),
            scope: ScopingFilter::default(),
            attributes: self.mapping.iter().map(RowTemplate::build).collect(),
            extra: Map::new(),
        }
    }

    /// The attribute list that the target starts with.
    pub(crate) fn build_attributes(&self, kind: ObjectKind) -> Vec<AttributeDefinition> {
        let scim = match kind {
            ObjectKind::User => TargetSchema::scim_user(),
            ObjectKind::Group => TargetSchema::scim_group(),
        };
        let mut list: Vec<AttributeDefinition> = Vec::new();
        if self.scim_attributes {
            list.extend(scim.attributes().iter().cloned());
        }
        for attribute in &self.attributes {
            let definition = attribute.build();
            match list.iter_mut().find(|known| known.name.eq_ignore_ascii_case(&attribute.name)) {
                Some(known) => *known = definition,
                None => list.push(definition),
            }
        }
        list
    }
}

impl AttributeTemplate {
    fn build(&self) -> AttributeDefinition {
        let mut extra = Map::new();
        if let Some(kind) = self.refers_to {
            extra.insert(
                "referencedObjects".to_owned(),
                json!([{"referencedObjectName": kind.as_str(), "referencedProperty": "id"}]),
            );
        }
        let mut metadata = Vec::new();
        if !self.canonical_values.is_empty() {
            metadata.push(json!({"key": "CanonicalValues", "value": self.canonical_values.join("\n")}));
        }
        if !self.description.is_empty() {
            metadata.push(json!({"key": "Description", "value": self.description}));
        }
        if !metadata.is_empty() {
            extra.insert("metadata".to_owned(), json!(metadata));
        }
        AttributeDefinition {
            name: self.name.clone(),
            kind: self.kind,
            anchor: false,
            required: self.required,
            multivalued: self.multi_valued,
            case_exact: self.exact_case,
            mutability: self.mutability,
            extra,
        }
    }
}

impl RowTemplate {
    fn build(&self) -> AttributeMapping {
        let source = if let Some(from) = &self.from {
            MappingSource::Direct(from.clone())
        } else if let Some(expression) = &self.expression {
            MappingSource::Expression(expression.clone())
        } else if let Some(constant) = &self.constant {
            MappingSource::Constant(constant.clone())
        } else {
            MappingSource::None
        };
        AttributeMapping {
            default_value: self.default.clone(),
            matching_priority: self.matching,
            flow_type: self.apply,
            ..AttributeMapping::new(source, &self.to)
        }
    }
}
