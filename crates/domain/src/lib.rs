//! Purser's vocabulary and rules: what a person is, how attributes map, who is in scope, and what a
//! cycle has to do.
//!
//! Everything here is pure: the same input gives the same output, nothing reads a clock, draws a random
//! number, or does IO, so that a cycle and a plan that is not carried out share one [`plan`], and so that
//! every rule is tested without a server. It also builds for wasm.
//!
//! How the modules lean on each other, from facts to decisions:
//!
//! ```text
//! ids, value, object ─► user, group ─► attribute ─► expression, scim ─► path ─► target_schema ─► mapping ┐
//! secret, job, log, refusal, nearest (words that every layer shares)                 scope ──────────────┴─► plan
//! ```
//!
//! Invariants:
//! - [`plan`] is pure; planning again after applying gives nothing to do.
//! - What maps where is one document ([`schema`], made of mappings and scoping filters), in the shape of Graph's
//!   `synchronizationSchema`: what we don't know in it is kept.
//! - Values behind `Redact` go to the target, the link and the intent, which need them, and to no log: what carries a
//!   value also carries `redacted`.
//!
//! Deliberately absent: wire shapes of the browser (`contract`), rows (`store`), requests (`connectors`).

pub mod attribute;
pub mod diacritics;
pub mod expression;
pub mod group;
pub mod ids;
pub mod import;
pub mod job;
pub mod log;
pub mod mapping;
pub mod nearest;
pub mod object;
pub mod path;
pub mod plan;
pub mod refusal;
pub mod schema;
pub mod scim;
pub mod scope;
pub mod secret;
pub mod target_schema;
pub mod user;
pub mod value;
mod vocabulary;

pub use vocabulary::UnknownWord;
