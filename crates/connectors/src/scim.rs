//! SCIM 2.0 (RFC 7643, RFC 7644, RFC 9865), as a client, for users and groups alike.
//!
//! ```text
//! find ─► compare, shelf      update ─► patch ─► members        check
//!   └───► list                   └────► put ───► read_back      discover ─► schemas
//! create ─► rules, body, dialect                                answer, problem, complaint, request, talk
//! ```
//!
//! What a target does otherwise than the RFCs is a setting of its [`Profile`]; what is found out by the way (no PATCH,
//! no filter, fewer members at once) is remembered as long as the connector lives. No bulk, no sorting, no `/Me`.
//!
//! Invariants:
//! - All changes of an object's attributes go out in one request, so that a target never holds half of them.
//! - An object that a query brought is compared on this side before it counts as a match; where a target can't be
//!   asked, everything is listed. Nobody is found only where everything was seen.
//! - A 404 means *no such object* only when it comes from an API, never when it is a web page's.
//! - Nothing is made twice: a create whose outcome is not known is [`ErrorKind::Ambiguous`], also when the object was
//!   made and its members were not.
mod answer;
mod body;
mod check;
mod compare;
mod complaint;
mod create;
mod dialect;
mod disable;
mod discover;
mod find;
mod list;
mod members;
mod patch;
mod problem;
mod put;
mod read_back;
mod request;
mod rules;
mod schemas;
mod shelf;
mod talk;
#[cfg(test)]
mod tests;
mod update;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;
use purser_domain::attribute::ObjectDefinition;
use purser_domain::mapping::MatchQuery;
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::plan::{Change, NewObject, TargetObject};
use purser_domain::target_schema::{TargetRule, TargetSchema};
use reqwest::Method;
use reqwest::header::HeaderValue;

use crate::connect::broken_profile;
use crate::connector::{
    CheckReport, Connector, Deleted, Discovery, ObjectPage, PageToken, Reply, Result, Updated,
};
use crate::error::{ConnectorError, ErrorKind};
use crate::gallery::Template;
use crate::http::{Call, Endpoint};
use crate::profile::{MemberRemoval, Profile};
pub(crate) use dialect::heed_flags;
use problem::Asked;
use rules::Rules;
use shelf::Shelf;
use talk::Trail;

/// One SCIM target.
#[derive(Debug)]
pub(crate) struct ScimConnector {
    endpoint: Endpoint,
    profile: Profile,
    content_type: HeaderValue,
    users: KindState,
    groups: KindState,
    /// Cleared for good once the target has refused to leave members out.
    excludes_members: AtomicBool,
    /// Cleared for good once the target has refused to be told how long a page should be.
    sizes_pages: AtomicBool,
    /// Set for good once the target has refused the content type that the profile says.
    plain_json: AtomicBool,
    /// How many members a request may change; 0 for any number. Shrinks when the target finds them too many.
    chunk: AtomicUsize,
    shelf: Shelf,
}

/// What the template says about one kind of object, and what was learned.
#[derive(Debug)]
struct KindState {
    schema: TargetSchema,
    /// The attribute that objects are matched by first.
    matching: TargetPath,
    /// Attributes of which the gallery file says that case matters.
    exact: Vec<TargetPath>,
    /// Cleared for good once the target has said that it has no PATCH.
    patches: AtomicBool,
}

impl KindState {
    fn new(kind: ObjectKind, template: &Template, profile: &Profile) -> Result<Self> {
        let default = match kind {
            ObjectKind::User => "userName",
            ObjectKind::Group => "displayName",
        };
        let object = template.objects().find(|(other, _)| *other == kind).map(|(_, object)| object);
        let rows = object.map_or(&[][..], |object| &object.mapping);
        let first = rows.iter().filter(|row| row.matching.is_some()).min_by_key(|row| row.matching);
        let matching = TargetPath::parse(first.map_or(default, |row| &row.to))
            .map_err(|error| broken_template(template, &error.to_string()))?;
        let own = object.map_or(&[][..], |object| &object.attributes);
        let exact = own.iter().filter(|attribute| attribute.exact_case);
        let exact = exact.filter_map(|attribute| TargetPath::parse(&attribute.name).ok()).collect();
        let definition = ObjectDefinition {
            name: kind.to_string(),
            attributes: object.map(|object| object.build_attributes(kind)).unwrap_or_default(),
            extra: serde_json::Map::new(),
        };
        let schema = TargetSchema::from_definition(&definition);
        // The profile says so of users, and of groups with the way in which members are taken away.
        let patches = match kind {
            ObjectKind::User => profile.patch,
            ObjectKind::Group => profile.member_removal != MemberRemoval::Put,
        };
        Ok(Self { schema, matching, exact, patches: AtomicBool::new(patches) })
    }
}

impl ScimConnector {
    pub(crate) fn new(endpoint: Endpoint, template: &Template, profile: Profile) -> Result<Self> {
        let content_type = HeaderValue::try_from(&profile.content_type)
            .map_err(|_| broken_profile("content_type", "is no content type"))?;
        Ok(Self {
            endpoint,
            content_type,
            users: KindState::new(ObjectKind::User, template, &profile)?,
            groups: KindState::new(ObjectKind::Group, template, &profile)?,
            excludes_members: AtomicBool::new(true),
            sizes_pages: AtomicBool::new(true),
            plain_json: AtomicBool::new(false),
            chunk: AtomicUsize::new(usize::try_from(profile.members_per_request).unwrap_or(0)),
            shelf: Shelf::default(),
            profile,
        })
    }

    const fn state(&self, kind: ObjectKind) -> &KindState {
        match kind {
            ObjectKind::User => &self.users,
            ObjectKind::Group => &self.groups,
        }
    }

    fn rule(&self, kind: ObjectKind, path: &TargetPath) -> TargetRule {
        self.state(kind).schema.rule(path)
    }

    fn is_declared_exact(&self, kind: ObjectKind, path: &TargetPath) -> bool {
        self.state(kind).exact.contains(path)
    }

    fn rules(&self) -> Rules<'_> {
        Rules { rules: &self.profile.value_rules, host: self.endpoint.host() }
    }

    fn patches(&self, kind: ObjectKind) -> bool {
        self.state(kind).patches.load(Ordering::Relaxed)
    }

    fn stop_patching(&self, kind: ObjectKind) {
        self.state(kind).patches.store(false, Ordering::Relaxed);
    }

    fn excludes_members(&self) -> bool {
        self.excludes_members.load(Ordering::Relaxed)
    }

    fn stop_excluding_members(&self) {
        self.excludes_members.store(false, Ordering::Relaxed);
    }

    fn sizes_pages(&self) -> bool {
        self.sizes_pages.load(Ordering::Relaxed)
    }

    fn stop_sizing_pages(&self) {
        self.sizes_pages.store(false, Ordering::Relaxed);
    }

    /// How many of so many members go into one request.
    fn chunk(&self, members: usize) -> usize {
        match self.chunk.load(Ordering::Relaxed) {
            0 => members,
            most => most.min(members),
        }
    }

    fn shrink_chunk(&self, to: usize) {
        self.chunk.store(to.max(1), Ordering::Relaxed);
    }

    async fn read(&self, kind: ObjectKind, id: &str) -> Result<Reply<Option<TargetObject>>> {
        let mut trail = Trail::default();
        let current = self.fetch(kind, id, &mut trail).await?;
        Ok(trail.reply(current.map(|current| current.object)))
    }

    async fn delete(&self, kind: ObjectKind, id: &str) -> Result<Reply<Deleted>> {
        if kind == ObjectKind::User && !self.profile.deletes_users {
            return Err(ConnectorError::new(
                ErrorKind::Rejected { attribute: None },
                format!("{} can't delete accounts. Nothing was sent.", self.endpoint.host()),
                "Take Delete out of the target object actions of the mapping of users: accounts are disabled then.",
            ));
        }
        let path = request::object_path(kind, id)?;
        let answer = self.send(Call { method: Method::DELETE, path, ..Call::default() }).await?;
        if answer.status.is_success() {
            let answer = self.seen(answer, kind)?;
            return Ok(Reply::new(Deleted::Gone, answer.exchange));
        }
        if answer::is_gone(&answer) {
            return Ok(Reply::new(Deleted::WasGone, answer.exchange));
        }
        Err(problem::refused(&self.endpoint, answer, kind, Asked::Delete, std::iter::empty()))
    }
}

impl Connector for ScimConnector {
    fn concurrency(&self) -> Option<usize> {
        self.profile.concurrency.map(usize::from)
    }

    fn check<'a>(&'a self, kinds: &'a [ObjectKind]) -> BoxFuture<'a, Result<CheckReport>> {
        self.check(kinds).boxed()
    }

    fn discover(&self) -> BoxFuture<'_, Result<Discovery>> {
        self.discover().boxed()
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
        write: &'a NewObject,
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

    fn disable<'a>(
        &'a self,
        kind: ObjectKind,
        target_id: &'a str,
        changes: &'a [Change],
    ) -> BoxFuture<'a, Result<Reply<Updated>>> {
        self.disable(kind, target_id, changes).boxed()
    }

    fn delete<'a>(&'a self, kind: ObjectKind, target_id: &'a str) -> BoxFuture<'a, Result<Reply<Deleted>>> {
        self.delete(kind, target_id).boxed()
    }
}

fn broken_template(template: &Template, what: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Misconfigured,
        format!("The gallery entry of {} can't be used: {what}", template.name),
        "Correct the gallery file.",
    )
}
