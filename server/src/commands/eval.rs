//! `purser eval`: an expression on the command line, by the very rules of a cycle.
//!
//! [`evaluate`] is the command without its surroundings: it reads no file and no clock.

use std::{
    io::{Read, Write},
    path::Path,
    process::ExitCode,
};

use purser_domain::{
    expression::{Context, Expression, Outcome},
    value::Value,
};
use purser_service::SampleObject;
use purser_store::{Clock, SystemClock};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{cli::EvalArguments, error::ServerError};

/// Largest object file; an expression could make nothing of more.
const MAX_OBJECT: u64 = 16 * 1024 * 1024;

/// What the command says, and how it ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evaluated {
    /// For standard output.
    pub out: String,
    /// For standard error.
    pub err: String,
    /// Exit status.
    pub status: u8,
}

/// Does what `purser eval` says.
pub(super) fn eval(arguments: &EvalArguments) -> Result<ExitCode, ServerError> {
    let evaluated = match read_object(arguments.object.as_deref()) {
        Ok(object) => {
            let seed = arguments.seed.map_or_else(draw_seed, widen_seed);
            let context = Context {
                seed,
                default_domain: arguments.default_domain.as_deref(),
                ..Context::at(arguments.now.unwrap_or_else(|| SystemClock.now()))
            };
            evaluate(&arguments.expression, &object, &context, arguments.json)
        }
        Err(message) => Evaluated { err: format!("{message}\n"), status: 2, ..Evaluated::default() },
    };
    let print = || {
        std::io::stdout().write_all(evaluated.out.as_bytes())?;
        std::io::stderr().write_all(evaluated.err.as_bytes())?;
        std::io::stdout().flush()
    };
    print().map_err(|source| ServerError::Terminal { doing: "Writing the value", source })?;
    Ok(ExitCode::from(evaluated.status))
}

/// Evaluates `expression` on `object`, the text of a JSON object.
#[must_use]
pub fn evaluate(expression: &str, object: &str, context: &Context<'_>, as_json: bool) -> Evaluated {
    let object = match serde_json::from_str(object) {
        Ok(Json::Object(object)) => SampleObject::new(&object),
        Ok(_) => {
            return unreadable("The object is not a JSON object such as {\"mail\": \"ada@contoso.com\"}.");
        }
        Err(error) => return unreadable(&format!("The object is not JSON: {error}.")),
    };
    let parsed = match Expression::parse(expression) {
        Ok(parsed) => parsed,
        Err(error) => return failed(expression, error.line, error.column, &error.message),
    };
    match parsed.evaluate(&|name| object.value(name), context) {
        Ok(outcome) => print(outcome, as_json),
        Err(error) => failed(expression, error.line, error.column, &error.fault.to_string()),
    }
}

/// The seed that belongs to a number.
#[must_use]
pub fn widen_seed(number: u64) -> [u8; 32] {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    seed
}

fn draw_seed() -> [u8; 32] {
    let drawn = [*Uuid::new_v4().as_bytes(), *Uuid::new_v4().as_bytes()].concat();
    drawn.first_chunk().copied().unwrap_or_default()
}

fn read_object(path: Option<&Path>) -> Result<String, String> {
    let Some(path) = path else { return Ok("{}".to_owned()) };
    let shown = path.display();
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().take(MAX_OBJECT + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_OBJECT + 1).read_to_end(&mut bytes))
    }
    .map_err(|error| format!("The object {shown} can't be read: {error}."))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_OBJECT) {
        return Err(format!("The object {shown} is larger than 16 MB."));
    }
    String::from_utf8(bytes).map_err(|_| format!("The object {shown} is not UTF-8 text."))
}

fn print(outcome: Outcome, as_json: bool) -> Evaluated {
    let (name, value) = match outcome {
        Outcome::Value(value) => ("value", Some(value)),
        Outcome::Null => ("null", None),
        Outcome::Ignored => ("ignored", None),
        Outcome::ObjectIgnored => ("objectIgnored", None),
    };
    if as_json {
        let json = json!({ "value": value.map_or(Json::Null, Json::from), "outcome": name });
        return Evaluated { out: format!("{json}\n"), ..Evaluated::default() };
    }
    match value {
        Some(value) => Evaluated { out: format!("{}\n", spell(value)), ..Evaluated::default() },
        None => {
            let why = if name == "null" { "it is null" } else { "it is ignored when it is null or empty" };
            Evaluated {
                err: format!("There is no value, so the attribute is not exported: {why}.\n"),
                ..Evaluated::default()
            }
        }
    }
}

fn spell(value: Value) -> String {
    match value {
        Value::List(_) | Value::Object(_) => Json::from(value).to_string(),
        single => single.to_display().into_owned(),
    }
}

/// The sentence, the line that it is about, and a caret under the place.
fn failed(expression: &str, line: u32, column: u32, message: &str) -> Evaluated {
    let at = |number: u32| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    let text = expression.lines().nth(at(line)).unwrap_or_default();
    // A tab before the place stays a tab, so that the caret stands under it however wide tabs are.
    let before = text.chars().take(at(column)).map(|letter| if letter == '\t' { '\t' } else { ' ' });
    let before: String = before.collect();
    Evaluated {
        err: format!("line {line}, column {column}: {message}\n{text}\n{before}^\n"),
        status: 1,
        ..Evaluated::default()
    }
}

fn unreadable(message: &str) -> Evaluated {
    Evaluated { err: format!("{message}\n"), status: 2, ..Evaluated::default() }
}
