//! The patterns of `REGEX MATCH`: .NET's syntax, found anywhere in the text, with a bound on the steps.
use std::fmt;

/// Steps that one search may take. It bounds what a hostile pattern can cost for one object.
const STEPS: usize = 100_000;

/// A compiled pattern.
#[derive(Clone)]
pub struct Pattern {
    regex: fancy_regex::Regex,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn new(pattern: &str) -> Result<Self, String> {
        let regex = fancy_regex::RegexBuilder::new(pattern).backtrack_limit(STEPS).build();
        regex.map(|regex| Self { regex }).map_err(|error| error.to_string())
    }

    /// Whether it is found anywhere in the text.
    ///
    /// # Errors
    /// That the search took more steps than it may.
    pub(super) fn is_match(&self, text: &str) -> Result<bool, String> {
        self.regex.is_match(text).map_err(|error| error.to_string())
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.regex.as_str().fmt(f)
    }
}
