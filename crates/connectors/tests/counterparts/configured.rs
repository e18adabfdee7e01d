//! The generic application, configured for one server as an administrator would: address, token, what the probe
//! proposes, and a value for every attribute that the server requires.
use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use purser_connectors::probe::{ProbeOptions, probe};
use purser_connectors::{
    Connector, ConnectorKind, Credentials, EgressPolicy, Gallery, HttpKit, Overrides, TargetConfig, Template,
    connect,
};
use purser_domain::attribute::Mutability;
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::secret::Secret;
use purser_domain::target_schema::{TargetRule, TargetSchema};

use crate::counterpart::Counterpart;

/// An application that is ready to provision.
pub(crate) struct Configured {
    /// What speaks with the server.
    pub(crate) connector: Arc<dyn Connector>,
    /// The attributes that are written, by kind of object, with how their values are made.
    rows: BTreeMap<ObjectKind, Vec<Row>>,
}

/// An attribute that is written.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Where.
    pub(crate) path: Arc<TargetPath>,
    /// What its values look like.
    pub(crate) rule: TargetRule,
}

impl Configured {
    /// Connects and asks the server which attributes it requires.
    pub(crate) async fn connect(counterpart: &Counterpart, proposed: &Overrides) -> Result<Self> {
        let template = generic_template()?;
        let connector = connect(&template, &target(counterpart, proposed.clone()), &kit()?)?;
        let required = connector.discover().await.context("discovering attributes")?.attributes;
        let mut rows = BTreeMap::new();
        for kind in [ObjectKind::User, ObjectKind::Group] {
            let mut names = default_rows(&template, kind);
            let required =
                required.iter().filter(|(of, _)| *of == kind).flat_map(|(_, attributes)| attributes);
            // What an administrator adds to the mapping by hand.
            for attribute in required.filter(|attribute| attribute.required) {
                let is_written = names.iter().any(|name| name.eq_ignore_ascii_case(&attribute.name));
                // A sub-attribute is required only where there is an element to have it.
                let is_whole = TargetPath::parse(&attribute.name).is_ok_and(|path| path.sub().is_none());
                if !is_written && is_whole && attribute.mutability != Mutability::ReadOnly {
                    names.push(attribute.name.clone());
                }
            }
            rows.insert(kind, names.iter().map(|name| Row::new(name)).collect::<Result<_>>()?);
        }
        Ok(Self { connector, rows })
    }

    /// The attributes that are written to objects of this kind, members aside.
    pub(crate) fn rows(&self, kind: ObjectKind) -> &[Row] {
        self.rows.get(&kind).map_or(&[], Vec::as_slice)
    }
}

impl Row {
    /// The members of a group.
    pub(crate) fn members() -> Result<Self> {
        Self::new("members")
    }

    fn new(name: &str) -> Result<Self> {
        let path = TargetPath::parse(name)?;
        // The default list knows the type of each attribute that the default mapping writes; any other is text.
        let rule = TargetSchema::scim_user().rule(&path);
        Ok(Self { path: Arc::new(path), rule })
    }
}

/// What the probe proposes for this server, without a hand being put to it.
pub(crate) async fn propose(counterpart: &Counterpart) -> Result<Overrides> {
    let template = generic_template()?;
    let options = ProbeOptions { read_only: false, kinds: vec![ObjectKind::User, ObjectKind::Group] };
    let target = target(counterpart, Overrides::default());
    let report = probe(&template, &target, &kit()?, &options, &|_| ()).await?;
    ensure!(report.left_behind.is_empty(), "left behind: {:?}", report.left_behind);
    Ok(report.overrides)
}

/// The target attributes of the default mapping. What stays of groups where the generic application has none is what
/// every group has.
fn default_rows(template: &Template, kind: ObjectKind) -> Vec<String> {
    let rows = template.objects().find(|(of, _)| *of == kind).map(|(_, object)| &object.mapping);
    let Some(rows) = rows else { return vec!["displayName".to_owned()] };
    rows.iter().map(|row| row.to.clone()).filter(|name| name != "members").collect()
}

/// The generic SCIM application; the one with groups where there are two.
fn generic_template() -> Result<Arc<Template>> {
    let gallery = Gallery::load()?;
    let generic = |template: &Arc<Template>| {
        template.connector == ConnectorKind::Scim
            && template.categories.iter().any(|category| category == "Custom")
    };
    let found =
        gallery.templates().into_iter().filter(generic).max_by_key(|template| template.group.is_some());
    found.context("the gallery has no generic application")
}

fn target(counterpart: &Counterpart, overrides: Overrides) -> TargetConfig {
    let credentials = Credentials::token(Secret::new(counterpart.token.as_str()));
    TargetConfig { tenant_url: counterpart.base.clone(), credentials, overrides }
}

/// A kit that may call this machine.
fn kit() -> Result<HttpKit> {
    let allowed_networks = vec!["127.0.0.0/8".parse()?];
    Ok(HttpKit::new(EgressPolicy { allowed_networks, ..EgressPolicy::default() })?)
}
