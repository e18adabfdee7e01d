//! The engine: brings the accounts of every application into line with the directory, in the background.
//!
//! [`Engine::run`] watches for work and runs cycles ([`Engine::run_cycle`]); [`Engine::wake`] tells it that there
//! may be some. What a cycle does is computed by `purser_domain::plan`, carried out through a
//! [`Connector`](purser_connectors::Connector), and stored by `purser_store`; this room is the order of those
//! steps, and what happens when one of them fails.
//!
//! Invariants (the design's numbers 2 to 9):
//! - It writes status, links, log, escrow and intents, and never configuration.
//! - A wake-up carries no data; after a restart, a lost or a doubled one the engine does the same.
//! - Everything that is sent has its intent stored before, and is checked at the target after a crash.
//! - Deprovisioning needs the link and nothing else.
//! - People come before groups, since groups refer to their accounts; whenever one of these comes or goes, the groups
//!   are seen to in the same cycle.
//! - One object's failure is one object's row; a failing target puts its job into quarantine.
//!
//! Deliberately absent: SQL and the queue of tasks (`store`), requests (`connectors`), decisions about people (`domain`), permissions and
//! audit (`service`).
mod backoff;
mod cycle;
mod driver;
mod engine;
mod error;
mod record;
mod settings;
mod target;

pub use cycle::{CycleEnd, CycleOutcome};
pub use engine::Engine;
pub use error::EngineError;
pub use settings::{EngineDeps, EngineSettings};
pub use target::{ACCESS_TOKEN, INTERNAL, REFRESH_TOKEN, target_of};
