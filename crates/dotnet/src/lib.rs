//! What the expression language takes over from .NET: how dates are read and written, calendar arithmetic,
//! title case, cultures, random text, and regular expressions.
//!
//! A library: no word of Purser's is known here. The functions of the expression language are thin over these
//! rooms. Everything is pure and bounded; dates are in UTC, as the language has no others; the culture is the
//! invariant one unless a function takes another.
pub mod calendar;
pub mod casing;
pub mod date_exact;
pub mod date_format;
pub mod date_parse;
mod date_pattern;
mod date_text;
mod error;
pub mod random_text;
pub mod regex;
pub mod title_case;

pub use date_parse::parse_date;
pub use error::DateError;
pub use regex::Regex;
