//! `$filter`: a small real parser of OData's filter expressions.
//!
//! It knows what clients of Graph use on our paths: `eq ne gt ge lt le`, `and or not`, parentheses,
//! `startswith contains endswith`, texts (`''` inside is one quote), numbers, `true false null`, ids and
//! instants. Parsing says nothing about what a path can answer: each path takes the parsed filter apart
//! itself and refuses, with a sentence, what it can't answer. Nothing is ever ignored silently.
//!
//! Bounds, since filters come from outside: length, depth, number of terms.
//!
//! To add a function: 1. a variant of [`Function`], 2. its name in [`Function::find`], 3. a vector below.

use std::fmt;

mod parse;

/// Longest filter, in bytes.
pub const MAX_LENGTH: usize = 4_000;
/// Deepest nesting of parentheses and `not`.
pub const MAX_DEPTH: usize = 16;
/// Most comparisons and calls in one filter.
pub const MAX_TERMS: usize = 50;

/// A parsed filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All hold.
    And(Vec<Filter>),
    /// At least one holds.
    Or(Vec<Filter>),
    /// The inner one does not hold.
    Not(Box<Filter>),
    /// `path operator literal`
    Compare(Comparison),
    /// `function(path, 'text')`
    Call {
        /// Which.
        function: Function,
        /// On which property.
        path: String,
        /// With which text.
        text: String,
    },
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The property, with slashes for nested ones.
    pub path: String,
    /// How.
    pub operator: Operator,
    /// With what.
    pub literal: Literal,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

/// What a text is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `startswith`
    StartsWith,
    /// `endswith`
    EndsWith,
    /// `contains`
    Contains,
}

/// A value in a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `'text'`
    Text(String),
    /// `true` or `false`
    Boolean(bool),
    /// `null`
    Null,
    /// Anything else without quotes: a number, an id, an instant.
    Bare(String),
}

impl Literal {
    /// A text, or what could have been written as one (ids and instants come with and without quotes).
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Bare(text) => Some(text),
            Self::Boolean(_) | Self::Null => None,
        }
    }
}

impl Operator {
    fn find(word: &str) -> Option<Self> {
        Some(match word {
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            "gt" => Self::Greater,
            "ge" => Self::GreaterOrEqual,
            "lt" => Self::Less,
            "le" => Self::LessOrEqual,
            _ => return None,
        })
    }

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
        }
    }
}

impl Function {
    fn find(word: &str) -> Option<Self> {
        Some(match word {
            "startswith" | "startsWith" => Self::StartsWith,
            "endswith" | "endsWith" => Self::EndsWith,
            "contains" => Self::Contains,
            _ => return None,
        })
    }

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StartsWith => "startswith",
            Self::EndsWith => "endswith",
            Self::Contains => "contains",
        }
    }

    /// Whether it holds for this value; case does not count, as in Graph.
    pub(super) fn holds(self, value: &str, text: &str) -> bool {
        let (value, text) = (value.to_lowercase(), text.to_lowercase());
        match self {
            Self::StartsWith => value.starts_with(&text),
            Self::EndsWith => value.ends_with(&text),
            Self::Contains => value.contains(&text),
        }
    }
}

/// Why a filter could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid filter clause at position {position}: {message}")]
pub struct FilterError {
    /// Byte in the filter.
    pub position: usize,
    /// What is wrong.
    pub message: String,
}

impl Filter {
    /// Reads a filter.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        if text.len() > MAX_LENGTH {
            return Err(FilterError {
                position: MAX_LENGTH,
                message: format!("it is longer than {MAX_LENGTH} bytes."),
            });
        }
        parse::parse(text)
    }

    /// The filter as a list of conditions that must all hold; itself when it is a single one.
    pub fn conditions(self) -> Vec<Self> {
        match self {
            Self::And(parts) => parts.into_iter().flat_map(Self::conditions).collect(),
            single => vec![single],
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |f: &mut fmt::Formatter<'_>, parts: &[Self], word: &str| {
            f.write_str("(")?;
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    write!(f, " {word} ")?;
                }
                part.fmt(f)?;
            }
            f.write_str(")")
        };
        match self {
            Self::And(parts) => join(f, parts, "and"),
            Self::Or(parts) => join(f, parts, "or"),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Compare(Comparison { path, operator, literal }) => {
                write!(f, "{path} {} ", operator.as_str())?;
                match literal {
                    Literal::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
                    Literal::Bare(text) => f.write_str(text),
                    Literal::Boolean(value) => write!(f, "{value}"),
                    Literal::Null => f.write_str("null"),
                }
            }
            Self::Call { function, path, text } => {
                write!(f, "{}({path},'{}')", function.as_str(), text.replace('\'', "''"))
            }
        }
    }
}

#[cfg(test)]
#[path = "filter_test.rs"]
mod tests;
