//! The bounds of a pattern and of its use, and what is said where one is reached.

/// Longest pattern, in characters.
pub const MAX_PATTERN: usize = 1_000;
/// Longest text that is searched, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;
/// Longest result of a replacement, in bytes.
pub const MAX_RESULT: usize = 64 * 1024;
/// Most steps of a call: some 50 milliseconds. 64 KiB of text against a plain pattern take a twentieth of it.
pub const MAX_STEPS: u64 = 4_000_000;

/// A pattern that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pattern can't be used, at its character {position}: {message}")]
pub struct PatternError {
    /// Where in the pattern, in characters from 1.
    pub position: usize,
    /// What is wrong there.
    pub message: String,
}

/// Why matching gave up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatchError {
    /// The allowance of steps is used up.
    #[error("the pattern takes too many steps on this text; make it simpler or anchor it")]
    TooCostly,
    /// The text is longer than [`MAX_TEXT`].
    #[error("the text is longer than {MAX_TEXT} bytes, the most that a pattern is matched with")]
    TextTooLong,
    /// The result would be longer than [`MAX_RESULT`].
    #[error("the result is longer than {MAX_RESULT} bytes")]
    ResultTooLong,
    /// There is no such group in the pattern.
    #[error("the pattern has no group `{0}`")]
    UnknownGroup(String),
}
