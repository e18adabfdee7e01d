//! The values that flow through expressions and mappings.
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
    /// Several values.
    List(Vec<Value>),
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
            Self::Boolean(_) | Self::Integer(_) => false,
            Self::List(items) => items.iter().all(Self::is_empty),
        }
    }

    /// From JSON; `None` for null, for an object and for a number that is not whole, which have no
    /// counterpart here. Items of a list that have none are left out.
    #[must_use]
    pub fn from_json(json: &serde_json::Value) -> Option<Self> {
        match json {
            serde_json::Value::String(text) => Some(Self::Text(text.clone())),
            serde_json::Value::Bool(boolean) => Some(Self::Boolean(*boolean)),
            serde_json::Value::Number(number) => number.as_i64().map(Self::Integer),
            serde_json::Value::Array(items) => {
                Some(Self::List(items.iter().filter_map(Self::from_json).collect()))
            }
            serde_json::Value::Null | serde_json::Value::Object(_) => None,
        }
    }
}

impl From<Value> for serde_json::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Text(text) => Self::String(text),
            Value::Boolean(boolean) => Self::Bool(boolean),
            Value::Integer(number) => Self::from(number),
            Value::List(items) => Self::Array(items.into_iter().map(Self::from).collect()),
        }
    }
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
        assert_eq!(Value::from_json(&json!({"a": 1})), None);
    }

    #[test]
    fn values_read_as_the_expression_language_prints_them() {
        assert_eq!(Value::Boolean(true).to_display(), "True");
        assert_eq!(Value::List(vec![Value::text("a"), Value::Integer(2)]).to_display(), "a, 2");
        assert_eq!(display_json(&json!({"value": "42"})), "42");
        assert_eq!(display_json(&json!(false)), "False");
        assert_eq!(display_json(&json!(1.5)), "1.5");
    }
}
