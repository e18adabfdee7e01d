//! One page of a cycle, from its objects to the commit, and how far the cycle is by then.
use purser_domain::object::ObjectKind;
use purser_store::{CycleKind, Progress, RunningCycle};

use crate::{
    error::EngineError,
    executor::{Executor, Standing, commit::Tally, fate::Finished},
    guard::Guard,
    planner::{candidate::Nominee, claims::Claims, setup::Planner},
    target::control::Stop,
};

/// One cycle of one job: what carries it out, and how far it is.
pub(super) struct Cycle {
    pub(super) executor: Executor,
    pub(super) guard: Guard,
    pub(super) place: Place,
    pub(super) standing: Standing,
    pub(super) claims: Claims,
}

impl Cycle {
    pub(super) fn planner(&self) -> &Planner {
        &self.executor.planner
    }

    /// Why no further object may be started, if so.
    pub(super) fn stopped(&self) -> Option<Stop> {
        self.executor.line().stopped()
    }

    /// Deals with a page of one kind. `advance` says how far the source has been consumed, given who is settled (in the
    /// order of the nominees). What is open comes again in the next cycle, not in a loop of this one.
    pub(super) async fn process(
        &mut self,
        nominees: Vec<Nominee>,
        advance: impl FnOnce(&mut Place, &[bool]),
    ) -> Result<(), EngineError> {
        let Self { executor, guard, standing, claims, .. } = self;
        if nominees.is_empty() {
            return Ok(());
        }
        let planned = executor.planner.plan_page(nominees, &standing.unresolved, claims).await?;
        let admitted = guard.admit(planned);
        let finished = executor.carry_out(admitted).await?;
        let mut open = false;
        self.commit(finished, |place, settled| {
            advance(place, settled);
            open = settled.contains(&false);
        })
        .await?;
        if open {
            self.executor.line().stop(Stop::Paused);
        }
        Ok(())
    }

    /// Commits what became of a page, with the place that `advance` moves.
    pub(super) async fn commit(
        &mut self,
        finished: Vec<Finished>,
        advance: impl FnOnce(&mut Place, &[bool]),
    ) -> Result<(), EngineError> {
        let Self { executor, place, standing, claims, .. } = self;
        let groups_are_ahead = place.groups_are_ahead();
        let committed = executor.commit(standing, claims, finished, groups_are_ahead, |tally| {
            advance(place, &tally.settled);
            place.count(tally);
            Some(place.progress())
        });
        committed.await
    }
}

/// How far a cycle is: what moves while it runs. Changed by commits only, so that memory and database agree.
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

    /// Whether every group is still to be looked at in this cycle, so that nobody has to point at one.
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
