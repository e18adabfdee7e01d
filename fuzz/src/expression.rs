//! Expressions as people type them: parser and evaluator.
use super::input::{self, Attributes};
use jiff::Timestamp;
use purser_domain::expression::{
    Context, EvaluationError, Expression, ExpressionError, MAX_LENGTH, MAX_RESULT, Outcome,
};
use purser_domain::value::Value;

/// An error quotes what is wrong, but says little more than that.
const LONGEST_EXPLANATION: usize = 2_000;

/// Parses a text and evaluates what it says.
pub fn check(input: &[u8]) {
    let input = String::from_utf8_lossy(input);
    let parts = input::split(&input);
    let text = parts.first().copied().unwrap_or_default();
    let attributes = input::attributes(parts.get(1).copied().unwrap_or_default());
    match Expression::parse(text) {
        Ok(expression) => check_expression(&expression, text, &attributes),
        Err(error) => check_place(&error, text),
    }
}

/// What holds for every expression that can be parsed.
pub fn check_expression(expression: &Expression, text: &str, attributes: &Attributes) {
    assert_eq!(expression.as_str(), text);
    assert_eq!(Expression::parse(expression.as_str()).as_ref(), Ok(expression), "it reads back");
    let first = evaluate(expression, attributes, &context());
    assert_eq!(first, evaluate(expression, attributes, &context()), "the same person, the same value");
    check_spelling(expression, attributes, &first);
    if !expression.is_random() {
        let other = Context { seed: [8; 32], ..context() };
        assert_eq!(evaluate(expression, attributes, &other), first, "there is no chance in it");
    }
    match first {
        Ok(Outcome::Value(value)) => assert!(size(&value) <= MAX_RESULT, "a result over its bound"),
        Ok(Outcome::Null | Outcome::Ignored | Outcome::ObjectIgnored) => {}
        Err(error) => {
            let error = error.to_string();
            assert!(!error.is_empty());
            assert!(error.len() <= text.len() + LONGEST_EXPLANATION, "an error as long as a book: {error}");
        }
    }
}

/// Our own spelling means the same; the tree for the API can be made of every expression, and read.
fn check_spelling(
    expression: &Expression,
    attributes: &Attributes,
    expected: &Result<Outcome, EvaluationError>,
) {
    let spelled = expression.spell();
    if spelled.chars().count() <= MAX_LENGTH {
        let again = Expression::parse(&spelled);
        assert!(again.is_ok(), "{spelled} reads back: {again:?}");
        if let Ok(again) = again {
            assert_eq!(again.spell(), spelled, "there is one spelling");
            let outcome = evaluate(&again, attributes, &context());
            assert_eq!(outcome.is_ok(), expected.is_ok(), "{spelled} means the same");
            assert!(expected.is_err() || outcome == *expected, "{spelled} means the same");
        }
    }
    let graph = expression.to_graph();
    assert_eq!(graph.get("expression").and_then(|text| text.as_str()), Some(expression.as_str()));
}

fn evaluate(
    expression: &Expression,
    attributes: &Attributes,
    context: &Context<'_>,
) -> Result<Outcome, EvaluationError> {
    let names = expression.attributes();
    let read = |name: &str| {
        assert!(names.contains(&name), "{name} is read but not listed");
        attributes.get(name).cloned()
    };
    let candidates = expression.candidates(&read, context);
    assert!(candidates.ok().flatten().map_or(0, |values| values.len()) <= expression.as_str().len());
    expression.evaluate(&read, context)
}

fn context() -> Context<'static> {
    Context {
        seed: [7; 32],
        default_domain: Some("contoso.com"),
        is_taken: &|value| value.len().is_multiple_of(2),
        ..Context::at(Timestamp::UNIX_EPOCH)
    }
}

/// An error names a place that is in the text, or just behind it.
fn check_place(error: &ExpressionError, text: &str) {
    let place = |number: u32| usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let line = place(error.line).and_then(|line| text.split('\n').nth(line));
    assert!(line.is_some(), "line {} is not in the text: {error}", error.line);
    let end = line.map_or(0, |line| line.chars().count());
    assert!(place(error.column).is_some_and(|column| column <= end), "its line ends at {end}: {error}");
    assert!(!error.message.is_empty());
    assert!(error.message.len() <= text.len() + LONGEST_EXPLANATION, "an error as long as a book: {error}");
}

fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Boolean(_) | Value::Integer(_) | Value::DateTime(_) => 0,
        Value::Object(object) => serde_json::to_string(object).map_or(0, |text| text.len()),
        Value::List(items) => items.iter().map(size).sum(),
    }
}
