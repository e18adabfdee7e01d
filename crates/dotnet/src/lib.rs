//! What the expression language takes over from .NET: how dates are read and written, calendar arithmetic,
//! title case, cultures, random text, and regular expressions.
//!
//! A library: no word of Purser's is known here. The functions of the expression language are thin over these rooms. Everything is pure and bounded; dates are in UTC,
//! as the language has no others; the culture is the invariant one unless a function takes another.
pub mod calendar;
pub mod casing;
pub mod date_exact;
pub mod date_format;
pub mod date_parse;
mod date_pattern;
mod date_text;
pub mod random_text;
pub mod regex;
pub mod title_case;

pub use date_parse::parse_date;
pub use regex::Regex;

/// Why a date can't be read, written or reckoned with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// The text is no date.
    #[error("\"{text}\" is no date: {message}")]
    Text {
        /// The text, shortened.
        text: String,
        /// What is wrong with it.
        message: String,
    },
    /// The format is none.
    #[error("\"{format}\" is no date format: {message}")]
    Format {
        /// The format, shortened.
        format: String,
        /// What is wrong with it.
        message: &'static str,
    },
    /// A word that is no date style.
    #[error(
        "\"{0}\" is no date style; those are None, AllowLeadingWhite, AllowTrailingWhite, AllowInnerWhite, AllowWhiteSpaces, NoCurrentDateDefault, AdjustToUniversal, AssumeLocal, AssumeUniversal and RoundtripKind"
    )]
    UnknownStyle(String),
    /// A code that is no interval.
    #[error("\"{0}\" is no interval; those are yyyy, m, d, ww, h, n and s")]
    UnknownInterval(String),
    /// A date outside of the years that .NET knows.
    #[error("the date is not within the years 1 to 9999")]
    OutOfRange,
    /// A Windows file time counts from 1601 on.
    #[error("a Windows file time can't be negative, so it has no date before 1601")]
    BeforeFileTime,
}

/// The beginning of a text, for a sentence about it.
fn shorten(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut shown: String = text.chars().take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
