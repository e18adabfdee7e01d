//! One row by itself: can its target be written, its source read, and does the one fit the other?
use super::fit::{check_constant, check_default, check_direct, check_expression};
use crate::attribute::{AttributeType, Mutability, SourceAttribute};
use crate::expression::{Expression, MAX_LENGTH};
use crate::mapping::object_mapping::{AttributeMapping, FlowType, MappingSource};
use crate::mapping::problem::{MappingProblem, ProblemCode};
use crate::nearest::find_nearest;
use crate::object::APP_ROLE_ASSIGNMENTS;
use crate::object::ObjectKind;
use crate::path::TargetPath;
use crate::target_schema::{TargetRule, TargetSchema};

/// Functions that draw from chance, so that their result finds nobody.
const RANDOM: [&str; 2] = ["Guid", "RandomString"];
const SELECT_UNIQUE: &str = "SelectUniqueValue";

/// A row with what was read of it.
pub(crate) struct CheckedRow<'a> {
    pub(crate) at: usize,
    pub(crate) row: &'a AttributeMapping,
    /// `None` when it can't be read.
    pub(crate) path: Option<TargetPath>,
    /// `None` when there is none, or it can't be read.
    pub(crate) expression: Option<Expression>,
}

impl CheckedRow<'_> {
    /// Whether it reads a source attribute.
    pub(crate) fn reads(&self, name: &str) -> bool {
        match (&self.row.source, &self.expression) {
            (MappingSource::Direct(direct), _) => direct == name,
            (_, Some(expression)) => expression.attributes().contains(&name),
            _ => false,
        }
    }
}

/// Checks a row.
pub(super) fn check<'a>(
    at: usize,
    row: &'a AttributeMapping,
    kind: ObjectKind,
    target: &TargetSchema,
    problems: &mut Vec<MappingProblem>,
) -> CheckedRow<'a> {
    let mut add = |code, message: String| {
        let problem = match code {
            // Compiled, such a row flows on creation only all the same.
            ProblemCode::UniqueValueFlowsOnce => MappingProblem::warning(at, code, message),
            _ => MappingProblem::error(at, code, message),
        };
        problems.push(problem);
    };
    let path = check_target(row, target, &mut add);
    let rule = path.as_ref().map(|path| target.rule(path));
    let mut expression = None;
    match &row.source {
        MappingSource::Direct(name) => {
            if let Some(source) = check_source(name, kind, &mut add) {
                check_direct(&row.target, source, rule, &mut add);
            }
        }
        MappingSource::Constant(text) => check_constant(&row.target, text, rule, &mut add),
        MappingSource::Expression(text) => {
            expression = read_expression(text, row, &mut add);
            if let Some(expression) = &expression {
                check_sources(expression, kind, &mut add);
                check_unique(expression, row, &mut add);
                check_expression(&row.target, expression, kind, rule, &mut add);
            }
        }
        MappingSource::None => {}
    }
    check_default(row, rule, &mut add);
    if row.matching_priority.is_some() {
        check_matching(row, expression.as_ref(), rule, &mut add);
    }
    CheckedRow { at, row, path, expression }
}

type Add<'a> = dyn FnMut(ProblemCode, String) + 'a;

fn check_target(row: &AttributeMapping, target: &TargetSchema, add: &mut Add<'_>) -> Option<TargetPath> {
    let path = match TargetPath::parse(&row.target) {
        Ok(path) => path,
        Err(error) => {
            add(ProblemCode::UnreadableTarget, error.to_string());
            return None;
        }
    };
    let is_id = path.as_str().eq_ignore_ascii_case("id");
    let is_anchor = target.find_path(&path).is_some_and(|attribute| attribute.anchor);
    if is_id || is_anchor || target.rule(&path).mutability == Mutability::ReadOnly {
        let message = format!("{path} is given by the target and can't be mapped. Remove the row.");
        add(ProblemCode::ReadOnlyTarget, message);
    }
    Some(path)
}

/// The source attribute with this name.
fn check_source(name: &str, kind: ObjectKind, add: &mut Add<'_>) -> Option<SourceAttribute> {
    let found = SourceAttribute::find(kind, name);
    if found.is_none() {
        add(ProblemCode::UnknownSourceAttribute, describe_unknown(name, kind));
    }
    found
}

/// Says that there is no such source attribute.
fn describe_unknown(name: &str, kind: ObjectKind) -> String {
    let owners = match kind {
        ObjectKind::User => "Users",
        ObjectKind::Group => "Groups",
    };
    if name.is_empty() {
        return "The row has no source attribute. Choose one.".to_owned();
    }
    let known = SourceAttribute::all(kind);
    let shown: String = name.chars().take(100).collect();
    match find_nearest(name, known.iter().map(|attribute| attribute.name)) {
        Some(nearest) => format!("{owners} have no attribute {shown}; did you mean {nearest}?"),
        None => format!("{owners} have no attribute {shown}. Choose one of the directory's attributes."),
    }
}

fn check_sources(expression: &Expression, kind: ObjectKind, add: &mut Add<'_>) {
    let mut told: Vec<&str> = Vec::new();
    for name in expression.attributes() {
        // A name that is written a hundred times is one mistake; and hardly anybody makes ten.
        if told.len() < 10 && !told.contains(&name) && check_source(name, kind, add).is_none() {
            told.push(name);
        }
    }
}

fn read_expression(text: &str, row: &AttributeMapping, add: &mut Add<'_>) -> Option<Expression> {
    let length = text.chars().count();
    if length > MAX_LENGTH {
        let target = &row.target;
        let message = format!(
            "The expression for {target} has {length} characters; at most {MAX_LENGTH} are possible."
        );
        add(ProblemCode::ExpressionTooLong, message);
        return None;
    }
    match Expression::parse(text) {
        Ok(expression) => Some(expression),
        Err(error) => {
            let message = format!("The expression for {} can't be read: {error}", row.target);
            add(ProblemCode::ExpressionError, message);
            None
        }
    }
}

fn check_unique(expression: &Expression, row: &AttributeMapping, add: &mut Add<'_>) {
    let functions = expression.functions();
    let target = &row.target;
    if functions.iter().skip(1).any(|name| *name == SELECT_UNIQUE) {
        let message = format!(
            "{SELECT_UNIQUE} in the expression for {target} stands inside another function. Make it the outermost one."
        );
        add(ProblemCode::MisplacedSelectUniqueValue, message);
    } else if functions.contains(&SELECT_UNIQUE) && row.flow_type != FlowType::ObjectAddOnly {
        let message = format!(
            "{SELECT_UNIQUE} gives {target} a value on creation and never again. Apply the row only during object creation, so that it says so."
        );
        add(ProblemCode::UniqueValueFlowsOnce, message);
    }
}

/// A matching value must be the person's own, be the same tomorrow, and be something that can be searched.
fn check_matching(
    row: &AttributeMapping,
    expression: Option<&Expression>,
    rule: Option<TargetRule>,
    add: &mut Add<'_>,
) {
    let functions = expression.map(Expression::functions).unwrap_or_default();
    let reason = match &row.source {
        MappingSource::None => "its row has no source",
        MappingSource::Constant(_) => "a constant is the same for everybody",
        _ if functions.contains(&SELECT_UNIQUE) => "SelectUniqueValue gives it a new value for each account",
        _ if functions.iter().any(|name| RANDOM.contains(name)) => "its value is random",
        _ if rule.is_some_and(|rule| rule.kind == AttributeType::Reference) => {
            "targets can't be searched for a reference"
        }
        MappingSource::Direct(name) if name == APP_ROLE_ASSIGNMENTS || name == "manager" => {
            "other people have the same value"
        }
        _ => return,
    };
    let message = format!(
        "{} can't match objects: {reason}. Switch matching off for this row and match by a unique attribute.",
        row.target
    );
    add(ProblemCode::UnfitForMatching, message);
}
