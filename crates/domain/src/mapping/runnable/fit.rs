//! Whether a source's values can become values of the target.
//!
//! Only what can never work is a problem: a text may hold a number tomorrow, a boolean never does.
use crate::attribute::{AttributeType, SourceAttribute};
use crate::expression::{Expression, PossibleResult};
use crate::mapping::object_mapping::AttributeMapping;
use crate::mapping::problem::ProblemCode;
use crate::object::APP_ROLE_ASSIGNMENTS;
use crate::object::ObjectKind;
use crate::target_schema::TargetRule;
use crate::value::Value;

type Add<'a> = dyn FnMut(ProblemCode, String) + 'a;

const ROLES_DIRECTLY: &str = "appRoleAssignments must never be mapped directly. Use \
    AssertiveAppRoleAssignmentsComplex([appRoleAssignments]) or another of the role functions.";

/// A source attribute that is written as it is.
pub(super) fn check_direct(
    target: &str,
    source: SourceAttribute,
    rule: Option<TargetRule>,
    add: &mut Add<'_>,
) {
    if source.name == APP_ROLE_ASSIGNMENTS {
        return add(ProblemCode::RolesMappedDirectly, ROLES_DIRECTLY.to_owned());
    }
    let Some(rule) = rule else { return };
    check_type(target, source.name, source.kind, rule, add);
    if source.multivalued {
        check_single(target, source.name, rule, add);
    }
}

/// A constant.
pub(super) fn check_constant(target: &str, text: &str, rule: Option<TargetRule>, add: &mut Add<'_>) {
    if let Some(message) = rule.and_then(|rule| refuse(rule, Value::text(text))) {
        add(ProblemCode::UnfitConstant, format!("The constant for {target} {message}."));
    }
}

/// The default value of a row.
pub(super) fn check_default(row: &AttributeMapping, rule: Option<TargetRule>, add: &mut Add<'_>) {
    let Some(text) = &row.default_value else { return };
    if let Some(message) = rule.and_then(|rule| refuse(rule, Value::text(text))) {
        let message = format!("The default value for {} {message}.", row.target);
        add(ProblemCode::UnfitDefaultValue, message);
    }
}

/// Whatever an expression can turn out to be.
pub(super) fn check_expression(
    target: &str,
    expression: &Expression,
    kind: ObjectKind,
    rule: Option<TargetRule>,
    add: &mut Add<'_>,
) {
    let mut told: Vec<PossibleResult<'_>> = Vec::new();
    for result in expression.possible_results() {
        if told.len() >= 10 || told.contains(&result) {
            continue;
        }
        told.push(result);
        match (result, rule) {
            (PossibleResult::Attribute(name), _) => {
                if let Some(source) = SourceAttribute::find(kind, name) {
                    check_direct(target, source, rule, add);
                }
            }
            (_, None) => {}
            (PossibleResult::Literal(value), Some(rule)) => {
                if let Some(message) = refuse(rule, value.clone()) {
                    let message = format!("A result of the expression for {target} {message}.");
                    add(ProblemCode::TypeMismatch, message);
                }
            }
            (PossibleResult::Typed(function, kind), Some(rule)) => {
                check_type(target, function, kind, rule, add);
            }
            (PossibleResult::Several(function), Some(rule)) => check_single(target, function, rule, add),
        }
    }
}

/// Why a value can't be the target's; an empty one is not exported, so it fits.
fn refuse(rule: TargetRule, value: Value) -> Option<String> {
    if value.is_empty() { None } else { rule.coerce(value).err() }
}

fn check_type(target: &str, source: &str, kind: AttributeType, rule: TargetRule, add: &mut Add<'_>) {
    use AttributeType::{Reference, String};
    // Everything has a text, and a text can hold everything.
    if kind == rule.kind || kind == String || rule.kind == String {
        return;
    }
    if rule.kind == Reference {
        let message = format!(
            "{target} refers to another object, but {source} is of type {kind}. Map a reference, such as manager."
        );
        return add(ProblemCode::TypeMismatch, message);
    }
    let message = format!(
        "{target} is of type {}, but {source} is of type {kind}. Choose another source, or convert it with an expression.",
        rule.kind
    );
    add(ProblemCode::TypeMismatch, message);
}

fn check_single(target: &str, source: &str, rule: TargetRule, add: &mut Add<'_>) {
    if rule.known && !rule.multivalued {
        let message = format!(
            "{target} holds one value, but {source} gives several. Pick one with Item, or join them with Join."
        );
        add(ProblemCode::SeveralValues, message);
    }
}
