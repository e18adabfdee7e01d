//! One page of a cycle, from its objects to the commit.
use super::place::Place;
use crate::{
    error::EngineError,
    executor::{lease::Executor, standing::Standing},
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
        let Self { executor, guard, place, standing, claims } = self;
        if nominees.is_empty() {
            return Ok(());
        }
        let planned = executor.planner.plan_page(nominees, &standing.unresolved, claims).await?;
        let admitted = guard.admit(planned);
        let finished = executor.carry_out(admitted).await?;
        let groups_are_ahead = place.groups_are_ahead();
        let mut open = false;
        let committed = executor.commit(standing, claims, finished, groups_are_ahead, |tally| {
            advance(place, &tally.settled);
            place.count(tally);
            open = tally.settled.contains(&false);
            Some(place.progress())
        });
        committed.await?;
        if open {
            self.executor.line().stop(Stop::Paused);
        }
        Ok(())
    }
}
