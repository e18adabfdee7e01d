//! What the Graph API takes out of a request: the caller, ids in the path, JSON bodies. Everything that
//! does not fit is refused in Graph's words, never with a bare status.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{StatusCode, header::CONTENT_TYPE, request::Parts},
};
use purser_domain::ids::{AppId, JobId};
use purser_service::{Caller, Portal};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::HashMap;

use crate::{fault::Fault, state::ServerState};

/// The use-cases, and who calls. The gate has let no other caller in; a route that it does not cover would still be
/// refused here.
#[derive(Debug)]
pub(super) struct Call(pub(super) Portal, pub(super) Caller);

impl FromRequestParts<ServerState> for Call {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, Fault> {
        match parts.extensions.get::<Option<Caller>>() {
            Some(Some(caller)) => Ok(Self(state.portal.clone(), caller.clone())),
            _ => Err(Fault::unauthenticated("Access token is empty.")),
        }
    }
}

/// A call about the job that the address names as `{id}` (its application) and `{job}`, which belong together.
#[derive(Debug)]
pub(super) struct JobOf {
    pub(super) portal: Portal,
    pub(super) caller: Caller,
    /// Id of the application.
    pub(super) application: String,
    /// Id of the job.
    pub(super) job: String,
    /// Generation of the job's configuration.
    pub(super) generation: i64,
}

impl FromRequestParts<ServerState> for JobOf {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, Fault> {
        let Call(portal, caller) = Call::from_request_parts(parts, state).await?;
        let At(ids) = At::<HashMap<String, String>>::from_request_parts(parts, state).await?;
        let unknown = |what: &str, id: &str| Fault::not_found(format!("There is no {what} '{}'.", shown(id)));
        let asked = |name: &str| ids.get(name).map(String::as_str).unwrap_or_default();
        let (id, job) = (asked("id"), asked("job"));
        let application: AppId = id.parse().map_err(|_| unknown("service principal", id))?;
        let job: JobId = job.parse().map_err(|_| unknown("synchronization job", job))?;
        let generation = portal.find_job(&caller, application, job).await?.generation;
        Ok(Self { portal, caller, application: application.to_string(), job: job.to_string(), generation })
    }
}

/// The ids in a path.
#[derive(Debug)]
pub(super) struct At<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<ServerState> for At<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, Fault> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(ids)) => Ok(Self(ids)),
            Err(_) => Err(Fault::bad_request("The address is not well-formed UTF-8.")),
        }
    }
}

/// A JSON object as the body.
pub(super) type Object = Body<Map<String, Value>>;

/// A JSON body.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<ServerState> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, Fault> {
        let kind =
            request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind != "application/json" {
            return Err(Fault::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Request_BadRequest",
                "A supported MIME type could not be found that matches the content type of the request.",
            )
            .advice("Send the header Content-Type: application/json."));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| Fault::bad_request("The body could not be read to its end."))?;
        read(&bytes).map(Self)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    if bytes.is_empty() {
        return Err(Fault::bad_request("Empty Payload. JSON content expected."));
    }
    serde_json::from_slice(bytes)
        .map_err(|error| Fault::bad_request(format!("Unable to read JSON request payload: {error}.")))
}

/// The body of an action that may as well have none.
#[derive(Debug)]
pub(super) struct OptionalBody(pub(super) Map<String, Value>);

impl FromRequest<ServerState> for OptionalBody {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, Fault> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| Fault::bad_request("The body could not be read to its end."))?;
        if bytes.is_empty() { Ok(Self(Map::new())) } else { read(&bytes).map(Self) }
    }
}

/// The properties of an object that a client sent, taken out one by one; what is left over at the end
/// is unknown and gets refused, so that a typo never looks like success.
#[derive(Debug)]
pub(super) struct Properties {
    left: Map<String, Value>,
    kind: &'static str,
}

impl Properties {
    /// The properties of an object of this kind.
    pub(super) fn new(kind: &'static str, body: Map<String, Value>) -> Self {
        Self { left: body, kind }
    }

    /// Takes a property, whatever it is.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.left.shift_remove(name)
    }

    /// Takes a text. Absent: `None`; null: `Some(None)`.
    pub(super) fn take_text(&mut self, name: &str) -> Result<Option<Option<String>>, Fault> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::String(text)) => Ok(Some(Some(text))),
            Some(_) => Err(wrong_type(name, "a text")),
        }
    }

    /// Takes a text that must be there.
    pub(super) fn take_required_text(&mut self, name: &str) -> Result<String, Fault> {
        match self.take_text(name)? {
            Some(Some(text)) if !text.trim().is_empty() => Ok(text),
            _ => Err(Fault::bad_request(format!(
                "A value is required for property '{name}' of resource '{}'.",
                self.kind
            ))),
        }
    }

    /// Takes a boolean.
    pub(super) fn take_boolean(&mut self, name: &str) -> Result<Option<bool>, Fault> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(_) => Err(wrong_type(name, "true or false")),
        }
    }

    /// Takes a list of texts.
    pub(super) fn take_texts(&mut self, name: &str) -> Result<Option<Vec<String>>, Fault> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Array(values)) => values
                .into_iter()
                .map(|value| match value {
                    Value::String(text) => Ok(text),
                    _ => Err(wrong_type(name, "a list of texts")),
                })
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(wrong_type(name, "a list of texts")),
        }
    }

    /// Takes the names that are left and that `wanted` holds for.
    pub(super) fn take_all(&mut self, wanted: impl Fn(&str) -> bool) -> Vec<(String, Value)> {
        let names: Vec<String> = self.left.keys().filter(|name| wanted(name)).cloned().collect();
        names.into_iter().filter_map(|name| self.left.shift_remove_entry(&name)).collect()
    }

    /// Refuses what is left; annotations (`@odata.type`) are fine.
    pub(super) fn finish(self) -> Result<(), Fault> {
        match self.left.keys().find(|name| !name.contains('@')) {
            None => match self.left.keys().find(|name| name.ends_with("@odata.bind")) {
                None => Ok(()),
                Some(name) => Err(Fault::bad_request(format!(
                    "Resource '{}' can't be bound with '{name}' here.",
                    self.kind
                ))),
            },
            Some(name) => Err(Fault::bad_request(format!(
                "Property '{}' does not exist as a declared property or extension property of resource '{}'.",
                shown(name),
                self.kind
            ))),
        }
    }
}

/// As much of what a client sent as a sentence about it repeats.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

/// 400 for a value of the wrong type.
pub(super) fn wrong_type(name: &str, wanted: &str) -> Fault {
    Fault::bad_request(format!(
        "Invalid value specified for property '{}': it must be {wanted}.",
        shown(name)
    ))
}

/// The last part of an `@odata.id`: `https://host/v1.0/users/{id}` or `…/directoryObjects/{id}`.
pub(super) fn reference(address: &str, collections: &[&str]) -> Result<String, Fault> {
    let path = address.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let mut parts = path.rsplit('/');
    let (id, collection) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    // `users('id')` is OData's other way to write it.
    let quoted = id.strip_suffix("')").and_then(|rest| rest.split_once("('"));
    let (collection, id) = quoted.unwrap_or((collection, id));
    if id.is_empty() || !(collections.contains(&collection) || collection == "directoryObjects") {
        return Err(Fault::bad_request(format!(
            "Invalid object reference '{}': it must end with /{}/ID or /directoryObjects/ID.",
            address.chars().take(120).collect::<String>(),
            collections.first().unwrap_or(&"directoryObjects")
        )));
    }
    Ok(percent_encoding::percent_decode_str(id).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_in_the_forms_that_clients_send() {
        for (address, id) in [
            ("https://graph.microsoft.com/v1.0/users/abc", "abc"),
            ("http://localhost/v1.0/directoryObjects/abc/", "abc"),
            ("users('abc')", "abc"),
            ("https://x/v1.0/users/a%2Bb@x.y", "a+b@x.y"),
        ] {
            assert_eq!(reference(address, &["users"]).unwrap(), id, "{address}");
        }
        for address in ["", "abc", "https://x/v1.0/groups/abc", "https://x/v1.0/users/", "/"] {
            assert!(reference(address, &["users"]).is_err(), "{address}");
        }
    }

    #[test]
    fn what_nobody_took_is_refused_by_name_but_annotations_pass() {
        let body = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap();
        assert!(
            Properties::new("User", body(r##"{"@odata.type":"#microsoft.graph.user"}"##)).finish().is_ok()
        );
        let fault = Properties::new("User", body(r#"{"displayNam":"x"}"#)).finish().unwrap_err();
        assert!(fault.problem().message.contains("displayNam"));
    }
}
