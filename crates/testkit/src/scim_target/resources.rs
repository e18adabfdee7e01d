//! The resources `/Users` and `/Groups`.
use std::sync::PoisonError;

use bytes::Bytes;
use hyper::header::{ETAG, HeaderValue, IF_MATCH, LOCATION};
use hyper::{HeaderMap, Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use super::answers::{error, not_allowed, scim};
use super::dress::{self, Asked};
use super::list::{self, Query};
use super::options::{DeleteStyle, PatchStyle, VersionStyle};
use super::patch::Manners;
use super::rules::{self, Dislike, Doing};
use super::state::State;
use super::store::{Kind, NotStored, Sent, Store};
use super::{discovery, patch};
use crate::connections::Answer;

/// A request below the endpoint's base path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) method: &'a Method,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a Bytes,
}

pub(super) fn answer(state: &State, call: Call<'_>) -> Answer {
    let at = |kind: Kind| call.path.strip_prefix(kind.collection()).map(|rest| (kind, rest));
    let found = at(Kind::User).or_else(|| at(Kind::Group).filter(|_| state.options.groups.present));
    let Some((kind, rest)) = found else {
        return discovery::answer(state, call.method, call.path).unwrap_or_else(not_found);
    };
    if rest.is_empty() || rest == "/" {
        return match *call.method {
            Method::GET => list::answer(state, kind, Query(call.query)),
            Method::POST => create(state, kind, call.body),
            _ => not_allowed(call.method),
        };
    }
    let Some(id) = rest.strip_prefix('/').and_then(|id| percent_decode_str(id).decode_utf8().ok()) else {
        return not_found();
    };
    match *call.method {
        Method::GET => read(state, kind, &id, Query(call.query)),
        Method::PUT => replace(state, kind, &id, call),
        Method::PATCH => change(state, kind, &id, call),
        Method::DELETE => delete(state, kind, &id),
        _ => not_allowed(call.method),
    }
}

fn read(state: &State, kind: Kind, id: &str, query: Query<'_>) -> Answer {
    let stored = state.store(kind).get(id).cloned();
    stored.map_or_else(not_found, |stored| show(state, kind, StatusCode::OK, &stored, query))
}

/// An answer with an object.
fn show(state: &State, kind: Kind, status: StatusCode, stored: &Bytes, query: Query<'_>) -> Answer {
    let mut answer = scim(status, dress::object(state, kind, stored, &Asked::read(query)));
    if state.options.versions != VersionStyle::None
        && let Ok(version) = HeaderValue::try_from(dress::version(stored))
    {
        answer.headers_mut().insert(ETAG, version);
    }
    answer
}

fn create(state: &State, kind: Kind, body: &Bytes) -> Answer {
    let inserted = if kind == Kind::User && state.takes_users_as_they_are {
        // An array would pass for the fields in their order.
        let is_object = body.trim_ascii_start().starts_with(b"{");
        let Some(sent) = serde_json::from_slice::<Sent>(body).ok().filter(|_| is_object) else {
            return not_json();
        };
        if let Some(detail) = rules::check_active(&sent.active, state.options.text_booleans) {
            return error(StatusCode::BAD_REQUEST, "invalidValue", detail);
        }
        if sent.oversteps() { None } else { Some(state.store(kind).insert_sent(&sent, body)) }
    } else {
        None
    };
    let inserted = match inserted {
        Some(inserted) => inserted,
        None => {
            let Some(mut body) = object(body) else { return not_json() };
            for name in &state.options.create_ignores {
                body[name] = Value::Null;
            }
            if let Err(why) = rules::check(state, kind, &body, None, Doing::Create) {
                return disliked(why);
            }
            rules::tidy(&mut body, state.options.patching.clear);
            state.store(kind).insert(body)
        }
    };
    match inserted {
        Ok((id, stored)) => {
            if state.options.creates_twice {
                state.store(kind).insert_twin(&stored);
            }
            created(state, kind, &id, &stored)
        }
        Err(why) => not_stored(&why),
    }
}

fn created(state: &State, kind: Kind, id: &str, stored: &Bytes) -> Answer {
    let options = &state.options;
    let shown = match &options.answers.created_as {
        Some(name) => state.store(kind).find_by_name(name).unwrap_or(Bytes::from_static(b"null")),
        None => stored.clone(),
    };
    let mut answer = show(state, kind, StatusCode::CREATED, &shown, Query(""));
    if !options.answers.created_body {
        answer = scim(StatusCode::CREATED, Bytes::new());
    }
    if options.answers.location {
        let id = utf8_percent_encode(id, NON_ALPHANUMERIC).to_string().replace("%2D", "-");
        let location = format!("{}{}/{id}", options.base_path, kind.collection());
        if let Ok(location) = HeaderValue::try_from(location) {
            answer.headers_mut().insert(LOCATION, location);
        }
    }
    answer
}

fn replace(state: &State, kind: Kind, id: &str, call: Call<'_>) -> Answer {
    let Some(mut body) = object(call.body) else { return not_json() };
    let mut store = state.store(kind);
    meddle(state, &mut store, id);
    let Some(stored) = store.get(id).cloned() else { return not_found() };
    if let Err(why) = check_version(state, call, &stored) {
        return disliked(why);
    }
    let before: Value = serde_json::from_slice(&stored).unwrap_or_default();
    for name in &state.options.put_ignores {
        body[name] = before[name].clone();
    }
    if let Err(why) = rules::check(state, kind, &body, Some(&before), Doing::Replace) {
        return disliked(why);
    }
    rules::tidy(&mut body, state.options.patching.clear);
    match store.replace(id, body) {
        Ok(stored) => show(state, kind, StatusCode::OK, &stored, Query("")),
        Err(why) => not_stored(&why),
    }
}

/// Somebody else changes the object, if that was announced.
fn meddle(state: &State, store: &mut Store, id: &str) {
    let members = state.before_put.lock().unwrap_or_else(PoisonError::into_inner).take();
    let stored = store.get(id).and_then(|stored| serde_json::from_slice::<Value>(stored).ok());
    if let (Some(Value::Object(members)), Some(mut body)) = (members, stored) {
        members.into_iter().for_each(|(name, value)| body[name] = value);
        // A test that takes an account's user name sees that in its result.
        drop(store.replace(id, body));
    }
}

fn change(state: &State, kind: Kind, id: &str, call: Call<'_>) -> Answer {
    let style = match kind {
        Kind::User => state.options.patch,
        Kind::Group => state.options.groups.patch.unwrap_or(state.options.patch),
    };
    match style {
        PatchStyle::Missing => return error(StatusCode::NOT_IMPLEMENTED, "", "PATCH is not supported."),
        PatchStyle::NotAllowed => return not_allowed(call.method),
        PatchStyle::NotFound => return not_found(),
        PatchStyle::Ignored => return scim(StatusCode::NO_CONTENT, Bytes::new()),
        _ => {}
    }
    let Ok(request) = serde_json::from_slice::<Value>(call.body) else { return not_json() };
    let mut store = state.store(kind);
    let Some(stored) = store.get(id).cloned() else { return not_found() };
    let done = check_version(state, call, &stored).and_then(|()| {
        let before: Value = serde_json::from_slice(&stored).unwrap_or_default();
        patched(state, kind, &before, &request)
    });
    let after = match done {
        Ok(after) => after,
        Err(why) => return disliked(why),
    };
    match (store.replace(id, after), style) {
        (Err(why), _) => not_stored(&why),
        (Ok(_), PatchStyle::NoContent) => scim(StatusCode::NO_CONTENT, Bytes::new()),
        (Ok(_), PatchStyle::Empty) => scim(StatusCode::OK, Bytes::new()),
        (Ok(_), PatchStyle::Garbage) => scim(StatusCode::OK, Bytes::from_static(b"OK, done")),
        (Ok(stored), _) => show(state, kind, StatusCode::OK, &stored, Query(call.query)),
    }
}

fn patched(state: &State, kind: Kind, before: &Value, request: &Value) -> Result<Value, Dislike> {
    let mut operations = Vec::new();
    for operation in rules::read_patch(state, kind, request)?["Operations"].as_array().into_iter().flatten() {
        operations.push(operation.clone());
    }
    let manners = Manners {
        blindly: kind == Kind::Group && state.options.groups.blind_append,
        replaces: kind == Kind::User && state.options.patching.add_replaces,
        forgives: kind == Kind::Group && !state.options.groups.refuses_strangers,
    };
    let mut after = before.clone();
    patch::apply(&mut after, &serde_json::json!({ "Operations": operations }), manners)
        .map_err(rules::refused)?;
    rules::tidy(&mut after, state.options.patching.clear);
    rules::check(state, kind, &after, Some(before), Doing::Patch)?;
    Ok(after)
}

fn check_version(state: &State, call: Call<'_>, stored: &Bytes) -> Result<(), Dislike> {
    let wanted = call.headers.get(IF_MATCH).and_then(|value| value.to_str().ok());
    match (state.options.versions, wanted) {
        (VersionStyle::None, _) | (VersionStyle::Honoured, None) => Ok(()),
        (VersionStyle::Required, None) if call.method == Method::PUT => {
            Err((StatusCode::PRECONDITION_REQUIRED, "", "If-Match is required.".to_owned()))
        }
        (_, Some(version)) if version != "*" && version != dress::version(stored) => {
            Err((StatusCode::PRECONDITION_FAILED, "", "The object has changed meanwhile.".to_owned()))
        }
        _ => Ok(()),
    }
}

fn delete(state: &State, kind: Kind, id: &str) -> Answer {
    if let (DeleteStyle::Refused(status), Kind::User) = (state.options.deletes, kind) {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::METHOD_NOT_ALLOWED);
        return error(status, "", "Nobody is deleted here.");
    }
    let mut store: std::sync::MutexGuard<'_, Store> = state.store(kind);
    let stored = store.get(id).cloned();
    match stored.filter(|_| store.remove(id)) {
        None => not_found(),
        Some(stored) if state.options.deletes == DeleteStyle::Resource => scim(StatusCode::OK, stored),
        Some(_) => scim(StatusCode::NO_CONTENT, Bytes::new()),
    }
}

fn object(body: &Bytes) -> Option<Value> {
    serde_json::from_slice::<Value>(body).ok().filter(Value::is_object)
}

fn disliked((status, scim_type, detail): Dislike) -> Answer {
    error(status, scim_type, &detail)
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
