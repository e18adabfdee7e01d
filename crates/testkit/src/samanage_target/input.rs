//! What requests have in their bodies.
use hyper::StatusCode;
use serde_json::{Map, Value};

use super::answers::{Complaint, Refusal};

pub(super) const BLANK: &str = "can't be blank";
pub(super) const TAKEN: &str = "has already been taken";
pub(super) const INVALID: &str = "is invalid";
pub(super) const UNKNOWN: &str = "does not exist";

/// The record in its wrapper.
pub(super) fn unwrap(body: Option<&[u8]>, word: &str) -> Result<Map<String, Value>, Refusal> {
    let body = body.and_then(|body| serde_json::from_slice::<Value>(body).ok());
    match body {
        Some(Value::Object(mut members)) => match members.remove(word) {
            Some(Value::Object(record)) => Ok(record),
            _ => Err(bad("The record is not in its wrapper.")),
        },
        _ => Err(bad("The body is not JSON.")),
    }
}

pub(super) fn bad(sentence: &'static str) -> Refusal {
    Refusal::Status(StatusCode::BAD_REQUEST, sentence)
}

/// Takes over a text; `""` clears it. Anything else, `null` too, is ignored without a word.
pub(super) fn put_text(sent: &Map<String, Value>, name: &str, slot: &mut String) {
    match sent.get(name) {
        Some(Value::String(text)) => slot.clone_from(text),
        Some(Value::Number(number)) => *slot = number.to_string(),
        _ => {}
    }
}

/// Takes over a truth, in the ways in which forms and programs write it.
pub(super) fn put_flag(sent: &Map<String, Value>, name: &str, slot: &mut bool) {
    let text = match sent.get(name) {
        Some(Value::Bool(flag)) => flag.to_string(),
        Some(Value::String(text)) => text.to_lowercase(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return,
    };
    match text.as_str() {
        "true" | "1" => *slot = true,
        "false" | "0" => *slot = false,
        _ => {}
    }
}

/// Takes over a reference; `""`, `null` and `"nil"` clear it. An object that names its record in a way that the
/// service has not, or anything else, is ignored without a word.
pub(super) fn put_reference(
    sent: &Map<String, Value>,
    name: &'static str,
    slot: &mut Option<u64>,
    key: &str,
    find: impl Fn(Sought<'_>) -> Option<u64>,
) -> Result<(), Complaint> {
    let sought = match sent.get(name) {
        Some(value) if clears(value) => {
            *slot = None;
            return Ok(());
        }
        Some(Value::Object(members)) => match (members.get(key), members.get("id").and_then(id_of)) {
            (Some(Value::String(text)), _) => Sought::Key(text),
            (_, Some(id)) => Sought::Id(id),
            _ => return Ok(()),
        },
        _ => return Ok(()),
    };
    *slot = Some(find(sought).ok_or((name, UNKNOWN))?);
    Ok(())
}

/// What a reference says of its record.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sought<'a> {
    /// The record's own name, or address.
    Key(&'a str),
    Id(u64),
}

pub(super) fn clears(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.is_empty() || text == "nil")
}

/// An id, which may be a number or a text.
pub(super) fn id_of(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// Whether the text has the part in it, in whatever case: how filters look for texts.
pub(super) fn has(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}
