//! The probes of this process: what each did so far, and what came of it.
use jiff::Timestamp;
use purser_connectors::probe::{ProbeReport, ProbeStep};
use purser_connectors::{ConnectorError, ErrorKind};
use purser_domain::ids::JobId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most probes that are remembered.
const MAX_KEPT: usize = 100;

/// The probes of this process, by job.
#[derive(Default)]
pub(crate) struct Probes(Mutex<HashMap<JobId, Run>>);

#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) read_only: bool,
    pub(crate) started_by: String,
    pub(crate) started_at: Timestamp,
    pub(crate) steps: Vec<ProbeStep>,
    pub(crate) outcome: Option<std::result::Result<Arc<ProbeReport>, ConnectorError>>,
}

impl Probes {
    pub(crate) fn find(&self, job: JobId) -> Option<Run> {
        self.lock().get(&job).cloned()
    }

    /// False when one is running for this job, or too many are in all.
    pub(crate) fn begin(&self, job: JobId, run: Run) -> bool {
        let mut runs = self.lock();
        if runs.get(&job).is_some_and(|run| run.outcome.is_none()) {
            return false;
        }
        if runs.len() >= MAX_KEPT {
            let finished = runs.iter().filter(|(_, run)| run.outcome.is_some());
            let oldest = finished.min_by_key(|(_, run)| run.started_at).map(|(job, _)| *job);
            if oldest.and_then(|job| runs.remove(&job)).is_none() {
                return false;
            }
        }
        runs.insert(job, run);
        true
    }

    pub(crate) fn edit(&self, job: JobId, edit: impl FnOnce(&mut Run)) {
        if let Some(run) = self.lock().get_mut(&job) {
            edit(run);
        }
    }

    pub(crate) fn forget(&self, job: JobId) {
        self.lock().remove(&job);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, Run>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes the end of a probe, also when its task dies.
pub(crate) struct End {
    probes: Arc<Probes>,
    job: JobId,
    pub(crate) outcome: Option<std::result::Result<Arc<ProbeReport>, ConnectorError>>,
}

impl End {
    pub(crate) fn of(probes: Arc<Probes>, job: JobId) -> Self {
        Self { probes, job, outcome: None }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let outcome = self.outcome.take().unwrap_or_else(|| {
            Err(ConnectorError::new(
                ErrorKind::Misconfigured,
                "The probe came to no end.",
                "Look into the server's log, look in the application for users whose name begins with purser-probe-, and try again.",
            ))
        });
        self.probes.edit(self.job, |run| run.outcome = Some(outcome));
    }
}
