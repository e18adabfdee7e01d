//! What an engine is made of and how fast it may go.
use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use purser_connectors::{Gallery, HttpKit};
use purser_domain::ids::JobId;
use purser_store::{Clock, Store, TaskQueue};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Everything that [`Engine::new`](crate::Engine::new) needs.
#[derive(Clone)]
pub struct EngineDeps {
    /// The database.
    pub store: Store,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// The one way out to targets.
    pub kit: HttpKit,
    /// The gallery, which says how each application is spoken to.
    pub gallery: Arc<Gallery>,
    /// Sizes and times.
    pub settings: EngineSettings,
}

impl EngineDeps {
    /// Until when a lease taken or renewed now lasts.
    pub(crate) fn lease_end(&self) -> Timestamp {
        let lease = SignedDuration::try_from(self.settings.lease).unwrap_or(SignedDuration::from_secs(8));
        self.clock.now().saturating_add(lease).unwrap_or(Timestamp::MAX)
    }
}

/// Sizes and times of the engine. The defaults are right for one process on two cores.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Requests that one job has under way at once; the target's 429s lower it for a while.
    pub concurrency: usize,
    /// Objects that are planned, executed and committed together.
    pub page: u64,
    /// How long a job belongs to a worker that no longer renews its lease.
    /// After a crash the job stands still for so long.
    pub lease: Duration,
    /// How often the driver looks for work that it was not woken for: retries that are due, lost wake-ups.
    pub tick: Duration,
    /// After so many failures in a row that could be the target's fault as a whole, it is left alone.
    pub failures_in_a_row: u32,
    /// What the expression function `DefaultDomain` gives; `None` when the organisation has named none.
    pub default_domain: Option<String>,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            concurrency: 32,
            page: 500,
            lease: Duration::from_secs(8),
            tick: Duration::from_secs(1),
            failures_in_a_row: 10,
            default_domain: None,
        }
    }
}

/// What the driver and the cycles of one engine share.
pub(crate) struct Inner {
    pub(crate) deps: EngineDeps,
    pub(crate) queue: TaskQueue<CycleTask>,
    /// Counts wake-ups. It carries no data: who is woken reads the store.
    pub(crate) wake: watch::Sender<u64>,
    /// Cancelled when the process shuts down: running cycles pause.
    pub(crate) stopping: CancellationToken,
}

/// The queue's task: one cycle of one job.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct CycleTask {
    pub(crate) job: JobId,
}
