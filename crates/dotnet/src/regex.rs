//! .NET's regular expressions, at a bounded cost.
//!
//! The dialect is the one of .NET's documentation: `(?<name>…)`, look-around of any length in both
//! directions, back references, atomic groups, class subtraction, `$` before a last line feed, and the
//! replacement syntax. Matching is by characters, not by UTF-16 units, case-sensitive unless the pattern says
//! `(?i)`, and not anchored.
//!
//! No pattern may hang a cycle. So every step of a call is counted ([`MatchError::TooCostly`]), and a regular
//! pattern is matched in linear time whatever its shape; see `machine.rs`. Engines that were at hand count
//! backtracking only, and not what a look-ahead scans between two failures: `(?>(?:(?=.*)a)*)b` keeps one
//! busy for 20 seconds on 4,000 characters. Patterns, programs, texts and results are bounded as well.
//!
//! Deliberately absent, and refused with a sentence: balancing groups, matching from right to left, named
//! blocks (`\p{IsGreek}`), and conditions other than a group.
//!
//! The way of a pattern: text ─`parse`─► tree ─`program`─► instructions ─`machine`─► matches.
mod class;
mod error;
mod machine;
mod parse;
mod parse_class;
mod program;
mod replacement;
mod tree;

#[cfg(test)]
mod tests;

pub use error::{MAX_PATTERN, MAX_RESULT, MAX_STEPS, MAX_TEXT, MatchError, PatternError};

use machine::{Found, Machine, Span};
use program::Program;
use replacement::Replacement;
use std::sync::Arc;

/// A compiled pattern. Two are equal when their texts are.
#[derive(Clone)]
pub struct Regex {
    pattern: String,
    program: Arc<Program>,
}

impl Regex {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// When it is no .NET pattern, uses what is not supported, or is too large.
    pub fn parse(pattern: &str) -> Result<Self, PatternError> {
        let length = pattern.chars().count();
        if length > MAX_PATTERN {
            let message = format!("it has {length} characters, and {MAX_PATTERN} are the most");
            return Err(PatternError { position: MAX_PATTERN + 1, message });
        }
        let program = Arc::new(program::compile(&parse::parse(pattern)?)?);
        Ok(Self { pattern: pattern.to_owned(), program })
    }

    /// The pattern's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.pattern
    }

    /// Whether the pattern has a group of that name or number.
    #[must_use]
    pub fn has_group(&self, group: &str) -> bool {
        self.program.find_group(group).is_some()
    }

    /// Whether it matches somewhere in the text.
    ///
    /// # Errors
    /// When that takes more than [`MAX_STEPS`], or the text is too long.
    pub fn is_match(&self, text: &str) -> Result<bool, MatchError> {
        self.is_match_within(text, &mut { MAX_STEPS })
    }

    /// Whether it matches somewhere in the text. Of `steps` see [`Self::replace_all`].
    pub fn is_match_within(&self, text: &str, steps: &mut u64) -> Result<bool, MatchError> {
        let text = read_characters(text)?;
        let mut machine = Machine::new(&self.program, &text, *steps);
        let found = machine.find(0);
        *steps = steps.saturating_sub(machine.count_steps());
        Ok(found?.is_some())
    }

    /// Replaces every match, as .NET's `Regex.Replace`. What it takes is taken off `steps`, of which at most
    /// [`MAX_STEPS`] are used, so that several calls can share an allowance.
    pub fn replace_all(&self, text: &str, replacement: &str, steps: &mut u64) -> Result<String, MatchError> {
        let replacement = Replacement::parse(replacement, &self.program);
        self.rewrite(text, steps, |text, found, output| {
            replacement.write(text, found, &self.program, output, MAX_RESULT);
            Some(found.span)
        })
    }

    /// Replaces, in every match, only what the group matched; `new` is taken literally. Where the group took
    /// no part, the match stays. Of `steps` see [`Self::replace_all`].
    pub fn replace_group(
        &self,
        text: &str,
        group: &str,
        new: &str,
        steps: &mut u64,
    ) -> Result<String, MatchError> {
        let group = self.load_group(group)?;
        self.rewrite(text, steps, |_, found, output| {
            let span = found.groups.get(group).copied().flatten()?;
            output.push_str(new);
            Some(span)
        })
    }

    /// What the group matched in the first match; `None` when nothing matches or the group took no part.
    /// Of `steps` see [`Self::replace_all`].
    pub fn find_group(&self, text: &str, group: &str, steps: &mut u64) -> Result<Option<String>, MatchError> {
        let group = self.load_group(group)?;
        let text = read_characters(text)?;
        let mut machine = Machine::new(&self.program, &text, *steps);
        let found = machine.find(0);
        *steps = steps.saturating_sub(machine.count_steps());
        let found = found?;
        let span = found.and_then(|found| found.groups.get(group).copied().flatten());
        Ok(span.and_then(|(start, end)| text.get(start..end)).map(|characters| characters.iter().collect()))
    }

    fn load_group(&self, group: &str) -> Result<usize, MatchError> {
        self.program.find_group(group).ok_or_else(|| MatchError::UnknownGroup(group.to_owned()))
    }

    /// Goes through the matches. `write` appends what is new and gives the span that it stands for; `None`
    /// leaves the match as it is.
    fn rewrite(
        &self,
        text: &str,
        steps: &mut u64,
        write: impl Fn(&[char], &Found, &mut String) -> Option<Span>,
    ) -> Result<String, MatchError> {
        let text = read_characters(text)?;
        let mut machine = Machine::new(&self.program, &text, *steps);
        let output = rewrite_matches(&mut machine, &text, write);
        *steps = steps.saturating_sub(machine.count_steps());
        output
    }
}

fn rewrite_matches(
    machine: &mut Machine<'_, '_>,
    text: &[char],
    write: impl Fn(&[char], &Found, &mut String) -> Option<Span>,
) -> Result<String, MatchError> {
    let (mut output, mut copied, mut from) = (String::new(), 0, 0);
    while let Some(found) = machine.find(from)? {
        let (start, end) = found.span;
        let mut new = String::new();
        if let Some((replaced, after)) = write(text, &found, &mut new)
            // A look-around can put a group outside of its match, even before what was already copied.
            && replaced >= copied
        {
            output.extend(text.get(copied..replaced).unwrap_or_default());
            output.push_str(&new);
            copied = after;
        }
        if output.len() > MAX_RESULT {
            return Err(MatchError::ResultTooLong);
        }
        // After an empty match the search goes on one character further, or it would find it again.
        from = if end == start { end + 1 } else { end };
        if from > text.len() {
            break;
        }
    }
    output.extend(text.get(copied..).unwrap_or_default());
    if output.len() > MAX_RESULT { Err(MatchError::ResultTooLong) } else { Ok(output) }
}

/// A pattern that matches this text and nothing else, as .NET's `Regex.Escape`.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => pattern.push_str("\\n"),
            '\r' => pattern.push_str("\\r"),
            '\t' => pattern.push_str("\\t"),
            '\u{c}' => pattern.push_str("\\f"),
            '\\' | '*' | '+' | '?' | '|' | '{' | '[' | '(' | ')' | '^' | '$' | '.' | '#' | ' ' => {
                pattern.extend(['\\', character]);
            }
            other => pattern.push(other),
        }
    }
    pattern
}

fn read_characters(text: &str) -> Result<Vec<char>, MatchError> {
    if text.len() > MAX_TEXT {
        return Err(MatchError::TextTooLong);
    }
    Ok(text.chars().collect())
}

impl PartialEq for Regex {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern
    }
}

impl Eq for Regex {}

impl std::fmt::Debug for Regex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Regex").field(&self.pattern).finish()
    }
}

impl std::fmt::Display for Regex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.pattern)
    }
}
