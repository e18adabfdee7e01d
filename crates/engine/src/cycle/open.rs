//! From a job's configuration to something that a cycle can work with.
use std::sync::Arc;

use purser_connectors::{Connector, ConnectorError, Credentials, ErrorKind, connect};
use purser_domain::mapping::CompiledMapping;
use purser_store::Job;
use uuid::Uuid;

use crate::engine::Inner;

/// Compiles the mapping and prepares the connector. Sends nothing.
///
/// # Errors
/// What is wrong with the configuration, as the reason of a quarantine.
pub(crate) fn open(
    engine: &Inner,
    job: &Job,
) -> Result<(CompiledMapping, Arc<dyn Connector>), ConnectorError> {
    let mapping = CompiledMapping::compile(&job.mapping).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let message = format!("The attribute mapping can't be used: {}", errors.join(" "));
        misconfigured(message, "Correct the mapping and save it; then provisioning goes on by itself.")
    })?;
    let id = Uuid::parse_str(&job.application.template_id).ok();
    let template = id.and_then(|id| engine.deps.gallery.find(id)).ok_or_else(|| {
        misconfigured(
            "The gallery does not know the application's template any more.".to_owned(),
            "Update Purser, or add the application again from the gallery.",
        )
    })?;
    let Some(secret_token) = job.token.clone() else {
        return Err(misconfigured(
            "No Secret Token is stored.".to_owned(),
            "Enter the Secret Token under Admin Credentials and save.",
        ));
    };
    let credentials = Credentials { tenant_url: job.spec.tenant_url.clone(), secret_token };
    Ok((mapping, connect(template, credentials, &engine.deps.kit)?))
}

/// For the case that cannot be: a cycle stopped because of its target, and nobody noted why.
pub(crate) fn unknown_trouble() -> ConnectorError {
    let advice = "Use Test Connection to find out what is wrong with the application.";
    ConnectorError::new(ErrorKind::Transient { retry_after: None }, "The application does not work.", advice)
}

fn misconfigured(message: String, advice: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Misconfigured, message, advice)
}
