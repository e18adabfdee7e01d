//! How the conditions of `IIF` and `CBool` compare.
//!
//! An operand without a value makes every comparison false, `<>` included: the original's "the check
//! fails" (decision 8). Numbers compare as numbers when both are whole numbers and at least one is more than
//! a text (for an order: when both read as such), dates as dates, also with a text that reads as one, everything
//! else as text, by code point.
use crate::value::Value;
use jiff::civil::{Date, DateTime};
use purser_dotnet::date_parse::parse_date;
use std::cmp::Ordering;

/// How a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Comparison {
    pub(super) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}

/// Whether the comparison of two single values that are not empty holds.
pub(super) fn holds(comparison: Comparison, left: &Value, right: &Value, today: Date) -> bool {
    comparison.holds(order(comparison, left, right, today))
}

fn order(comparison: Comparison, left: &Value, right: &Value, today: Date) -> Ordering {
    let is_date = |value: &Value| matches!(value, Value::DateTime(_));
    if (is_date(left) || is_date(right))
        && let (Some(left), Some(right)) = (read_date(left, today), read_date(right, today))
    {
        return left.cmp(&right);
    }
    let is_number = |value: &Value| matches!(value, Value::Integer(_));
    let wants_order = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
    if (wants_order || is_number(left) || is_number(right))
        && let (Some(left), Some(right)) = (read_integer(left), read_integer(right))
    {
        return left.cmp(&right);
    }
    left.to_display().cmp(&right.to_display())
}

fn read_integer(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        Value::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn read_date(value: &Value, today: Date) -> Option<DateTime> {
    match value {
        Value::DateTime(date) => Some(*date),
        Value::Text(text) => parse_date(text, today).ok(),
        _ => None,
    }
}
