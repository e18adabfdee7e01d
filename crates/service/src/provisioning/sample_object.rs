//! An object to try an expression on: attributes and their values, as JSON gives them.
use purser_domain::value::Value;
use serde_json::{Map, Value as Json};
use std::collections::HashMap;

/// Attributes with values. Names are found however they are cased, the exact one first.
#[derive(Debug, Clone, Default)]
pub struct SampleObject {
    exact: HashMap<String, Value>,
    folded: HashMap<String, Value>,
}

impl SampleObject {
    /// From a JSON object. A null is no value; a number that is not whole is taken as a text, as the language has no
    /// other numbers; dates are texts.
    #[must_use]
    pub fn new(properties: &Map<String, Json>) -> Self {
        let mut object = Self::default();
        for (name, json) in properties {
            if let Some(value) = read_value(json) {
                object.folded.insert(name.to_lowercase(), value.clone());
                object.exact.insert(name.clone(), value);
            }
        }
        object
    }

    /// An attribute's value; `None` when it has none.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Value> {
        self.exact.get(name).or_else(|| self.folded.get(&name.to_lowercase())).cloned()
    }
}

fn read_value(json: &Json) -> Option<Value> {
    match json {
        Json::Number(number) if number.as_i64().is_none() => Some(Value::text(number.to_string())),
        Json::Array(items) => Some(Value::List(items.iter().filter_map(read_value).collect())),
        _ => Value::from_json(json),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_of_every_kind_becomes_a_value() {
        let json = json!({
            "text": "a", "flag": true, "whole": 7, "part": 1.5, "huge": 12_345_678_901_234_567_890_u64,
            "list": ["a", null, 2.5], "object": { "value": "x" }, "none": null,
        });
        let object = SampleObject::new(json.as_object().unwrap());
        assert_eq!(object.value("text"), Some(Value::text("a")));
        assert_eq!(object.value("TEXT"), Some(Value::text("a")), "cased otherwise");
        assert_eq!(object.value("flag"), Some(Value::Boolean(true)));
        assert_eq!(object.value("whole"), Some(Value::Integer(7)));
        assert_eq!(object.value("part"), Some(Value::text("1.5")));
        assert_eq!(object.value("huge"), Some(Value::text("12345678901234567890")));
        assert_eq!(object.value("list"), Some(Value::List(vec![Value::text("a"), Value::text("2.5")])));
        assert!(matches!(object.value("object"), Some(Value::Object(_))));
        assert_eq!((object.value("none"), object.value("missing")), (None, None));
    }
}
