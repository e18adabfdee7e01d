//! Target paths: where in a target's object a mapping writes.
//!
//! ```text
//! userName                             attribute
//! name.givenName                       attribute . sub
//! emails[type eq "work"].value         attribute [ filter ] . sub
//! urn:…:enterprise:2.0:User:manager    schema : attribute
//! Start Date (UTC)                     attribute of a target that has names of its own
//! ```
//!
//! The grammar is SCIM's (`scim`); a mapping can use the part of it that says how to make the place when it is not
//! there: filters of `eq`, joined by `and`. Targets that don't speak SCIM have names outside the grammar; those are
//! attributes as they stand.
//!
//! A path knows its own canonical text ([`TargetPath::as_str`]), which is also its key in `Link::exported`. What a
//! value must look like there is told by `target_schema`.
mod access;
mod filter;
mod parse;

pub use filter::{PathClause, PathFilter};

use crate::scim::{AttributePath, Path};
use std::fmt;
use std::str::FromStr;

/// Longest path, in characters.
pub(crate) const MAX_PATH_LENGTH: usize = 512;

/// A path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TargetPath {
    name: AttributePath,
    filter: Option<PathFilter>,
    text: String,
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
    pub fn parse(text: &str) -> Result<Self, PathError> {
        parse::parse(text)
            .map_err(|message| PathError { path: text.chars().take(MAX_PATH_LENGTH).collect(), message })
    }

    fn new(name: AttributePath, filter: Option<PathFilter>) -> Self {
        let mut path = Self { name, filter, text: String::new() };
        path.text = path.to_scim().to_string();
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
        self.name.schema.as_deref()
    }

    /// The schema when it is an extension, whose attributes lie in an object of their own.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        self.name.extension()
    }

    /// The attribute.
    #[must_use]
    pub fn attribute(&self) -> &str {
        &self.name.name
    }

    /// The filter, if any.
    #[must_use]
    pub fn filter(&self) -> Option<&PathFilter> {
        self.filter.as_ref()
    }

    /// The sub-attribute, if any. A path with a filter always has one.
    #[must_use]
    pub fn sub(&self) -> Option<&str> {
        self.name.sub.as_deref()
    }

    /// The path in SCIM's grammar, to be compared in a filter.
    #[must_use]
    pub fn to_scim(&self) -> Path {
        let element = self.filter.as_ref().map(|filter| Box::new(filter.to_scim()));
        Path { attribute: self.name.clone(), element }
    }

    /// The path of the attribute or element around the sub-attribute: `emails[type eq "work"]`.
    #[must_use]
    pub fn to_scim_parent(&self) -> Path {
        let mut path = self.to_scim();
        path.attribute.sub = None;
        path
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
