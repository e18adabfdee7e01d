//! The executor: carries out what was planned and admitted, for the holder of the job's lease.
//!
//! The order is what makes a crash harmless:
//!
//! 1. Nothing is sent before its intent is stored, in one transaction for the page (`intents`).
//! 2. No transaction is open while the target is called (`perform`).
//! 3. Links, log rows, retries, the end of the intents and the new place (cursor or watermark) are committed in
//!    one transaction (`commit`). So either all of it counts or none, and what does not count comes again: from its
//!    place, or, if it was sent, through recovery.
//! 4. The place never moves past an object that is neither done nor in escrow.
//!
//! Deliberately absent: decisions about people (`planner`), whether they may be carried out (`guard`), cursors and
//! watermarks (`cycle`).
//!
//! To add a write: `purser_domain::plan::Write`, then `intents`, `perform`, `fate`, `cycle::recover` (what became of
//! it?) and `record`.
pub(crate) mod carry_out;
pub(crate) mod commit;
mod escrow;
pub(crate) mod fate;
pub(crate) mod intents;
pub(crate) mod lease;
pub(crate) mod links;
mod note;
mod perform;
mod references;
pub(crate) mod standing;
