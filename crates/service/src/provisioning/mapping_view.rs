//! Mappings and what is wrong with them in the portal's words.
use purser_contract::provisioning::{AttributeMappingView, ObjectMappingView, ScopingFilterView};
use purser_contract::schema::MappingProblemView;
use purser_domain::mapping::{AttributeMapping, FlowBehavior, FlowType, ObjectMapping};
use purser_domain::schema::{MappingProblem, Severity};
use purser_domain::scope::{Clause, ClauseGroup};

/// A mapping with its problems.
pub(crate) fn view_mapping(mapping: &ObjectMapping, problems: Vec<MappingProblemView>) -> ObjectMappingView {
    ObjectMappingView {
        key: mapping.source_object.key().to_owned(),
        name: mapping.name.clone(),
        enabled: mapping.enabled,
        source_object: mapping.source_object.as_str().to_owned(),
        target_object: mapping.target_object.clone(),
        actions: name_actions(mapping).into_iter().map(str::to_owned).collect(),
        scope: mapping.scope.groups.iter().map(view_filter).collect(),
        attributes: mapping.attributes.iter().map(view_attribute).collect(),
        problems,
    }
}

/// A problem of a mapping with its place: `USER_TO_USER/Synchronize Purser Users to Promapp/userName`.
pub(crate) fn view_problem(
    rule: &str,
    mapping: Option<&ObjectMapping>,
    problem: &MappingProblem,
) -> MappingProblemView {
    let name = mapping.map(|mapping| mapping.name.as_str()).unwrap_or_default();
    let row = problem.row.and_then(|row| mapping?.attributes.get(row)).map(|row| row.target.as_str());
    let place = [Some(rule), Some(name), row];
    MappingProblemView {
        error: problem.severity == Severity::Error,
        place: place.into_iter().flatten().collect::<Vec<_>>().join("/"),
        row: problem.row.and_then(|row| u32::try_from(row).ok()),
        code: problem.code.as_str().to_owned(),
        message: problem.message.clone(),
    }
}

/// Target Object Actions as far as ticked.
pub(crate) fn name_actions(mapping: &ObjectMapping) -> Vec<&'static str> {
    let actions = [
        ("Create", mapping.actions.create),
        ("Update", mapping.actions.update),
        ("Delete", mapping.actions.delete),
    ];
    actions.into_iter().filter(|(_, ticked)| *ticked).map(|(name, _)| name).collect()
}

/// *Apply this mapping*, and the ways that only documents know.
pub(crate) fn name_flow(flow: FlowType) -> &'static str {
    match flow {
        FlowType::Always => "Always",
        FlowType::ObjectAddOnly => "Only during object creation",
        FlowType::MultiValueAddOnly => "Always, only adding values",
        FlowType::ValueAddOnly | FlowType::AttributeAddOnly => "Only while the target has no value",
    }
}

/// A clause in words: `department EQUALS "Sales"`.
pub(crate) fn describe_clause(clause: &Clause) -> String {
    let mut text = format!("{} {}", clause.attribute, clause.operator.as_str());
    for (at, value) in clause.values.iter().enumerate() {
        text.push_str(if at == 0 { " " } else { ", " });
        text.push_str(&format!("\"{value}\""));
    }
    text
}

fn view_filter(group: &ClauseGroup) -> ScopingFilterView {
    ScopingFilterView {
        title: group.name.clone(),
        clauses: group.clauses.iter().map(describe_clause).collect(),
    }
}

fn view_attribute(attribute: &AttributeMapping) -> AttributeMappingView {
    AttributeMappingView {
        source: attribute.source.text().to_owned(),
        target: attribute.target.clone(),
        mapping_type: attribute.source.kind(),
        default_value: attribute.default_value.clone(),
        apply: name_flow(attribute.flow_type).to_owned(),
        flow_always: attribute.flow_behavior == FlowBehavior::FlowAlways,
        clear: attribute.clear,
        matching_precedence: attribute.matching_priority,
    }
}
