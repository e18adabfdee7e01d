//! What is remembered about an account, and what is seen of one.
use crate::ids::{JobId, LinkId};
use crate::mapping::Choice;
use crate::object::ObjectKind;
use crate::scope::DisableCause;
use crate::vocabulary;
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
    /// What is linked.
    pub kind: ObjectKind,
    /// Source id: a user's or a group's.
    pub source: Uuid,
    /// Id of the account in the target. An account of another kind may have the same.
    pub target_id: String,
    /// Whether Purser left the account enabled.
    pub state: LinkState,
    /// How the account came to be linked.
    pub origin: Origin,
    /// Target path to the value that was exported last; and, under `@seen`, the paths where a row that only fills in
    /// what is missing found something.
    pub exported: Map<String, Value>,
    /// Why the account was disabled; `None` while it is enabled.
    pub cause: Option<DisableCause>,
    /// The object's name, for logs after it is gone.
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

/// What was seen of the target.
#[derive(Debug, Clone, PartialEq)]
pub enum Observed {
    /// The target was not asked yet.
    NotAsked,
    /// The search found no account.
    None,
    /// The search found one account; or, for a link, this is its account.
    One(TargetObject),
    /// The search found so many accounts.
    Several(u32),
    /// The search found one account, and it is linked to another object of the directory.
    Taken {
        /// The account.
        target_id: String,
        /// The other object's name.
        other: String,
    },
    /// The search found no account, but the same run creates one for another object that it would find afterwards.
    Promised {
        /// The other object's name.
        other: String,
    },
    /// The search found no account, and these values were chosen for the new one.
    Chosen(Vec<Choice>),
}
