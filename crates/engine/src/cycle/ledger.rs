//! How far a cycle is: what moves while it runs.
use std::collections::HashSet;

use purser_domain::ids::UserId;
use purser_store::{Progress, RunningCycle};

/// Changed by commits only, so that memory and database agree.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// The cycle's own row.
    pub(crate) running: RunningCycle,
    /// Position in the change feed up to which everything is settled. An initial cycle moves it too: see
    /// `source::walk_directory`.
    pub(crate) watermark: i64,
    /// People of whom an earlier request's outcome is not known, and could not be found out yet.
    /// Nothing may be sent for them.
    pub(crate) unresolved: HashSet<UserId>,
    /// Whether the job was in quarantine when the cycle began, and no success has lifted that yet.
    pub(crate) quarantined: bool,
}

impl Ledger {
    /// Counts objects that are settled.
    pub(crate) fn count_processed(&mut self, objects: u64) {
        self.running.processed += objects;
        self.running.total = self.running.total.max(self.running.processed);
    }

    /// What a batch stores of it.
    pub(crate) fn progress(&self) -> Progress {
        Progress {
            cursor: self.running.cursor,
            processed: self.running.processed,
            total: self.running.total,
            counts: self.running.counts,
            watermark: Some(self.watermark),
        }
    }
}
