//! Target paths: where in a SCIM-like object a mapping writes.
//!
//! ```text
//! userName                             attribute
//! name.givenName                       attribute . sub
//! emails[type eq "work"].value         attribute [ filter ] . sub
//! urn:…:enterprise:2.0:User:manager    schema : attribute
//! ```
//!
//! A path knows its own canonical text ([`TargetPath::as_str`]), which is also its key in
//! `Link::exported`. What a value must look like there is told by `target_schema`.
mod access;
mod parse;

use std::fmt;
use std::str::FromStr;

/// Longest path, in characters.
pub const MAX_PATH_LENGTH: usize = 512;

/// Attributes of the core schemas lie at the top of an object, even when their path spells the schema out.
const CORE_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:";

/// A path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TargetPath {
    schema: Option<String>,
    attribute: String,
    filter: Option<PathFilter>,
    sub: Option<String>,
    text: String,
}

/// The filter that picks one element of a multi-valued attribute.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PathFilter {
    /// Sub-attribute compared, normally `type`.
    pub attribute: String,
    /// What it must equal.
    pub value: FilterValue,
}

/// What a filter compares with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FilterValue {
    /// A quoted text.
    Text(String),
    /// A bare `true` or `false`.
    Boolean(bool),
}

/// A text that is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{path}\" is not a target attribute: {message}")]
pub struct PathError {
    /// The text.
    pub path: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl TargetPath {
    /// Parses a path.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        parse::parse(text)
            .map_err(|message| PathError { path: text.chars().take(MAX_PATH_LENGTH).collect(), message })
    }

    fn new(
        schema: Option<String>,
        attribute: String,
        filter: Option<PathFilter>,
        sub: Option<String>,
    ) -> Self {
        let mut path = Self { schema, attribute, filter, sub, text: String::new() };
        path.text = path.spell();
        path
    }

    /// The canonical text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The schema that the path spells out, if it does.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The schema when it is an extension, whose attributes lie in an object of their own.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        self.schema().filter(|schema| !starts_with_ignoring_case(schema, CORE_SCHEMA))
    }

    /// The attribute.
    #[must_use]
    pub fn attribute(&self) -> &str {
        &self.attribute
    }

    /// The filter, if any.
    #[must_use]
    pub fn filter(&self) -> Option<&PathFilter> {
        self.filter.as_ref()
    }

    /// The sub-attribute, if any. A path with a filter always has one.
    #[must_use]
    pub fn sub(&self) -> Option<&str> {
        self.sub.as_deref()
    }

    fn spell(&self) -> String {
        let mut text = String::new();
        if let Some(schema) = &self.schema {
            text.push_str(schema);
            text.push(':');
        }
        text.push_str(&self.attribute);
        if let Some(filter) = &self.filter {
            text.push_str(&format!("[{} eq {}]", filter.attribute, filter.value));
        }
        if let Some(sub) = &self.sub {
            text.push('.');
            text.push_str(sub);
        }
        text
    }
}

impl fmt::Display for FilterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            Self::Boolean(boolean) => write!(f, "{boolean}"),
        }
    }
}

impl fmt::Display for TargetPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for TargetPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
