//! What every use-case holds. The use-cases themselves are `impl Portal` in the files of their areas, which this file
//! does not know.
use crate::directory::import_task::ImportTask;
use crate::error::Result;
use crate::memory::Memory;
use jiff::{SignedDuration, Timestamp};
use purser_connectors::{Gallery, HttpKit};
use purser_engine::Engine;
use purser_store::{Clock, Store, TaskQueue, Tx, new_id};
use std::sync::Arc;
use uuid::Uuid;

/// What a portal is made of.
#[derive(Clone)]
pub struct PortalDeps {
    /// All state.
    pub store: Store,
    /// Woken after every write.
    pub engine: Engine,
    /// Where imports wait for the worker.
    pub imports: TaskQueue<ImportTask>,
    /// The way out, for *Test Connection*.
    pub kit: HttpKit,
    /// Gallery apps.
    pub gallery: Arc<Gallery>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// What `DefaultDomain` gives in an expression that is tried out; the engine has the same.
    pub default_domain: Option<String>,
    /// How long rows of the provisioning log and of the audit log are kept.
    pub logs_kept: SignedDuration,
}

/// Every use-case of Purser. A handle: cloning is cheap.
#[derive(Clone)]
pub struct Portal {
    pub(crate) deps: Arc<PortalDeps>,
    pub(crate) memory: Arc<Memory>,
}

impl std::fmt::Debug for Portal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Portal").finish_non_exhaustive()
    }
}

impl Portal {
    /// A portal over these parts. Nothing is read or written yet.
    pub fn new(deps: PortalDeps) -> Self {
        Self { deps: Arc::new(deps), memory: Arc::default() }
    }

    /// The portal's clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.deps.clock
    }

    /// Whether the database answers.
    pub async fn check_ready(&self) -> Result<()> {
        Ok(self.store().ping().await?)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.deps.store
    }

    pub(crate) fn now(&self) -> Timestamp {
        // What the store keeps are milliseconds: a finer time would differ from itself once read back.
        let now = self.deps.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    pub(crate) fn new_id(&self) -> Uuid {
        new_id(self.deps.clock.as_ref())
    }

    /// Ends a use-case that changed something: commits, and only then wakes the engine, since a wake-up carries no data.
    pub(crate) async fn commit(&self, tx: Tx) -> Result<()> {
        tx.commit().await?;
        self.deps.engine.wake();
        Ok(())
    }
}
