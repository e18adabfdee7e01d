//! Who carries out: the holder of a job's lease, during one cycle.
use purser_domain::ids::CycleId;
use uuid::Uuid;

use crate::{planner::setup::Planner, target::line::TargetLine};

/// Everything that the executor's parts share.
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
}
