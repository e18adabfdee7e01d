//! Scoping filters: clauses are joined by AND inside a group, groups by OR.
use crate::vocabulary;

/// The source object scope of a mapping. Without groups everybody passes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopingFilter {
    /// An object passes when all clauses of any group hold.
    pub groups: Vec<ClauseGroup>,
    /// Graph's `inputFilterGroups`, an early filter that never deprovisions, and `categoryFilterGroups`,
    /// and anything else a document said; kept and given back.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// One scoping filter with its title.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClauseGroup {
    /// Scoping Filter Title.
    pub name: String,
    /// What must all hold.
    pub clauses: Vec<Clause>,
    /// What else a document said.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Source attribute name.
    pub attribute: String,
    /// How it is compared.
    pub operator: Operator,
    /// With what; empty for unary operators.
    pub values: Vec<String>,
    /// What else a document said.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

vocabulary! {
    /// How a clause compares, in the original's labels.
    pub enum Operator {
        /// The same, with regard to case.
        Equals = "EQUALS",
        /// Not the same; false for an attribute without a value.
        NotEquals = "NOT EQUALS",
        /// True.
        IsTrue = "IS TRUE",
        /// False.
        IsFalse = "IS FALSE",
        /// No value.
        IsNull = "IS NULL",
        /// A value.
        IsNotNull = "IS NOT NULL",
        /// The pattern is found in it.
        RegexMatch = "REGEX MATCH",
        /// The pattern is not found in it; false for an attribute without a value.
        NotRegexMatch = "NOT REGEX MATCH",
        /// Greater.
        GreaterThan = "Greater_Than",
        /// Greater or the same.
        GreaterThanOrEquals = "Greater_Than_OR_EQUALS",
        /// Contains the value.
        Includes = "Includes",
        /// Ends with the value.
        EndsWith = "ENDS_WITH",
        /// All bits of the value are set.
        BitAnd = "&",
        /// Not all bits of the value are set.
        NotBitAnd = "!&",
        /// Is a member of the group with this id.
        IsMemberOf = "IsMemberOf",
        /// A value; the original's undocumented word for `IS NOT NULL`.
        Present = "Present",
    }
}
