//! What can stop the engine's own work. A failing object or a failing target is *not* an error here: the first
//! is a row in the provisioning log, the second puts its job into quarantine.
use purser_connectors::ConnectorError;
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
    /// An intent could not be written down, so nothing was sent.
    #[error("the engine could not write down what it was about to send")]
    Intent(#[source] serde_json::Error),
    /// The target, or the configuration for it, can't be used; for plans only, since a cycle puts its job into quarantine.
    #[error("the application can't be asked what is to be done")]
    Target(#[source] Box<ConnectorError>),
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
    /// Wraps what is wrong with a target.
    pub(crate) fn target(trouble: ConnectorError) -> Self {
        Self::Target(Box::new(trouble))
    }
}

/// Says what the engine was about when the store failed; a lease that was lost keeps its own kind.
pub(crate) trait Doing<T> {
    fn doing(self, what: &'static str) -> Result<T, EngineError>;
}

impl<T> Doing<T> for Result<T, StoreError> {
    fn doing(self, what: &'static str) -> Result<T, EngineError> {
        self.map_err(|source| match source {
            StoreError::LeaseLost => EngineError::LeaseLost,
            source => EngineError::Store { what, source },
        })
    }
}
