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
use purser_domain::mapping::{MatchQuery, ObjectKind};
use purser_domain::path::TargetPath;
use purser_domain::plan::{Change, TargetObject, Write};
use purser_domain::target_schema::TargetRule;
use reqwest::header::HeaderValue;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use crate::connector::{
    CheckReport, Connector, Deleted, Discovery, ObjectPage, PageToken, Reply, Result, Updated,
};
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
    pub(crate) fn new(endpoint: Endpoint, template: &Template, profile: Profile) -> Result<Self> {
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

    async fn query(
        &self,
        kind: ObjectKind,
        path: &TargetPath,
        value: &Value,
    ) -> Result<(Answer, answer::Listing)> {
        let query = request::filter_query(path, value, self.profile.element_filter)?;
        let answer = self.send(Method::GET, request::collection(kind).to_owned(), Some(query), None).await?;
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
        let (answer, listing) = match self.query(ObjectKind::User, &self.matching, &nobody).await {
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
            earlier: Vec::new(),
        })
    }

    async fn find(&self, kind: ObjectKind, query: &MatchQuery) -> Result<Reply<Vec<TargetObject>>> {
        let (answer, listing) = self.query(kind, &query.path, &query.value).await?;
        let rule = TargetRule::of(&query.path);
        let is_match = |object: &TargetObject| {
            query.path.find(&object.body).is_some_and(|found| rule.matches(&query.value, found))
        };
        let matches: Vec<_> = listing.objects.into_iter().filter(is_match).collect();
        // Taking this for "nobody" could make an account a second time.
        if matches.is_empty() && listing.total > 0 {
            return Err(problem::strangers(&self.endpoint, answer, &query.path, listing.total));
        }
        Ok(Reply::new(matches, answer.exchange))
    }

    async fn read(&self, kind: ObjectKind, id: &str) -> Result<Reply<Option<TargetObject>>> {
        let answer = self.send(Method::GET, request::object_path(kind, id)?, None, None).await?;
        if answer.status == StatusCode::OK {
            return match answer::read_object(&answer) {
                Ok(object) => Ok(Reply::new(Some(object), answer.exchange)),
                Err(why) => Err(problem::unusable(&self.endpoint, answer, Asked::Read, why)),
            };
        }
        if is_gone(&answer) {
            return Ok(Reply::new(None, answer.exchange));
        }
        Err(problem::refused(&self.endpoint, self.seen(answer)?, Asked::Read, std::iter::empty()))
    }

    async fn list(&self, kind: ObjectKind, page: Option<&PageToken>) -> Result<Reply<ObjectPage>> {
        let start = page.and_then(|page| page.0.parse::<u64>().ok()).unwrap_or(1);
        let query = format!("startIndex={start}&count={}", self.profile.page_size);
        let answer = self.send(Method::GET, request::collection(kind).to_owned(), Some(query), None).await?;
        if answer.status != StatusCode::OK {
            return Err(problem::refused(&self.endpoint, answer, Asked::Find, std::iter::empty()));
        }
        let listing = match answer::read_listing(&answer) {
            Ok(listing) => listing,
            Err(why) => return Err(problem::unusable(&self.endpoint, answer, Asked::Find, why)),
        };
        let behind = start + listing.objects.len() as u64;
        let next =
            (!listing.objects.is_empty() && behind <= listing.total).then(|| PageToken(behind.to_string()));
        let page = ObjectPage { objects: listing.objects, next, total: Some(listing.total) };
        Ok(Reply::new(page, answer.exchange))
    }

    async fn create(&self, kind: ObjectKind, write: &Write) -> Result<Reply<TargetObject>> {
        let body = body::created(write, &self.profile);
        let answer = self.send(Method::POST, request::collection(kind).to_owned(), None, Some(&body)).await?;
        if !answer.status.is_success() {
            let paths = write.values.iter().map(|value| value.path.as_ref());
            return Err(problem::refused(&self.endpoint, answer, Asked::Create, paths));
        }
        match answer::read_created(&answer) {
            Ok(object) => Ok(Reply::new(object, answer.exchange)),
            Err(why) => Err(problem::unusable(&self.endpoint, answer, Asked::Create, why)),
        }
    }

    async fn update(&self, kind: ObjectKind, id: &str, changes: &[Change]) -> Result<Reply<Updated>> {
        if !self.patches.load(Ordering::Relaxed) {
            let (current, _) = self.load(kind, id).await?;
            return self.put(kind, id, &current, changes).await;
        }
        // Mostly the changes tell by themselves which operations they are; when not, or when the account turns
        // out to be different from what they assume, it is read and the operations are made from what it has.
        if let Ok(Some(body)) = patch::body(changes, None, &self.profile) {
            let answer = self.patch(kind, id, &body).await?;
            match answer.status {
                StatusCode::BAD_REQUEST if may_miss_its_place(changes) => {}
                StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
                    return self.update_without_patch(kind, id, changes).await;
                }
                _ => return self.updated(answer, changes),
            }
        }
        let (current, exchange) = self.load(kind, id).await?;
        let Ok(Some(body)) = patch::body(changes, Some(&current), &self.profile) else {
            return Ok(Reply::new(Updated::default(), exchange));
        };
        let answer = self.patch(kind, id, &body).await?;
        match answer.status {
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
                self.patches.store(false, Ordering::Relaxed);
                self.put(kind, id, &current, changes).await
            }
            _ => self.updated(answer, changes),
        }
    }

    async fn update_without_patch(
        &self,
        kind: ObjectKind,
        id: &str,
        changes: &[Change],
    ) -> Result<Reply<Updated>> {
        self.patches.store(false, Ordering::Relaxed);
        let (current, _) = self.load(kind, id).await?;
        self.put(kind, id, &current, changes).await
    }

    async fn patch(&self, kind: ObjectKind, id: &str, body: &Value) -> Result<Answer> {
        self.send(Method::PATCH, request::object_path(kind, id)?, None, Some(body)).await
    }

    async fn put(
        &self,
        kind: ObjectKind,
        id: &str,
        current: &Value,
        changes: &[Change],
    ) -> Result<Reply<Updated>> {
        let body = body::replaced(current, changes, &self.profile);
        let answer = self.send(Method::PUT, request::object_path(kind, id)?, None, Some(&body)).await?;
        self.updated(answer, changes)
    }

    fn updated(&self, answer: Answer, changes: &[Change]) -> Result<Reply<Updated>> {
        if !answer.status.is_success() {
            let paths = changes.iter().map(|change| change.path.as_ref());
            return Err(problem::refused(&self.endpoint, answer, Asked::Update, paths));
        }
        // The body of a PATCH is optional, so there is nothing to read in it; a web page is no answer to one.
        let answer = self.seen(answer)?;
        Ok(Reply::new(Updated::default(), answer.exchange))
    }

    async fn delete(&self, kind: ObjectKind, id: &str) -> Result<Reply<Deleted>> {
        let answer = self.send(Method::DELETE, request::object_path(kind, id)?, None, None).await?;
        if answer.status.is_success() {
            let answer = self.seen(answer)?;
            return Ok(Reply::new(Deleted::Gone, answer.exchange));
        }
        if is_gone(&answer) {
            return Ok(Reply::new(Deleted::WasGone, answer.exchange));
        }
        Err(problem::refused(&self.endpoint, answer, Asked::Delete, std::iter::empty()))
    }

    async fn load(&self, kind: ObjectKind, id: &str) -> Result<(Value, crate::connector::Exchange)> {
        let reply = self.read(kind, id).await?;
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
    fn concurrency(&self) -> Option<usize> {
        self.profile.concurrency.map(usize::from)
    }

    fn check<'a>(&'a self, _kinds: &'a [ObjectKind]) -> BoxFuture<'a, Result<CheckReport>> {
        self.check().boxed()
    }

    fn discover(&self) -> BoxFuture<'_, Result<Discovery>> {
        async { Ok(Discovery::default()) }.boxed()
    }

    fn find<'a>(
        &'a self,
        kind: ObjectKind,
        query: &'a MatchQuery,
    ) -> BoxFuture<'a, Result<Reply<Vec<TargetObject>>>> {
        self.find(kind, query).boxed()
    }

    fn list<'a>(
        &'a self,
        kind: ObjectKind,
        page: Option<&'a PageToken>,
    ) -> BoxFuture<'a, Result<Reply<ObjectPage>>> {
        self.list(kind, page).boxed()
    }

    fn read<'a>(
        &'a self,
        kind: ObjectKind,
        target_id: &'a str,
    ) -> BoxFuture<'a, Result<Reply<Option<TargetObject>>>> {
        self.read(kind, target_id).boxed()
    }

    fn create<'a>(
        &'a self,
        kind: ObjectKind,
        write: &'a Write,
    ) -> BoxFuture<'a, Result<Reply<TargetObject>>> {
        self.create(kind, write).boxed()
    }

    fn update<'a>(
        &'a self,
        kind: ObjectKind,
        target_id: &'a str,
        changes: &'a [Change],
    ) -> BoxFuture<'a, Result<Reply<Updated>>> {
        self.update(kind, target_id, changes).boxed()
    }

    fn delete<'a>(&'a self, kind: ObjectKind, target_id: &'a str) -> BoxFuture<'a, Result<Reply<Deleted>>> {
        self.delete(kind, target_id).boxed()
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
