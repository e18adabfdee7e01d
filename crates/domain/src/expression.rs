//! The expression language of attribute mappings: function calls over attributes, nothing else.
//!
//! ```text
//! Switch([IsSoftDeleted], , "False", "True", "True", "False")
//! ```
//!
//! A text is parsed once ([`Expression::parse`]) and evaluated for each person. There are no statements; the
//! clock, chance and the target are handed in ([`Context`]), so the same input always gives the same value.
//! Everything is bounded: the text by [`MAX_LENGTH`], nesting by [`MAX_DEPTH`], work by [`MAX_STEPS`], each
//! result by [`MAX_RESULT`].
//!
//! ```text
//! lexer ─► parser ─► tree ─► evaluate
//!            ▲        └────► graph, results, documentation
//!        functions (the registry of each `function`)
//! ```
//!
//! To add a function: see [`functions`]. Deliberately absent: `Contains`, `CRef` and `StringFromSid`, which the
//! original lists for another product without saying what they do.
mod bounds;
mod compare;
mod context;
mod convert;
mod distinguished_name;
pub mod documentation;
mod evaluate;
mod fault;
mod function;
mod functions;
mod graph;
mod lexer;
mod parser;
mod results;
pub mod roles;
#[cfg(test)]
mod tests;
mod tree;

pub use bounds::{MAX_DEPTH, MAX_LENGTH, MAX_RESULT, MAX_STEPS};
pub use context::{Context, Outcome, OutcomeKind};
pub use fault::{EvaluationError, ExpressionError, Fault};
pub use function::{Example, Function, Gives, Need, Parameter, Type};
pub use functions::{find_function, functions};
pub(crate) use results::PossibleResult;

use crate::value::Value;
use evaluate::Evaluation;
use fault::Halt;
use tree::{Kind, Node};

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    text: String,
    root: Node,
    redacted: bool,
}

impl Expression {
    /// Parses a text.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let mut expression = Self { text: text.to_owned(), root: parser::parse(text)?, redacted: false };
        expression.redacted = expression.calls(&["Redact"]);
        Ok(expression)
    }

    /// The text it was parsed from.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The attributes that it reads, in the order of their appearance, with repetitions.
    #[must_use]
    pub fn attributes(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.root.visit(&mut |node| {
            if let Kind::Attribute(name) = &node.kind {
                names.push(name.as_str());
            }
        });
        names
    }

    /// The function at the top, if it is one.
    #[must_use]
    pub fn function(&self) -> Option<&'static str> {
        self.root.as_call().map(|call| call.function.name)
    }

    /// Whether it reads the clock, so that its value can change although nothing was edited.
    #[must_use]
    pub fn reads_clock(&self) -> bool {
        self.calls(&["Now"])
    }

    /// Whether its value comes from chance.
    #[must_use]
    pub fn is_random(&self) -> bool {
        self.calls(&["Guid", "RandomString"])
    }

    /// Whether its value must not be shown. Its faults then do not quote what attributes hold.
    #[must_use]
    pub(crate) fn is_redacted(&self) -> bool {
        self.redacted
    }

    /// Whether it reads the roles of the object.
    #[must_use]
    pub fn uses_roles(&self) -> bool {
        self.attributes().contains(&"appRoleAssignments")
    }

    /// Whether it picks the first of several values that nobody has.
    #[must_use]
    pub(crate) fn selects_unique(&self) -> bool {
        self.function() == Some("SelectUniqueValue")
    }

    /// The values that `SelectUniqueValue` picks from; empty ones are left out. `None` when one of them
    /// is `IgnoreObjectFlow`.
    pub fn candidates(
        &self,
        source: &dyn Fn(&str) -> Option<Value>,
        context: &Context<'_>,
    ) -> Result<Option<Vec<Value>>, EvaluationError> {
        let evaluation = Evaluation::new(source, context, self.redacted);
        let mut values = Vec::new();
        for rule in self.root.as_call().iter().flat_map(|call| call.arguments.iter().flatten()) {
            match evaluation.walk(rule) {
                Ok(value) => {
                    values.extend(value.filter(|value| !value.is_empty()).map(|value| value.into_owned()))
                }
                Err(Halt::Ignored) => {}
                Err(Halt::ObjectIgnored) => return Ok(None),
                Err(Halt::Failed(error)) => return Err(*error),
            }
        }
        Ok(Some(values))
    }

    /// Evaluates it. `source` gives an attribute's value, `None` when it is not set; `context` gives what
    /// the outside world would: the clock, chance, the default domain, and what is taken in the target.
    ///
    /// # Errors
    /// When a function can't work with what it was given, or a bound is reached.
    pub fn evaluate(
        &self,
        source: &dyn Fn(&str) -> Option<Value>,
        context: &Context<'_>,
    ) -> Result<Outcome, EvaluationError> {
        match Evaluation::new(source, context, self.redacted).walk(&self.root) {
            Ok(Some(value)) => Ok(Outcome::Value(value.into_owned())),
            Ok(None) => Ok(Outcome::Null),
            Err(Halt::Ignored) => Ok(Outcome::Ignored),
            Err(Halt::ObjectIgnored) => Ok(Outcome::ObjectIgnored),
            Err(Halt::Failed(error)) => Err(*error),
        }
    }

    fn calls(&self, names: &[&str]) -> bool {
        let mut found = false;
        self.root.visit(&mut |node| {
            found |= node.as_call().is_some_and(|call| names.contains(&call.function.name));
        });
        found
    }
}

impl std::fmt::Display for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}
