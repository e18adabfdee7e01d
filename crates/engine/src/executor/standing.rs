//! The state of a job that outlives a cycle.
use std::collections::HashSet;

use purser_store::ObjectId;

use super::lease::Executor;
use crate::error::EngineError;

/// Changed by commits only, so that memory and database agree.
#[derive(Debug)]
pub(crate) struct Standing {
    /// Objects of which an earlier request's outcome is not known, and could not be found out yet.
    /// Nothing may be sent for them.
    pub(crate) unresolved: HashSet<ObjectId>,
    /// Whether the job was in quarantine when the run began, and no success has lifted that yet.
    pub(crate) quarantined: bool,
}

impl Executor {
    /// The target works again.
    pub(crate) async fn lift_quarantine(&self, standing: &mut Standing) -> Result<(), EngineError> {
        let lifted = self.planner.store().set_quarantine(self.planner.job(), self.owner, None).await;
        lifted.map_err(EngineError::store("lift a quarantine"))?;
        standing.quarantined = false;
        Ok(())
    }
}
