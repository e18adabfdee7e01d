//! The seam between the engine and every kind of target.
//!
//! A connector does one thing at a time, says what happened and classifies what went wrong. It never waits,
//! retries or logs: when to try again is the engine's decision.
use std::time::Duration;

use futures::future::BoxFuture;
use purser_domain::plan::{Change, MatchQuery, TargetObject, Write};

use crate::error::ConnectorError;

/// Result of a connector's verb.
pub type Result<T, E = ConnectorError> = std::result::Result<T, E>;

/// One target, spoken to in its own way.
pub trait Connector: Send + Sync {
    /// Test Connection: asks for an account that cannot exist, which is what a cycle does and no more.
    fn check(&self) -> BoxFuture<'_, Result<CheckReport>>;

    /// The accounts that match. They have been compared with `query` on this side too, so a target that answers
    /// with other accounts causes an error and never a wrong match.
    fn find<'a>(&'a self, query: &'a MatchQuery) -> BoxFuture<'a, Result<Reply<Vec<TargetObject>>>>;

    /// The account with this id; `None` when the target says that it has none.
    fn read<'a>(&'a self, target_id: &'a str) -> BoxFuture<'a, Result<Reply<Option<TargetObject>>>>;

    /// Makes an account. [`ErrorKind::Ambiguous`](crate::ErrorKind::Ambiguous) when it may have been made
    /// without our learning of it: then [`find`](Self::find) before trying again.
    fn create<'a>(&'a self, write: &'a Write) -> BoxFuture<'a, Result<Reply<TargetObject>>>;

    /// Brings these attributes, and no others, to their new values. Safe to repeat.
    fn update<'a>(&'a self, target_id: &'a str, changes: &'a [Change]) -> BoxFuture<'a, Result<Reply<()>>>;

    /// Deletes the account. Safe to repeat.
    fn delete<'a>(&'a self, target_id: &'a str) -> BoxFuture<'a, Result<Reply<Deleted>>>;
}

/// A value with the exchange that brought it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply<T> {
    /// What the target answered, understood.
    pub value: T,
    /// The (last) request and its answer.
    pub exchange: Exchange,
}

/// One request and what came of it, without bodies and without credentials: what a log row keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// Path and query as sent, percent-encoded.
    pub path: String,
    /// Status of the answer; `None` when none came.
    pub status: Option<u16>,
    /// From the start of the request to the end of its answer.
    pub duration: Duration,
}

/// What became of an account that was to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// It was there and is gone.
    Gone,
    /// The target had no such account any more.
    WasGone,
}

/// A passed connection test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// What was found, as a sentence.
    pub message: String,
    /// The question asked.
    pub exchange: Exchange,
}
