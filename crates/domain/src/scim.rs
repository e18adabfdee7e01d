//! SCIM's language of filters and paths: RFC 7644, figure 1 (section 3.4.2.2) and figure 7 (section 3.5.2).
//!
//! ```text
//! userName eq "kim" and not (emails co "@example.com")     filter
//! emails[type eq "work" and value co "@x"]                 filter on one element of a list
//! urn:…:enterprise:2.0:User:manager.value                  path: schema : attribute . sub-attribute
//! addresses[type eq "work"].locality                       path into an element
//! ```
//!
//! Both directions use it: mappings and connectors write such texts, the inbound server reads them. That is why the
//! parser forgives what real systems send (`True`, missing or doubled spaces, `emails.[type eq "work"].value`, the
//! schema cut off by a dot), while [`Filter`] and [`Path`] print in one canonical spelling that every server takes.
//!
//! Invariants: what is printed parses to the same tree; no text makes the parser panic or take more than linear time;
//! a tree that was parsed is no deeper than [`MAX_DEPTH`], so that walking it needs no care.
//!
//! Deliberately absent: which attributes exist and of what type they are (`target_schema`).
mod date;
mod evaluate;
mod lexer;
mod parser;
mod print;
#[cfg(test)]
mod tests;

pub(crate) use date::read_date;
pub(crate) use evaluate::{get, is_equal};

use crate::vocabulary;

/// Longest filter or path, in characters.
pub const MAX_LENGTH: usize = 10_000;

/// How deep brackets of both kinds may stand inside each other.
pub const MAX_DEPTH: usize = 32;

/// A filter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Filter {
    /// `attribute pr`: there is something in it.
    Present(Path),
    /// `attribute eq value` and its like.
    Compare {
        /// What is compared.
        path: Path,
        /// How.
        operator: Operator,
        /// With what.
        value: Literal,
    },
    /// `attribute[filter]`: one element of the attribute passes the inner filter.
    Element {
        /// The attribute, without a sub-attribute.
        attribute: AttributePath,
        /// What holds for the element; its paths start there, and it holds no further `Element`.
        filter: Box<Filter>,
    },
    /// All hold. Two or more, none of them an `And`; [`Filter::and`] sees to it.
    And(Vec<Filter>),
    /// One holds. Two or more, none of them an `Or`; [`Filter::or`] sees to it.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
}

/// Where a value lies.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    /// The attribute with its sub-attribute.
    pub attribute: AttributePath,
    /// Which elements of the attribute are meant; stands between attribute and sub-attribute.
    pub element: Option<Box<Filter>>,
}

/// The name of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AttributePath {
    /// The URI of the schema, without the colon behind it.
    pub schema: Option<String>,
    /// The attribute.
    pub name: String,
    /// The sub-attribute.
    pub sub: Option<String>,
}

/// What a filter compares with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Literal {
    /// A quoted text.
    Text(String),
    /// `true` or `false`.
    Boolean(bool),
    /// A number, as JSON has them.
    Number(serde_json::Number),
    /// `null`: what an attribute without a value equals.
    Null,
}

vocabulary! {
    /// How a filter compares.
    pub enum Operator {
        /// Equal.
        Equal = "eq",
        /// Not equal.
        NotEqual = "ne",
        /// Contains.
        Contains = "co",
        /// Starts with.
        StartsWith = "sw",
        /// Ends with.
        EndsWith = "ew",
        /// Greater, or later.
        Greater = "gt",
        /// Greater or equal.
        GreaterOrEqual = "ge",
        /// Less, or earlier.
        Less = "lt",
        /// Less or equal.
        LessOrEqual = "le",
    }
}

/// A text that is no filter or path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct SyntaxError {
    /// Where, in characters from 1.
    pub column: usize,
    /// What was expected and what was found.
    pub message: String,
}

impl Filter {
    /// Parses a filter.
    ///
    /// # Errors
    /// Says where the text leaves the grammar and what was expected there.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        parser::parse_filter(text)
    }

    /// `path eq value`.
    #[must_use]
    pub fn equal(path: Path, value: Literal) -> Self {
        Self::Compare { path, operator: Operator::Equal, value }
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut all = match self {
            Self::And(all) => all,
            one => vec![one],
        };
        match other {
            Self::And(others) => all.extend(others),
            one => all.push(one),
        }
        Self::And(all)
    }

    /// One of both holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let mut any = match self {
            Self::Or(any) => any,
            one => vec![one],
        };
        match other {
            Self::Or(others) => any.extend(others),
            one => any.push(one),
        }
        Self::Or(any)
    }

    /// It does not hold.
    #[must_use]
    pub fn negate(self) -> Self {
        Self::Not(Box::new(self))
    }
}

impl Path {
    /// Parses the path of a PATCH operation.
    ///
    /// # Errors
    /// Says where the text leaves the grammar and what was expected there.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        parser::parse_path(text)
    }
}

impl AttributePath {
    /// An attribute of the core schema.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { schema: None, name: name.into(), sub: None }
    }

    /// Whether the attribute belongs to an extension, whose attributes lie in an object of their own. Those of the
    /// core schemas lie at the top of an object, even when their path names the schema.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:";
        let is_core =
            |schema: &&str| schema.get(..CORE.len()).is_some_and(|start| start.eq_ignore_ascii_case(CORE));
        self.schema.as_deref().filter(|schema| !is_core(schema))
    }
}

impl From<AttributePath> for Path {
    fn from(attribute: AttributePath) -> Self {
        Self { attribute, element: None }
    }
}

impl Literal {
    /// From JSON. A list of one counts as its value and an object as its `value`, which is what filters compare them
    /// by; `None` for anything else that has several parts.
    #[must_use]
    pub fn from_json(json: &serde_json::Value) -> Option<Self> {
        use serde_json::Value as Json;
        let scalar = |json: &Json| match json {
            Json::String(text) => Some(Self::Text(text.clone())),
            Json::Bool(boolean) => Some(Self::Boolean(*boolean)),
            Json::Number(number) => Some(Self::Number(number.clone())),
            Json::Null => Some(Self::Null),
            Json::Array(_) | Json::Object(_) => None,
        };
        let one = match json {
            Json::Array(items) if items.len() == 1 => items.first()?,
            other => other,
        };
        match one {
            Json::Object(object) => scalar(get(object, "value")?),
            other => scalar(other),
        }
    }

    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => serde_json::Value::String(text.clone()),
            Self::Boolean(boolean) => serde_json::Value::Bool(*boolean),
            Self::Number(number) => serde_json::Value::Number(number.clone()),
            Self::Null => serde_json::Value::Null,
        }
    }
}
