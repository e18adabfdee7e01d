//! The engine: brings the accounts of every application into line with the directory, in the background.
//!
//! [`Engine::run`] watches for work and runs cycles ([`Engine::run_cycle`]); [`Engine::wake`] tells it that there
//! may be some; [`Engine::plan`] says what one would do. Its rooms, each of which may use those to its right:
//!
//! ```text
//! driver ─► cycle ─► executor ─► guard ─► planner ─► target
//!             (record: the log rows that the executor commits)
//! ```
//!
//! A page goes `plan_page → admit → carry_out → commit`: `planner` reads the store and asks the target, and writes
//! nothing; `guard` says whether a decision may be carried out now; `executor` stores intents, sends writes and commits
//! what became of them; `cycle` knows which objects, in which order, and how far it is. What should happen to an object
//! is computed by `purser_domain::plan`.
//!
//! Invariants (numbers 2 to 9 of `docs/ARCHITECTURE.md`, seen from here):
//! - It writes status, links, log, escrow and intents, and never configuration.
//! - A wake-up carries no data; after a restart, a lost or a doubled one the engine does the same.
//! - Everything that is sent has its intent stored before, and is checked at the target after a crash.
//! - Deprovisioning needs the link and nothing else.
//! - The watermark moves in the transaction that records what became of a change, or keeps it for a retry.
//! - People come before groups, since groups refer to their accounts; whenever one of these comes or goes, the groups
//!   are seen to in the same cycle.
//! - One object's failure is one object's row; a failing target puts its job into quarantine.
//! - After a crash a job waits until its lease has run out, so that what was on its way has arrived before the target
//!   is asked what became of it (decision 6).
//! - Every enabled job has a cycle each interval of its gallery file, also when nothing happened. Rules that read the
//!   clock (`Now`) can give another result for a person without a change: where a job has such rules, the first cycle
//!   that begins a day after the last initial one is an initial one (decision 17).
//! - What a target answers to a request that holds a redacted value is not shown.
//!
//! Deliberately absent: SQL and the queue of tasks (`store`), requests (`connectors`), decisions about people
//! (`domain`), permissions and audit (`service`).
mod backoff;
mod cycle;
mod driver;
mod engine;
mod error;
mod executor;
mod guard;
mod planner;
mod record;
mod settings;
mod target;

pub use cycle::{CycleEnd, CycleOutcome};
pub use driver::interval_of;
pub use engine::Engine;
pub use error::EngineError;
pub use planner::walk::{PlannedObject, Planning, Prospect};
pub use settings::{EngineDeps, EngineSettings};
pub use target::vault::{ACCESS_TOKEN, INTERNAL, REFRESH_TOKEN, target_of};
