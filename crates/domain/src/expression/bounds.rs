//! What an expression may cost.

/// Longest text, in characters.
pub const MAX_LENGTH: usize = 10_000;
/// Deepest nesting of calls.
pub const MAX_DEPTH: usize = 64;
/// Largest result of any call, in bytes.
pub const MAX_RESULT: usize = 64 * 1024;
/// Most steps that an evaluation may take: each part of the expression is one, and so are each 64 bytes that
/// a function handles.
pub const MAX_STEPS: u32 = 100_000;
