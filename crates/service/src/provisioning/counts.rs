//! What a job manages and what waits, counted seldom: each open page asks every second.
//!
//! Invariants: what is shown of a job at rest is exact, since links and escrows change only together with the job's
//! status, and new changes are added to those counted before. While a cycle runs, the counts are a few seconds old.
//!
//! The cost of asking grows with what changed since the last count, not with what exists.
use crate::error::Result;
use jiff::{SignedDuration, Timestamp};
use purser_domain::ids::JobId;
use purser_domain::object::ObjectKind;
use purser_store::{JobSpec, JobStatus, Reads};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How old counts may be while a cycle runs.
const RUNNING: SignedDuration = SignedDuration::from_secs(5);
/// Counts of a job at rest are taken anew after this: changes that no job needs any more leave the feed.
const AT_REST: SignedDuration = SignedDuration::from_secs(60);
/// Most jobs that are remembered.
const MAX_KEPT: usize = 1_000;

/// What a job manages, and what waits for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// People with an account.
    pub(crate) users_managed: u64,
    pub(crate) groups_managed: u64,
    /// Objects in escrow.
    pub(crate) waiting_for_retry: u64,
    /// Changes not consumed yet.
    pub(crate) backlog: u64,
}

#[derive(Clone)]
struct Counted {
    status: JobStatus,
    at: Timestamp,
    /// The change up to which the backlog is counted.
    through: i64,
    standing: Standing,
}

/// The counts of this process, by job.
#[derive(Default)]
pub(crate) struct Counts(Mutex<HashMap<JobId, Counted>>);

impl Counts {
    /// What a job manages and what waits. `status` must have been read before.
    pub(crate) async fn load(
        &self,
        reads: &Reads,
        spec: &JobSpec,
        status: &JobStatus,
        now: Timestamp,
    ) -> Result<Standing> {
        let known = self.lock().get(&spec.job_id).cloned();
        // A renewed lease changes nothing that is counted.
        let status = JobStatus { lease_owner: None, lease_until: None, ..status.clone() };
        let counted = match known {
            Some(known) if status.cycle.is_some() && is_fresh(&known, now, RUNNING) => {
                return Ok(known.standing);
            }
            Some(known) if known.status == status && is_fresh(&known, now, AT_REST) => {
                add_changes(reads, spec, known).await?
            }
            _ => count(reads, spec, status, now).await?,
        };
        let standing = counted.standing;
        let mut kept = self.lock();
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(spec.job_id, counted);
        Ok(standing)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_fresh(known: &Counted, now: Timestamp, longest: SignedDuration) -> bool {
    let age = now.duration_since(known.at);
    age >= SignedDuration::ZERO && age < longest
}

async fn count(reads: &Reads, spec: &JobSpec, status: JobStatus, now: Timestamp) -> Result<Counted> {
    let (job, through) = (spec.job_id, reads.last_change_seq().await?);
    let standing = Standing {
        users_managed: reads.count_links(job, ObjectKind::User).await?,
        groups_managed: reads.count_links(job, ObjectKind::Group).await?,
        waiting_for_retry: reads.count_escrows(job).await?,
        backlog: reads.count_changes(spec.application_id, status.watermark, through).await?,
    };
    Ok(Counted { status, at: now, through, standing })
}

async fn add_changes(reads: &Reads, spec: &JobSpec, mut known: Counted) -> Result<Counted> {
    let through = reads.last_change_seq().await?;
    if through > known.through {
        known.standing.backlog += reads.count_changes(spec.application_id, known.through, through).await?;
        known.through = through;
    }
    Ok(known)
}
