//! Answers, in the style that the options ask for.
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Map, Value, json};

use super::page::Page;
use super::{ComplaintStyle, SamanageOptions, Wrapping};
use crate::connections::Answer;

/// What came out of a request that was served.
#[derive(Debug)]
pub(super) enum Reply {
    /// A record, of the kind that the word says.
    One(&'static str, Value),
    /// A record that is new.
    Created(&'static str, Value),
    /// Records.
    Some(&'static str, Vec<Value>),
    /// A page of a list.
    List(&'static str, Vec<Value>, Page),
    /// A body that has no records.
    Plain(Value),
}

/// Why a request was not served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// This status, with a sentence.
    Status(StatusCode, &'static str),
    /// 422: what is wrong with which attribute.
    Invalid(Vec<Complaint>),
}

/// An attribute, and what is wrong with it.
pub(super) type Complaint = (&'static str, &'static str);

pub(super) const NOT_FOUND: Refusal = Refusal::Status(StatusCode::NOT_FOUND, "The record was not found.");

/// What deleting says.
pub(super) fn deleted(word: &str) -> Reply {
    Reply::Plain(json!({"messages": {"message": format!("Deleted {word}")}}))
}

/// The answer without the headers of a list.
pub(super) fn write_reply(options: &SamanageOptions, reply: &Reply) -> Answer {
    let dressed = |word: &str, records: &[Value]| {
        records.iter().map(|record| dress(options, word, record.clone())).collect()
    };
    let (status, body) = match reply {
        Reply::One(word, record) => (StatusCode::OK, dress(options, word, record.clone())),
        Reply::Created(word, record) => {
            let status = if options.created { StatusCode::CREATED } else { StatusCode::OK };
            (status, dress(options, word, record.clone()))
        }
        Reply::Some(word, records) | Reply::List(word, records, _) => {
            (StatusCode::OK, dressed(word, records))
        }
        Reply::Plain(body) => (StatusCode::OK, body.clone()),
    };
    json_answer(status, &body)
}

pub(super) fn write_refusal(options: &SamanageOptions, refusal: &Refusal) -> Answer {
    match refusal {
        Refusal::Status(status, sentence) => json_answer(*status, &json!({"error": sentence})),
        Refusal::Invalid(complaints) => {
            json_answer(StatusCode::UNPROCESSABLE_ENTITY, &complain(options.complaints, complaints))
        }
    }
}

fn complain(style: ComplaintStyle, complaints: &[Complaint]) -> Value {
    let sentences: Vec<_> =
        complaints.iter().map(|(field, text)| format!("{} {text}", title(field))).collect();
    match style {
        ComplaintStyle::List => json!({"errors": sentences}),
        ComplaintStyle::Sentence => json!({"error": sentences.join(", ")}),
        ComplaintStyle::ByField => {
            let mut fields = Map::new();
            for (field, text) in complaints {
                let texts = fields.entry(*field).or_insert_with(|| json!([]));
                if let Value::Array(texts) = texts {
                    texts.push((*text).into());
                }
            }
            Value::Object(fields)
        }
    }
}

/// `reports_to` as people write it: `Reports to`.
fn title(field: &str) -> String {
    let text = field.replace('_', " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The record in its wrapper, if it has one, with ids in their style.
fn dress(options: &SamanageOptions, word: &str, mut record: Value) -> Value {
    let wrapped = match options.wrapping {
        Wrapping::Bare => false,
        Wrapping::Wrapped => true,
        Wrapping::Mixed => record["id"].as_u64().is_some_and(|id| id % 2 == 0),
    };
    if options.text_ids {
        write_ids_as_text(&mut record, false);
    }
    if wrapped { json!({ word: record }) } else { record }
}

fn write_ids_as_text(value: &mut Value, is_id: bool) {
    match value {
        Value::Number(number) if is_id => *value = Value::String(number.to_string()),
        Value::Array(items) => items.iter_mut().for_each(|item| write_ids_as_text(item, is_id)),
        Value::Object(members) => members.iter_mut().for_each(|(name, member)| {
            write_ids_as_text(member, name == "id" || name.ends_with("_id") || name.ends_with("_ids"));
        }),
        _ => {}
    }
}

fn json_answer(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body.to_string())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    answer
}
