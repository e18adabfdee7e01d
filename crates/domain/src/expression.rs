//! The expression language of attribute mappings: function calls over attributes, nothing else.
//!
//! ```text
//! Switch([IsSoftDeleted], , "False", "True", "True", "False")
//! ```
//!
//! A text is parsed once ([`Expression::parse`]) and evaluated for each person. There are no statements,
//! no clock and no randomness, so the same person always gives the same value.
//! Everything is bounded: the text by [`MAX_LENGTH`], nesting by [`MAX_DEPTH`], each result by
//! [`MAX_RESULT`].
//!
//! To add a function: 1. an entry in `functions.rs`, 2. its vectors in `tests.rs` (a test finds functions
//! without one).
mod context;
mod evaluate;
mod functions;
mod lexer;
mod parser;
mod results;
#[cfg(test)]
mod tests;

pub use context::{Context, Outcome};
pub use evaluate::EvaluationError;
pub use functions::{FUNCTIONS, Function, Need, Parameter};
pub(crate) use parser::find_nearest;
pub(crate) use results::PossibleResult;

use crate::value::Value;

/// Longest text, in characters.
pub const MAX_LENGTH: usize = 10_000;
/// Deepest nesting of calls.
pub const MAX_DEPTH: usize = 64;
/// Largest result of any call, in bytes.
pub const MAX_RESULT: usize = 64 * 1024;

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    text: String,
    root: Node,
}

/// What an expression is made of.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    /// `[name]`.
    Attribute(String),
    /// `"text"` or `42`.
    Literal(Value),
    /// `Name(…)`; `None` where a position is left empty.
    Call(&'static Function, Vec<Option<Node>>),
}

/// A text that is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ExpressionError {
    /// Line, from 1.
    pub line: u32,
    /// Column, in characters from 1.
    pub column: u32,
    /// What is wrong and what to do.
    pub message: String,
}

impl Expression {
    /// Parses a text.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        Ok(Self { text: text.to_owned(), root: parser::parse(text)? })
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
        collect_attributes(&self.root, &mut names);
        names
    }

    /// The function at the top, if it is one.
    #[must_use]
    pub fn function(&self) -> Option<&'static str> {
        match &self.root {
            Node::Call(function, _) => Some(function.name),
            Node::Attribute(_) | Node::Literal(_) => None,
        }
    }

    /// Whether it reads the clock.
    #[must_use]
    pub fn reads_clock(&self) -> bool {
        self.calls(&self.root, &["Now"])
    }

    /// Whether its value comes from chance.
    #[must_use]
    pub fn is_random(&self) -> bool {
        self.calls(&self.root, &["Guid", "RandomString"])
    }

    /// Whether its value must not be shown.
    #[must_use]
    pub fn is_redacted(&self) -> bool {
        self.calls(&self.root, &["Redact"])
    }

    /// Whether it picks the first of several values that nobody has.
    #[must_use]
    pub fn selects_unique(&self) -> bool {
        self.function() == Some("SelectUniqueValue")
    }

    /// The values that `SelectUniqueValue` picks from.
    ///
    /// # Errors
    /// When one of them can't be evaluated.
    pub fn candidates(
        &self,
        source: &dyn Fn(&str) -> Option<Value>,
        context: &Context<'_>,
    ) -> Result<Vec<Value>, EvaluationError> {
        let Node::Call(_, arguments) = &self.root else { return Ok(Vec::new()) };
        let mut values = Vec::new();
        for argument in arguments.iter().flatten() {
            let _ = context;
            values.extend(evaluate::evaluate(argument, source)?);
        }
        Ok(values)
    }

    fn calls(&self, node: &Node, names: &[&str]) -> bool {
        match node {
            Node::Call(function, arguments) => {
                names.contains(&function.name)
                    || arguments.iter().flatten().any(|node| self.calls(node, names))
            }
            Node::Attribute(_) | Node::Literal(_) => false,
        }
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
        let _ = context;
        Ok(evaluate::evaluate(&self.root, source)?.map_or(Outcome::Null, Outcome::Value))
    }
}

impl std::fmt::Display for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

fn collect_attributes<'a>(node: &'a Node, names: &mut Vec<&'a str>) {
    match node {
        Node::Attribute(name) => names.push(name),
        Node::Literal(_) => {}
        Node::Call(_, arguments) => {
            arguments.iter().flatten().for_each(|argument| collect_attributes(argument, names));
        }
    }
}
