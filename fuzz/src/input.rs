//! How an input is written.
//!
//! ```text
//! Join(" ", [givenName], [surname])
//! ---
//! givenName=Zoë
//! surname=null
//! proxyAddresses=["a", "b"]
//! ```
//!
//! The text under test comes first. After a line of three dashes follow attributes, one a line: what
//! stands after the equals sign is JSON, or, when it is none, a text as it is. Behind a commercial at
//! stands a date, which JSON does not have: `hireDate=@2020-03-16T07:00:00`.
use purser_domain::value::Value;
use std::collections::BTreeMap;

/// Attributes by name; one without a value is missing.
pub type Attributes = BTreeMap<String, Value>;

/// Takes an input apart at its lines of three dashes.
pub fn split(input: &str) -> Vec<&str> {
    input.split("\n---\n").collect()
}

/// Reads attributes, one a line; a line without an equals sign says nothing.
pub fn attributes(lines: &str) -> Attributes {
    let pairs = lines.lines().filter_map(|line| line.split_once('='));
    pairs.filter_map(|(name, text)| Some((name.to_owned(), read_value(text)?))).collect()
}

fn read_value(text: &str) -> Option<Value> {
    if let Some(date) = text.strip_prefix('@').and_then(|date| date.parse().ok()) {
        return Some(Value::DateTime(date));
    }
    match serde_json::from_str(text) {
        Ok(json) => Value::from_json(&json),
        Err(_) => Some(Value::text(text)),
    }
}

/// The way back, for showing inputs that were made.
pub fn print_attributes(attributes: &Attributes) -> String {
    let print = |(name, value): (&String, &Value)| match value {
        Value::DateTime(date) => format!("{name}=@{date}"),
        value => format!("{name}={}", serde_json::Value::from(value.clone())),
    };
    attributes.iter().map(print).collect::<Vec<_>>().join("\n")
}
