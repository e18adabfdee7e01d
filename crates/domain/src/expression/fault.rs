//! What goes wrong while an expression is read or evaluated; every fault names its place.
use super::bounds::{MAX_RESULT, MAX_STEPS};

/// Where a part of an expression starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Place {
    pub(super) fn error(self, message: impl Into<String>) -> ExpressionError {
        ExpressionError { line: self.line, column: self.column, message: message.into() }
    }
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

/// Why an expression gave no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {fault}")]
pub struct EvaluationError {
    /// Line of the call that failed, from 1.
    pub line: u32,
    /// Its column, in characters from 1.
    pub column: u32,
    /// What went wrong there.
    pub fault: Fault,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A function can't work with one of its arguments.
    #[error("{function} can't use its {parameter}: {message}")]
    Argument {
        /// The function.
        function: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// A result would be larger than [`MAX_RESULT`].
    #[error("{function} gives more than {MAX_RESULT} bytes")]
    TooLarge {
        /// The function.
        function: &'static str,
    },
    /// It takes more work than [`MAX_STEPS`].
    #[error("the expression takes more than {MAX_STEPS} steps")]
    TooManySteps,
    /// The function has nothing to answer with, whatever its arguments are.
    #[error("{function} {message}")]
    Unavailable {
        /// The function.
        function: &'static str,
        /// Why, and what to do.
        message: &'static str,
    },
    /// The expression itself says so, with `Error`.
    #[error("{0}")]
    Raised(String),
}

/// What ends an evaluation before it has a value.
#[derive(Debug)]
pub(super) enum Halt {
    /// `IgnoreFlowIfNullOrEmpty` found nothing.
    Ignored,
    /// A fault; boxed, because every frame of a deep nesting has room for one.
    Failed(Box<EvaluationError>),
}

/// An argument or operand that can't be used.
pub(super) fn refuse(function: &'static str, parameter: &'static str, place: Place, message: String) -> Halt {
    fail(place, Fault::Argument { function, parameter, message })
}

/// A fault at a place.
pub(super) fn fail(place: Place, fault: Fault) -> Halt {
    Halt::Failed(Box::new(EvaluationError { line: place.line, column: place.column, fault }))
}
