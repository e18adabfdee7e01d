//! What keeps a mapping from being evaluated, with a sentence for everything; compiling begins with it. Nothing
//! is evaluated here. What only shows against the schema around the mapping is in `schema::validate`.
mod fit;
mod row;

use super::object_mapping::ObjectMapping;
use super::problem::{MappingProblem, ProblemCode, Severity, sort};
use crate::target_schema::{TargetSchema, key_of};
use std::collections::HashMap;

pub(crate) use row::CheckedRow;

/// What keeps a mapping from being evaluated, row by row; only errors.
#[must_use]
pub fn check_runnable(mapping: &ObjectMapping, target: &TargetSchema) -> Vec<MappingProblem> {
    let (_, mut problems) = check_rows(mapping, target);
    problems.retain(|problem| problem.severity == Severity::Error);
    sort(&mut problems);
    problems
}

/// The rows with what was read of them, and what is wrong with them.
pub(crate) fn check_rows<'a>(
    mapping: &'a ObjectMapping,
    target: &TargetSchema,
) -> (Vec<CheckedRow<'a>>, Vec<MappingProblem>) {
    let mut problems = Vec::new();
    let rows: Vec<CheckedRow<'a>> = mapping
        .attributes
        .iter()
        .enumerate()
        .map(|(at, row)| row::check(at, row, mapping.source_object, target, &mut problems))
        .collect();
    check_duplicates(&rows, &mut problems);
    check_matching(&rows, &mut problems);
    (rows, problems)
}

/// Every attribute of the target has one row.
fn check_duplicates(rows: &[CheckedRow<'_>], problems: &mut Vec<MappingProblem>) {
    let mut first_rows: HashMap<String, usize> = HashMap::new();
    for row in rows {
        let Some(path) = &row.path else { continue };
        let first = *first_rows.entry(key_of(path, true)).or_insert(row.at);
        if first != row.at {
            let message =
                format!("{path} is mapped twice, also in row {}. Remove one of the two rows.", first + 1);
            problems.push(MappingProblem::error(row.at, ProblemCode::DuplicateTarget, message));
        }
    }
}

/// Something must find an account that is there already.
fn check_matching(rows: &[CheckedRow<'_>], problems: &mut Vec<MappingProblem>) {
    if rows.iter().all(|row| row.row.matching_priority.is_none()) {
        let message = "No row matches objects. Let one with a unique value, such as userName, match.";
        problems.push(MappingProblem::error(None, ProblemCode::NoMatchingAttribute, message));
    }
}
