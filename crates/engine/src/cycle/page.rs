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
        // Where there are more of a kind than were counted in the beginning, its own total grows.
        if tally.kind == Some(ObjectKind::Group) {
            running.processed_groups += settled;
            let more = running.processed_groups.saturating_sub(running.total_groups);
            running.total_groups += more;
            running.total += more;
        } else {
            let users = running.processed.saturating_sub(running.processed_groups);
            running.total = running.total.max(users.saturating_add(running.total_groups));
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

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use purser_domain::{ids::CycleId, job::CycleCounts};
    use uuid::Uuid;

    fn tally(kind: ObjectKind, walked: u64) -> Tally {
        Tally { kind: Some(kind), settled: Vec::new(), counts: CycleCounts::default(), walked }
    }

    #[test]
    fn neither_people_nor_groups_are_more_than_there_are() {
        let running = RunningCycle {
            id: CycleId::from_uuid(Uuid::nil()),
            kind: CycleKind::Initial,
            cursor: None,
            start_seq: 0,
            started_at: Timestamp::UNIX_EPOCH,
            processed: 0,
            total: 10,
            processed_groups: 0,
            total_groups: 1,
            counts: CycleCounts::default(),
        };
        for (people, groups, expected) in
            [(9, 1, (10, 1)), (12, 1, (13, 1)), (5, 3, (12, 3)), (12, 3, (15, 3))]
        {
            let mut place = Place { running, watermark: 0 };
            place.count(&tally(ObjectKind::User, people));
            place.count(&tally(ObjectKind::Group, groups));
            let Progress { processed, total, total_groups, .. } = place.progress();
            assert_eq!((processed, total, total_groups), (people + groups, expected.0, expected.1));
        }
    }
}
