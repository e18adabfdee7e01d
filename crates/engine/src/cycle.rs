//! One cycle of one job, from lease to finish.
//!
//! ```text
//! lease ─► recover intents ─┬► initial: everybody, then every group (and what changes meanwhile),  ─┬► retries ─► finish
//!                           │           links left behind                                            │
//!                           └► incremental: changes after the watermark, people before groups ───────┘
//! ```
//!
//! Invariants:
//! - Only the holder of the lease writes; every batch checks it in its own transaction.
//! - One object's failure is one row in the log and one in escrow. No `?` on a target's answer leaves the page.
//! - A failing target stops the cycle at the next object and puts its job, not the worker, into quarantine.
//! - Off, shutdown and a changed mapping stop the cycle at the next object; the place is kept.
//! - A person or group whose change was consumed is done, in escrow, or has an open intent: never lost.
//! - Members of a group are the enabled accounts of its direct members. Whenever one of these comes or goes, the groups
//!   are seen to in the same cycle.
//!
//! Each page goes plan, admit, carry out, commit (`page`). What planning, guarding and carrying out mean is said in
//! their own rooms; here is only which objects, in which order, and how far the cycle is.
//!
//! To add a source of people: a function in `stages`, and in `planner::sources` if a plan for everybody needs it too.
mod keeper;
mod page;
mod recover;
mod stages;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use purser_connectors::{ConnectorError, ErrorKind};
use purser_domain::{
    ids::{CycleId, JobId},
    job::QuarantineCode,
    object::ObjectKind,
};
use purser_store::{CycleCounts, CycleKind, JobMode, ObservedGenerations, Quarantine, RunningCycle, new_id};
use uuid::Uuid;

use crate::{
    backoff::target_delay,
    error::{Doing, EngineError},
    executor::{Executor, Standing},
    guard::Guard,
    planner::{claims::Claims, rules, setup::Planner},
    settings::Inner,
    target::control::{Control, Stop},
};
use keeper::Started;
use page::{Cycle, Place};

/// Where rules read the clock, everybody is looked at again so long after the last initial cycle began: the first cycle
/// after that time is an initial one, and there is one every interval. Asking everybody costs with the size of the
/// directory, so it is not done each time.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// What a call of [`run_cycle`](crate::Engine::run_cycle) came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CycleOutcome {
    /// How it ended.
    pub end: CycleEnd,
    /// The cycle; `None` when none was begun.
    pub cycle: Option<CycleId>,
    /// Objects dealt with in this call.
    pub processed: u64,
    /// What the cycle did so far, earlier calls included.
    pub counts: CycleCounts,
}

/// How a call of [`run_cycle`](crate::Engine::run_cycle) ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CycleEnd {
    /// Everything there was to do is done or in escrow.
    Finished,
    /// Stopped at the next object, since provisioning was switched off or the process shuts down.
    Paused,
    /// Stopped since mapping, scope or address changed; the next cycle is an initial one.
    Superseded,
    /// The target does not work; the job is in quarantine.
    Quarantined,
    /// Provisioning is off, the job waits in quarantine, or its application was removed meanwhile.
    NotDue,
    /// Another worker is at it.
    Busy,
}

impl CycleOutcome {
    fn without_cycle(end: CycleEnd) -> Self {
        Self { end, cycle: None, processed: 0, counts: CycleCounts::default() }
    }
}

/// Runs a cycle; see [`run_cycle`](crate::Engine::run_cycle).
pub(crate) async fn run(engine: &Arc<Inner>, job: JobId) -> Result<CycleOutcome, EngineError> {
    let deps = &engine.deps;
    let store = &deps.store;
    if store.find_spec(job).await.doing("read a job")?.is_none() {
        return Err(EngineError::UnknownJob { job });
    }
    let owner = Uuid::new_v4();
    let leased = store.acquire_lease(job, owner, deps.lease_end(), deps.clock.now()).await;
    if !leased.doing("take the lease of a job")? {
        return Ok(CycleOutcome::without_cycle(CycleEnd::Busy));
    }
    let result = run_leased(engine, job, owner).await;
    if let Err(error) = store.release_lease(job, owner).await {
        // It runs out by itself.
        tracing::warn!(%job, error = &error as &dyn std::error::Error, "could not give back the lease of a job");
    }
    if result.is_err() && matches!(store.find_spec(job).await, Ok(None)) {
        // Removing an application ends its cycle like this; that is what was asked for, and no error.
        tracing::info!(%job, "the application was removed while its cycle ran");
        return Ok(CycleOutcome::without_cycle(CycleEnd::NotDue));
    }
    result
}

async fn run_leased(engine: &Arc<Inner>, job: JobId, owner: Uuid) -> Result<CycleOutcome, EngineError> {
    let store = &engine.deps.store;
    let loaded = store.load_job(job).await.doing("read a job")?;
    let loaded = loaded.ok_or(EngineError::UnknownJob { job })?;
    let (spec, status) = (&loaded.spec, &loaded.status);
    let now = engine.deps.clock.now();
    let waits = status.quarantine.as_ref().is_some_and(|quarantine| quarantine.next_attempt_at > now);
    // A configuration that was saved has probably been repaired: then the wait is over.
    let waits = waits && status.observed_generation == spec.generation;
    if !spec.enabled || spec.mode == JobMode::Manual || waits {
        return Ok(CycleOutcome::without_cycle(CycleEnd::NotDue));
    }
    let control = Control::new();
    let started = Started { job, owner, mapping_generation: spec.mapping_generation };
    let keeper = keeper::keep(engine, control.clone(), started);

    let running = choose_cycle(engine, &loaded, now).await?;
    let observed =
        ObservedGenerations { generation: spec.generation, mapping_generation: spec.mapping_generation };
    store.begin_cycle(job, owner, &running, observed).await.doing("begin a cycle")?;
    let place = Place {
        // Before an initial cycle has stored anything, its start is further than the job's watermark.
        watermark: status.watermark.max(running.start_seq),
        running,
    };
    let (before, quarantine) = (place.running.processed, status.quarantine.clone());
    let standing = Standing { quarantined: quarantine.is_some(), unresolved: Default::default() };
    let (id, doubts_links) = (place.running.id, place.running.kind == CycleKind::Initial);

    let planner = match Planner::open(&engine.deps, loaded, control, doubts_links) {
        Ok(planner) => planner,
        Err(trouble) => {
            set_quarantine(engine, job, owner, quarantine.as_ref(), &trouble).await?;
            return Ok(outcome(CycleEnd::Quarantined, &place, before));
        }
    };
    let executor = Executor { planner, owner, cycle: id };
    let mut cycle = Cycle { executor, guard: Guard::Free, place, standing, claims: Claims::default() };
    let finished = run_stages(&mut cycle).await?;
    let end = match cycle.stopped() {
        Some(Stop::LeaseLost) => return Err(EngineError::LeaseLost),
        Some(Stop::Target) => {
            let trouble = cycle.executor.line().take_trouble().unwrap_or_else(unknown_trouble);
            set_quarantine(engine, job, owner, quarantine.as_ref(), &trouble).await?;
            CycleEnd::Quarantined
        }
        _ if finished => {
            finish(&mut cycle).await?;
            CycleEnd::Finished
        }
        Some(Stop::Superseded) => CycleEnd::Superseded,
        Some(Stop::Paused) | None => CycleEnd::Paused,
    };
    drop(keeper);
    let outcome = outcome(end, &cycle.place, before);
    tracing::debug!(%job, cycle = %id, ?end, processed = outcome.processed, "cycle ended");
    Ok(outcome)
}

/// The stages in their order; `true` when all are done.
async fn run_stages(cycle: &mut Cycle) -> Result<bool, EngineError> {
    if cycle.standing.quarantined && !cycle.executor.line().confirm().await {
        return Ok(false);
    }
    recover::recover(cycle).await?;
    match cycle.place.running.kind {
        CycleKind::Initial => {
            stages::walk_directory(cycle).await?;
            stages::sweep_orphans(cycle).await?;
        }
        CycleKind::Incremental => stages::follow_changes(cycle).await?,
    }
    stages::retry_due(cycle).await?;
    Ok(cycle.stopped().is_none())
}

/// The cycle that was interrupted, or a new one.
async fn choose_cycle(
    engine: &Inner,
    loaded: &purser_store::Job,
    now: Timestamp,
) -> Result<RunningCycle, EngineError> {
    let (spec, status) = (&loaded.spec, &loaded.status);
    // Rules that read the clock can give another result for a person without a change.
    let stale = status.cycle.is_none() && status.finished.look_again_at.is_some_and(|at| at <= now);
    let restart = status.observed_mapping_generation != spec.mapping_generation || stale;
    if let Some(running) = status.cycle.filter(|_| !restart) {
        return Ok(running);
    }
    let store = &engine.deps.store;
    let kind = if restart || !status.initial_done { CycleKind::Initial } else { CycleKind::Incremental };
    let (people, groups) = match kind {
        CycleKind::Initial => {
            let people = store.count_users_total().await.doing("count people")?;
            (people, store.count_groups("").await.doing("count groups")?)
        }
        CycleKind::Incremental => store.count_changed(spec.job_id).await.doing("count who changed")?,
    };
    let groups = if rules::provisions_groups(&engine.deps, loaded) { groups } else { 0 };
    // From here on the feed counts once the cycle is finished. A job that has consumed part of the feed already
    // goes on from there: the deletions in the rest of it are news.
    let start_seq = if status.initial_done {
        status.watermark
    } else if let Some(interrupted) = &status.cycle {
        interrupted.start_seq
    } else {
        store.last_change_seq().await.doing("read the change feed")?
    };
    Ok(RunningCycle {
        id: CycleId::from_uuid(new_id(&*engine.deps.clock)),
        kind,
        cursor: None,
        start_seq,
        started_at: now,
        processed: 0,
        total: people.saturating_add(groups),
        processed_groups: 0,
        total_groups: groups,
        counts: CycleCounts::default(),
    })
}

async fn finish(cycle: &mut Cycle) -> Result<(), EngineError> {
    let (planner, running) = (cycle.planner(), &cycle.place.running);
    let now = planner.clock().now();
    let look_again_at = match running.kind {
        _ if !ObjectKind::ALL.iter().any(|kind| planner.rules(*kind).mapping.reads_clock()) => None,
        CycleKind::Initial => running.started_at.saturating_add(LOOK_AGAIN).ok(),
        CycleKind::Incremental => planner.loaded.status.finished.look_again_at,
    };
    let (watermark, owner) = (cycle.place.watermark, cycle.executor.owner);
    let finished = planner.store().finish_cycle(planner.job(), owner, watermark, now, look_again_at).await;
    finished.doing("finish a cycle")?;
    if cycle.standing.quarantined {
        cycle.executor.lift_quarantine(&mut cycle.standing).await?;
    }
    Ok(())
}

async fn set_quarantine(
    engine: &Inner,
    job: JobId,
    owner: Uuid,
    before: Option<&Quarantine>,
    trouble: &ConnectorError,
) -> Result<(), EngineError> {
    let now = engine.deps.clock.now();
    let attempts = before.map_or(0, |quarantine| quarantine.attempts).saturating_add(1);
    let delay = SignedDuration::try_from(target_delay(attempts)).unwrap_or(SignedDuration::from_hours(1));
    let quarantine = Quarantine {
        code: quarantine_code(trouble.kind()),
        reason: trouble.message().to_owned(),
        advice: trouble.advice().to_owned(),
        cure: trouble.cure(),
        since: before.map_or(now, |quarantine| quarantine.since),
        attempts,
        tried_at: now,
        next_attempt_at: now.saturating_add(delay).unwrap_or(Timestamp::MAX),
    };
    tracing::warn!(%job, reason = quarantine.reason, next = %quarantine.next_attempt_at, "job in quarantine");
    engine.deps.store.set_quarantine(job, owner, Some(&quarantine)).await.doing("put a job into quarantine")
}

fn quarantine_code(kind: &ErrorKind) -> QuarantineCode {
    match kind {
        ErrorKind::Auth => QuarantineCode::InvalidCredentials,
        ErrorKind::Consent => QuarantineCode::ConsentRequired,
        ErrorKind::Misconfigured => QuarantineCode::TargetMisconfigured,
        ErrorKind::Unreachable(_) => QuarantineCode::TargetUnreachable,
        ErrorKind::Transient { .. }
        | ErrorKind::Ambiguous
        | ErrorKind::Conflict
        | ErrorKind::NotFound
        | ErrorKind::Rejected { .. } => QuarantineCode::TargetUnavailable,
    }
}

fn outcome(end: CycleEnd, place: &Place, before: u64) -> CycleOutcome {
    let processed = place.running.processed.saturating_sub(before);
    CycleOutcome { end, cycle: Some(place.running.id), processed, counts: place.running.counts }
}

/// For the case that cannot be: a cycle stopped because of its target, and the reason was not noted.
fn unknown_trouble() -> ConnectorError {
    let advice = "Use Test Connection to find out what is wrong with the application.";
    ConnectorError::new(ErrorKind::Transient { retry_after: None }, "The application does not work.", advice)
}
