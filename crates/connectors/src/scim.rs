//! SCIM 2.0 (RFC 7643, RFC 7644, RFC 9865), as a client, for users and groups alike.
//!
//! ```text
//! find ─► compare, listing_index   update ─► patch ─► members        check
//!   └───► list                        └────► put ───► read_back      discover ─► schemas
//! create ─► value_rules, body, dialect           connector, answer, problem, request, talk
//! ```
//!
//! What a target does otherwise than the RFCs is a setting of its [`Profile`]; what no setting can say beforehand (PATCH
//! refused, a filter or the leaving out of members refused, 413 for too many members) is remembered as long as the
//! connector lives. No bulk, no sorting, no `/Me`.
//!
//! Invariants:
//! - All changes of an object's attributes go out in one request, so that a target never holds half of them.
//! - An object that a query brought is compared on this side before it counts as a match; where a target can't be
//!   asked, everything is listed. *There is none* is said only where everything was seen.
//! - A 404 means *no such object* only when it comes from an API, never when it is a web page's.
//! - Nothing is made twice: a create whose outcome is not known is [`ErrorKind::Ambiguous`], also when the object was
//!   made and its members were not.
mod answer;
mod body;
mod check;
mod compare;
mod connector;
mod create;
mod dialect;
mod disable;
mod discover;
mod edit;
mod find;
mod list;
mod listing_index;
mod members;
mod patch;
mod problem;
mod put;
mod read_back;
mod request;
mod schemas;
mod talk;
mod update;
mod value_rules;

use async_trait::async_trait;
use purser_domain::mapping::MatchQuery;
use purser_domain::object::ObjectKind;
use purser_domain::plan::{Change, NewObject, TargetObject};
use reqwest::Method;

pub(crate) use connector::{ScimConnector, effective_profile};
pub(crate) use request::collection;
use talk::Trail;

use crate::connector::{Connector, Deleted, Discovery, ObjectPage, PageToken, Reply, Updated};
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::http::Call;
use crate::refusal::Asked;

#[async_trait]
impl Connector for ScimConnector {
    fn concurrency(&self) -> Option<usize> {
        self.profile.common.concurrency.map(usize::from)
    }

    async fn check(&self, kinds: &[ObjectKind]) -> Result<Reply<String>> {
        self.check(kinds).await
    }

    async fn discover(&self) -> Result<Discovery> {
        self.discover().await
    }

    async fn find(&self, kind: ObjectKind, query: &MatchQuery) -> Result<Reply<Vec<TargetObject>>> {
        self.find(kind, query).await
    }

    async fn list(&self, kind: ObjectKind, page: Option<&PageToken>) -> Result<Reply<ObjectPage>> {
        self.list(kind, page).await
    }

    async fn read(&self, kind: ObjectKind, id: &str) -> Result<Reply<Option<TargetObject>>> {
        let mut trail = Trail::default();
        let current = self.fetch(kind, id, &mut trail).await?;
        Ok(trail.reply(current.map(|current| current.object)))
    }

    async fn create(&self, kind: ObjectKind, write: &NewObject) -> Result<Reply<TargetObject>> {
        self.create(kind, write).await
    }

    async fn update(&self, kind: ObjectKind, id: &str, changes: &[Change]) -> Result<Reply<Updated>> {
        self.update(kind, id, changes).await
    }

    async fn disable(&self, kind: ObjectKind, id: &str, changes: &[Change]) -> Result<Reply<Updated>> {
        self.disable(kind, id, changes).await
    }

    async fn delete(&self, kind: ObjectKind, id: &str) -> Result<Reply<Deleted>> {
        if kind == ObjectKind::User && !self.profile.common.deletes_users {
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
        Err(self.refused(answer, kind, Asked::Delete, std::iter::empty()))
    }
}
