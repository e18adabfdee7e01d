//! What differs between what an account should have and what it has.
use super::elements::{intersect, list, subtract};
use super::{Change, ChangeKind};
use crate::attribute::Mutability;
use crate::mapping::{CompiledMapping, Desired, DesiredValue, Flow, Row};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The key in `Link::exported`, which is no path, under which the paths stand that were seen to be filled by others.
/// What stands there is not ours, so it must not be kept as if it had been exported: it would be cleared one day.
const SEEN: &str = "@seen";

/// What differs.
#[derive(Debug, Default)]
pub(super) struct Differences {
    /// What has to be changed, in the order of the rows.
    pub(super) changes: Vec<Change>,
    /// What an account that was found has and should have. It counts as exported.
    agreed: Vec<(String, Value)>,
    /// Where a row only fills in what is missing, and the account was seen to have something: nobody has to look again.
    pub(super) seen: Vec<String>,
    /// A row fills in what is missing, and nobody knows whether something is.
    pub(super) must_look: bool,
    /// What goes along with every change.
    resent: Vec<Change>,
    /// What was exported and has no value any more, where the clear flow is off.
    pub(super) kept: Vec<String>,
}

/// The rows that say whether an account is disabled.
pub(super) fn disabling(row: &Row) -> bool {
    row.reads_soft_deleted && row.flow == Flow::Always
}

/// Compares with what was exported last, on these rows, and with the account itself where it was seen.
///
/// Only a clear flow removes what its source has lost. What the default value put there stays: the source has not
/// lost what it never had.
pub(super) fn with_exported(
    mapping: &CompiledMapping,
    desired: &Desired,
    exported: &Map<String, Value>,
    body: Option<&Value>,
    wanted: impl Fn(&Row) -> bool,
) -> Differences {
    let mut found = Differences::default();
    let rows = mapping.rows();
    // Both are in the order of the rows, so they are walked side by side.
    let mut nulls = desired.nulls.iter().copied().peekable();
    let mut values = desired.values.iter().peekable();
    let mut kept = desired.kept.iter().copied().peekable();
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| wanted(row)) {
        let value = values.next_if(|value| value.row == at);
        let null = nulls.next_if_eq(&at).is_some();
        let keeps = kept.next_if_eq(&at).is_some();
        let old = exported.get(row.path.as_str());
        let was_seen =
            || list(exported.get(SEEN)).iter().any(|path| path.as_str() == Some(row.path.as_str()));
        let default = value.map(|value| &value.value);
        if keeps && old.is_some_and(|old| default.is_none_or(|default| !is_same(row, default, old))) {
            found.kept.push(row.path.to_string());
        }
        match value {
            Some(value) if null => found.compare_lost(row, Some(value), old),
            None if null => found.compare_lost(row, None, old),
            Some(value) => found.compare_exported(row, value, old, body, was_seen),
            None => {}
        }
    }
    found.finish()
}

/// Compares with an account that was found. What it has beyond our values is left alone.
pub(super) fn with_observed(mapping: &CompiledMapping, desired: &Desired, body: &Value) -> Differences {
    let mut found = Differences::default();
    for value in &desired.values {
        if let Some(row) = mapping.rows().get(value.row) {
            found.compare_observed(row, value, body);
        }
    }
    found.finish()
}

impl Differences {
    fn compare_exported(
        &mut self,
        row: &Row,
        value: &DesiredValue,
        old: Option<&Value>,
        body: Option<&Value>,
        was_seen: impl Fn() -> bool,
    ) {
        let exact_case = row.rule.exact_case;
        match value.flow {
            Flow::OnCreate => {}
            Flow::Always if old.is_some_and(|old| is_same(row, &value.value, old)) => {
                self.resend(row, value, old);
            }
            Flow::Always => self.set(row, old, Some(&value.value)),
            Flow::WhenEmpty => match body.map(|body| row.path.find(body)) {
                // What can't be read can't be seen to be missing.
                _ if row.rule.mutability == Mutability::WriteOnly => {}
                Some(Some(_)) if old.is_none() && !was_seen() => self.seen.push(row.path.to_string()),
                Some(Some(_)) => {}
                Some(None) => self.set(row, None, Some(&value.value)),
                None if old.is_none() && !was_seen() => self.must_look = true,
                None => {}
            },
            Flow::AddElements => self.add(row, subtract(list(Some(&value.value)), list(old), exact_case)),
            Flow::SyncElements => {
                self.remove(row, subtract(list(old), list(Some(&value.value)), exact_case));
                self.add(row, subtract(list(Some(&value.value)), list(old), exact_case));
            }
        }
    }

    /// The source has no value; the row may still have its default value, which is for creation only.
    fn compare_lost(&mut self, row: &Row, default: Option<&DesiredValue>, old: Option<&Value>) {
        let Some(old) = old else { return };
        if default.is_some_and(|default| is_same(row, &default.value, old)) {
            return;
        }
        match row.flow {
            Flow::SyncElements => self.remove(row, list(Some(old)).to_vec()),
            _ => self.set(row, Some(old), None),
        }
    }

    fn compare_observed(&mut self, row: &Row, value: &DesiredValue, body: &Value) {
        let there = row.path.find(body);
        let exact_case = row.rule.exact_case;
        match (value.flow, there) {
            (Flow::OnCreate, _) => {}
            (Flow::Always, Some(there)) if row.rule.agrees(&value.value, there) => {
                self.agreed.push((row.path.to_string(), value.value.clone()));
                self.resend(row, value, Some(there));
            }
            (Flow::Always, there) => self.set(row, there, Some(&value.value)),
            (Flow::WhenEmpty, _) if row.rule.mutability == Mutability::WriteOnly => {}
            (Flow::WhenEmpty, Some(_)) => self.seen.push(row.path.to_string()),
            (Flow::WhenEmpty, None) => self.set(row, None, Some(&value.value)),
            (Flow::AddElements | Flow::SyncElements, there) => {
                let (wanted, there) = (list(Some(&value.value)), list(there));
                let ours = intersect(wanted, there, exact_case);
                if !ours.is_empty() {
                    self.agreed.push((row.path.to_string(), Value::Array(ours)));
                }
                self.add(row, subtract(wanted, there, exact_case));
            }
        }
    }

    fn set(&mut self, row: &Row, old: Option<&Value>, new: Option<&Value>) {
        self.changes.push(change(row, ChangeKind::Set, old.cloned(), new.cloned()));
    }

    fn add(&mut self, row: &Row, elements: Vec<Value>) {
        if !elements.is_empty() {
            self.changes.push(change(row, ChangeKind::Add, None, Some(Value::Array(elements))));
        }
    }

    fn remove(&mut self, row: &Row, elements: Vec<Value>) {
        if !elements.is_empty() {
            self.changes.push(change(row, ChangeKind::Remove, Some(Value::Array(elements)), None));
        }
    }

    fn resend(&mut self, row: &Row, value: &DesiredValue, old: Option<&Value>) {
        if row.always {
            let new = Some(value.value.clone());
            self.resent.push(change(row, ChangeKind::Set, old.cloned(), new));
        }
    }

    fn finish(mut self) -> Self {
        if !self.changes.is_empty() {
            self.changes.append(&mut self.resent);
        }
        self
    }

    /// What is exported once the changes are made.
    pub(super) fn exported_after(&self, exported: &Map<String, Value>) -> Map<String, Value> {
        let mut after = exported.clone();
        for (path, value) in &self.agreed {
            after.insert(path.clone(), value.clone());
        }
        if !self.seen.is_empty() {
            let mut seen = list(after.get(SEEN)).to_vec();
            seen.extend(self.seen.iter().map(|path| Value::String(path.clone())));
            after.insert(SEEN.to_owned(), Value::Array(seen));
        }
        for change in &self.changes {
            let path = change.path.as_str();
            match (change.kind, &change.new) {
                (ChangeKind::Set, Some(value)) => {
                    after.insert(path.to_owned(), value.clone());
                }
                (ChangeKind::Set, None) => {
                    after.shift_remove(path);
                }
                (ChangeKind::Add, new) => {
                    let mut elements = list(after.get(path)).to_vec();
                    elements.extend_from_slice(list(new.as_ref()));
                    after.insert(path.to_owned(), Value::Array(elements));
                }
                (ChangeKind::Remove, _) => {
                    let left = subtract(list(after.get(path)), list(change.old.as_ref()), true);
                    if left.is_empty() {
                        after.shift_remove(path);
                    } else {
                        after.insert(path.to_owned(), Value::Array(left));
                    }
                }
            }
        }
        after
    }
}

/// Whether two values of ours say the same to this target: case may not matter, and lists are sets.
fn is_same(row: &Row, new: &Value, old: &Value) -> bool {
    new == old || row.rule.agrees(new, old) && row.rule.agrees(old, new)
}

fn change(row: &Row, kind: ChangeKind, old: Option<Value>, new: Option<Value>) -> Change {
    Change { path: Arc::clone(&row.path), kind, old, new, redacted: row.redacted }
}
