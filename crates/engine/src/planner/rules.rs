//! What a job's configuration says, ready to be asked, and the connector to its target.
use std::sync::Arc;

use purser_connectors::{Connector, ConnectorError, ErrorKind, Template, connect};
use purser_domain::{
    mapping::{AttributeMapping, CompiledMapping, MappingSource, ObjectActions, ObjectMapping},
    object::ObjectKind,
    scope::{CompiledFilter, ScopingFilter},
    secret::Secret,
    target_schema::TargetSchema,
};
use purser_store::Job;
use uuid::Uuid;

use crate::{settings::EngineDeps, target::vault::target_of};

/// What the job's schema says about one kind of object, ready to be asked.
pub(crate) struct RuleSet {
    pub(crate) mapping: CompiledMapping,
    /// Which of those that are entitled are in scope.
    pub(crate) filter: CompiledFilter,
    /// The target's attributes.
    pub(crate) target: TargetSchema,
}

/// What it says about all kinds.
pub(crate) struct RuleBook {
    user: RuleSet,
    /// Switched off where groups are not provisioned; then no plan ever does anything to one.
    group: RuleSet,
}

impl RuleBook {
    pub(crate) fn of(&self, kind: ObjectKind) -> &RuleSet {
        match kind {
            ObjectKind::User => &self.user,
            ObjectKind::Group => &self.group,
        }
    }

    /// Whether objects of this kind are provisioned.
    pub(crate) fn is_on(&self, kind: ObjectKind) -> bool {
        self.of(kind).mapping.is_enabled()
    }
}

/// Whether the job provisions groups: its mapping of groups is switched on, and the application's template knows groups.
pub(crate) fn provisions_groups(deps: &EngineDeps, job: &Job) -> bool {
    let enabled = job.schema.mapping(ObjectKind::Group).is_some_and(|mapping| mapping.enabled);
    let known = find_template(deps, job).is_some_and(|template| template.group.is_some());
    if enabled && !known {
        tracing::warn!(job = %job.spec.job_id, "the mapping of groups is ignored: the application's template has no groups");
    }
    enabled && known
}

fn find_template(deps: &EngineDeps, job: &Job) -> Option<Arc<Template>> {
    let id = Uuid::parse_str(&job.application.template_id).ok()?;
    deps.gallery.find(id).map(|template| template.to_owned())
}

/// Compiles the rules and prepares the connector. Sends nothing.
///
/// # Errors
/// What is wrong with the configuration, as the reason of a quarantine.
pub(crate) fn open(deps: &EngineDeps, job: &Job) -> Result<(RuleBook, Arc<dyn Connector>), ConnectorError> {
    let Some(people) = job.schema.mapping(ObjectKind::User) else {
        return Err(misconfigured("The schema has no mapping for users.".to_owned(), SAVE));
    };
    let group = match job.schema.mapping(ObjectKind::Group) {
        Some(mapping) if provisions_groups(deps, job) => compile(job, ObjectKind::Group, mapping)?,
        _ => compile(job, ObjectKind::Group, &switched_off(ObjectKind::Group))?,
    };
    let user = match people.enabled {
        true => compile(job, ObjectKind::User, people)?,
        false => compile(job, ObjectKind::User, &switched_off(ObjectKind::User))?,
    };
    let rules = RuleBook { user, group };
    let template = find_template(deps, job).ok_or_else(|| {
        misconfigured(
            "The gallery does not know the application's template any more.".to_owned(),
            "Update Purser, or add the application again from the gallery.",
        )
    })?;
    let missing = template.method(&job.spec.credential_method).and_then(|method| {
        let lacks = |key: &str| job.secrets.get(key).is_none_or(Secret::is_empty);
        method.fields.iter().find(|field| field.required && lacks(&field.key))
    });
    if let Some(field) = missing {
        return Err(misconfigured(
            format!("No {} is stored.", field.label),
            "Complete the Admin Credentials and save.",
        ));
    }
    let target = target_of(&deps.store, &deps.clock, &job.spec, job.secrets.clone());
    Ok((rules, connect(&template, &target, &deps.kit)?))
}

/// What to do about a mapping that can't be used.
const SAVE: &str = "Correct the mapping and save it; then provisioning goes on by itself.";

fn compile(job: &Job, kind: ObjectKind, mapping: &ObjectMapping) -> Result<RuleSet, ConnectorError> {
    let target = match (job.schema.target(kind), kind) {
        (Some(definition), _) if mapping.enabled => TargetSchema::from_definition(definition),
        (_, ObjectKind::User) => TargetSchema::scim_user().clone(),
        (_, ObjectKind::Group) => TargetSchema::scim_group().clone(),
    };
    let refuse = |what: &str, problems: Vec<String>| {
        let of = format!("{}s", kind.as_str().to_lowercase());
        misconfigured(format!("The {what} for {of} can't be used: {}", problems.join(" ")), SAVE)
    };
    let compiled = CompiledMapping::compile(mapping, &target).map_err(|problems| {
        refuse("attribute mapping", problems.iter().map(ToString::to_string).collect())
    })?;
    let filter = mapping
        .scope
        .compile(kind)
        .map_err(|problems| refuse("scoping filter", problems.iter().map(ToString::to_string).collect()))?;
    Ok(RuleSet { mapping: compiled, filter, target })
}

/// A mapping by which nothing happens, in place of one that is switched off and need not make sense.
fn switched_off(kind: ObjectKind) -> ObjectMapping {
    let source = MappingSource::Direct("displayName".to_owned());
    let name =
        AttributeMapping { matching_priority: Some(1), ..AttributeMapping::new(source, "displayName") };
    ObjectMapping {
        name: String::new(),
        enabled: false,
        actions: ObjectActions::default(),
        source_object: kind,
        target_object: kind.as_str().to_owned(),
        scope: ScopingFilter::default(),
        attributes: vec![name],
        extra: serde_json::Map::new(),
    }
}

fn misconfigured(message: String, advice: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Misconfigured, message, advice)
}
