//! How far a cycle is: what moves while it runs.
use std::collections::HashSet;

use purser_domain::object::ObjectKind;
use purser_store::{CycleKind, ObjectId, Progress, RunningCycle};

/// Changed by commits only, so that memory and database agree.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// The cycle's own row.
    pub(crate) running: RunningCycle,
    /// Position in the change feed up to which everything is settled. An initial cycle moves it too: see
    /// `source::walk_directory`.
    pub(crate) watermark: i64,
    /// Objects of which an earlier request's outcome is not known, and could not be found out yet.
    /// Nothing may be sent for them.
    pub(crate) unresolved: HashSet<ObjectId>,
    /// Whether the job was in quarantine when the cycle began, and no success has lifted that yet.
    pub(crate) quarantined: bool,
}

impl Ledger {
    /// Counts an object that is settled.
    pub(crate) fn count_processed(&mut self, kind: ObjectKind) {
        let running = &mut self.running;
        running.processed += 1;
        running.processed_groups += u64::from(kind == ObjectKind::Group);
        running.total = running.total.max(running.processed);
        running.total_groups = running.total_groups.max(running.processed_groups);
    }

    /// Whether every group is still to be looked at in this cycle, so that nobody has to point at one.
    pub(crate) fn groups_are_ahead(&self) -> bool {
        let begun = self.running.cursor.is_some_and(|cursor| cursor.kind() == ObjectKind::Group);
        self.running.kind == CycleKind::Initial && !begun
    }

    /// What a batch stores of it.
    pub(crate) fn progress(&self) -> Progress {
        Progress {
            cursor: self.running.cursor,
            processed: self.running.processed,
            total: self.running.total,
            processed_groups: self.running.processed_groups,
            total_groups: self.running.total_groups,
            counts: self.running.counts,
            watermark: Some(self.watermark),
        }
    }
}
