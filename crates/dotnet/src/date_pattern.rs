//! .NET's custom and standard format strings for dates, taken apart once for reading and for writing.
//!
//! Source of the rules: .NET's documentation of standard and custom date and time format strings, for the
//! invariant culture.
use super::error::{DateError, shorten};

/// Names of the months in the invariant culture; the short ones are the first three letters.
pub(super) static MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// Names of the days from Sunday; the short ones are the first three letters.
pub(super) static DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/// Longest format.
const MAX_FORMAT: usize = 200;

/// A part of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A letter for a part of the date, and how often it stands there.
    Part { letter: char, count: usize },
    /// Anything else.
    Literal(String),
}

/// Takes a format apart.
pub(super) fn parse(format: &str) -> Result<Vec<Token>, DateError> {
    let fault = |message| Err(DateError::Format { format: shorten(format), message });
    if format.chars().count() > MAX_FORMAT {
        return fault("it is too long");
    }
    let mut letters = format.chars();
    let format = match (letters.next(), letters.next()) {
        // Where nothing is said, .NET writes the general format.
        (None, _) => "MM/dd/yyyy HH:mm:ss",
        (Some(letter), None) => match expand_standard(letter) {
            Some(custom) => custom,
            None => {
                return fault("one letter alone must be a standard format; write it as %d for a custom one");
            }
        },
        _ => format,
    };
    let mut tokens = Vec::new();
    let mut characters = format.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            'd' | 'f' | 'F' | 'g' | 'h' | 'H' | 'K' | 'm' | 'M' | 's' | 't' | 'y' | 'z' => {
                let mut count = 1;
                while character != 'K' && characters.next_if_eq(&character).is_some() {
                    count += 1;
                }
                if matches!(character, 'f' | 'F') && count > 7 {
                    return fault("a fraction has at most seven digits");
                }
                tokens.push(Token::Part { letter: character, count });
            }
            '\'' | '"' => {
                let mut text = String::new();
                loop {
                    match characters.next() {
                        None => return fault("a quote is not closed"),
                        Some(end) if end == character => break,
                        Some('\\') => text.extend(characters.next()),
                        Some(inner) => text.push(inner),
                    }
                }
                tokens.push(Token::Literal(text));
            }
            '\\' => match characters.next() {
                Some(escaped) => tokens.push(Token::Literal(escaped.to_string())),
                None => return fault("a backslash ends it"),
            },
            '%' if matches!(characters.peek(), None | Some('%')) => {
                return fault("a percent sign must be followed by a letter of a format");
            }
            '%' => {}
            // `:` and `/` stand for the culture's separators, which are themselves in the invariant one.
            literal => tokens.push(Token::Literal(literal.to_string())),
        }
    }
    Ok(tokens)
}

/// The custom format that a standard one stands for.
fn expand_standard(letter: char) -> Option<&'static str> {
    Some(match letter {
        'd' => "MM/dd/yyyy",
        'D' => "dddd, dd MMMM yyyy",
        'f' => "dddd, dd MMMM yyyy HH:mm",
        'F' | 'U' => "dddd, dd MMMM yyyy HH:mm:ss",
        'g' => "MM/dd/yyyy HH:mm",
        'G' => "MM/dd/yyyy HH:mm:ss",
        'm' | 'M' => "MMMM dd",
        'o' | 'O' => "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
        'r' | 'R' => "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
        's' => "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
        't' => "HH:mm",
        'T' => "HH:mm:ss",
        'u' => "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
        'y' | 'Y' => "yyyy MMMM",
        _ => return None,
    })
}
