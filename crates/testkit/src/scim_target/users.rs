//! The resource `/Users`.
use bytes::Bytes;
use hyper::header::{HeaderValue, LOCATION};
use hyper::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::accounts::{Accounts, NotStored, Sent};
use super::filter::Filter;
use super::server::{error, not_allowed, scim};
use super::{FilterStyle, PatchStyle, State, patch};
use crate::connections::Answer;

/// Accounts on a page when the client does not say.
const PAGE: usize = 100;
/// Most accounts on a page.
const MAX_PAGE: usize = 1000;

/// Answers a request below the endpoint's base path.
pub(super) fn answer(state: &State, method: &Method, path: &str, query: &str, body: &Bytes) -> Answer {
    let Some(rest) = path.strip_prefix("/Users") else { return not_found() };
    if rest.is_empty() || rest == "/" {
        return match *method {
            Method::GET => list(state, query),
            Method::POST => create(state, body),
            _ => not_allowed(method),
        };
    }
    let Some(id) = rest.strip_prefix('/').and_then(|id| percent_decode_str(id).decode_utf8().ok()) else {
        return not_found();
    };
    match *method {
        Method::GET => {
            state.accounts().get(&id).map_or_else(not_found, |body| scim(StatusCode::OK, body.clone()))
        }
        Method::PUT => replace(state, &id, body),
        Method::PATCH => change(state, &id, body),
        Method::DELETE if state.accounts().remove(&id) => scim(StatusCode::NO_CONTENT, Bytes::new()),
        Method::DELETE => not_found(),
        _ => not_allowed(method),
    }
}

fn list(state: &State, query: &str) -> Answer {
    let parameter = |name: &str| {
        query
            .split('&')
            .find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name))
            .map(|(_, value)| percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned())
    };
    let number = |name: &str| parameter(name).and_then(|text| text.parse::<usize>().ok());
    let filter = match parameter("filter").filter(|_| state.options.filter == FilterStyle::Honoured) {
        None => None,
        Some(text) => match Filter::parse(&text) {
            Some(filter) => Some(filter),
            None => return error(StatusCode::BAD_REQUEST, "invalidFilter", "The filter is not understood."),
        },
    };
    let skip = number("startIndex").unwrap_or(1).max(1) - 1;
    let count = number("count").unwrap_or(PAGE).min(MAX_PAGE);

    let (total, found): (usize, Vec<Bytes>) = match filter {
        None => {
            let accounts = state.accounts();
            (accounts.len(), accounts.bodies().skip(skip).take(count).cloned().collect())
        }
        Some(Filter::UserName(name)) => {
            let found = state.accounts().find_by_user_name(&name);
            (usize::from(found.is_some()), found.into_iter().skip(skip).take(count).collect())
        }
        Some(filter) => {
            let all: Vec<Bytes> = state.accounts().bodies().cloned().collect();
            let accepts =
                |body: &Bytes| serde_json::from_slice(body).is_ok_and(|body: Value| filter.accepts(&body));
            let hits: Vec<Bytes> = all.into_iter().filter(accepts).collect();
            (hits.len(), hits.into_iter().skip(skip).take(count).collect())
        }
    };
    scim(StatusCode::OK, write_list(total, skip + 1, &found))
}

/// Put together from the stored bytes: nothing is parsed only to be written again.
fn write_list(total: usize, start: usize, found: &[Bytes]) -> Bytes {
    let mut body = Vec::with_capacity(160 + found.iter().map(|body| body.len() + 1).sum::<usize>());
    let head = format!(
        "{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":{total},\"startIndex\":{start},\"itemsPerPage\":{},\"Resources\":[",
        found.len()
    );
    body.extend_from_slice(head.as_bytes());
    for (at, account) in found.iter().enumerate() {
        if at > 0 {
            body.push(b',');
        }
        body.extend_from_slice(account);
    }
    body.extend_from_slice(b"]}");
    Bytes::from(body)
}

fn create(state: &State, body: &Bytes) -> Answer {
    // An array would pass for the fields in their order.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    let Some(sent) = serde_json::from_slice::<Sent>(body).ok().filter(|_| is_object) else {
        return not_json();
    };
    if let Some(refusal) = dislike(state, &sent.active) {
        return refusal;
    }
    let inserted = if sent.oversteps() {
        match serde_json::from_slice(body) {
            Ok(body) => state.accounts().insert(body),
            Err(_) => return not_json(),
        }
    } else {
        state.accounts().insert_sent(&sent, body)
    };
    match inserted {
        Ok((id, stored)) => {
            let mut answer = scim(StatusCode::CREATED, stored);
            if let Ok(location) = HeaderValue::try_from(format!("{}/Users/{id}", state.options.base_path)) {
                answer.headers_mut().insert(LOCATION, location);
            }
            answer
        }
        Err(why) => not_stored(&why),
    }
}

fn replace(state: &State, id: &str, body: &Bytes) -> Answer {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return not_json() };
    if let Some(refusal) = dislike(state, &body["active"]) {
        return refusal;
    }
    match state.accounts().replace(id, body) {
        Ok(stored) => scim(StatusCode::OK, stored),
        Err(why) => not_stored(&why),
    }
}

fn change(state: &State, id: &str, body: &Bytes) -> Answer {
    if state.options.patch == PatchStyle::Missing {
        return error(StatusCode::NOT_IMPLEMENTED, "", "PATCH is not supported.");
    }
    let Ok(request) = serde_json::from_slice::<Value>(body) else { return not_json() };
    let mut accounts = state.accounts();
    let Some(mut account) = parsed(&accounts, id) else { return not_found() };
    if let Err((scim_type, detail)) = patch::apply(&mut account, &request) {
        return error(StatusCode::BAD_REQUEST, scim_type, &detail);
    }
    if let Some(refusal) = dislike(state, &account["active"]) {
        return refusal;
    }
    match accounts.replace(id, account) {
        Ok(_) if state.options.patch == PatchStyle::NoContent => scim(StatusCode::NO_CONTENT, Bytes::new()),
        Ok(stored) => scim(StatusCode::OK, stored),
        Err(why) => not_stored(&why),
    }
}

fn parsed(accounts: &Accounts, id: &str) -> Option<Value> {
    serde_json::from_slice(accounts.get(id)?).ok()
}

/// What is wrong with an account, apart from its user name.
fn dislike(state: &State, active: &Value) -> Option<Answer> {
    let refuse = |detail| Some(error(StatusCode::BAD_REQUEST, "invalidValue", detail));
    match (active, state.options.text_booleans) {
        (Value::Null, _) | (Value::Bool(_), false) => None,
        (Value::String(text), true) if text == "True" || text == "False" => None,
        (_, false) => refuse("active must be a boolean"),
        (_, true) => refuse("active must be \"True\" or \"False\""),
    }
}

fn not_stored(why: &NotStored) -> Answer {
    match why {
        NotStored::NoUserName => error(StatusCode::BAD_REQUEST, "invalidValue", "userName is required"),
        NotStored::Taken => error(StatusCode::CONFLICT, "uniqueness", "userName is taken"),
        NotStored::Gone => not_found(),
    }
}

fn not_found() -> Answer {
    error(StatusCode::NOT_FOUND, "", "There is nothing here.")
}

fn not_json() -> Answer {
    error(StatusCode::BAD_REQUEST, "invalidSyntax", "The body is not JSON.")
}
