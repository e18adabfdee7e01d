//! Rows together, and with the schema around them.
use crate::attribute::{AttributeDefinition, Mutability};
use crate::mapping::problem::{MappingProblem, ProblemCode};
use crate::mapping::{CheckedRow, MappingSource, ObjectMapping};
use crate::nearest::find_nearest;
use crate::object::{APP_ROLE_ASSIGNMENTS, IS_SOFT_DELETED, ObjectKind};
use crate::path::TargetPath;
use crate::schema::parts::Schema;
use crate::scope::ScopeMode;
use crate::target_schema::TargetSchema;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Precedence, and what the target's attribute list says.
pub(super) fn check(rows: &[CheckedRow<'_>], target: &TargetSchema, problems: &mut Vec<MappingProblem>) {
    check_precedence(rows, problems);
    if target.has_list() {
        check_listed(rows, target, problems);
        check_required(rows, target, problems);
    }
}

fn check_precedence(rows: &[CheckedRow<'_>], problems: &mut Vec<MappingProblem>) {
    let mut by_precedence: BTreeMap<u32, usize> = BTreeMap::new();
    for row in rows {
        let Some(precedence) = row.row.matching_priority else { continue };
        let first = *by_precedence.entry(precedence).or_insert(row.at);
        if first != row.at {
            let message = format!(
                "Matching precedence {precedence} is used twice, also in row {}. Give each matching row its own.",
                first + 1
            );
            problems.push(MappingProblem::error(row.at, ProblemCode::MatchingPrecedenceTwice, message));
        }
    }
    for (expected, (precedence, at)) in (1_u32..).zip(by_precedence) {
        if precedence != expected {
            let message = format!(
                "Matching precedence goes from {} to {precedence}. Number the matching rows 1, 2, 3 and so on.",
                expected - 1
            );
            problems.push(MappingProblem::warning(at, ProblemCode::MatchingPrecedenceGap, message));
            // The gap shifts all that follow; one sentence is enough.
            return;
        }
    }
}

fn check_listed(rows: &[CheckedRow<'_>], target: &TargetSchema, problems: &mut Vec<MappingProblem>) {
    let mut suggestions = Suggestions::new();
    for row in rows {
        let Some(path) = &row.path else { continue };
        if target.find_path(path).is_none() && !path.as_str().eq_ignore_ascii_case("id") {
            let end = suggestions.end(path.as_str(), target.attributes());
            let message =
                format!("The target has no attribute {path}{end} If it does, add it to the attribute list.");
            problems.push(MappingProblem::error(row.at, ProblemCode::UnknownTargetAttribute, message));
        }
    }
}

/// Required attributes have a row that gives them a value.
fn check_required(rows: &[CheckedRow<'_>], target: &TargetSchema, problems: &mut Vec<MappingProblem>) {
    let required = |attribute: &&AttributeDefinition| {
        attribute.required && !attribute.anchor && attribute.mutability != Mutability::ReadOnly
    };
    let mut listed: HashMap<&str, usize> = HashMap::new();
    let mut whole: HashSet<String> = HashSet::new();
    for row in rows {
        let Some(path) = &row.path else { continue };
        whole.insert(key_of_whole(path));
        if let Some(attribute) = target.find_path(path) {
            listed.entry(&attribute.name).or_insert(row.at);
        }
    }
    for attribute in target.attributes().iter().filter(required) {
        let name = &attribute.name;
        match listed.get(name.as_str()) {
            None => {
                // A row for a part of it, such as emails[type eq "work"].value, fills emails too.
                let path = TargetPath::parse(name).ok();
                let by_part = path.filter(|path| path.filter().is_none() && path.sub().is_none());
                if !by_part.is_some_and(|path| whole.contains(&key_of_whole(&path))) {
                    let message =
                        format!("The target requires {name}, but no row maps it. Add a mapping for it.");
                    problems.push(MappingProblem::error(None, ProblemCode::RequiredTargetUnmapped, message));
                }
            }
            Some(at) => {
                let row = rows[*at].row;
                let has_default = row.default_value.as_ref().is_some_and(|text| !text.is_empty());
                if row.source == MappingSource::None && !has_default {
                    let message = format!(
                        "The target requires {name}, but its row has neither a source nor a default value. Give it one."
                    );
                    problems.push(MappingProblem::error(
                        *at,
                        ProblemCode::RequiredTargetWithoutValue,
                        message,
                    ));
                }
            }
        }
    }
}

fn key_of_whole(path: &TargetPath) -> String {
    format!("{}:{}", path.extension().unwrap_or_default(), path.attribute()).to_lowercase()
}

/// With *Sync all users and groups* nobody has roles.
pub(super) fn check_roles(rows: &[CheckedRow<'_>], scope: ScopeMode, problems: &mut Vec<MappingProblem>) {
    if scope != ScopeMode::All {
        return;
    }
    for row in rows.iter().filter(|row| row.expression.is_some() && row.reads(APP_ROLE_ASSIGNMENTS)) {
        let message = format!(
            "{} is filled from roles, but with the scope Sync all users and groups people need none. Sync only assigned users and groups, or give the row a default value.",
            row.row.target
        );
        problems.push(MappingProblem::warning(row.at, ProblemCode::RolesWithoutAssignments, message));
    }
}

/// The source object scope.
pub(super) fn check_filter(mapping: &ObjectMapping, problems: &mut Vec<MappingProblem>) {
    for problem in mapping.scope.validate(mapping.source_object) {
        problems.push(MappingProblem::error(None, ProblemCode::ScopingFilter, problem.to_string()));
    }
}

/// What the schema has besides the rows.
pub(super) fn check_schema(
    schema: &Schema,
    mapping: &ObjectMapping,
    rows: &[CheckedRow<'_>],
    problems: &mut Vec<MappingProblem>,
) {
    let kind = mapping.source_object;
    let mut warn = |code, message: String| problems.push(MappingProblem::warning(None, code, message));
    if kind == ObjectKind::User && !rows.iter().any(|row| row.reads(IS_SOFT_DELETED)) {
        let message = format!(
            "No row reads {IS_SOFT_DELETED}, so accounts of people who leave the scope are never disabled. Map Switch([{IS_SOFT_DELETED}], , \"False\", \"True\", \"True\", \"False\") to active."
        );
        warn(ProblemCode::NobodyIsDisabled, message);
    }
    if schema.mappings().filter(|other| other.source_object == kind).count() > 1 {
        let message = format!(
            "The schema has several mappings for {kind} objects. Only the first is carried out; the others are kept as they are."
        );
        warn(ProblemCode::SeveralMappings, message);
    }
    if kind == ObjectKind::User {
        for other in schema.rules.iter().flat_map(|rule| &rule.others) {
            let text = |key: &str| other.document.get(key).and_then(|json| json.as_str()).unwrap_or_default();
            let message = format!(
                "The mapping \"{}\" is for {} objects, which the directory does not have. It is kept, but nothing is provisioned by it.",
                text("name"),
                text("sourceObjectName")
            );
            warn(ProblemCode::NotProvisioned, message);
        }
    }
}

/// Looks for the names that were meant by misspelt ones. Long lists make that costly, so that after some
/// comparisons the rest get no suggestion.
struct Suggestions {
    comparisons_left: usize,
}

impl Suggestions {
    const MOST_COMPARISONS: usize = 20_000;
    /// Nobody confuses a longer name with another by mistyping.
    const LONGEST: usize = 100;

    fn new() -> Self {
        Self { comparisons_left: Self::MOST_COMPARISONS }
    }

    /// The end of a sentence about a name: a question, or just its end.
    fn end(&mut self, name: &str, candidates: &[AttributeDefinition]) -> String {
        let Some(left) = self.comparisons_left.checked_sub(candidates.len()) else { return ".".to_owned() };
        self.comparisons_left = left;
        let names = candidates.iter().map(|candidate| candidate.name.as_str());
        let nearest = find_nearest(name, names.filter(|name| name.len() <= Self::LONGEST));
        nearest.map_or_else(|| ".".to_owned(), |nearest| format!("; did you mean {nearest}?"))
    }
}
