//! What these tests share.
use std::sync::Arc;

use anyhow::{Context, Result};
use purser_connectors::{
    Connector, Credentials, EgressPolicy, Gallery, HttpKit, Overrides, TargetConfig, Template, connect,
};
use purser_domain::path::TargetPath;
use purser_domain::plan::{Change, ChangeKind, MatchQuery, NewObject, WriteValue};
use purser_domain::secret::Secret;
use purser_testkit::{ComplaintStyle, MemberStyle, SamanageOptions, SamanageTarget, Wrapping};
use serde_json::{Value, json};

pub(crate) fn template() -> Result<Template> {
    let gallery = Gallery::load()?;
    let template = gallery.templates().into_iter().find(|template| template.name == "Samanage");
    Ok(Template::clone(&*template.context("Samanage is not in the gallery")?))
}

pub(crate) fn kit() -> Result<HttpKit> {
    let allowed_networks = vec!["127.0.0.0/8".parse()?];
    Ok(HttpKit::new(EgressPolicy { allowed_networks, ..EgressPolicy::default() })?)
}

/// A connector with these settings in place of the gallery's. Its rate limits are left out: these tests are many in a
/// second.
pub(crate) fn open_with(
    target: &SamanageTarget,
    credentials: Credentials,
    settings: Value,
) -> Result<Arc<dyn Connector>> {
    let mut overrides = settings.as_object().cloned().unwrap_or_default();
    overrides.entry("limits").or_insert(json!([]));
    let target = TargetConfig { tenant_url: target.base_url(), credentials, overrides: Overrides(overrides) };
    Ok(connect(&template()?, &target, &kit()?)?)
}

pub(crate) fn open(target: &SamanageTarget) -> Result<Arc<dyn Connector>> {
    open_with(target, Credentials::token(Secret::new(target.token())), json!({}))
}

/// Every style in which the API was seen or is documented to answer.
pub(crate) fn styles() -> Vec<SamanageOptions> {
    let base = || SamanageOptions { calls: None, ..SamanageOptions::default() };
    vec![
        base(),
        SamanageOptions { wrapping: Wrapping::Wrapped, text_ids: true, created: true, ..base() },
        SamanageOptions {
            wrapping: Wrapping::Mixed,
            complaints: ComplaintStyle::List,
            max_page: 3,
            ..base()
        },
        SamanageOptions {
            complaints: ComplaintStyle::Sentence,
            members: MemberStyle::Record,
            memberships_in_lists: true,
            strict_media: true,
            ..base()
        },
    ]
}

pub(crate) fn path(text: &str) -> Result<Arc<TargetPath>> {
    Ok(Arc::new(TargetPath::parse(text)?))
}

pub(crate) fn query(attribute: &str, value: &str) -> Result<MatchQuery> {
    Ok(MatchQuery { path: path(attribute)?, value: json!(value), redacted: false })
}

pub(crate) fn write(values: &[(&str, Value)]) -> Result<NewObject> {
    let value = |(attribute, value): &(&str, Value)| Ok(WriteValue::new(path(attribute)?, value.clone()));
    Ok(NewObject { values: values.iter().map(value).collect::<Result<_>>()? })
}

pub(crate) fn set(attribute: &str, new: Value) -> Result<Change> {
    Ok(Change::set(path(attribute)?, None, (!new.is_null()).then_some(new)))
}

pub(crate) fn members(kind: ChangeKind, ids: &[String]) -> Result<Change> {
    let list: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
    let (old, new) = match kind {
        ChangeKind::Remove => (Some(json!(list)), None),
        _ => (None, Some(json!(list))),
    };
    Ok(Change { kind, ..Change::set(path("members")?, old, new) })
}

pub(crate) fn person(email: &str) -> Vec<(&str, Value)> {
    vec![("email", json!(email)), ("name", json!("Ann Example")), ("disabled", json!(false))]
}
