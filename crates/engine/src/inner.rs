//! What the driver and the cycles of one engine share.
use purser_domain::ids::JobId;
use purser_store::TaskQueue;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::settings::EngineDeps;

/// See the module.
pub(crate) struct Inner {
    pub(crate) deps: EngineDeps,
    pub(crate) queue: TaskQueue<CycleTask>,
    /// Counts wake-ups. It carries no data: the driver reads the store.
    pub(crate) wake: watch::Sender<u64>,
    /// Cancelled when the process shuts down: running cycles pause.
    pub(crate) stopping: CancellationToken,
}

/// The queue's task: one cycle of one job.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct CycleTask {
    pub(crate) job: JobId,
}
