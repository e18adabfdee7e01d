//! How the conditions of `IIF` and `CBool` compare.
//!
//! An operand without a value makes every comparison false, `<>` included: the original's "the check
//! fails" (decision 8). Numbers compare as numbers when both are whole numbers and at least one is more than
//! a text (for an order: when both read as such), dates as dates, everything else as text, by code point.
use super::tree::Comparison;
use crate::value::Value;
use std::cmp::Ordering;

/// Whether the comparison holds.
pub(super) fn holds(comparison: Comparison, left: Option<&Value>, right: Option<&Value>) -> bool {
    let (Some(left), Some(right)) = (left, right) else { return false };
    if left.is_empty() || right.is_empty() {
        return false;
    }
    comparison.holds(order(comparison, left, right))
}

fn order(comparison: Comparison, left: &Value, right: &Value) -> Ordering {
    if let (Value::DateTime(left), Value::DateTime(right)) = (left, right) {
        return left.cmp(right);
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
