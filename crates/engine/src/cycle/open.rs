//! From a job's configuration to something that a cycle can work with.
use std::sync::Arc;

use purser_connectors::{Connector, ConnectorError, ErrorKind, connect};
use purser_domain::{
    mapping::{CompiledMapping, ObjectKind},
    scope::CompiledFilter,
    secret::Secret,
    target_schema::TargetSchema,
};
use purser_store::Job;
use uuid::Uuid;

use crate::{engine::Inner, target::target_of};

/// What the job's schema says about people, ready to be asked.
pub(crate) struct Rules {
    pub(crate) mapping: CompiledMapping,
    /// Who of those who are entitled is in scope.
    pub(crate) filter: CompiledFilter,
    /// The target's attributes.
    pub(crate) target: TargetSchema,
}

/// Compiles the rules and prepares the connector. Sends nothing.
///
/// # Errors
/// What is wrong with the configuration, as the reason of a quarantine.
pub(crate) fn open(engine: &Inner, job: &Job) -> Result<(Rules, Arc<dyn Connector>), ConnectorError> {
    let rules = compile(job)?;
    let id = Uuid::parse_str(&job.application.template_id).ok();
    let template = id.and_then(|id| engine.deps.gallery.find(id)).ok_or_else(|| {
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
    let target = target_of(&engine.deps.store, &job.spec, job.secrets.clone());
    Ok((rules, connect(&template, &target, &engine.deps.kit)?))
}

fn compile(job: &Job) -> Result<Rules, ConnectorError> {
    let advice = "Correct the mapping and save it; then provisioning goes on by itself.";
    let Some(mapping) = job.schema.mapping(ObjectKind::User) else {
        return Err(misconfigured("The schema has no mapping for users.".to_owned(), advice));
    };
    let target = match job.schema.target(ObjectKind::User) {
        Some(definition) => TargetSchema::from_definition(definition),
        None => TargetSchema::scim_user().clone(),
    };
    let refuse = |what: &str, problems: Vec<String>| {
        misconfigured(format!("The {what} can't be used: {}", problems.join(" ")), advice)
    };
    let compiled = CompiledMapping::compile(mapping, &target).map_err(|problems| {
        refuse("attribute mapping", problems.iter().map(ToString::to_string).collect())
    })?;
    let filter = mapping
        .scope
        .compile(ObjectKind::User)
        .map_err(|problems| refuse("scoping filter", problems.iter().map(ToString::to_string).collect()))?;
    Ok(Rules { mapping: compiled, filter, target })
}

/// For the case that cannot be: a cycle stopped because of its target, and nobody noted why.
pub(crate) fn unknown_trouble() -> ConnectorError {
    let advice = "Use Test Connection to find out what is wrong with the application.";
    ConnectorError::new(ErrorKind::Transient { retry_after: None }, "The application does not work.", advice)
}

fn misconfigured(message: String, advice: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Misconfigured, message, advice)
}
