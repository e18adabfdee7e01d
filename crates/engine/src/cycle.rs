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
//! - A person or group whose change was consumed is settled, in escrow, or has an open intent: never lost.
//! - Members of a group are the enabled accounts of its direct members. Whenever one of these comes or goes, the groups
//!   are seen to in the same cycle.
//!
//! To add a source of people: a function in `source`. To add an action: `purser_domain::plan`, then `execute`,
//! `recovery` (what became of it?), `fate` and `record`.
mod choose;
mod commit;
pub(crate) mod context;
mod control;
mod execute;
pub(crate) mod fate;
mod gate;
mod keeper;
mod ledger;
mod members;
mod open;
mod page;
mod pool;
mod recovery;
mod references;
mod source;
pub(crate) mod subject;
mod verify;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use purser_connectors::ConnectorError;
use purser_domain::{
    ids::{CycleId, JobId},
    object::ObjectKind,
};
use purser_store::{CycleCounts, CycleKind, JobMode, ObservedGenerations, Quarantine, RunningCycle, new_id};
use uuid::Uuid;

use crate::{backoff::target_delay, engine::Inner, error::EngineError};
use context::Cycle;
use control::{Control, Stop};
use keeper::Started;
use ledger::Ledger;

/// Where rules read the clock, everybody is looked at again so long after the last initial cycle began.
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
    if store.find_spec(job).await.map_err(EngineError::store("read a job"))?.is_none() {
        return Err(EngineError::UnknownJob { job });
    }
    let owner = Uuid::new_v4();
    let leased = store.acquire_lease(job, owner, deps.lease_end(), deps.clock.now()).await;
    if !leased.map_err(EngineError::store("take the lease of a job"))? {
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
    let loaded = store.load_job(job).await.map_err(EngineError::store("read a job"))?;
    let loaded = loaded.ok_or(EngineError::UnknownJob { job })?;
    let (spec, status) = (&loaded.spec, &loaded.status);
    let now = engine.deps.clock.now();
    let waits = status.quarantine.as_ref().is_some_and(|quarantine| quarantine.next_attempt_at > now);
    // Whoever saves the configuration has probably repaired it: then the wait is over.
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
    let begun = store.begin_cycle(job, owner, &running, observed).await;
    begun.map_err(EngineError::store("begin a cycle"))?;
    let mut ledger = Ledger {
        // Before an initial cycle has stored anything, its start is further than the job's watermark.
        watermark: status.watermark.max(running.start_seq),
        quarantined: status.quarantine.is_some(),
        unresolved: Default::default(),
        running,
    };
    let (before, quarantine) = (ledger.running.processed, status.quarantine.clone());
    let (id, kind) = (ledger.running.id, ledger.running.kind);

    let opened = open::open(engine, &loaded);
    let (rules, connector) = match opened {
        Ok(opened) => opened,
        Err(trouble) => {
            set_quarantine(engine, job, owner, quarantine.as_ref(), &trouble).await?;
            return Ok(outcome(CycleEnd::Quarantined, &ledger, before));
        }
    };
    let cycle = Cycle::new(Arc::clone(engine), loaded, rules, connector, control, owner, id, kind);
    let finished = run_stages(&cycle, &mut ledger).await?;
    let end = match cycle.control.stopped() {
        Some(Stop::LeaseLost) => return Err(EngineError::LeaseLost),
        Some(Stop::Target) => {
            let trouble = cycle.take_trouble().unwrap_or_else(open::unknown_trouble);
            set_quarantine(engine, job, owner, quarantine.as_ref(), &trouble).await?;
            CycleEnd::Quarantined
        }
        _ if finished => {
            finish(&cycle, &mut ledger).await?;
            CycleEnd::Finished
        }
        Some(Stop::Superseded) => CycleEnd::Superseded,
        Some(Stop::Paused) | None => CycleEnd::Paused,
    };
    drop(keeper);
    let outcome = outcome(end, &ledger, before);
    tracing::debug!(%job, cycle = %id, ?end, processed = outcome.processed, "cycle ended");
    Ok(outcome)
}

/// The stages in their order; `true` when all are done.
async fn run_stages(cycle: &Cycle, ledger: &mut Ledger) -> Result<bool, EngineError> {
    if ledger.quarantined && !cycle.confirm_target().await {
        return Ok(false);
    }
    recovery::recover(cycle, ledger).await?;
    match cycle.kind {
        CycleKind::Initial => {
            source::walk_directory(cycle, ledger).await?;
            source::sweep_orphans(cycle, ledger).await?;
        }
        CycleKind::Incremental => source::follow_changes(cycle, ledger).await?,
    }
    source::retry_due(cycle, ledger).await?;
    Ok(cycle.control.stopped().is_none())
}

/// The cycle that was interrupted, or a new one.
async fn choose_cycle(
    engine: &Inner,
    loaded: &purser_store::Job,
    now: Timestamp,
) -> Result<RunningCycle, EngineError> {
    let (spec, status) = (&loaded.spec, &loaded.status);
    // Rules that read the clock can say something else of somebody to whom nothing happened.
    let stale = status.cycle.is_none() && status.look_again_at.is_some_and(|at| at <= now);
    let restart = status.observed_mapping_generation != spec.mapping_generation || stale;
    if let Some(running) = status.cycle.filter(|_| !restart) {
        return Ok(running);
    }
    let store = &engine.deps.store;
    let kind = if restart || !status.initial_done { CycleKind::Initial } else { CycleKind::Incremental };
    let total = match kind {
        CycleKind::Initial => {
            let people = store.count_users_total().await.map_err(EngineError::store("count people"))?;
            let groups = match open::provisions_groups(engine, loaded) {
                true => store.count_groups("").await.map_err(EngineError::store("count groups"))?,
                false => 0,
            };
            people.saturating_add(groups)
        }
        CycleKind::Incremental => {
            store.backlog(spec.job_id).await.map_err(EngineError::store("count changes"))?
        }
    };
    // From here on the feed counts once the cycle is finished. A job that has consumed part of the feed already
    // goes on from there: the deletions in the rest of it are news.
    let start_seq = if status.initial_done {
        status.watermark
    } else if let Some(interrupted) = &status.cycle {
        interrupted.start_seq
    } else {
        store.last_change_seq().await.map_err(EngineError::store("read the change feed"))?
    };
    Ok(RunningCycle {
        id: CycleId::from_uuid(new_id(&*engine.deps.clock)),
        kind,
        cursor: None,
        start_seq,
        started_at: now,
        processed: 0,
        total,
        counts: CycleCounts::default(),
    })
}

async fn finish(cycle: &Cycle, ledger: &mut Ledger) -> Result<(), EngineError> {
    let now = cycle.clock().now();
    let look_again_at = match cycle.kind {
        _ if !ObjectKind::ALL.iter().any(|kind| cycle.rules(*kind).mapping.reads_clock()) => None,
        CycleKind::Initial => ledger.running.started_at.saturating_add(LOOK_AGAIN).ok(),
        CycleKind::Incremental => cycle.loaded.status.look_again_at,
    };
    let watermark = ledger.watermark;
    let finished = cycle.store().finish_cycle(cycle.job(), cycle.owner, watermark, now, look_again_at).await;
    finished.map_err(EngineError::store("finish a cycle"))?;
    if ledger.quarantined {
        commit::lift_quarantine(cycle, ledger).await?;
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
        reason: trouble.message().to_owned(),
        advice: trouble.advice().to_owned(),
        since: before.map_or(now, |quarantine| quarantine.since),
        attempts,
        next_attempt_at: now.saturating_add(delay).unwrap_or(Timestamp::MAX),
    };
    tracing::warn!(%job, reason = quarantine.reason, next = %quarantine.next_attempt_at, "job in quarantine");
    let stored = engine.deps.store.set_quarantine(job, owner, Some(&quarantine)).await;
    stored.map_err(EngineError::store("put a job into quarantine"))
}

fn outcome(end: CycleEnd, ledger: &Ledger, before: u64) -> CycleOutcome {
    let processed = ledger.running.processed.saturating_sub(before);
    CycleOutcome { end, cycle: Some(ledger.running.id), processed, counts: ledger.running.counts }
}
