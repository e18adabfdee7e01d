//! Values for the attributes that are written, and what became of them.
use anyhow::{Context, Result, ensure};
use purser_domain::attribute::AttributeType;
use purser_domain::mapping::MatchQuery;
use purser_domain::plan::{Change, ChangeKind, NewObject, WriteValue};
use serde_json::{Value, json};
use std::sync::Arc;

use crate::configured::Row;

/// What the values of one object are made from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample<'a> {
    /// By what the object is found: its `userName`, or a group's `displayName`.
    pub(crate) name: &'a str,
    /// Stands in every text.
    pub(crate) mark: &'a str,
    /// Id of an object that can be referred to.
    pub(crate) other: &'a str,
}

/// One attribute with its value.
#[derive(Debug, Clone)]
pub(crate) struct Valued {
    /// The attribute.
    pub(crate) row: Row,
    /// Its value.
    pub(crate) value: Value,
}

/// A value for each attribute. `named` is the attribute by which the object is found.
pub(crate) fn sample(rows: &[Row], named: &str, from: Sample<'_>) -> Vec<Valued> {
    let valued = |row: &Row| Valued { row: row.clone(), value: sample_value(row, named, from) };
    rows.iter().map(valued).collect()
}

fn sample_value(row: &Row, named: &str, from: Sample<'_>) -> Value {
    let text = match row.path.as_str() {
        path if path == named => from.name.to_owned(),
        path if path.starts_with("emails") => format!("{}@example.com", from.mark),
        path if path.starts_with("phoneNumbers") => format!("+41 44 {} {}", from.mark.len(), path.len()),
        "preferredLanguage" => if from.mark.len().is_multiple_of(2) { "de-CH" } else { "en-GB" }.to_owned(),
        path => format!("{} \"{}\", zoë & sœur", from.mark, path.len()),
    };
    match row.rule.kind {
        AttributeType::Boolean => json!(true),
        AttributeType::Reference if row.rule.nested => json!({"value": from.other}),
        AttributeType::Reference => json!(from.other),
        _ => json!(text),
    }
}

/// An object of these values.
pub(crate) fn write(values: &[Valued]) -> NewObject {
    let value = |valued: &Valued| WriteValue::new(Arc::clone(&valued.row.path), valued.value.clone());
    NewObject { values: values.iter().map(value).collect() }
}

/// The changes from the one to the other, as a plan has them: nothing for what stays.
pub(crate) fn changes(old: &[Valued], new: &[Valued]) -> Vec<Change> {
    let pairs = old.iter().zip(new).filter(|(old, new)| old.value != new.value);
    pairs
        .map(|(old, new)| {
            Change::set(Arc::clone(&new.row.path), Some(old.value.clone()), Some(new.value.clone()))
        })
        .collect()
}

/// Members that come to a group.
pub(crate) fn add_members(row: &Row, ids: &[&str]) -> Change {
    Change { kind: ChangeKind::Add, ..Change::set(Arc::clone(&row.path), None, Some(elements(ids))) }
}

/// Members that go from a group.
pub(crate) fn remove_members(row: &Row, ids: &[&str]) -> Change {
    Change { kind: ChangeKind::Remove, ..Change::set(Arc::clone(&row.path), Some(elements(ids)), None) }
}

fn elements(ids: &[&str]) -> Value {
    ids.iter().map(|id| json!({"value": id})).collect()
}

/// The question for an object by this attribute.
pub(crate) fn query(row: &Row, value: &str) -> MatchQuery {
    MatchQuery { path: Arc::clone(&row.path), value: json!(value), redacted: false }
}

/// The attribute of this name.
pub(crate) fn row<'a>(rows: &'a [Row], name: &str) -> Result<&'a Row> {
    rows.iter().find(|row| row.path.as_str() == name).with_context(|| format!("{name} is not written"))
}

/// Fails unless the server holds just these values.
pub(crate) fn expect_values(held: &Value, values: &[Valued]) -> Result<()> {
    let mut wrong = Vec::new();
    for Valued { row, value } in values {
        let found = row.path.find(held);
        if !found.is_some_and(|found| row.rule.matches(value, found)) {
            wrong.push(format!("{}: wanted {value}, found {found:?}", row.path));
        }
    }
    ensure!(
        wrong.is_empty(),
        "the server holds other values than it was given:\n{}\n{held}",
        wrong.join("\n")
    );
    Ok(())
}
