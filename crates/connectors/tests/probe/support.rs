//! What these tests share.
use anyhow::{Context, Result};
use purser_connectors::probe::{ProbeOptions, ProbeReport, ProbeStep, probe};
use purser_connectors::{Credentials, EgressPolicy, Gallery, HttpKit, Overrides, TargetConfig, Template};
use purser_domain::object::ObjectKind;
use purser_domain::secret::Secret;
use purser_testkit::{DiscoveryStyle, JournalEntry, ScimTarget, TargetOptions};
use serde_json::{Value, json};

/// A target that holds two users and a group of somebody else's.
pub(crate) struct Probed {
    pub(crate) target: ScimTarget,
    strangers: Vec<Value>,
}

impl Probed {
    pub(crate) async fn start(options: TargetOptions) -> Result<Self> {
        let as_text = options.text_booleans;
        let target = ScimTarget::start(options).await?;
        for name in ["ann@x.org", "bo@x.org"] {
            let active = if as_text { json!("True") } else { json!(true) };
            let user = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name,
                "externalId": name, "displayName": name, "active": active, "title": "Boss",
                "emails": [{"type": "work", "value": format!("mail-{name}")}]});
            target.insert(user).context("a user of somebody else's")?;
        }
        target
            .insert_group(json!({"displayName": "Staff", "externalId": "staff"}))
            .context("a group of somebody else's")?;
        target.keep_journal(true);
        let strangers = everything(&target);
        Ok(Self { target, strangers })
    }

    /// Ids of users and groups that the probe left.
    pub(crate) fn leftovers(&self) -> Vec<String> {
        let known = |object: &Value| self.strangers.iter().any(|stranger| stranger["id"] == object["id"]);
        let new = everything(&self.target).into_iter().filter(|object| !known(object));
        new.filter_map(|object| object["id"].as_str().map(str::to_owned)).collect()
    }

    /// Whether what was there from the start is as it was.
    pub(crate) fn is_untouched(&self) -> bool {
        let now = everything(&self.target);
        self.strangers.iter().all(|stranger| now.contains(stranger))
    }

    pub(crate) fn journal(&self) -> Vec<JournalEntry> {
        self.target.journal()
    }

    /// Requests to one of somebody else's objects that are no reads.
    pub(crate) fn writes_to_strangers(&self) -> Vec<JournalEntry> {
        let ids = self.strangers.iter().filter_map(|stranger| stranger["id"].as_str());
        let ids: Vec<&str> = ids.collect();
        let leads_there = |entry: &JournalEntry| ids.iter().any(|id| entry.path.contains(id));
        self.journal().into_iter().filter(|entry| entry.method != "GET" && leads_there(entry)).collect()
    }
}

fn everything(target: &ScimTarget) -> Vec<Value> {
    [target.accounts(), target.groups()].concat()
}

/// A server that says nothing about itself, so that everything has to be tried.
pub(crate) fn silent() -> TargetOptions {
    TargetOptions { discovery: DiscoveryStyle::Absent, ..TargetOptions::default() }
}

/// Probes users and groups.
pub(crate) async fn ask(
    probed: &Probed,
    read_only: bool,
    progress: &(dyn Fn(ProbeStep) + Send + Sync),
) -> purser_connectors::Result<ProbeReport> {
    let options = ProbeOptions { read_only, kinds: vec![ObjectKind::User, ObjectKind::Group] };
    let target = TargetConfig {
        tenant_url: probed.target.base_url(),
        credentials: Credentials::token(Secret::new(probed.target.token())),
        overrides: Overrides::default(),
    };
    let template = template().map_err(no_template)?;
    let kit = kit().map_err(no_template)?;
    probe(&template, &target, &kit, &options, progress).await
}

fn template() -> Result<Template> {
    let gallery = Gallery::load()?;
    let templates = gallery.templates();
    let generic = templates.iter().find(|template| template.name == "SCIM application");
    Ok(Template::clone(generic.context("the generic application is missing")?))
}

fn kit() -> Result<HttpKit> {
    let allowed_networks = vec!["127.0.0.0/8".parse()?];
    Ok(HttpKit::new(EgressPolicy { allowed_networks, ..EgressPolicy::default() })?)
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
