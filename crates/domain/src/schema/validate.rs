//! A mapping checked as a whole, with a sentence for everything that is wrong with it.
//!
//! `mapping::check_runnable` finds what keeps a mapping from being evaluated; [`validate`] adds what only shows
//! against the target's attribute list and the job: required attributes, precedence, roles, the scoping filter.
//!
//! To add a check: a word in [`ProblemCode`](super::ProblemCode), a function in `mapping/runnable/row` (one row
//! by itself) or in `whole` (rows and schema together), and its test.
#[cfg(test)]
mod tests;
mod whole;

use super::parts::Schema;
use crate::attribute::ObjectDefinition;
use crate::mapping::problem::{MappingProblem, ProblemCode, sort};
use crate::mapping::{ObjectMapping, check_rows};
use crate::object::ObjectKind;
use crate::scope::ScopeMode;
use crate::target_schema::TargetSchema;

/// Everything that is wrong with the mapping of a kind of object, row by row, then the whole.
#[must_use]
pub fn validate(schema: &Schema, kind: ObjectKind, scope: ScopeMode) -> Vec<MappingProblem> {
    let Some(mapping) = schema.mapping(kind) else {
        let message = format!("The schema has no mapping for {kind} objects. Restore the default mappings.");
        return vec![MappingProblem::error(None, ProblemCode::MappingMissing, message)];
    };
    let target =
        schema.target(kind).map_or_else(|| target_without_list(mapping), TargetSchema::from_definition);
    let (rows, mut problems) = check_rows(mapping, &target);
    whole::check(&rows, &target, &mut problems);
    whole::check_roles(&rows, scope, &mut problems);
    whole::check_filter(mapping, &mut problems);
    whole::check_schema(schema, mapping, &rows, &mut problems);
    sort(&mut problems);
    problems
}

fn target_without_list(mapping: &ObjectMapping) -> TargetSchema {
    TargetSchema::from_definition(&ObjectDefinition {
        name: mapping.target_object.clone(),
        attributes: Vec::new(),
        extra: serde_json::Map::new(),
    })
}
