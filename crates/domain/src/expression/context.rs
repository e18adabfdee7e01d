//! What an expression knows besides the person, and what it can come to.
use crate::value::Value;
use crate::vocabulary;
use jiff::Timestamp;

/// The outside world, handed in so that the same input always gives the same output.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The time that `Now` gives.
    pub now: Timestamp,
    /// Where `Guid` and `RandomString` take their chance from: the same seed gives the same values.
    pub seed: [u8; 32],
    /// What `DefaultDomain` gives; `None` when the organisation has named none.
    pub default_domain: Option<&'a str>,
    /// Whether a value is taken in the target, for `SelectUniqueValue`.
    pub is_taken: &'a dyn Fn(&str) -> bool,
}

impl Context<'_> {
    /// A context at a time, without a default domain, in which nothing is taken.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self { now, seed: [0; 32], default_domain: None, is_taken: &|_| false }
    }
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The seed stays out: values made from it may be secrets.
        f.debug_struct("Context").field("now", &self.now).finish_non_exhaustive()
    }
}

/// What an expression comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A value, which may be empty.
    Value(Value),
    /// Nothing: the source has no value. A default value may take its place, and a clear flow may clear.
    Null,
    /// `IgnoreFlowIfNullOrEmpty` found nothing, or `IgnoreAttributeFlow` was reached: the attribute is left out of this
    /// export altogether.
    Ignored,
    /// `IgnoreObjectFlow` was reached: the whole object is left as it is.
    ObjectIgnored,
}

vocabulary! {
    /// What an [`Outcome`] is, without its value.
    pub enum OutcomeKind {
        /// A value, which may be empty.
        Value = "value",
        /// Nothing.
        Null = "null",
        /// Left out.
        Ignored = "ignored",
        /// The whole object is left as it is.
        ObjectIgnored = "objectIgnored",
    }
}
