//! What can stop the engine's own work. A failing object or a failing target is *not* an error here: the first
//! is a row in the provisioning log, the second puts its job into quarantine.
use apalis::prelude::BoxDynError;
use purser_domain::ids::JobId;
use purser_store::StoreError;

/// Everything that makes a cycle or a queue give up; the next wake-up or tick tries again.
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
    /// The task queue could not be used.
    #[error("the engine could not {what} the queue \"{queue}\"")]
    Queue {
        /// What was tried.
        what: &'static str,
        /// The queue's name.
        queue: &'static str,
        /// Why not.
        #[source]
        source: BoxDynError,
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

    /// Wraps a queue error of whichever type.
    pub(crate) fn queue(what: &'static str, queue: &'static str, source: impl Into<BoxDynError>) -> Self {
        Self::Queue { what, queue, source: source.into() }
    }
}
