//! SCIM 2.0 (RFC 7643, RFC 7644), as a client.
//!
//! What is asked of a target: `GET /Users?filter=… eq …`, `GET`, `PATCH` (or `PUT`) and `DELETE` on `/Users/{id}`,
//! `POST /Users`. No discovery endpoints, no bulk, no sorting.
//!
//! Invariants:
//! - All changes of one account go out in one request, so that a target never holds half of them.
//! - An account that a query brought is compared on this side before it counts as a match.
//! - A 404 means *no such account* only when it comes from SCIM, never when it is a web page's.
mod answer;
mod body;
mod patch;
mod problem;
mod request;

use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;
use purser_domain::mapping::MatchQuery;
use purser_domain::path::TargetPath;
use purser_domain::plan::{Change, TargetObject, Write};
use purser_domain::target_schema::TargetRule;
use reqwest::header::HeaderValue;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use crate::connector::{CheckReport, Connector, Deleted, Reply, Result};
use crate::error::{ConnectorError, ErrorKind};
use crate::gallery::Template;
use crate::http::{Answer, Call, Endpoint};
use crate::profile::Profile;
use answer::Unreadable;
use problem::Asked;

/// One SCIM target.
#[derive(Debug)]
pub(crate) struct ScimConnector {
    endpoint: Endpoint,
    profile: Profile,
    content_type: HeaderValue,
    /// The attribute that accounts are matched by first.
    matching: TargetPath,
    /// Cleared for good once the target has said that it has no PATCH.
    patches: AtomicBool,
}

impl ScimConnector {
    pub(crate) fn new(endpoint: Endpoint, template: &Template) -> Result<Self> {
        let profile = template.profile.clone();
        let content_type =
            HeaderValue::try_from(&profile.content_type).map_err(|_| broken_template(template))?;
        let matching = template
            .default_schema(&template.name)
            .mappings()
            .flat_map(|mapping| &mapping.attributes)
            .filter(|row| row.matching_priority.is_some())
            .min_by_key(|row| row.matching_priority)
            .map_or_else(|| "userName".to_owned(), |row| row.target.clone());
        let matching = TargetPath::parse(&matching).map_err(|_| broken_template(template))?;
        let patches = AtomicBool::new(profile.patch);
        Ok(Self { endpoint, profile, content_type, matching, patches })
    }

    async fn query(&self, path: &TargetPath, value: &Value) -> Result<(Answer, answer::Listing)> {
        let query = request::filter_query(path, value, self.profile.element_filter)?;
        let answer = self.send(Method::GET, request::USERS.to_owned(), Some(query), None).await?;
        if answer.status != StatusCode::OK {
            return Err(problem::refused(
                &self.endpoint,
                self.seen(answer)?,
                Asked::Find,
                std::iter::once(path),
            ));
        }
        match answer::read_listing(&answer) {
            Ok(listing) => Ok((answer, listing)),
            Err(why) => Err(problem::unusable(&self.endpoint, answer, Asked::Find, why)),
        }
    }

    async fn check(&self) -> Result<CheckReport> {
        let nobody = Value::String(Uuid::new_v4().to_string());
        let (answer, listing) = match self.query(&self.matching, &nobody).await {
            // One account's trouble in a cycle is the whole target's trouble here.
            Err(error) if matches!(error.kind(), ErrorKind::Rejected { .. }) => {
                return Err(error.with_kind(ErrorKind::Misconfigured));
            }
            other => other?,
        };
        if listing.total > 0 {
            let error = problem::strangers(&self.endpoint, answer, &self.matching, listing.total);
            return Err(error.with_kind(ErrorKind::Misconfigured));
        }
        Ok(CheckReport {
            message: format!(
                "{} accepts the credentials, filters its users by {} and answers in SCIM.",
                self.endpoint.host(),
                self.matching
            ),
            exchange: answer.exchange,
        })
    }

    async fn find(&self, query: &MatchQuery) -> Result<Reply<Vec<TargetObject>>> {
        let (answer, listing) = self.query(&query.path, &query.value).await?;
        let rule = TargetRule::of(&query.path);
        let is_match = |object: &TargetObject| {
            query.path.find(&object.body).is_some_and(|found| rule.matches(&query.value, found))
        };
        let matches: Vec<_> = listing.objects.into_iter().filter(is_match).collect();
        // Taking this for "nobody" could make an account a second time.
        if matches.is_empty() && listing.total > 0 {
            return Err(problem::strangers(&self.endpoint, answer, &query.path, listing.total));
        }
        Ok(Reply { value: matches, exchange: answer.exchange })
    }

    async fn read(&self, id: &str) -> Result<Reply<Option<TargetObject>>> {
        let answer = self.send(Method::GET, request::user_path(id)?, None, None).await?;
        if answer.status == StatusCode::OK {
            return match answer::read_object(&answer) {
                Ok(object) => Ok(Reply { value: Some(object), exchange: answer.exchange }),
                Err(why) => Err(problem::unusable(&self.endpoint, answer, Asked::Read, why)),
            };
        }
        if is_gone(&answer) {
            return Ok(Reply { value: None, exchange: answer.exchange });
        }
        Err(problem::refused(&self.endpoint, self.seen(answer)?, Asked::Read, std::iter::empty()))
    }

    async fn create(&self, write: &Write) -> Result<Reply<TargetObject>> {
        let body = body::created(write, &self.profile);
        let answer = self.send(Method::POST, request::USERS.to_owned(), None, Some(&body)).await?;
        if !answer.status.is_success() {
            let paths = write.values.iter().map(|value| value.path.as_ref());
            return Err(problem::refused(&self.endpoint, answer, Asked::Create, paths));
        }
        match answer::read_created(&answer) {
            Ok(object) => Ok(Reply { value: object, exchange: answer.exchange }),
            Err(why) => Err(problem::unusable(&self.endpoint, answer, Asked::Create, why)),
        }
    }

    async fn update(&self, id: &str, changes: &[Change]) -> Result<Reply<()>> {
        if !self.patches.load(Ordering::Relaxed) {
            let (current, _) = self.load(id).await?;
            return self.put(id, &current, changes).await;
        }
        // Mostly the changes tell by themselves which operations they are; when not, or when the account turns
        // out to be different from what they assume, it is read and the operations are made from what it has.
        if let Ok(Some(body)) = patch::body(changes, None, &self.profile) {
            let answer = self.patch(id, &body).await?;
            match answer.status {
                StatusCode::BAD_REQUEST if may_miss_its_place(changes) => {}
                StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
                    return self.update_without_patch(id, changes).await;
                }
                _ => return self.updated(answer, changes),
            }
        }
        let (current, exchange) = self.load(id).await?;
        let Ok(Some(body)) = patch::body(changes, Some(&current), &self.profile) else {
            return Ok(Reply { value: (), exchange });
        };
        let answer = self.patch(id, &body).await?;
        match answer.status {
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
                self.patches.store(false, Ordering::Relaxed);
                self.put(id, &current, changes).await
            }
            _ => self.updated(answer, changes),
        }
    }

    async fn update_without_patch(&self, id: &str, changes: &[Change]) -> Result<Reply<()>> {
        self.patches.store(false, Ordering::Relaxed);
        let (current, _) = self.load(id).await?;
        self.put(id, &current, changes).await
    }

    async fn patch(&self, id: &str, body: &Value) -> Result<Answer> {
        self.send(Method::PATCH, request::user_path(id)?, None, Some(body)).await
    }

    async fn put(&self, id: &str, current: &Value, changes: &[Change]) -> Result<Reply<()>> {
        let body = body::replaced(current, changes, &self.profile);
        let answer = self.send(Method::PUT, request::user_path(id)?, None, Some(&body)).await?;
        self.updated(answer, changes)
    }

    fn updated(&self, answer: Answer, changes: &[Change]) -> Result<Reply<()>> {
        if !answer.status.is_success() {
            let paths = changes.iter().map(|change| change.path.as_ref());
            return Err(problem::refused(&self.endpoint, answer, Asked::Update, paths));
        }
        // The body of a PATCH is optional, so there is nothing to read in it; a web page is no answer to one.
        let answer = self.seen(answer)?;
        Ok(Reply { value: (), exchange: answer.exchange })
    }

    async fn delete(&self, id: &str) -> Result<Reply<Deleted>> {
        let answer = self.send(Method::DELETE, request::user_path(id)?, None, None).await?;
        if answer.status.is_success() {
            let answer = self.seen(answer)?;
            return Ok(Reply { value: Deleted::Gone, exchange: answer.exchange });
        }
        if is_gone(&answer) {
            return Ok(Reply { value: Deleted::WasGone, exchange: answer.exchange });
        }
        Err(problem::refused(&self.endpoint, answer, Asked::Delete, std::iter::empty()))
    }

    async fn load(&self, id: &str) -> Result<(Value, crate::connector::Exchange)> {
        let reply = self.read(id).await?;
        match reply.value {
            Some(object) => Ok((object.body, reply.exchange)),
            None => Err(ConnectorError::new(
                ErrorKind::NotFound,
                format!("{} has no such account.", self.endpoint.host()),
                "Somebody may have deleted it in the application.",
            )
            .with_exchange(reply.exchange)),
        }
    }

    async fn send(
        &self,
        method: Method,
        path: String,
        query: Option<String>,
        body: Option<&Value>,
    ) -> Result<Answer> {
        let body = match body {
            Some(body) => {
                Some((serde_json::to_vec(body).map_err(|_| unwritable())?, self.content_type.clone()))
            }
            None => None,
        };
        self.endpoint.send(Call { method, path, query, body }).await
    }

    /// Refuses a success that is a web page.
    fn seen(&self, answer: Answer) -> Result<Answer> {
        if answer.status.is_success() && answer::is_html(&answer) {
            return Err(problem::unusable(&self.endpoint, answer, Asked::Update, Unreadable::Html));
        }
        Ok(answer)
    }
}

impl Connector for ScimConnector {
    fn check(&self) -> BoxFuture<'_, Result<CheckReport>> {
        self.check().boxed()
    }

    fn find<'a>(&'a self, query: &'a MatchQuery) -> BoxFuture<'a, Result<Reply<Vec<TargetObject>>>> {
        self.find(query).boxed()
    }

    fn read<'a>(&'a self, target_id: &'a str) -> BoxFuture<'a, Result<Reply<Option<TargetObject>>>> {
        self.read(target_id).boxed()
    }

    fn create<'a>(&'a self, write: &'a Write) -> BoxFuture<'a, Result<Reply<TargetObject>>> {
        self.create(write).boxed()
    }

    fn update<'a>(&'a self, target_id: &'a str, changes: &'a [Change]) -> BoxFuture<'a, Result<Reply<()>>> {
        self.update(target_id, changes).boxed()
    }

    fn delete<'a>(&'a self, target_id: &'a str) -> BoxFuture<'a, Result<Reply<Deleted>>> {
        self.delete(target_id).boxed()
    }
}

fn is_gone(answer: &Answer) -> bool {
    matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::GONE) && !answer::is_html(answer)
}

/// Whether these changes can fail because the account has not what they take for granted.
fn may_miss_its_place(changes: &[Change]) -> bool {
    changes.iter().any(|change| change.path.filter().is_some() || change.new.is_none())
}

fn broken_template(template: &Template) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Misconfigured,
        format!("The gallery entry of {} is not usable.", template.name),
        "This is an error in Purser; please report it.",
    )
}

fn unwritable() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Rejected { attribute: None },
        "The request's body could not be written as JSON.",
        "This is an error in Purser; please report it.",
    )
}
