//! What a compiled clause asks of an object's values.
use crate::value::{Value, read_boolean};
use jiff::civil::{Date, DateTime, Time};
use purser_dotnet::regex::Regex;

/// What a clause asks. A value that is an empty text is no value.
#[derive(Debug)]
pub(super) enum Condition {
    /// The attribute has no value.
    HasNone,
    /// The attribute has a value.
    HasSome,
    /// One of its values passes the test.
    Any(Test),
    /// It has a value, and none of its values passes the test.
    NoneOf(Test),
}

/// What is asked of one value. Where a test has several operands, one that fits is enough.
#[derive(Debug)]
pub(super) enum Test {
    /// The boolean, or a text that reads as it.
    IsBoolean(bool),
    /// The same text, with regard to case. A boolean equals each spelling of itself.
    Equals(Vec<String>),
    /// A pattern is found in the text.
    Matches {
        /// The patterns.
        patterns: Vec<Regex>,
        /// How many steps all of them may take for one object, all items of a list together.
        steps: u64,
    },
    /// Contains the text, with regard to case.
    Includes(Vec<String>),
    /// Ends with the text, with regard to case.
    EndsWith(Vec<String>),
    /// Is behind a bound of the same kind.
    Above {
        /// The bounds.
        bounds: Vec<Bound>,
        /// Whether a bound itself is behind it.
        inclusive: bool,
    },
    /// A whole number in which all bits of the operand are set.
    HasBits(Vec<i64>),
}

/// What a value is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// A whole number.
    Integer(i64),
    /// A date with its time of day, in UTC.
    Moment(DateTime),
}

impl Condition {
    /// Whether the values under an attribute are as the clause asks.
    ///
    /// # Errors
    /// Why it can't be said: a pattern took more steps than it may.
    pub(super) fn holds(&self, value: Option<&Value>) -> Result<bool, String> {
        let value = value.filter(|value| !value.is_empty());
        match (self, value) {
            (Self::HasNone, value) => Ok(value.is_none()),
            (Self::HasSome, value) => Ok(value.is_some()),
            (Self::Any(_) | Self::NoneOf(_), None) => Ok(false),
            (Self::Any(test), Some(value)) => test.passes(value, &mut test.allowance()),
            (Self::NoneOf(test), Some(value)) => {
                test.passes(value, &mut test.allowance()).map(|passes| !passes)
            }
        }
    }
}

impl Test {
    /// The steps that its patterns may take for one object.
    fn allowance(&self) -> u64 {
        match self {
            Self::Matches { steps, .. } => *steps,
            _ => 0,
        }
    }

    /// Whether a value, or one item of a list, passes. An item that passes decides, whatever the others do.
    /// What patterns take is taken off `steps`.
    fn passes(&self, value: &Value, steps: &mut u64) -> Result<bool, String> {
        let Value::List(items) = value else { return self.passes_one(value, steps) };
        let mut undecided = None;
        for item in items.iter().filter(|item| !item.is_empty()) {
            match self.passes(item, steps) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(message) => undecided = Some(message),
            }
        }
        undecided.map_or(Ok(false), Err)
    }

    fn passes_one(&self, value: &Value, steps: &mut u64) -> Result<bool, String> {
        Ok(match self {
            Self::IsBoolean(wanted) => read_boolean_value(value) == Some(*wanted),
            Self::Equals(operands) => match value {
                Value::Boolean(boolean) => {
                    operands.iter().any(|operand| read_boolean(operand) == Some(*boolean))
                }
                _ => operands.iter().any(|operand| *operand == value.to_display()),
            },
            Self::Matches { patterns, .. } => return is_match(patterns, &value.to_display(), steps),
            Self::Includes(operands) => {
                let text = value.to_display();
                operands.iter().any(|operand| text.contains(operand.as_str()))
            }
            Self::EndsWith(operands) => {
                let text = value.to_display();
                operands.iter().any(|operand| text.ends_with(operand.as_str()))
            }
            Self::Above { bounds, inclusive } => {
                let (number, moment) = (read_integer_value(value), read_moment_value(value));
                bounds.iter().any(|bound| match bound {
                    Bound::Integer(bound) => {
                        number.is_some_and(|number| is_above(&number, bound, *inclusive))
                    }
                    Bound::Moment(bound) => moment.is_some_and(|moment| is_above(&moment, bound, *inclusive)),
                })
            }
            Self::HasBits(operands) => read_integer_value(value)
                .is_some_and(|number| operands.iter().any(|operand| number & operand == *operand)),
        })
    }
}

fn is_match(patterns: &[Regex], text: &str, steps: &mut u64) -> Result<bool, String> {
    let mut undecided = None;
    for pattern in patterns {
        match pattern.is_match_within(text, steps) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(error) => undecided = Some(error.to_string()),
        }
    }
    undecided.map_or(Ok(false), Err)
}

/// The pattern without a `.*` at its beginning, which people write out of habit. It is found in the same texts, as a
/// pattern is looked for everywhere anyway, but without a walk to the end of the text from each of its characters.
pub(super) fn strip_lead(pattern: &str) -> &str {
    let Some(rest) = pattern.strip_prefix(".*") else { return pattern };
    let rest = rest.strip_prefix('?').unwrap_or(rest);
    // Two quantifiers in a row are for the parser to refuse.
    if rest.is_empty() || rest.starts_with(['*', '+', '?', '{']) { pattern } else { rest }
}

fn is_above<T: Ord>(value: &T, bound: &T, inclusive: bool) -> bool {
    value > bound || (inclusive && value == bound)
}

fn read_boolean_value(value: &Value) -> Option<bool> {
    match value {
        Value::Boolean(boolean) => Some(*boolean),
        Value::Text(text) => read_boolean(text),
        _ => None,
    }
}

/// An optional minus sign and 1 to 18 ASCII digits, so that the number always fits.
pub(super) fn read_integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let fits = (1..=18).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

fn read_integer_value(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        Value::Text(text) => read_integer(text),
        _ => None,
    }
}

/// `2026-03-01`, which is midnight, or `2026-03-01T08:30:00` with up to nine digits of a fraction after a
/// point and perhaps a `Z`; in UTC.
pub(super) fn read_moment(text: &str) -> Option<DateTime> {
    let bytes = text.as_bytes();
    let shape = |from: usize, shape: &[u8]| {
        bytes.get(from..from + shape.len()).is_some_and(|bytes| {
            bytes.iter().zip(shape).all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                form => byte == form,
            })
        })
    };
    if !shape(0, b"0000-00-00") {
        return None;
    }
    let date = Date::new(number(text, 0..4)?, number(text, 5..7)?, number(text, 8..10)?).ok()?;
    if text.len() == 10 {
        return Some(date.to_datetime(Time::midnight()));
    }
    if !shape(10, b"T00:00:00") {
        return None;
    }
    let rest = &text[19..];
    let rest = rest.strip_suffix('Z').unwrap_or(rest);
    let nanoseconds = match rest.strip_prefix('.') {
        Some(digits)
            if (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            format!("{digits:0<9}").parse().ok()?
        }
        Some(_) => return None,
        None if rest.is_empty() => 0,
        None => return None,
    };
    let time = Time::new(number(text, 11..13)?, number(text, 14..16)?, number(text, 17..19)?, nanoseconds);
    Some(date.to_datetime(time.ok()?))
}

fn number<T: std::str::FromStr>(text: &str, at: std::ops::Range<usize>) -> Option<T> {
    text.get(at)?.parse().ok()
}

fn read_moment_value(value: &Value) -> Option<DateTime> {
    match value {
        Value::DateTime(moment) => Some(*moment),
        Value::Text(text) => read_moment(text),
        _ => None,
    }
}

/// What a clause's value of a comparison must be: a whole number or a date.
pub(super) fn read_bound(text: &str) -> Option<Bound> {
    read_integer(text).map(Bound::Integer).or_else(|| read_moment(text).map(Bound::Moment))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn whole_numbers_are_a_sign_and_up_to_eighteen_digits() {
        for (text, number) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("007", Some(7)),
            ("-12", Some(-12)),
            ("999999999999999999", Some(999_999_999_999_999_999)),
            ("-999999999999999999", Some(-999_999_999_999_999_999)),
            ("1000000000000000000", None),
            ("+1", None),
            ("--1", None),
            ("-", None),
            ("", None),
            (" 1", None),
            ("1.0", None),
            ("1e3", None),
            ("٣", None),
            ("0x10", None),
        ] {
            assert_eq!(read_integer(text), number, "{text:?}");
        }
    }

    #[test]
    fn a_pattern_without_its_lead_is_found_in_the_same_texts() {
        for (pattern, stripped) in [
            (r".*\@domain.com", r"\@domain.com"),
            (".*?a|b", "a|b"),
            (r".*^a", "^a"),
            (".*$", "$"),
            (r".*(a)\1", r"(a)\1"),
            (".*(?<=b)a", "(?<=b)a"),
            (".*", ".*"),
            (".*+a", ".*+a"),
            (".*??a", ".*??a"),
            (".*{2}a", ".*{2}a"),
            (r"\.*a", r"\.*a"),
            ("^.*a", "^.*a"),
        ] {
            assert_eq!(strip_lead(pattern), stripped);
            let (Ok(whole), Ok(rest)) = (Regex::parse(pattern), Regex::parse(stripped)) else { continue };
            for text in
                ["", "a", "b", "c", "ba", "xaa", "\n", "b\na", "x\nb", "kim@domain.com", "\n@domain_com"]
            {
                assert_eq!(whole.is_match(text), rest.is_match(text), "{pattern} {text:?}");
            }
        }
    }

    #[test]
    fn dates_are_read_in_two_forms_only() {
        let midnight = date(2024, 2, 29).at(0, 0, 0, 0);
        let morning = date(2024, 2, 29).at(8, 30, 1, 0);
        for (text, moment) in [
            ("2024-02-29", Some(midnight)),
            ("2024-02-29T08:30:01", Some(morning)),
            ("2024-02-29T08:30:01Z", Some(morning)),
            ("2024-02-29T08:30:01.5Z", Some(date(2024, 2, 29).at(8, 30, 1, 500_000_000))),
            ("2024-02-29T08:30:01.000000007", Some(date(2024, 2, 29).at(8, 30, 1, 7))),
            ("0000-01-01", Some(date(0, 1, 1).at(0, 0, 0, 0))),
            ("9999-12-31T23:59:59.999999999Z", Some(date(9999, 12, 31).at(23, 59, 59, 999_999_999))),
            ("2023-02-29", None),
            ("2024-13-01", None),
            ("2024-00-10", None),
            ("2024-04-31", None),
            ("2024-02-29T24:00:00", None),
            ("2024-02-29T23:59:60", None),
            ("2024-02-29T08:60:00", None),
            ("2024-02-29T08:30", None),
            ("2024-02-29 08:30:01", None),
            ("2024-02-29t08:30:01", None),
            ("2024-02-29T08:30:01z", None),
            ("2024-02-29T08:30:01+00:00", None),
            ("2024-02-29T08:30:01.", None),
            ("2024-02-29T08:30:01.1234567890", None),
            ("2024-02-29T08:30:01ZZ", None),
            ("2024-02-29Z", None),
            ("2024-2-29", None),
            ("-024-02-29", None),
            ("2024-02-2é", None),
            ("2024-02-29T08:30:0é", None),
        ] {
            assert_eq!(read_moment(text), moment, "{text:?}");
        }
    }
}
