//! How far a cycle is: what moves while it runs.
use purser_domain::object::ObjectKind;
use purser_store::{CycleKind, Progress, RunningCycle};

use crate::executor::commit::Tally;

/// Changed by commits only, so that memory and database agree.
#[derive(Debug)]
pub(super) struct Place {
    /// The cycle's own row.
    pub(super) running: RunningCycle,
    /// Position in the change feed up to which everything is settled. An initial cycle moves it too: see
    /// `stages::walk_directory`.
    pub(super) watermark: i64,
}

impl Place {
    /// Counts what became of a page. In an initial cycle the progress bar counts the walk; what changes meanwhile is extra.
    pub(super) fn count(&mut self, tally: &Tally) {
        let running = &mut self.running;
        running.counts += tally.counts;
        let settled = match running.kind {
            CycleKind::Initial => tally.walked,
            CycleKind::Incremental => tally.settled.iter().filter(|settled| **settled).count() as u64,
        };
        running.processed += settled;
        running.total = running.total.max(running.processed);
        if tally.kind == Some(ObjectKind::Group) {
            running.processed_groups += settled;
            running.total_groups = running.total_groups.max(running.processed_groups);
        }
    }

    /// Whether every group is still to be looked at in this cycle, so that none needs to be put into escrow.
    pub(super) fn groups_are_ahead(&self) -> bool {
        let begun = self.running.cursor.is_some_and(|cursor| cursor.kind() == ObjectKind::Group);
        self.running.kind == CycleKind::Initial && !begun
    }

    /// What a batch stores of it.
    pub(super) fn progress(&self) -> Progress {
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
