//! What the tests share.
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use purser_connectors::{
    Connector, Credentials, EgressPolicy, Gallery, HttpKit, Overrides, Profile, TargetConfig, Template,
    connect,
};
use purser_domain::mapping::MatchQuery;
use purser_domain::path::TargetPath;
use purser_domain::plan::{Change, NewObject, WriteValue};
use purser_domain::secret::Secret;
use purser_testkit::ScimTarget;
use serde_json::{Value, json};

/// A kit that may call this machine.
pub(crate) fn kit() -> Result<HttpKit> {
    Ok(HttpKit::new(loopback_policy()?)?)
}

pub(crate) fn loopback_policy() -> Result<EgressPolicy> {
    let allowed_networks = vec!["127.0.0.0/8".parse()?, "::1".parse()?];
    Ok(EgressPolicy { allowed_networks, ..EgressPolicy::default() })
}

/// A kit that gives up soon, for targets that never answer.
pub(crate) fn impatient_kit() -> Result<HttpKit> {
    let request_timeout = Duration::from_millis(200);
    Ok(HttpKit::new(EgressPolicy { request_timeout, ..loopback_policy()? })?)
}

pub(crate) fn generic_template() -> Result<Template> {
    let gallery = Gallery::load()?;
    let template = gallery.templates().into_iter().find(|template| template.name == "SCIM application");
    Ok(Template::clone(&*template.context("the generic application is missing")?))
}

pub(crate) fn open(kit: &HttpKit, profile: Profile, url: &str, token: &str) -> Result<Arc<dyn Connector>> {
    let template = Template { profile, ..generic_template()? };
    let target = TargetConfig {
        tenant_url: url.to_owned(),
        credentials: Credentials::token(Secret::new(token)),
        overrides: Overrides::default(),
    };
    Ok(connect(&template, &target, kit)?)
}

pub(crate) fn open_target(target: &ScimTarget) -> Result<Arc<dyn Connector>> {
    open(&kit()?, Profile::default(), &target.base_url(), target.token())
}

pub(crate) fn path(text: &str) -> Result<Arc<TargetPath>> {
    Ok(Arc::new(TargetPath::parse(text)?))
}

pub(crate) fn query(attribute: &str, value: &str) -> Result<MatchQuery> {
    Ok(MatchQuery { path: path(attribute)?, value: json!(value), redacted: false })
}

pub(crate) fn change(attribute: &str, old: Option<Value>, new: Option<Value>) -> Result<Change> {
    Ok(Change::set(path(attribute)?, old, new))
}

pub(crate) fn write(values: &[(String, Value)]) -> Result<NewObject> {
    let value = |(attribute, value): &(String, Value)| Ok(WriteValue::new(path(attribute)?, value.clone()));
    Ok(NewObject { values: values.iter().map(value).collect::<Result<_>>()? })
}

/// A person with nothing but what every account needs.
pub(crate) fn slim(user_name: &str) -> Result<NewObject> {
    write(&[("userName".to_owned(), json!(user_name)), ("active".to_owned(), json!(true))])
}
