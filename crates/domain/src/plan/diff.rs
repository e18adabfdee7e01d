//! What differs between what an account should have and what it has.
use super::Change;
use crate::mapping::{CompiledMapping, Desired, Flow, FlowType, Row};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The rows that say whether an account is disabled.
pub(super) fn disabling(row: &Row) -> bool {
    row.reads_soft_deleted && row.flow_type == FlowType::Always
}

/// Compares with what was exported last, on these rows. A value that we exported and that is gone now is
/// cleared, unless accounts are matched by it.
pub(super) fn with_exported(
    mapping: &CompiledMapping,
    desired: &Desired,
    exported: &Map<String, Value>,
    wanted: impl Fn(&Row) -> bool,
) -> Vec<Change> {
    let mut changes = Vec::new();
    // Both are in the order of the rows, so they are walked side by side.
    let mut values = desired.values.iter().peekable();
    for (at, row) in mapping.rows().iter().enumerate() {
        let value = values.next_if(|value| value.row == at);
        if row.flow_type == FlowType::ObjectAddOnly || !wanted(row) {
            continue;
        }
        let old = exported.get(row.path.as_str());
        let new = match value {
            Some(value) if value.flow != Flow::Always || old == Some(&value.value) => continue,
            Some(value) => Some(value.value.clone()),
            None if old.is_none() || row.matches => continue,
            None => None,
        };
        changes.push(Change { path: Arc::clone(&row.path), old: old.cloned(), new });
    }
    changes
}

/// Compares with an account that was found. What it has beyond our values is left alone.
pub(super) fn with_observed(mapping: &CompiledMapping, desired: &Desired, body: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    for value in &desired.values {
        let found = value.target.find(body);
        let rule = mapping.rows()[value.row].rule;
        let right = match (value.flow, found) {
            (Flow::OnCreate, _) | (Flow::WhenEmpty, Some(_)) => true,
            (_, found) => found.is_some_and(|found| rule.agrees(&value.value, found)),
        };
        if !right {
            let new = Some(value.value.clone());
            changes.push(Change { path: Arc::clone(&value.target), old: found.cloned(), new });
        }
    }
    changes
}

/// What is exported once the changes are made.
pub(super) fn apply(exported: &Map<String, Value>, changes: &[Change]) -> Map<String, Value> {
    let mut after = exported.clone();
    for change in changes {
        match &change.new {
            Some(value) => after.insert(change.path.to_string(), value.clone()),
            None => after.shift_remove(change.path.as_str()),
        };
    }
    after
}
