//! Beside a running cycle: renews its lease and watches for reasons to stop it.
use std::sync::Arc;

use purser_domain::ids::JobId;
use purser_store::JobMode;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use crate::{
    settings::Inner,
    target::control::{Control, Stop},
};

/// What a cycle was started with; when it no longer stands, the cycle is stopped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Started {
    pub(super) job: JobId,
    pub(super) owner: Uuid,
    pub(super) mapping_generation: i64,
}

/// Starts the keeper. It ends with the handle, that is, with the cycle.
pub(super) fn keep(engine: &Arc<Inner>, control: Control, started: Started) -> AbortOnDropHandle<()> {
    let engine = Arc::clone(engine);
    AbortOnDropHandle::new(tokio::spawn(async move {
        let mut woken = engine.wake.subscribe();
        let lease = engine.deps.settings.lease;
        let mut held_since = Instant::now();
        loop {
            tokio::select! {
                () = tokio::time::sleep(lease / 4) => {
                    match renew(&engine, started).await {
                        Some(true) => held_since = Instant::now(),
                        Some(false) => control.stop(Stop::LeaseLost),
                        None if held_since.elapsed() > lease => control.stop(Stop::LeaseLost),
                        None => {}
                    }
                    // A wake-up can get lost between two processes; the spec can't.
                    watch_spec(&engine, &control, started).await;
                }
                _ = woken.changed() => watch_spec(&engine, &control, started).await,
                () = engine.stopping.cancelled(), if control.stopped().is_none() => control.stop(Stop::Paused),
            }
        }
    }))
}

/// `None` when the database did not answer; that alone does not lose the lease.
async fn renew(engine: &Inner, started: Started) -> Option<bool> {
    let until = engine.deps.lease_end();
    match engine.deps.store.renew_lease(started.job, started.owner, until).await {
        Ok(held) => Some(held),
        Err(error) => {
            tracing::warn!(job = %started.job, error = &error as &dyn std::error::Error, "could not renew a lease");
            None
        }
    }
}

async fn watch_spec(engine: &Inner, control: &Control, started: Started) {
    match engine.deps.store.find_spec(started.job).await {
        Ok(Some(spec)) if !spec.enabled || spec.mode == JobMode::Manual => control.stop(Stop::Paused),
        Ok(Some(spec)) if spec.mapping_generation != started.mapping_generation => {
            control.stop(Stop::Superseded)
        }
        Ok(Some(_)) => {}
        Ok(None) => control.stop(Stop::LeaseLost),
        Err(error) => {
            tracing::warn!(job = %started.job, error = &error as &dyn std::error::Error, "could not read a job");
        }
    }
}
