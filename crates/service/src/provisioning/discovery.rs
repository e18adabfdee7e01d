//! Attribute discovery: what a target tells about its attributes goes into the application's attribute list.
//!
//! Only ever adds: an attribute that is in the list keeps its type and flags, since an administrator may have corrected
//! them, and one that the target tells no more may still be mapped. Settings that the target declares are proposed, not
//! taken over.
use crate::caller::{Caller, Right};
use crate::error::Result;
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use crate::provisioning::connection::refuse_target;
use crate::provisioning::exchange::view_exchange;
use crate::provisioning::spec::load_job_of;
use purser_connectors::{Exchange, Overrides, Template};
use purser_contract::profile::{DiscoveryView, ProposalView};
use purser_domain::attribute::{AttributeDefinition, ObjectDefinition};
use purser_domain::object::ObjectKind;
use purser_domain::schema::Schema;
use purser_store::JobSpec;

/// Most attributes that one object's list grows to by discovery.
const MAX_LIST: usize = 2_000;
/// Longest name of an attribute.
const MAX_NAME: usize = 512;
/// Most names in one entry of the audit log.
const MAX_NOTED: usize = 50;
/// Most requests shown as evidence.
const MAX_EVIDENCE: usize = 3;

impl Portal {
    /// Asks the target for its attributes, adds what is new to the attribute lists, and says what it added.
    pub async fn discover_attributes(&self, caller: &Caller, app: &str) -> Result<DiscoveryView> {
        caller.may(Right::Write)?;
        let (application, spec) = load_job_of(self.store(), app).await?;
        let (template, connector) = self.connect_to(&application, &spec).await?;
        let found = connector.discover().await.map_err(|error| refuse_target(&error))?;
        let tx = self.store().begin().await?;
        let (application, stored) = load_job_of(&tx, app).await?;
        let mut schema = tx.load_schema(stored.job_id).await?;
        let mut added = Vec::new();
        let mut told = 0;
        for (kind, attributes) in &found.attributes {
            told += attributes.len();
            for attribute in add_attributes(&mut schema, *kind, attributes) {
                added.push((kind.to_string(), attribute));
            }
        }
        if !added.is_empty() {
            let mut spec = stored.clone();
            spec.updated_at = self.now();
            tx.update_spec(&spec, stored.generation).await?;
            tx.write_schema(stored.job_id, &schema).await?;
            let names: Vec<&str> = added.iter().take(MAX_NOTED).map(|(_, name)| name.as_str()).collect();
            let note = AuditNote::on(application.id.as_uuid(), &application.display_name)
                .with("Added", added.len())
                .with("Attributes", names.join(", "));
            self.audit(&tx, caller, Activity::DiscoverAttributes, note).await?;
            tx.commit().await?;
        }
        Ok(DiscoveryView {
            application_id: application.id.to_string(),
            added,
            told: u32::try_from(told).unwrap_or(u32::MAX),
            proposals: view_declared(&template, &stored, &found.settings, &found.exchanges),
            remarks: found.remarks,
        })
    }
}

/// Adds what the list of a kind does not have, and names it.
fn add_attributes(schema: &mut Schema, kind: ObjectKind, told: &[AttributeDefinition]) -> Vec<String> {
    let Some(list) = find_list(schema, kind) else { return Vec::new() };
    let mut added = Vec::new();
    for attribute in told {
        let usable = !attribute.name.is_empty()
            && attribute.name.len() <= MAX_NAME
            && !attribute.name.chars().any(char::is_control);
        if !usable || list.attribute(&attribute.name).is_some() || list.attributes.len() >= MAX_LIST {
            continue;
        }
        list.attributes.push(attribute.clone());
        added.push(format!("{} ({})", attribute.name, attribute.kind));
    }
    added
}

/// The attribute list of the target's object of a kind.
fn find_list(schema: &mut Schema, kind: ObjectKind) -> Option<&mut ObjectDefinition> {
    let name = schema.target(kind)?.name.clone();
    let directory = schema.rule_of(kind)?.target_directory.clone();
    let mut directories = schema.directories.iter_mut();
    let directory = directories.find(|found| found.name == directory || found.id == directory)?;
    directory.objects.iter_mut().find(|object| object.name == name)
}

/// The settings that a target declares otherwise than the profile says.
fn view_declared(
    template: &Template,
    spec: &JobSpec,
    declared: &Overrides,
    exchanges: &[Exchange],
) -> Vec<ProposalView> {
    let Ok(profile) = template.profile.with(&Overrides(spec.profile.clone())) else { return Vec::new() };
    let Ok(proposed) = profile.with(declared) else { return Vec::new() };
    let (current, proposed) = (profile.differences(&proposed).0, proposed.differences(&profile).0);
    let evidence = exchanges.iter().filter(|exchange| exchange.path.contains("ServiceProviderConfig"));
    let evidence: Vec<_> = evidence.take(MAX_EVIDENCE).map(view_exchange).collect();
    proposed
        .into_iter()
        .map(|(setting, value)| ProposalView {
            current: current.get(&setting).map(ToString::to_string).unwrap_or_default(),
            value: value.to_string(),
            why: "The application declares it in its service provider configuration.".to_owned(),
            evidence: evidence.clone(),
            applied: false,
            setting,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_domain::attribute::{AttributeType, Mutability};
    use serde_json::Map;

    fn attribute(name: &str, kind: AttributeType) -> AttributeDefinition {
        AttributeDefinition {
            name: name.to_owned(),
            kind,
            anchor: false,
            required: false,
            multivalued: false,
            case_exact: false,
            mutability: Mutability::ReadWrite,
            extra: Map::new(),
        }
    }

    #[test]
    fn discovery_only_adds_and_leaves_what_is_there_as_it_is() {
        let gallery = purser_connectors::Gallery::load().unwrap();
        let templates = gallery.templates();
        let template = templates.iter().find(|template| template.name == "SCIM application").unwrap();
        let mut schema = template.default_schema("Wiki");
        let before = schema.target(ObjectKind::User).unwrap().attributes.clone();
        let told = [
            attribute("USERNAME", AttributeType::Integer),
            attribute("urn:x:2.0:User:badge", AttributeType::Integer),
            attribute("urn:x:2.0:user:BADGE", AttributeType::String),
            attribute("bad\u{7}name", AttributeType::String),
            attribute("", AttributeType::String),
        ];
        let added = add_attributes(&mut schema, ObjectKind::User, &told);
        assert_eq!(added, ["urn:x:2.0:User:badge (Integer)"]);
        let after = &schema.target(ObjectKind::User).unwrap().attributes;
        assert_eq!(after[..before.len()], before[..]);
        assert!(add_attributes(&mut schema, ObjectKind::User, &told).is_empty(), "nothing is added twice");
        let many: Vec<_> = (0..5_000).map(|n| attribute(&format!("a{n}"), AttributeType::String)).collect();
        add_attributes(&mut schema, ObjectKind::User, &many);
        assert_eq!(schema.target(ObjectKind::User).unwrap().attributes.len(), MAX_LIST);
    }
}
