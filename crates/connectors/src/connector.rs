//! The seam between the engine and every kind of target.
//!
//! A connector does one thing at a time, says what happened and classifies what went wrong. It never decides to wait
//! or to try again, and never logs: when to try again is the engine's decision. (The HTTP kit holds requests back
//! where the profile declares a rate limit.)
//!
//! Every verb is about one kind of object. *Disable* is a verb of its own since targets differ most in it; what it
//! changes stands in the plan all the same. Members of a group are changes of its attribute `members`
//! ([`ChangeKind::Add`](purser_domain::plan::ChangeKind::Add), `Remove`, `Set`): the connector cuts them into requests
//! that the target takes. A call that fails half-way is safe to repeat.
use async_trait::async_trait;
use purser_domain::attribute::AttributeDefinition;
use purser_domain::object::ObjectKind;
use purser_domain::plan::{Change, MatchQuery, NewObject, TargetObject};

use crate::error::Result;
use crate::exchange::Exchange;
use crate::profile::Overrides;

/// One target, spoken to in its own way.
#[async_trait]
pub trait Connector: Send + Sync {
    /// How many requests at a time the target takes; `None`: as many as the engine likes.
    fn concurrency(&self) -> Option<usize> {
        None
    }

    /// Test Connection: asks for an object that cannot exist, for each kind in `kinds`, which is what a cycle does and
    /// no more. Gives what was found, as a sentence.
    async fn check(&self, kinds: &[ObjectKind]) -> Result<Reply<String>>;

    /// What the target tells about itself: attributes, roles, limits. Only reads. A target that tells nothing gives
    /// an empty report, not an error.
    async fn discover(&self) -> Result<Discovery>;

    /// The objects that match. They have been compared with `query` on this side too, so a target that answers
    /// with other objects causes an error and never a wrong match.
    async fn find(&self, kind: ObjectKind, query: &MatchQuery) -> Result<Reply<Vec<TargetObject>>>;

    /// One page of all objects; `None` for the first. Objects that come or go meanwhile may be missed or come twice,
    /// all others come at least once.
    async fn list(&self, kind: ObjectKind, page: Option<&PageToken>) -> Result<Reply<ObjectPage>>;

    /// The object with this id; `None` when the target says that it has none.
    async fn read(&self, kind: ObjectKind, target_id: &str) -> Result<Reply<Option<TargetObject>>>;

    /// Makes an object. [`ErrorKind::Ambiguous`](crate::ErrorKind::Ambiguous) when it may have been made
    /// without our learning of it: then [`find`](Self::find) before trying again.
    async fn create(&self, kind: ObjectKind, write: &NewObject) -> Result<Reply<TargetObject>>;

    /// Brings these attributes, and no others, to their new values. Safe to repeat.
    async fn update(&self, kind: ObjectKind, target_id: &str, changes: &[Change]) -> Result<Reply<Updated>>;

    /// Disables an account by these changes, in the way of this target. Safe to repeat. A target that answers with
    /// success and shows the account enabled afterwards is an error, never a success.
    async fn disable(&self, kind: ObjectKind, target_id: &str, changes: &[Change]) -> Result<Reply<Updated>> {
        self.update(kind, target_id, changes).await
    }

    /// Deletes the object. Safe to repeat.
    async fn delete(&self, kind: ObjectKind, target_id: &str) -> Result<Reply<Deleted>>;
}

/// A value with the exchanges that brought it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply<T> {
    /// What the target answered, understood.
    pub value: T,
    /// The last request and its answer.
    pub exchange: Exchange,
    /// Requests of the same verb before it, in their order.
    pub earlier: Vec<Exchange>,
}

impl<T> Reply<T> {
    /// A value that one request brought.
    pub fn new(value: T, exchange: Exchange) -> Self {
        Self { value, exchange, earlier: Vec::new() }
    }

    /// The same after these requests.
    #[must_use]
    pub fn after(mut self, earlier: Vec<Exchange>) -> Self {
        self.earlier = earlier;
        self
    }
}

/// What became of an object that was to be changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Updated {
    /// The object's id when it is another one now: some targets make it of a value that was changed.
    pub new_id: Option<String>,
}

/// What became of an object that was to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// It was there and is gone.
    Gone,
    /// The target had no such object any more.
    WasGone,
}

/// Where the next page of a list begins; only the connector that made it can read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken(pub String);

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectPage {
    /// Its objects, as the target sent them.
    pub objects: Vec<TargetObject>,
    /// `None` on the last page.
    pub next: Option<PageToken>,
    /// How many there are in all, if the target says so. Some lie.
    pub total: Option<u64>,
}

/// What a target tells about itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Discovery {
    /// Attributes by kind of object. Only ever added to an application's attribute list.
    pub attributes: Vec<(ObjectKind, Vec<AttributeDefinition>)>,
    /// Roles that people can be given in the target; `None` when it does not tell.
    pub roles: Option<Vec<DiscoveredRole>>,
    /// Profile settings that it declares: whether it has PATCH, filters, its largest page.
    pub settings: Overrides,
    /// What could not be read, as sentences.
    pub remarks: Vec<String>,
    /// The requests made.
    pub exchanges: Vec<Exchange>,
}

/// A role that exists in the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoveredRole {
    /// What mappings write: `Administrator`.
    pub value: String,
    /// What pages show.
    pub display_name: String,
    /// What it allows, in the target's words; may be empty.
    pub description: String,
}
