//! What can be wrong with a mapping, with a sentence for everything.
use crate::vocabulary;

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
    pub(crate) fn error(
        row: impl Into<Option<usize>>,
        code: ProblemCode,
        message: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Error, row: row.into(), code, message: message.into() }
    }

    pub(crate) fn warning(
        row: impl Into<Option<usize>>,
        code: ProblemCode,
        message: impl Into<String>,
    ) -> Self {
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

/// The problems of one row stay in the order in which they were found, and those of the whole come last.
pub(crate) fn sort(problems: &mut [MappingProblem]) {
    problems.sort_by_key(|problem| problem.row.unwrap_or(usize::MAX));
}
