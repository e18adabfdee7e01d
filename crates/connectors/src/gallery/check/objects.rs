//! Attribute lists and default mappings: can an application start with them?
use std::collections::BTreeSet;

use purser_domain::attribute::{AttributeType, ObjectDefinition};
use purser_domain::nearest::find_nearest;
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::schema::{Severity, validate};
use purser_domain::scope::ScopeMode;
use purser_domain::target_schema::TargetSchema;
use serde_json::Map;

use super::Finder;
use crate::gallery::template::{ObjectTemplate, RowTemplate, Template};

pub(super) fn check(template: &Template, finder: &mut Finder<'_>) {
    let schema = template.default_schema(&template.name);
    for (kind, object) in template.objects() {
        let at = place(kind);
        finder.need(&format!("{at}.name"), &object.name);
        if object.attributes.is_empty() && !object.scim_attributes {
            finder
                .add(at, format!("[{at}] has no attribute list. Add attributes, or scim_attributes = true."));
        }
        check_attributes(object, at, finder);
        let mut wrong: BTreeSet<usize> = check_sources(object, at, finder);
        wrong.extend(check_targets(object, kind, at, finder));
        for problem in validate(&schema, kind, ScopeMode::Assigned) {
            // Such a row has its sentence already.
            if problem.severity != Severity::Error || problem.row.is_some_and(|row| wrong.contains(&row)) {
                continue;
            }
            let place =
                problem.row.map_or_else(|| format!("{at}.mapping"), |row| format!("{at}.mapping[{row}]"));
            finder.add(&place, problem.message);
        }
    }
}

pub(super) const fn place(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::User => "user",
        ObjectKind::Group => "group",
    }
}

fn check_attributes(object: &ObjectTemplate, at: &str, finder: &mut Finder<'_>) {
    let mut names = BTreeSet::new();
    for (index, attribute) in object.attributes.iter().enumerate() {
        let place = format!("{at}.attributes[{index}]");
        let name = &attribute.name;
        if let Err(error) = TargetPath::parse(name) {
            finder.add(&place, format!("The attribute {name} has a name that can't be read: {error}"));
        }
        if !names.insert(name.to_lowercase()) {
            finder.add(&place, format!("The attribute {name} is in the list twice. Remove one."));
        }
        if attribute.refers_to.is_some() && attribute.kind != AttributeType::Reference {
            finder.add(
                &place,
                format!("The attribute {name} refers to other objects, so it needs type = \"Reference\"."),
            );
        }
    }
}

/// The rows whose source is not clear.
fn check_sources(object: &ObjectTemplate, at: &str, finder: &mut Finder<'_>) -> BTreeSet<usize> {
    let mut wrong = BTreeSet::new();
    for (index, row) in object.mapping.iter().enumerate() {
        let Some(reason) = describe_source(row) else { continue };
        finder.add(&format!("{at}.mapping[{index}]"), reason);
        wrong.insert(index);
    }
    wrong
}

/// The rows whose target is not in the list. An application's schema would take it in silently, so that a typing
/// mistake would only show in the target's answers.
fn check_targets(
    object: &ObjectTemplate,
    kind: ObjectKind,
    at: &str,
    finder: &mut Finder<'_>,
) -> BTreeSet<usize> {
    let attributes = object.build_attributes(kind);
    let definition = ObjectDefinition { name: object.name.clone(), attributes, extra: Map::new() };
    let target = TargetSchema::from_definition(&definition);
    let mut wrong = BTreeSet::new();
    for (index, row) in object.mapping.iter().enumerate() {
        let Ok(path) = TargetPath::parse(&row.to) else { continue };
        if target.find_path(&path).is_some() {
            continue;
        }
        let names = definition.attributes.iter().map(|attribute| attribute.name.as_str());
        let end = match find_nearest(&row.to, names) {
            Some(nearest) => format!("; did you mean {nearest}?"),
            None => ". Add it to the attributes, or remove the row.".to_owned(),
        };
        let reason = format!("The attribute list of {at} has no {}{end}", row.to);
        finder.add(&format!("{at}.mapping[{index}]"), reason);
        wrong.insert(index);
    }
    wrong
}

fn describe_source(row: &RowTemplate) -> Option<String> {
    let sources = [("from", &row.from), ("expression", &row.expression), ("constant", &row.constant)];
    let given: Vec<&str> = sources.iter().filter(|(_, text)| text.is_some()).map(|(name, _)| *name).collect();
    match given.as_slice() {
        [_] => None,
        [] if row.default.is_some() => None,
        [] => Some(format!(
            "The row for {} says nothing about where its value comes from. Give it from, expression or constant, or a default alone.",
            row.to
        )),
        several => Some(format!("The row for {} has {}. Keep one of them.", row.to, several.join(" and "))),
    }
}
