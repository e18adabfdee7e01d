//! The values that flow through expressions and mappings.
use jiff::civil::DateTime;
use std::borrow::Cow;

/// A value. An attribute without one is `None` at the place where a value is expected; there is no null
/// in here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text.
    Text(String),
    /// True or false; prints as `True` or `False`, as in the expression language.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A date with its time of day, in UTC; prints as `M/d/yyyy h:mm:ss tt`, as in the expression language.
    DateTime(DateTime),
    /// Several values.
    List(Vec<Value>),
    /// A value of several parts, such as a role: what the role functions take and give.
    Object(serde_json::Map<String, serde_json::Value>),
}

impl Value {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// How the value reads in the expression language, in logs and on pages.
    #[must_use]
    pub fn to_display(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Boolean(true) => Cow::Borrowed("True"),
            Self::Boolean(false) => Cow::Borrowed("False"),
            Self::Integer(number) => Cow::Owned(number.to_string()),
            Self::DateTime(date) => Cow::Owned(display_date(*date)),
            Self::Object(object) => Cow::Owned(serde_json::Value::Object(object.clone()).to_string()),
            Self::List(items) => {
                Cow::Owned(items.iter().map(Self::to_display).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Whether there is nothing in it: an empty text, or a list of nothing but empty values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Boolean(_) | Self::Integer(_) | Self::DateTime(_) => false,
            Self::Object(object) => object.is_empty(),
            Self::List(items) => items.iter().all(Self::is_empty),
        }
    }

    /// From JSON; `None` for null and for a number that is not whole, which have no counterpart here. Items
    /// of a list that have none are left out. Dates stay text: JSON has none.
    #[must_use]
    pub fn from_json(json: &serde_json::Value) -> Option<Self> {
        match json {
            serde_json::Value::String(text) => Some(Self::Text(text.clone())),
            serde_json::Value::Bool(boolean) => Some(Self::Boolean(*boolean)),
            serde_json::Value::Number(number) => number.as_i64().map(Self::Integer),
            serde_json::Value::Array(items) => {
                Some(Self::List(items.iter().filter_map(Self::from_json).collect()))
            }
            serde_json::Value::Object(object) => Some(Self::Object(object.clone())),
            serde_json::Value::Null => None,
        }
    }
}

impl From<Value> for serde_json::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Text(text) => Self::String(text),
            Value::Boolean(boolean) => Self::Bool(boolean),
            Value::Integer(number) => Self::from(number),
            Value::DateTime(_) => Self::String(value.to_display().into_owned()),
            Value::Object(object) => Self::Object(object),
            Value::List(items) => Self::Array(items.into_iter().map(Self::from).collect()),
        }
    }
}

/// `True` or `False` in any case.
pub(crate) fn read_boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// The original's general date: `3/16/2020 7:00:00 AM`.
fn display_date(date: DateTime) -> String {
    let hour = match date.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let half = if date.hour() < 12 { "AM" } else { "PM" };
    let (month, day, year) = (date.month(), date.day(), date.year());
    format!("{month}/{day}/{year:04} {hour}:{:02}:{:02} {half}", date.minute(), date.second())
}

/// How a JSON value reads in a log or on a page: texts without quotes, booleans as the expression
/// language prints them, a reference as its id, everything else as JSON.
#[must_use]
pub fn display_json(json: &serde_json::Value) -> String {
    match json {
        serde_json::Value::Object(object) if object.len() == 1 => match object.get("value") {
            Some(serde_json::Value::String(id)) => id.clone(),
            _ => json.to_string(),
        },
        serde_json::Value::Object(_) => json.to_string(),
        _ => Value::from_json(json).map_or_else(|| json.to_string(), |value| value.to_display().into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_survive_the_way_to_json_and_back() {
        let value = Value::List(vec![Value::text("a"), Value::Boolean(true), Value::Integer(-3)]);
        let json: serde_json::Value = value.clone().into();
        assert_eq!(json, json!(["a", true, -3]));
        assert_eq!(Value::from_json(&json), Some(value));
        let role = json!({"value": "Admin", "primary": false});
        assert_eq!(Value::from_json(&role).map(serde_json::Value::from), Some(role));
        assert_eq!(Value::from_json(&json!(null)), None);
    }

    #[test]
    fn values_read_as_the_expression_language_prints_them() {
        assert_eq!(Value::Boolean(true).to_display(), "True");
        assert_eq!(Value::List(vec![Value::text("a"), Value::Integer(2)]).to_display(), "a, 2");
        let date = |hour| Value::DateTime(jiff::civil::date(2020, 3, 6).at(hour, 5, 9, 0));
        assert_eq!(date(0).to_display(), "3/6/2020 12:05:09 AM");
        assert_eq!(date(13).to_display(), "3/6/2020 1:05:09 PM");
        assert_eq!(display_json(&json!({"value": "42"})), "42");
        assert_eq!(display_json(&json!(false)), "False");
        assert_eq!(display_json(&json!(1.5)), "1.5");
    }
}
