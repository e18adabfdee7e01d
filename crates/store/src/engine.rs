//! What the engine asks before it works: all about a job at one instant, and whether there is anything to do.

use crate::{Application, JobMode, JobSpec, JobStatus, Reads, Seed, Store, StoreError, bulk, error::Doing};
use jiff::{SignedDuration, Timestamp};
use purser_domain::{ids::JobId, schema::Schema, secret::Secret};
use sea_orm::ConnectionTrait;
use std::collections::BTreeMap;

/// All that a cycle needs to know about its job.
#[derive(Debug, Clone)]
pub struct Job {
    /// What humans decided.
    pub spec: JobSpec,
    /// What the worker knows.
    pub status: JobStatus,
    /// The application.
    pub application: Application,
    /// What maps where.
    pub schema: Schema,
    /// Where the random functions of its expressions take their chance from.
    pub seed: Seed,
    /// What was entered under Admin Credentials, by the fields' keys.
    pub secrets: BTreeMap<String, Secret>,
}

impl Store {
    /// The job as it is at one instant; `None` when it is gone.
    ///
    /// # Errors
    /// [`StoreError::Secret`] when one was stored under another master key, [`StoreError::Missing`] when the job
    /// was never given a schema.
    pub async fn load_job(&self, job: JobId) -> Result<Option<Job>, StoreError> {
        let reads = self.snapshot().await?;
        let Some(spec) = reads.find_spec(job).await? else { return Ok(None) };
        let status = reads.load_status(job).await?;
        let application = reads.load_application(spec.application_id).await?;
        let schema = reads.load_schema(job).await?;
        let seed = reads.derive_seed(job)?;
        let secrets = reads.read_secrets(spec.application_id).await?;
        Ok(Some(Job { spec, status, application, schema, seed, secrets }))
    }
}

impl Reads {
    /// Whether a cycle is due now: one was paused or never done, the configuration asks for a new initial one, the
    /// directory changed, an escrow is due, or the last cycle began an `interval` ago. False for a job that is off, that
    /// is gone, or whose quarantine lasts.
    pub async fn has_work(
        &self,
        job: JobId,
        now: Timestamp,
        interval: SignedDuration,
    ) -> Result<bool, StoreError> {
        let (Some(spec), Some(status)) = (self.find_spec(job).await?, self.find_status(job).await?) else {
            return Ok(false);
        };
        if !spec.enabled || spec.mode != JobMode::Automatic {
            return Ok(false);
        }
        if let Some(quarantine) = &status.quarantine {
            // The attempt is what finds out whether the target is well again, even if nothing else is to be done. It is
            // made at once when the configuration was saved, since that is how a quarantine is ended.
            return Ok(quarantine.next_attempt_at <= now || spec.generation != status.observed_generation);
        }
        if status.cycle.is_some()
            || !status.initial_done
            || spec.mapping_generation > status.observed_mapping_generation
            || status
                .next_cycle_at(interval)
                .is_none_or(|at| at <= now || at > now.saturating_add(interval).unwrap_or(at))
        {
            return Ok(true);
        }
        let changes = bulk::has_changes(spec.application_id, status.watermark);
        let row = self.db().query_one_raw(changes).await.doing("look for changes")?;
        let found = row.map(|row| row.try_get_by_index::<i64>(0)).transpose().doing("look for changes")?;
        if found == Some(1) {
            return Ok(true);
        }
        Ok(self.first_due_escrow(job).await?.is_some_and(|due| due <= now))
    }
}
