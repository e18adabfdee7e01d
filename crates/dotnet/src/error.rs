//! What can be wrong with a date, and how much of a text a sentence about it shows.

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
pub(crate) fn shorten(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut shown: String = text.chars().take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
