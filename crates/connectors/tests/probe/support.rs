//! What these tests share.
use anyhow::{Context, Result};
use purser_connectors::probe::{ProbeOptions, ProbeReport, ProbeStep, probe};
use purser_connectors::{Credentials, EgressPolicy, Gallery, HttpKit, Overrides, TargetConfig, Template};
use purser_domain::object::ObjectKind;
use purser_domain::secret::Secret;
use serde_json::Value;

use crate::fake::Fake;

pub(crate) const TOKEN: &str = "t0p-s3cret";

pub(crate) fn template() -> Result<Template> {
    let gallery = Gallery::load()?;
    let templates = gallery.templates();
    let generic = templates.iter().find(|template| template.name == "SCIM application");
    Ok(Template::clone(generic.context("the generic application is missing")?))
}

pub(crate) fn kit() -> Result<HttpKit> {
    let allowed_networks = vec!["127.0.0.0/8".parse()?];
    Ok(HttpKit::new(EgressPolicy { allowed_networks, ..EgressPolicy::default() })?)
}

pub(crate) fn target(fake: &Fake) -> TargetConfig {
    TargetConfig {
        tenant_url: fake.base_url(),
        credentials: Credentials::token(Secret::new(TOKEN)),
        overrides: Overrides::default(),
    }
}

pub(crate) const fn options(read_only: bool) -> ProbeOptions {
    ProbeOptions { read_only, kinds: Vec::new() }
}

/// Probes users and groups.
pub(crate) async fn ask(
    fake: &Fake,
    read_only: bool,
    progress: &(dyn Fn(ProbeStep) + Send + Sync),
) -> purser_connectors::Result<ProbeReport> {
    let options = ProbeOptions { kinds: vec![ObjectKind::User, ObjectKind::Group], ..options(read_only) };
    let template = template().map_err(no_template)?;
    let kit = kit().map_err(no_template)?;
    probe(&template, &target(fake), &kit, &options, progress).await
}

fn no_template(error: anyhow::Error) -> purser_connectors::ConnectorError {
    let message = error.to_string();
    purser_connectors::ConnectorError::new(purser_connectors::ErrorKind::Misconfigured, message, "")
}

/// What the probe proposes, as `setting=value`, in the order of the alphabet.
pub(crate) fn settings(report: &ProbeReport) -> Vec<String> {
    let mut settings: Vec<String> =
        report.overrides.0.iter().map(|(name, value): (&String, &Value)| format!("{name}={value}")).collect();
    settings.sort();
    settings
}
