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
pub(crate) mod links;
mod perform;
mod references;

use std::collections::HashSet;

use purser_domain::ids::{CycleId, JobId};
use purser_store::{ObjectId, Store};
use uuid::Uuid;

use crate::{
    error::{Doing, EngineError},
    planner::setup::Planner,
    target::line::TargetLine,
};

/// Who carries out: the holder of a job's lease, during one cycle.
pub(crate) struct Executor {
    pub(crate) planner: Planner,
    /// Holds the lease; every batch checks it in its own transaction.
    pub(crate) owner: Uuid,
    /// The cycle that log rows and intents belong to.
    pub(crate) cycle: CycleId,
}

impl Executor {
    pub(crate) fn line(&self) -> &TargetLine {
        &self.planner.line
    }

    pub(crate) fn store(&self) -> &Store {
        self.planner.store()
    }

    pub(crate) fn job(&self) -> JobId {
        self.planner.job()
    }

    /// The target works again.
    pub(crate) async fn lift_quarantine(&self, standing: &mut Standing) -> Result<(), EngineError> {
        let lifted = self.store().set_quarantine(self.job(), self.owner, None).await;
        lifted.doing("lift a quarantine")?;
        standing.quarantined = false;
        Ok(())
    }
}

/// Where a job stands, whoever works for it. Changed by commits only, so that memory and database agree.
#[derive(Debug)]
pub(crate) struct Standing {
    /// Objects of which an earlier request's outcome is not known, and could not be found out yet.
    /// Nothing may be sent for them.
    pub(crate) unresolved: HashSet<ObjectId>,
    /// Whether the job was in quarantine when the run began, and no success has lifted that yet.
    pub(crate) quarantined: bool,
}
