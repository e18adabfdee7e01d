//! Every use-case of Purser: who may do what, in one transaction, with audit and wake-up.
//!
//! Both doors, the portal's pages and the Graph API, call the same methods of [`Portal`]; neither decides anything.
//! Every write goes the same way: may this caller? → parse what was typed → one transaction {rows, generation + 1,
//! audit entry, change feed} → wake the engine.
//!
//! Invariants:
//!
//! * What a person should lose or get in an application reaches the change feed in the transaction that causes it,
//!   so that no leaver is lost, whenever the process dies.
//! * A target is called on request only: connection test, consent, roles, discovery and probe. No save waits for one.
//! * An edit carries the generation that it was made from; a stale one is refused with both versions.
//! * A secret goes in and never comes out: no view has a field for one, and the audit log says only that it changed.
//! * A schema is saved as a whole, and only when a cycle could work by it.
//! * A stored secret is sent only to the host that it was entered for: an administrator who points the Tenant URL or an
//!   OAuth address elsewhere enters it again. Secrets of another credential method go in the transaction that saves the
//!   new one.
//! * A consent (OAuth 2.0) is taken once, within ten minutes, from the administrator and the session that began it.
//!   Between the two it is kept as a secret whose name begins with `Purser.`, which no connector gets.
//! * What a target tells about itself only adds (attributes), is marked when it vanishes (roles), or is proposed
//!   (profile settings); it never changes or deletes by itself.
//! * Everything refused is refused with a sentence ([`ServiceError::problem`]); a fault of ours is logged once,
//!   under an id.
//!
//! Every use-case refuses alike, and says so only where it does otherwise: a caller without the right (`Forbidden`), an
//! id of nothing (`NotFound`), a text that breaks a rule or a damaged cursor (`Invalid`, with the field), a value that
//! is taken or an edit of a version that is not the stored one any more (`Conflict`), a target that does not do what it
//! is asked (`Target`).
//!
//! Areas, each a folder: `access` (who may come in), `directory` (people, groups, imports), `applications` (the gallery
//! and what was added from it), `provisioning` (an application's job), `logs` (what happened). Beside them: `portal`,
//! which holds the parts and knows no use-case, `memory`, what one process remembers, and what all areas share.
//!
//! Deliberately absent: HTTP, sessions and cookies (`server`), pages (`app`), SQL (`store`), cycles (`engine`).
//!
//! To add a use-case: 1. a form and a view in `contract`; 2. an `impl Portal` method in the file of its area, in the
//! order above, its view beside it; 3. a word in `logs::activity` for what it does; 4. a test in `tests/it` that reads
//! what it left in the store.

mod access;
mod applications;
mod caller;
mod directory;
mod error;
mod housekeeping;
mod input;
mod logs;
mod memory;
mod page;
mod portal;
mod provisioning;

pub use access::throttle::throttle_key;
pub use caller::Caller;
pub use directory::group_records::GroupPatch;
pub use directory::import_task::ImportTask;
pub use directory::user_records::UserPatch;
pub use error::{Result, ServiceError};
pub use portal::{Portal, PortalDeps};
pub use provisioning::consent::ConsentAnswer;
pub use provisioning::sample_object::SampleObject;
pub use provisioning::secrets::{SecretForm, SecretView};
