//! What is remembered about an account, and what is seen of one.
use crate::ids::{JobId, LinkId};
use crate::scope::DisableCause;
use crate::vocabulary::vocabulary;
use serde_json::{Map, Value};
use uuid::Uuid;

vocabulary! {
    /// Whether Purser left the account enabled.
    pub enum LinkState {
        /// Enabled.
        Active = "active",
        /// Disabled.
        Disabled = "disabled",
    }
}

vocabulary! {
    /// How the account came to be linked.
    pub enum Origin {
        /// Purser created it.
        Created = "created",
        /// It was there before and was matched.
        Adopted = "adopted",
    }
}

/// A link between a source object and a target object.
///
/// It carries all that deprovisioning needs, so that nothing has to be looked up about a person who is
/// gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Id.
    pub id: LinkId,
    /// The job that it belongs to.
    pub job: JobId,
    /// Source id: a user's.
    pub source: Uuid,
    /// Id of the account in the target.
    pub target_id: String,
    /// Whether Purser left the account enabled.
    pub state: LinkState,
    /// How the account came to be linked.
    pub origin: Origin,
    /// Target path to the value that was exported last.
    pub exported: Map<String, Value>,
    /// Why the account was disabled; `None` while it is enabled.
    pub cause: Option<DisableCause>,
    /// The person's name, for logs after the person is gone.
    pub display_name: String,
}

/// An object of the target.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetObject {
    /// Its id there.
    pub id: String,
    /// Its attributes.
    pub body: Value,
}

/// What a search in the target found.
#[derive(Debug, Clone, PartialEq)]
pub enum Observed {
    /// Nobody searched yet.
    NotAsked,
    /// No account.
    None,
    /// One account.
    One(TargetObject),
    /// So many accounts.
    Several(u32),
}
