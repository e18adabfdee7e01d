//! Random mappings: rows of every kind, ticked and cleared at random.
use super::super::*;
use crate::mapping::{FlowBehavior, ObjectActions};
use crate::scope::ScopingFilter;
use proptest::prelude::*;
use proptest::sample::select;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The row that disables, as the default mapping has it.
pub(super) const DISABLING: &str = "Switch([IsSoftDeleted], , \"False\", \"True\", \"True\", \"False\")";

/// What rows can say: target and source. Each is there or not.
fn pool() -> Vec<(String, MappingSource)> {
    vec![
        ("title".to_owned(), direct("jobTitle")),
        ("displayName".to_owned(), expression("Join(\" \", [givenName], [surname])")),
        ("emails[type eq \"work\"].value".to_owned(), direct("mail")),
        ("addresses[type eq \"work\"].country".to_owned(), direct("country")),
        (format!("{ENTERPRISE}:department"), direct("department")),
        (format!("{ENTERPRISE}:manager"), direct("manager")),
        ("userType".to_owned(), MappingSource::Constant("Staff".to_owned())),
        ("timezone".to_owned(), MappingSource::None),
        ("locale".to_owned(), direct("IsSoftDeleted")),
        ("nickName".to_owned(), expression("Redact([extensionAttribute1])")),
        ("profileUrl".to_owned(), expression("Guid()")),
        ("preferredLanguage".to_owned(), expression("IgnoreFlowIfNullOrEmpty([country])")),
        ("roles".to_owned(), expression("Split([extensionAttribute1], \";\")")),
        ("addresses[type eq \"work\"].locality".to_owned(), unique()),
    ]
}

/// There are few values and many people, so that some get none.
fn unique() -> MappingSource {
    expression("SelectUniqueValue(Append([department], \"1\"), Append([department], \"2\"))")
}

fn row(target: String, source: MappingSource) -> impl Strategy<Value = AttributeMapping> {
    let default = proptest::option::weighted(0.3, Just("b".to_owned()));
    (select(FlowType::ALL), select(FlowBehavior::ALL), default, any::<bool>(), any::<bool>()).prop_map(
        move |(flow_type, flow_behavior, default_value, clear, export_missing_references)| AttributeMapping {
            flow_type: if source == unique() { FlowType::ObjectAddOnly } else { flow_type },
            flow_behavior,
            // A reference is no place for a text that names nobody.
            default_value: default_value.filter(|_| !target.ends_with(":manager")),
            clear,
            export_missing_references,
            ..AttributeMapping::new(source.clone(), &target)
        },
    )
}

fn actions() -> impl Strategy<Value = ObjectActions> {
    let ticked = proptest::bool::weighted(0.8);
    (ticked, ticked, ticked).prop_map(|(create, update, delete)| ObjectActions { create, update, delete })
}

fn mapping(kind: ObjectKind, actions: ObjectActions, attributes: Vec<AttributeMapping>) -> ObjectMapping {
    ObjectMapping {
        name: kind.to_string(),
        enabled: true,
        actions,
        source_object: kind,
        target_object: kind.to_string(),
        scope: ScopingFilter::default(),
        attributes,
        extra: Map::new(),
    }
}

/// A mapping of people.
pub(super) fn user_mappings() -> impl Strategy<Value = ObjectMapping> {
    let rows: Vec<_> = pool()
        .into_iter()
        .map(|(target, source)| proptest::option::weighted(0.5, row(target, source)))
        .collect();
    let extra_match = proptest::bool::weighted(0.3);
    (actions(), rows, proptest::bool::weighted(0.8), extra_match).prop_map(
        |(actions, rows, disables, extra_match)| {
            let mut attributes = vec![AttributeMapping {
                matching_priority: Some(1),
                clear: true,
                ..AttributeMapping::new(direct("userPrincipalName"), "userName")
            }];
            if disables {
                attributes.push(AttributeMapping::new(expression(DISABLING), "active"));
            }
            if extra_match {
                attributes.push(AttributeMapping {
                    matching_priority: Some(2),
                    ..AttributeMapping::new(direct("mailNickname"), "externalId")
                });
            }
            attributes.extend(rows.into_iter().flatten());
            mapping(ObjectKind::User, actions, attributes)
        },
    )
}

/// A mapping of groups.
pub(super) fn group_mappings() -> impl Strategy<Value = ObjectMapping> {
    let members = proptest::option::weighted(0.9, row("members".to_owned(), direct("members")));
    (actions(), members).prop_map(|(actions, members)| {
        let mut attributes = vec![AttributeMapping {
            matching_priority: Some(1),
            ..AttributeMapping::new(direct("displayName"), "displayName")
        }];
        attributes.extend(members.map(|row| AttributeMapping { default_value: None, ..row }));
        mapping(ObjectKind::Group, actions, attributes)
    })
}
