//! A job's schema: mappings, what is wrong with them, expressions tried out, and what can be said in filters.
use purser_domain::expression::OutcomeKind;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The stored schema of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaView {
    /// Application (object id).
    pub application_id: String,
    /// Job id.
    pub job_id: String,
    /// Generation that an edit of this document is made from.
    pub generation: i64,
    /// Graph's `synchronizationSchema`, without `id` and `version`.
    pub document: Json,
    /// What is worth a look in it; nothing here keeps it from working.
    pub warnings: Vec<MappingProblemView>,
}

/// Something wrong with a mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingProblemView {
    /// It can't work; otherwise it is a warning.
    pub error: bool,
    /// Where: rule, mapping and, if one row is to blame, its target, with slashes between.
    pub place: String,
    /// The row, from 0; `None` when the mapping as a whole is to blame.
    pub row: Option<u32>,
    /// Stable code.
    pub code: String,
    /// What is wrong and what to do, in a sentence.
    pub message: String,
}

/// A function of the expression language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionView {
    /// Name.
    pub name: String,
    /// What it does, in a sentence.
    pub summary: String,
    /// What else there is to know, or empty.
    pub remark: String,
    /// For example `Join(separator, source1, source2, …)`.
    pub signature: String,
    /// Its parameters.
    pub parameters: Vec<FunctionParameterView>,
    /// Expressions with what they come to.
    pub examples: Vec<FunctionExampleView>,
}

/// A parameter of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionParameterView {
    /// Name.
    pub name: String,
    /// Must be given.
    pub required: bool,
    /// Type of its value, in Graph's words.
    pub kind: String,
    /// May be given several times.
    pub repeated: bool,
}

/// An example of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionExampleView {
    /// The expression.
    pub expression: String,
    /// The object that it is evaluated on, as JSON.
    pub object: String,
    /// What it comes to.
    pub result: String,
}

/// An operator of scoping filters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterOperatorView {
    /// Name, as documents write it.
    pub name: String,
    /// `Unary` without a value, `Binary` with one.
    pub arity: String,
    /// `All` or `Any` of several values must be as it says.
    pub multivalued: String,
    /// Types of attribute that it makes sense for, in Graph's words.
    pub attribute_types: Vec<String>,
    /// When it is true, in a sentence.
    pub summary: String,
}

/// An expression to try out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExpressionForm {
    /// Application (object id).
    pub application_id: String,
    /// The expression.
    pub expression: String,
    /// Attributes and their values.
    pub properties: Vec<(String, Json)>,
    /// The attribute that it is for, to which its value is fitted.
    pub target: Option<ExpressionTargetForm>,
}

/// The attribute that an expression is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExpressionTargetForm {
    /// Name.
    pub name: String,
    /// Type, in Graph's words; empty for text.
    pub kind: String,
    /// May have several values.
    pub multivalued: bool,
}

/// What an expression comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpressionView {
    /// It could be read.
    pub parsed: bool,
    /// What it gave, when it was evaluated.
    pub outcome: Option<OutcomeKind>,
    /// The values in words; none when there is nothing to write.
    pub values: Vec<String>,
    /// How it was understood: Graph's node.
    pub tree: Option<Json>,
    /// The attributes that it reads, each once, in the order of their appearance.
    pub attributes: Vec<String>,
    /// What is wrong.
    pub error: Option<ExpressionErrorView>,
}

impl ExpressionView {
    /// It gave something, were it that the attribute is left out.
    #[must_use]
    pub fn evaluated(&self) -> bool {
        self.outcome.is_some()
    }
}

/// An expression on the page where it is tried out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExpressionTestForm {
    /// Application (object id).
    pub application_id: String,
    /// The expression.
    pub expression: String,
    /// Id or user principal name of a person whose values are taken, or empty.
    pub user: String,
    /// Attributes that have a field on the page.
    pub names: Vec<String>,
    /// What stands in these fields, in the same order. Nothing is null; a JSON list or object is read as one.
    pub values: Vec<String>,
    /// Part of a function's name, to look for one; or empty.
    pub search: String,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpressionTestView {
    /// The attributes that the expression reads, each with the sample value that it was tried on.
    pub samples: Vec<(String, String)>,
    /// What it comes to.
    pub result: ExpressionView,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpressionErrorView {
    /// Stable code.
    pub code: String,
    /// What is wrong and what to do, without the place.
    pub message: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, in characters from 1.
    pub column: u32,
}
