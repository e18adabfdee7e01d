//! What can stop the engine's own work. A failing object or a failing target is *not* an error here: the first
//! is a row in the provisioning log, the second puts its job into quarantine.
use purser_domain::ids::JobId;
use purser_store::StoreError;

/// Everything that makes a cycle or the driver give up; the next wake-up or tick tries again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The database could not be read or written.
    #[error("the engine could not {what}")]
    Store {
        /// What was tried.
        what: &'static str,
        /// Why not.
        #[source]
        source: StoreError,
    },
    /// The job does not exist (any more).
    #[error("there is no provisioning job {job}")]
    UnknownJob {
        /// The job that was asked for.
        job: JobId,
    },
    /// Another worker has taken the job over, so this one must not write any more.
    #[error("the lease on the provisioning job was lost to another worker")]
    LeaseLost,
}

impl EngineError {
    /// Wraps a store error; a lease that was lost keeps its own kind.
    pub(crate) fn store(what: &'static str) -> impl FnOnce(StoreError) -> Self {
        move |source| match source {
            StoreError::LeaseLost => Self::LeaseLost,
            source => Self::Store { what, source },
        }
    }
}
