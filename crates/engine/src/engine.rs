//! The engine's handle: what the rest of the program sees.
use std::sync::Arc;

use purser_domain::ids::JobId;
use purser_store::TaskQueue;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    cycle::{self, CycleOutcome},
    driver::Driver,
    error::EngineError,
    planner::walk::Planning,
    settings::{EngineDeps, Inner},
};

/// Provisioning in the background. Cheap to clone; clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

impl Engine {
    /// An engine that does nothing yet; see [`run`](Self::run) and [`run_cycle`](Self::run_cycle).
    #[must_use]
    pub fn new(deps: EngineDeps) -> Self {
        let queue = TaskQueue::new(&deps.store, "cycles");
        let inner = Inner { deps, queue, wake: watch::Sender::new(0), stopping: CancellationToken::new() };
        Self { inner: Arc::new(inner) }
    }

    /// Something may have changed: directory, assignments, configuration, *On*, *Off*.
    ///
    /// Call it after the change is committed. It may be lost or doubled without harm; what is to be done stands
    /// in the store.
    pub fn wake(&self) {
        self.inner.wake.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Works until `shutdown`: runs the cycles of every job that has something to do. On shutdown the cycles
    /// that are running finish the objects they have started, and come back.
    pub async fn run(&self, shutdown: CancellationToken) -> Result<(), EngineError> {
        let driver = Driver::new(Arc::clone(&self.inner));
        driver.run(shutdown).await
    }

    /// Runs one cycle of a job now, in this task, unless another worker is at it.
    ///
    /// Dropping the future is like a crash at that instant: nothing is lost, and the next cycle (once the lease
    /// has run out) checks at the target what became of the requests that were under way.
    ///
    /// # Errors
    /// Only for the engine's own trouble: the store, a lost lease, an unknown job. What goes wrong with objects
    /// and targets is in the log and in the job's status.
    pub async fn run_cycle(&self, job: JobId) -> Result<CycleOutcome, EngineError> {
        cycle::run(&self.inner, job).await
    }

    /// Plans for everybody, page by page, and carries nothing out: no table is written, and no write is sent to the
    /// target. Each page asks the target what an initial cycle would ask.
    ///
    /// Planning and then running an initial cycle does what the plan said, as long as directory, configuration and
    /// target stay as they are.
    ///
    /// # Errors
    /// [`EngineError::Target`] when the configuration can't be used (the target itself is not asked yet),
    /// [`EngineError::UnknownJob`], or the store's.
    pub async fn plan(&self, job: JobId) -> Result<Planning, EngineError> {
        Planning::open(&self.inner.deps, job).await
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("settings", &self.inner.deps.settings).finish_non_exhaustive()
    }
}
