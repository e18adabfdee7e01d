//! What the worker knows about a job. Only holders of the job's lease write it (`leases`, `cycles`, `batch`).

use crate::{
    ObjectId, Reads, StoreError,
    convert::{from_json, instant, instant_or_none, unsigned, word},
    entities::job_status,
    error::Doing,
};
use jiff::{SignedDuration, Timestamp};
use purser_domain::{
    ids::{CycleId, JobId},
    job::{CycleCounts, CycleKind, QuarantineCode},
    log::Cure,
};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A cycle that has begun and not finished; it may be paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunningCycle {
    /// Id.
    pub id: CycleId,
    /// What it looks at.
    pub kind: CycleKind,
    /// The last object that an initial cycle is done with: people come first, then groups.
    pub cursor: Option<ObjectId>,
    /// End of the change feed when it began.
    pub start_seq: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// Objects done.
    pub processed: u64,
    /// Objects to do, as far as known.
    pub total: u64,
    /// Of those done, groups; the others are people.
    pub processed_groups: u64,
    /// Of those to do, groups.
    pub total_groups: u64,
    /// What it did so far.
    pub counts: CycleCounts,
}

/// A cycle that finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishedCycle {
    /// Id.
    pub id: CycleId,
    /// What it looked at.
    pub kind: CycleKind,
    /// When it began.
    pub began_at: Timestamp,
    /// When it finished.
    pub ended_at: Timestamp,
    /// Objects that it was through with.
    pub processed: u64,
    /// Objects that it had to do.
    pub total: u64,
    /// Of those that it was through with, groups.
    pub processed_groups: u64,
    /// Of those that it had to do, groups.
    pub total_groups: u64,
    /// What it did.
    pub counts: CycleCounts,
}

/// What is kept of the cycles that finished.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishedCycles {
    /// The last.
    pub last: Option<FinishedCycle>,
    /// The last in which no object failed.
    pub last_clean: Option<FinishedCycle>,
    /// The last of these that wrote something in the target.
    pub last_clean_with_exports: Option<FinishedCycle>,
    /// When an initial cycle finished for the first time.
    pub steady_since: Option<Timestamp>,
    /// When everybody must be looked at again, since the rules read the clock.
    pub look_again_at: Option<Timestamp>,
}

impl FinishedCycles {
    /// With one more that finished.
    pub(crate) fn with(self, cycle: FinishedCycle, look_again_at: Option<Timestamp>) -> Self {
        let clean = (cycle.counts.failed == 0).then_some(cycle);
        let initial = cycle.kind == CycleKind::Initial;
        Self {
            last: Some(cycle),
            last_clean: clean.or(self.last_clean),
            last_clean_with_exports: clean
                .filter(|cycle| cycle.counts.exported() > 0)
                .or(self.last_clean_with_exports),
            steady_since: self.steady_since.or(initial.then_some(cycle.ended_at)),
            look_again_at,
        }
    }
}

/// Why an unhealthy job runs seldom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// Why, in a word; of rows from before there were such words it is unknown.
    #[serde(default)]
    pub code: QuarantineCode,
    /// What happened.
    pub reason: String,
    /// What to do.
    pub advice: String,
    /// What would cure it, where Purser has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cure: Option<Cure>,
    /// Since when.
    pub since: Timestamp,
    /// Attempts that failed.
    pub attempts: u32,
    /// When the last of them failed.
    pub tried_at: Timestamp,
    /// When the next is made.
    pub next_attempt_at: Timestamp,
}

/// The state of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobStatus {
    /// The job.
    pub job_id: JobId,
    /// Generation of the configuration that the last cycle began with.
    pub observed_generation: i64,
    /// The same of [`crate::JobSpec::mapping_generation`]; below it, a new initial cycle is due.
    pub observed_mapping_generation: i64,
    /// The cycle that has begun and not finished.
    pub cycle: Option<RunningCycle>,
    /// An initial cycle has finished once.
    pub initial_done: bool,
    /// Place in the change feed up to which the job has consumed it.
    pub watermark: i64,
    /// When the first cycle began.
    pub first_run_at: Option<Timestamp>,
    /// When the last cycle finished.
    pub last_run_at: Option<Timestamp>,
    /// What is kept of the cycles that finished.
    pub finished: FinishedCycles,
    /// Why the job runs seldom.
    pub quarantine: Option<Quarantine>,
    /// Who works on the job.
    pub lease_owner: Option<Uuid>,
    /// Until when, unless renewed.
    pub lease_until: Option<Timestamp>,
}

impl JobStatus {
    /// When the next cycle is due although nothing happened; `None` before the first has finished.
    ///
    /// It also sees to rules that read the clock, once [`FinishedCycles::look_again_at`] has come.
    #[must_use]
    pub fn next_cycle_at(&self, interval: SignedDuration) -> Option<Timestamp> {
        self.finished.last.map(|last| last.began_at.saturating_add(interval).unwrap_or(Timestamp::MAX))
    }
}

impl Reads {
    /// The state of a job.
    pub async fn find_status(&self, job: JobId) -> Result<Option<JobStatus>, StoreError> {
        let found = job_status::Entity::find_by_id(job.as_uuid()).one(&self.db()).await;
        found.doing("find a job's status")?.map(from_row).transpose()
    }

    /// The state of a job.
    pub async fn load_status(&self, job: JobId) -> Result<JobStatus, StoreError> {
        let found = self.find_status(job).await?;
        found.ok_or_else(|| StoreError::Missing { what: "job", id: job.to_string() })
    }
}

pub(crate) fn from_row(row: job_status::Model) -> Result<JobStatus, StoreError> {
    let cycle = running(&row)?;
    Ok(JobStatus {
        job_id: JobId::from_uuid(row.job_id),
        observed_generation: row.observed_generation,
        observed_mapping_generation: row.observed_mapping_generation,
        cycle,
        initial_done: row.initial_done,
        watermark: row.watermark,
        first_run_at: instant_or_none(row.first_run_at)?,
        last_run_at: instant_or_none(row.last_run_at)?,
        finished: row
            .last_cycle
            .as_deref()
            .map(|text| from_json("finished cycles", text))
            .transpose()?
            .unwrap_or_default(),
        quarantine: row.quarantine.as_deref().map(|text| from_json("quarantine", text)).transpose()?,
        lease_owner: row.lease_owner,
        lease_until: instant_or_none(row.lease_until)?,
    })
}

fn running(row: &job_status::Model) -> Result<Option<RunningCycle>, StoreError> {
    let (Some(id), Some(kind), Some(started_at)) = (row.cycle_id, &row.cycle_kind, row.cycle_started_at)
    else {
        return Ok(None);
    };
    let cursor = match (row.cycle_cursor, row.cycle_cursor_kind.as_deref()) {
        (Some(id), kind) => Some(ObjectId::read(kind.unwrap_or("User"), id)?),
        (None, _) => None,
    };
    Ok(Some(RunningCycle {
        id: CycleId::from_uuid(id),
        kind: word("kind of cycle", kind)?,
        cursor,
        start_seq: row.cycle_start_seq.unwrap_or(0),
        started_at: instant(started_at)?,
        processed: unsigned(row.processed),
        total: unsigned(row.total),
        processed_groups: unsigned(row.processed_groups),
        total_groups: unsigned(row.total_groups),
        counts: CycleCounts {
            created: unsigned(row.created),
            updated: unsigned(row.updated),
            disabled: unsigned(row.disabled),
            deleted: unsigned(row.deleted),
            skipped: unsigned(row.skipped),
            failed: unsigned(row.failed),
        },
    }))
}
