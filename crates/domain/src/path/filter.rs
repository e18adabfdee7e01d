//! The filter that picks one element of a multi-valued attribute.
use crate::scim::{AttributePath, Filter, Literal, get, is_equal};
use serde_json::{Map, Value, json};
use std::fmt;

/// What an element must look like: every clause holds. It also says what a new element looks like.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PathFilter {
    /// At least one; no two about the same sub-attribute.
    clauses: Vec<PathClause>,
}

/// One clause: `type eq "work"`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PathClause {
    attribute: String,
    value: Literal,
}

impl PathFilter {
    pub(super) fn new(clauses: Vec<PathClause>) -> Self {
        Self { clauses }
    }

    /// The clauses.
    #[must_use]
    pub fn clauses(&self) -> &[PathClause] {
        &self.clauses
    }

    /// Whether this element is the one meant. Texts compare without regard to case, and `"True"` fits
    /// true, since servers differ in both.
    #[must_use]
    pub fn fits(&self, element: &Value) -> bool {
        element.as_object().is_some_and(|object| {
            self.clauses.iter().all(|clause| {
                get(object, &clause.attribute).is_some_and(|found| is_equal(found, &clause.value, false))
            })
        })
    }

    /// A new element: what the clauses say, and nothing else.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let members = self.clauses.iter().map(|clause| (clause.attribute.clone(), clause.to_json()));
        Value::Object(members.collect::<Map<_, _>>())
    }

    /// In SCIM's grammar.
    #[must_use]
    pub fn to_scim(&self) -> Filter {
        let mut filters = self.clauses.iter().map(PathClause::to_scim);
        match (filters.next(), filters.next()) {
            (Some(first), Some(second)) => filters.fold(first.and(second), Filter::and),
            (Some(only), None) => only,
            // A filter has a clause; without one, every element would fit.
            (None, _) => Filter::And(Vec::new()),
        }
    }

    /// One text for all filters that pick the same elements.
    pub(crate) fn to_key(&self) -> String {
        let mut clauses: Vec<String> = self
            .clauses
            .iter()
            .map(|clause| match &clause.value {
                // "True" and true pick the same.
                Literal::Text(text) => format!("{} eq {text}", clause.attribute).to_lowercase(),
                value => format!("{} eq {value}", clause.attribute).to_lowercase(),
            })
            .collect();
        clauses.sort();
        clauses.join(" and ")
    }

    pub(super) fn names_primary(&self) -> bool {
        self.clauses.iter().any(PathClause::is_about_primary)
    }
}

impl fmt::Display for PathFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_scim().fmt(f)
    }
}

impl PathClause {
    pub(super) fn new(attribute: String, value: Literal) -> Self {
        Self { attribute, value }
    }

    /// Sub-attribute compared, normally `type`.
    #[must_use]
    pub fn attribute(&self) -> &str {
        &self.attribute
    }

    /// What it must equal; never null.
    #[must_use]
    pub fn value(&self) -> &Literal {
        &self.value
    }

    /// The value that a new element gets: `primary` is a boolean, however the filter spells it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.value {
            Literal::Text(text) if self.is_about_primary() => json!(text.eq_ignore_ascii_case("true")),
            value => value.to_json(),
        }
    }

    fn is_about_primary(&self) -> bool {
        self.attribute.eq_ignore_ascii_case("primary")
    }

    fn to_scim(&self) -> Filter {
        Filter::equal(AttributePath::new(self.attribute.clone()).into(), self.value.clone())
    }
}
