//! What differs between two schemas, for the audit log.
use crate::provisioning::mapping_view::{describe_clause, name_actions, name_flow};
use purser_domain::mapping::{AttributeMapping, FlowBehavior, ObjectMapping};
use purser_domain::object::ObjectKind;
use purser_domain::schema::Schema;
use std::collections::BTreeMap;

/// Most changes that one entry of the audit log names.
const MAX_CHANGES: usize = 50;
/// Most characters that it shows of either side of a change.
const MAX_SHOWN: usize = 200;

/// What changed, as labels with `old → new`. Never empty for two schemas that differ.
pub(crate) fn describe_changes(before: &Schema, after: &Schema) -> Vec<(String, String)> {
    let mut changes = Vec::new();
    for kind in [ObjectKind::User, ObjectKind::Group] {
        match (before.mapping(kind), after.mapping(kind)) {
            (Some(before), Some(after)) => compare_mappings(before, after, &mut changes),
            (Some(before), None) => changes.push(("Mapping removed".to_owned(), before.name.clone())),
            (None, Some(after)) => changes.push(("Mapping added".to_owned(), after.name.clone())),
            (None, None) => {}
        }
    }
    if before.directories != after.directories {
        changes.push(("Attribute lists".to_owned(), "changed".to_owned()));
    }
    if changes.is_empty() {
        changes.push(("Schema".to_owned(), "changed beside mappings and attribute lists".to_owned()));
    }
    let more = changes.len().saturating_sub(MAX_CHANGES);
    changes.truncate(MAX_CHANGES);
    if more > 0 {
        changes.push(("Further changes".to_owned(), more.to_string()));
    }
    changes
}

fn compare_mappings(before: &ObjectMapping, after: &ObjectMapping, changes: &mut Vec<(String, String)>) {
    let mut note = |label: &str, old: String, new: String| {
        if old != new {
            changes.push((label.to_owned(), format!("{} → {}", shown(&old), shown(&new))));
        }
    };
    let enabled = |mapping: &ObjectMapping| if mapping.enabled { "Yes" } else { "No" }.to_owned();
    note("Mapping name", before.name.clone(), after.name.clone());
    note("Enabled", enabled(before), enabled(after));
    note("Target Object Actions", name_actions(before).join(", "), name_actions(after).join(", "));
    note("Source Object Scope", describe_scope(before), describe_scope(after));
    // By target; the empty text stands for a row that is not there.
    let mut rows: BTreeMap<&str, (String, String)> = BTreeMap::new();
    for row in &before.attributes {
        rows.entry(&row.target).or_default().0 = describe_row(row);
    }
    for row in &after.attributes {
        rows.entry(&row.target).or_default().1 = describe_row(row);
    }
    for (target, (old, new)) in rows {
        note(&format!("Attribute mapping {}", shown(target)), old, new);
    }
}

fn describe_scope(mapping: &ObjectMapping) -> String {
    if mapping.scope.groups.is_empty() {
        return "All records".to_owned();
    }
    let groups = mapping.scope.groups.iter().map(|group| {
        let clauses: Vec<String> = group.clauses.iter().map(describe_clause).collect();
        clauses.join(" AND ")
    });
    groups.collect::<Vec<_>>().join(" OR ")
}

fn describe_row(row: &AttributeMapping) -> String {
    let mut text = format!("{} {}", row.source.kind(), row.source.text());
    if let Some(default) = &row.default_value {
        text.push_str(&format!(", default \"{default}\""));
    }
    if let Some(precedence) = row.matching_priority {
        text.push_str(&format!(", matching precedence {precedence}"));
    }
    text.push_str(&format!(", {}", name_flow(row.flow_type)));
    if row.flow_behavior == FlowBehavior::FlowAlways {
        text.push_str(", with every update");
    }
    if row.clear {
        text.push_str(", cleared when the source is");
    }
    text
}

fn shown(text: &str) -> String {
    if text.is_empty() {
        return "(none)".to_owned();
    }
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
