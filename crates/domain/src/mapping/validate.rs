//! A mapping checked as a whole, with a sentence for everything that is wrong with it.
//!
//! Two depths: [`check_runnable`] finds what keeps a mapping from being evaluated, and is also how compiling
//! begins; [`validate`] adds what only shows against the target's attribute list and the job: required
//! attributes, precedence, roles, the scoping filter. Nothing is evaluated here.
//!
//! To add a check: a word in [`ProblemCode`], a function in `row` (one row by itself) or `whole` (rows and
//! schema together), and its test.
mod fit;
mod row;
#[cfg(test)]
mod tests;
mod whole;

use super::ObjectMapping;
use crate::attribute::{AttributeDefinition, ObjectDefinition};
use crate::nearest::find_nearest;
use crate::object::ObjectKind;
use crate::schema::Schema;
use crate::scope::ScopeMode;
use crate::target_schema::TargetSchema;
use crate::vocabulary;
use row::CheckedRow;

vocabulary! {
    /// How bad a problem is.
    pub enum Severity {
        /// The mapping can't be used as it is.
        Error = "Error",
        /// It works, but perhaps not as it was meant.
        Warning = "Warning",
    }
}

vocabulary! {
    /// What kind of problem it is.
    pub enum ProblemCode {
        /// A source attribute that the directory does not have.
        UnknownSourceAttribute = "UnknownSourceAttribute",
        /// A target attribute that is not in the attribute list.
        UnknownTargetAttribute = "UnknownTargetAttribute",
        /// A target that is no path.
        UnreadableTarget = "UnreadableTarget",
        /// A target that only the target itself may write.
        ReadOnlyTarget = "ReadOnlyTarget",
        /// A required attribute of the target that no row writes.
        RequiredTargetUnmapped = "RequiredTargetUnmapped",
        /// A required attribute whose only row has neither source nor default value.
        RequiredTargetWithoutValue = "RequiredTargetWithoutValue",
        /// No row matches.
        NoMatchingAttribute = "NoMatchingAttribute",
        /// Two rows write one attribute.
        DuplicateTarget = "DuplicateTarget",
        /// A matching precedence is left out.
        MatchingPrecedenceGap = "MatchingPrecedenceGap",
        /// Two rows have one matching precedence.
        MatchingPrecedenceTwice = "MatchingPrecedenceTwice",
        /// A matching row whose value can't find an account.
        UnfitForMatching = "UnfitForMatching",
        /// A source whose type can't become the target's.
        TypeMismatch = "TypeMismatch",
        /// A constant that can't become a value of the target.
        UnfitConstant = "UnfitConstant",
        /// A default value that can't become a value of the target.
        UnfitDefaultValue = "UnfitDefaultValue",
        /// Several values for a target that holds one.
        SeveralValues = "SeveralValues",
        /// An expression that can't be read.
        ExpressionError = "ExpressionError",
        /// An expression that is too long.
        ExpressionTooLong = "ExpressionTooLong",
        /// `SelectUniqueValue` where it can't work.
        MisplacedSelectUniqueValue = "MisplacedSelectUniqueValue",
        /// `SelectUniqueValue` in a row that is not applied only during object creation.
        UniqueValueFlowsOnce = "UniqueValueFlowsOnce",
        /// `appRoleAssignments` without one of the role functions.
        RolesMappedDirectly = "RolesMappedDirectly",
        /// Role functions while everybody is in scope.
        RolesWithoutAssignments = "RolesWithoutAssignments",
        /// No row reads `IsSoftDeleted`.
        NobodyIsDisabled = "NobodyIsDisabled",
        /// Something in the scoping filter.
        ScopingFilter = "ScopingFilter",
        /// The schema has no mapping of this kind.
        MappingMissing = "MappingMissing",
        /// The schema has several mappings of this kind.
        SeveralMappings = "SeveralMappings",
        /// A mapping that is kept, but not carried out.
        NotProvisioned = "NotProvisioned",
    }
}

/// Something that is wrong with a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingProblem {
    /// How bad it is.
    pub severity: Severity,
    /// The row, from 0; `None` when the mapping as a whole is to blame.
    pub row: Option<usize>,
    /// What kind of problem it is.
    pub code: ProblemCode,
    /// A sentence that says what is wrong and what to do.
    pub message: String,
}

impl MappingProblem {
    fn error(row: impl Into<Option<usize>>, code: ProblemCode, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, row: row.into(), code, message: message.into() }
    }

    fn warning(row: impl Into<Option<usize>>, code: ProblemCode, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, row: row.into(), code, message: message.into() }
    }
}

impl std::fmt::Display for MappingProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.row {
            Some(row) => write!(f, "Row {}: {}", row + 1, self.message),
            None => f.write_str(&self.message),
        }
    }
}

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

/// What keeps a mapping from being evaluated, row by row; only errors.
#[must_use]
pub fn check_runnable(mapping: &ObjectMapping, target: &TargetSchema) -> Vec<MappingProblem> {
    let (_, mut problems) = check_rows(mapping, target);
    problems.retain(|problem| problem.severity == Severity::Error);
    sort(&mut problems);
    problems
}

/// The problems of one row stay in the order in which they were found, and those of the whole come last.
fn sort(problems: &mut [MappingProblem]) {
    problems.sort_by_key(|problem| problem.row.unwrap_or(usize::MAX));
}

fn check_rows<'a>(
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
    whole::check_duplicates(&rows, &mut problems);
    whole::check_matching(&rows, &mut problems);
    (rows, problems)
}

fn target_without_list(mapping: &ObjectMapping) -> TargetSchema {
    TargetSchema::from_definition(&ObjectDefinition {
        name: mapping.target_object.clone(),
        attributes: Vec::new(),
        extra: serde_json::Map::new(),
    })
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
