//! Sending, and remembering what was sent: the exchanges of one verb.
use purser_domain::object::ObjectKind;
use purser_domain::plan::TargetObject;
use reqwest::header::{ETAG, HeaderValue};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::answer::{self, Unreadable};
use super::connector::ScimConnector;
use super::request;
use crate::connector::Reply;
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::exchange::Exchange;
use crate::http::{Answer, Call};
use crate::json::find;
use crate::profile::MembersRead;
use crate::refusal::Asked;

/// How many exchanges of one verb are kept; of more, the middle is left out.
const MAX_EXCHANGES: usize = 1000;

/// The exchanges of one verb, in their order.
#[derive(Debug, Default)]
pub(super) struct Trail(Vec<Exchange>);

impl Trail {
    pub(super) fn push(&mut self, exchange: Exchange) {
        if self.0.len() >= MAX_EXCHANGES {
            self.0.remove(MAX_EXCHANGES / 2);
        }
        self.0.push(exchange);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value with everything that was sent for it.
    pub(super) fn reply<T>(mut self, value: T) -> Reply<T> {
        let last = self.0.pop().unwrap_or_default();
        Reply::new(value, last).after(self.0)
    }
}

/// An object as the target has it now.
#[derive(Debug)]
pub(super) struct Current {
    pub(super) object: TargetObject,
    /// Its version, where the target tells one.
    pub(super) version: Option<HeaderValue>,
}

impl ScimConnector {
    pub(super) async fn get(&self, path: String, query: Option<String>) -> Result<Answer> {
        self.send(Call { method: Method::GET, path, query, ..Call::default() }).await
    }

    /// Sends a request with this body to this path.
    pub(super) async fn write(&self, method: Method, path: String, body: &Value) -> Result<Answer> {
        self.write_if(method, path, body, None).await
    }

    /// The same, on the condition that the object still has this version.
    pub(super) async fn write_if(
        &self,
        method: Method,
        path: String,
        body: &Value,
        if_match: Option<HeaderValue>,
    ) -> Result<Answer> {
        let bytes = serde_json::to_vec(body).map_err(|_| ConnectorError::of_ours("its body is no JSON"))?;
        let body = Some((bytes, self.content_type.clone()));
        self.send(Call { method, path, body, if_match, ..Call::default() }).await
    }

    pub(super) async fn send(&self, call: Call) -> Result<Answer> {
        Ok(answer::unmask(self.endpoint.send(call).await?))
    }

    /// The object with this id, with its members where the target tells them; `None` when it has none.
    pub(super) async fn fetch(
        &self,
        kind: ObjectKind,
        id: &str,
        trail: &mut Trail,
    ) -> Result<Option<Current>> {
        let Some(mut current) = self.fetch_with(kind, id, None, trail).await? else { return Ok(None) };
        if kind == ObjectKind::Group
            && let Some(body) = current.object.body.as_object_mut()
        {
            match self.profile.scim.members_read {
                MembersRead::Returned => {}
                MembersRead::OnRequest => {
                    let query = Some("attributes=members".to_owned());
                    let Some(other) = self.fetch_with(kind, id, query, trail).await? else {
                        return Ok(None);
                    };
                    body.retain(|name, _| !name.eq_ignore_ascii_case("members"));
                    let members = other.object.body.as_object().and_then(|body| find(body, "members"));
                    body.insert(
                        "members".to_owned(),
                        members.cloned().unwrap_or_else(|| Value::Array(Vec::new())),
                    );
                }
                // The empty list that such targets send says nothing.
                MembersRead::ByFilter | MembersRead::Never => {
                    body.retain(|name, _| !name.eq_ignore_ascii_case("members"));
                }
            }
        }
        Ok(Some(current))
    }

    /// One read with this query.
    pub(super) async fn fetch_with(
        &self,
        kind: ObjectKind,
        id: &str,
        query: Option<String>,
        trail: &mut Trail,
    ) -> Result<Option<Current>> {
        let answer = self.get(request::object_path(kind, id)?, query).await?;
        if answer.status == StatusCode::OK {
            return match answer::read_object(&answer) {
                Ok(object) => {
                    let version = version_of(&object.body, &answer);
                    trail.push(answer.exchange);
                    Ok(Some(Current { object, version }))
                }
                Err(why) => Err(self.unusable(answer, kind, Asked::Read, why)),
            };
        }
        if answer::is_gone(&answer) {
            trail.push(answer.exchange);
            return Ok(None);
        }
        let answer = self.seen(answer, kind)?;
        Err(self.refused(answer, kind, Asked::Read, std::iter::empty()))
    }

    /// The same, where the object has to be there.
    pub(super) async fn load(&self, kind: ObjectKind, id: &str, trail: &mut Trail) -> Result<Current> {
        match self.fetch(kind, id, trail).await? {
            Some(current) => Ok(current),
            None => Err(self.no_such(kind, trail)),
        }
    }

    /// The error for an object that turned out to be gone.
    pub(super) fn no_such(&self, kind: ObjectKind, trail: &mut Trail) -> ConnectorError {
        let error = ConnectorError::new(
            ErrorKind::NotFound,
            format!("{} has no such {}.", self.endpoint.host(), kind.noun()),
            "Somebody may have deleted it in the application.",
        );
        match trail.0.pop() {
            Some(exchange) => error.with_exchange(exchange),
            None => error,
        }
    }

    /// Refuses a success that is a web page.
    pub(super) fn seen(&self, answer: Answer, kind: ObjectKind) -> Result<Answer> {
        if answer.status.is_success() && answer.is_page() {
            return Err(self.unusable(answer, kind, Asked::Update, Unreadable::Html));
        }
        Ok(answer)
    }
}

/// SCIM's own version of the object before the header, which a proxy may have written.
fn version_of(body: &Value, answer: &Answer) -> Option<HeaderValue> {
    let meta = body.as_object().and_then(|body| find(body, "meta"));
    let version = meta.and_then(Value::as_object).and_then(|meta| find(meta, "version"));
    let version = version.and_then(Value::as_str).filter(|version| version.ends_with('"'));
    version
        .and_then(|version| HeaderValue::try_from(version).ok())
        .or_else(|| answer.headers.get(ETAG).filter(|tag| !tag.is_empty()).cloned())
}
