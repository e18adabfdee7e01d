//! Vectors: what each function gives for which object, by family; and the bounds.
mod bounds;
mod faults;
mod functions;
mod graph;
mod vectors;

use super::*;
use jiff::Timestamp;

/// An expression, the object's attributes as JSON, and what it gives.
type Vector = (&'static str, &'static str, Expect);

/// What a vector expects.
#[derive(Debug, Clone, Copy)]
enum Expect {
    /// A value; a list or an object as JSON.
    Gives(&'static str),
    /// A value that is this JSON, however it is written.
    Json(&'static str),
    /// No value.
    Null,
    /// The attribute is left out.
    Ignored,
    /// The whole object is.
    ObjectIgnored,
    /// It fails, with this in its sentence.
    Fails(&'static str),
}

use Expect::{Fails, Gives as Is, Ignored, Json, Null, ObjectIgnored};

/// 2026-06-15 10:20:30 UTC.
fn now() -> Timestamp {
    "2026-06-15T10:20:30Z".parse().unwrap()
}

fn read_object(object: &str) -> serde_json::Map<String, serde_json::Value> {
    serde_json::from_str(object).unwrap_or_else(|error| panic!("{object}: {error}"))
}

fn evaluate_with(text: &str, object: &str, context: &Context<'_>) -> Result<Outcome, EvaluationError> {
    let object = read_object(object);
    let source = |name: &str| object.get(name).and_then(Value::from_json);
    Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).evaluate(&source, context)
}

fn evaluate(text: &str, object: &str) -> Result<Outcome, EvaluationError> {
    let context = Context { default_domain: Some("contoso.com"), ..Context::at(now()) };
    evaluate_with(text, object, &context)
}

/// How a value is written in a vector.
fn print(value: Value) -> String {
    match value {
        Value::List(_) | Value::Object(_) => serde_json::Value::from(value).to_string(),
        value => value.to_display().into_owned(),
    }
}

/// Runs a table.
fn run(vectors: &[Vector]) {
    for (text, object, expected) in vectors {
        match (evaluate(text, object), expected) {
            (Ok(Outcome::Value(value)), Is(wanted)) => {
                assert_eq!(print(value), *wanted, "{text} of {object}")
            }
            (Ok(Outcome::Value(value)), Json(wanted)) => {
                let wanted: serde_json::Value = serde_json::from_str(wanted).unwrap();
                assert_eq!(serde_json::Value::from(value), wanted, "{text} of {object}");
            }
            (Ok(Outcome::Null), Null)
            | (Ok(Outcome::Ignored), Ignored)
            | (Ok(Outcome::ObjectIgnored), ObjectIgnored) => {}
            (Err(error), Fails(part)) => {
                let message = error.to_string();
                assert!(message.contains(part), "{text}: {message}");
            }
            (found, expected) => panic!("{text} of {object}: {found:?}, not {expected:?}"),
        }
    }
}
