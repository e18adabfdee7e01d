//! The planner: what is to be done about each object of a page. It reads the store and asks the target; it writes
//! nothing, and needs neither lease nor cycle.
//!
//! ```text
//! nominees ─► load (bulk reads) ─► candidates ─► plan, ask, plan again ─► claims ─► planned
//! ```
//!
//! Invariants:
//! - Nothing here sends a write, opens a transaction or changes a row.
//! - What is promised to one object (a free value, an account that was there) is promised to no other: [`claims`].
//! - One object's failure is one object's outcome. No `?` on a target's answer leaves the page.
//!
//! To add a question to the target: `purser_domain::plan::Question`, then `ask`. To add a source of objects: `sources`.
mod ask;
pub(crate) mod candidate;
mod choose;
pub(crate) mod claims;
pub(crate) mod load;
pub(crate) mod members;
mod page;
pub(crate) mod rules;
pub(crate) mod setup;
pub(crate) mod sources;
mod verify;
pub(crate) mod walk;
