//! Reading what a target answered. Tolerant of what real servers leave out (schemas, meta, Location, the SCIM
//! content type), strict where a mistake would hit the wrong account.
use purser_domain::object::ObjectKind;
use purser_domain::plan::TargetObject;
use reqwest::StatusCode;
use reqwest::header::LOCATION;
use serde_json::{Map, Value};

use super::request::collection;
use crate::http::Answer;
use crate::json::find;

/// The schema of an error.
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
/// No error is longer, in bytes.
const MAX_ERROR: usize = 16 * 1024;

/// A page of a query.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Listing {
    /// What the target says there is in all; at least what it sent. `None` when it does not say.
    pub(super) total: Option<u64>,
    /// Its objects.
    pub(super) objects: Vec<TargetObject>,
    /// Where the next page begins (RFC 9865).
    pub(super) next_cursor: Option<String>,
}

/// Why an answer can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// A web page.
    Html,
    /// Nothing.
    Empty,
    /// Not JSON.
    NotJson,
    /// JSON, and not what SCIM prescribes here.
    NotScim,
    /// An object without an id.
    NoId,
}

/// An error that was sent as a success, under the status that it names.
pub(super) fn unmask(mut answer: Answer) -> Answer {
    let is_short = answer.body.len() <= MAX_ERROR;
    let names_error = || answer.body.windows(ERROR.len()).any(|part| part == ERROR.as_bytes());
    if !answer.status.is_success() || !is_short || !names_error() {
        return answer;
    }
    let status = read_json(&answer).ok().and_then(|body| {
        let body = body.as_object()?;
        let is_error = find(body, "schemas")?.as_array()?.iter().any(|schema| schema == ERROR);
        is_error.then(|| find(body, "status").and_then(read_number).unwrap_or(400))
    });
    if let Some(status) = status
        && let Some(status) = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok())
        && (status.is_client_error() || status.is_server_error())
    {
        answer.status = status;
    }
    answer
}

/// Whether this says that there is no such object. A web server's own *page not found* says nothing about objects.
pub(super) fn is_gone(answer: &Answer) -> bool {
    matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::GONE) && is_from_api(answer)
}

/// Whether an error's body can be an API's: JSON, or none. A gateway's JSON about routes is not.
pub(super) fn is_from_api(answer: &Answer) -> bool {
    let body = answer.body.trim_ascii();
    if body.is_empty() {
        return true;
    }
    if !matches!(body.first(), Some(b'{' | b'[' | b'"')) {
        return false;
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(1024)]).to_lowercase();
    !["no route", "route not found", "cannot get /", "cannot patch /", "cannot put /", "cannot delete /"]
        .iter()
        .any(|words| text.contains(words))
}

/// Reads the answer to a query.
pub(super) fn read_listing(answer: &Answer) -> Result<Listing, Unreadable> {
    let Value::Object(mut body) = read_json(answer)? else { return Err(Unreadable::NotScim) };
    let total = take(&mut body, "totalResults").and_then(|value| read_number(&value));
    let resources = match take(&mut body, "Resources") {
        Some(Value::Array(resources)) => resources,
        Some(one @ Value::Object(_)) => vec![one],
        // Some servers leave the list out, or null it, when it is empty.
        None | Some(Value::Null) if total.is_some() => Vec::new(),
        _ => return Err(Unreadable::NotScim),
    };
    let sent = resources.len() as u64;
    let objects = resources.into_iter().map(read_resource).collect::<Result<Vec<_>, _>>()?;
    let next_cursor = match take(&mut body, "nextCursor") {
        Some(Value::String(cursor)) if !cursor.is_empty() => Some(cursor),
        Some(Value::Number(cursor)) => Some(cursor.to_string()),
        _ => None,
    };
    Ok(Listing { total: total.map(|total| total.max(sent)), objects, next_cursor })
}

/// Reads the answer to a read.
pub(super) fn read_object(answer: &Answer) -> Result<TargetObject, Unreadable> {
    read_resource(read_json(answer)?)
}

/// Reads the answer to a create. When the body has no id, the last segment of `Location` is it.
pub(super) fn read_created(kind: ObjectKind, answer: &Answer) -> Result<TargetObject, Unreadable> {
    let body = match read_json(answer) {
        Ok(body @ Value::Object(_)) => body,
        Ok(_) => return Err(Unreadable::NotScim),
        Err(Unreadable::Empty) => Value::Object(Map::new()),
        Err(other) => return Err(other),
    };
    match id_of(&body).or_else(|| id_in_location(kind, answer)) {
        Some(id) => Ok(TargetObject { id, body }),
        None => Err(Unreadable::NoId),
    }
}

fn read_resource(body: Value) -> Result<TargetObject, Unreadable> {
    if !body.is_object() {
        return Err(Unreadable::NotScim);
    }
    let id = id_of(&body).ok_or(Unreadable::NoId)?;
    Ok(TargetObject { id, body })
}

pub(super) fn read_json(answer: &Answer) -> Result<Value, Unreadable> {
    serde_json::from_slice(&answer.body).map_err(|_| match answer.is_page() {
        true => Unreadable::Html,
        false if answer.body.trim_ascii().is_empty() => Unreadable::Empty,
        false => Unreadable::NotJson,
    })
}

/// Ids are opaque texts; a server that sends numbers means their digits.
pub(super) fn id_of(body: &Value) -> Option<String> {
    match find(body.as_object()?, "id")? {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

fn id_in_location(kind: ObjectKind, answer: &Answer) -> Option<String> {
    let location = answer.headers.get(LOCATION)?.to_str().ok()?;
    let path = location.split(['?', '#']).next()?;
    let (rest, id) = path.trim_end_matches('/').rsplit_once('/')?;
    // Only `…/Users/{id}`: a Location that leads elsewhere is not this object's.
    if id.is_empty() || !rest.to_ascii_lowercase().ends_with(&collection(kind).to_ascii_lowercase()) {
        return None;
    }
    percent_encoding::percent_decode_str(id).decode_utf8().ok().map(|id| id.into_owned())
}

fn take(object: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let key = object.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
    object.swap_remove(&key)
}

fn read_number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Exchange;
    use reqwest::header::{HeaderMap, HeaderValue};
    use serde_json::json;
    use std::time::Duration;

    fn answer(body: &str) -> Answer {
        Answer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
            exchange: Exchange {
                method: "GET",
                path: "/".into(),
                status: Some(200),
                duration: Duration::ZERO,
                request_body: None,
                response_body: None,
            },
        }
    }

    #[test]
    fn lists_are_read_in_the_shapes_that_servers_send() {
        for (body, total, count) in [
            (r#"{"totalResults":0,"Resources":[]}"#, Some(0), 0),
            (r#"{"totalResults":0}"#, Some(0), 0),
            (r#"{"totalResults":"0","Resources":null}"#, Some(0), 0),
            (r#"{"resources":[{"ID":7}],"TOTALRESULTS":3}"#, Some(3), 1),
            ("{\"Resources\":[{\"id\":\"a\"},{\"id\":\"b\"}]}", None, 2),
            (r#"{"totalResults":1,"Resources":[{"id":"a"},{"id":"b"}]}"#, Some(2), 2),
        ] {
            let listing = read_listing(&answer(body)).unwrap();
            assert_eq!((listing.total, listing.objects.len()), (total, count), "{body}");
        }
    }

    #[test]
    fn what_is_no_list_is_told_apart() {
        for (body, expected) in [
            ("<!doctype html><title>Sign in</title>", Unreadable::Html),
            (" <html>", Unreadable::Html),
            ("", Unreadable::Empty),
            ("{\"Resources\":[", Unreadable::NotJson),
            ("[]", Unreadable::NotScim),
            ("{\"hello\":1}", Unreadable::NotScim),
            (r#"{"totalResults":1,"Resources":[1]}"#, Unreadable::NotScim),
            (r#"{"totalResults":1,"Resources":[{"userName":"x"}]}"#, Unreadable::NoId),
            (r#"{"totalResults":1,"Resources":[{"id":""}]}"#, Unreadable::NoId),
        ] {
            assert_eq!(read_listing(&answer(body)), Err(expected), "{body}");
        }
    }

    #[test]
    fn a_created_account_without_an_id_in_the_body_is_known_by_its_location() {
        let mut created = answer("");
        assert_eq!(read_created(ObjectKind::User, &created), Err(Unreadable::NoId));
        created.headers.insert(LOCATION, HeaderValue::from_static("https://x/scim/Users/a%20b/?v=1"));
        assert_eq!(read_created(ObjectKind::User, &created).unwrap().id, "a b");
        created.headers.insert(LOCATION, HeaderValue::from_static("/scim/Jobs/77"));
        assert_eq!(read_created(ObjectKind::User, &created), Err(Unreadable::NoId));
        assert_eq!(read_created(ObjectKind::User, &answer("{\"id\":42}")).unwrap().body, json!({"id": 42}));
    }

    #[test]
    fn an_error_that_was_sent_as_a_success_is_an_error() {
        for (status, told) in [("\"409\"", 409), ("404", 404), ("\"x\"", 400), ("200", 200)] {
            let body = format!(r#"{{"schemas":["{ERROR}"],"status":{status}}}"#);
            assert_eq!(unmask(answer(&body)).status.as_u16(), told, "{body}");
        }
        assert_eq!(unmask(answer(r#"{"id":"1","status":"409"}"#)).status, StatusCode::OK);
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        let deep = "[".repeat(100_000);
        assert_eq!(read_listing(&answer(&deep)), Err(Unreadable::NotJson));
    }
}
