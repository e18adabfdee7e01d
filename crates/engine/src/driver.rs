//! Decides when a job gets a cycle.
//!
//! Woken by every change and ticking once a second, it asks the store which jobs have work, and puts a task for
//! each into the queue, from which this process or another one runs it. A job that nothing happens to has work once in
//! the interval that its gallery file names: that cycle looks at what is due and at nothing else, and so costs a few
//! queries. The driver keeps no truth of its own: what it remembers only spares needless tasks.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use purser_connectors::Gallery;
use purser_domain::ids::JobId;
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    cycle::{self, CycleEnd},
    error::{Doing, EngineError},
    settings::{CycleTask, Inner},
};

/// Before a job is looked at again whose lease another worker held, or whose cycle had nothing to do.
const AFTER_NOTHING: Duration = Duration::from_millis(500);
/// Finished tasks are kept for so long, for a look at what happened.
const KEEP_TASKS: SignedDuration = SignedDuration::from_hours(1);
/// How often those older than that are removed.
const SWEEP_EVERY: Duration = Duration::from_secs(600);
/// After this a task that was not begun here is no longer waited for.
const LONGEST_QUEUED: Duration = Duration::from_secs(20);
/// Before a job is looked at again whose cycle broke off because of the database.
const AFTER_TROUBLE: Duration = Duration::from_secs(3);

/// Minutes between two cycles of an application whose gallery file is gone.
const USUAL_INTERVAL: u32 = 40;

/// See the module.
pub(crate) struct Driver {
    engine: Arc<Inner>,
    jobs: Mutex<HashMap<JobId, Place>>,
    finished: Notify,
}

/// Where a job stands, as far as this process knows.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// A task of it was put into the queue then. If it was not begun here after [`LONGEST_QUEUED`], another
    /// process may have taken it, and a second task does no harm.
    Queued(Instant),
    /// A cycle of it runs in this process.
    Running,
    /// It is left alone until then.
    Resting(Instant),
}

/// How long after the beginning of one cycle the next one is due although nothing happened: what the application's
/// gallery file says, or the usual when that file is gone.
#[must_use]
pub fn interval_of(gallery: &Gallery, template_id: &str) -> SignedDuration {
    let template = Uuid::parse_str(template_id).ok().and_then(|id| gallery.find(id));
    let minutes = template.map_or(USUAL_INTERVAL, |template| template.interval_minutes);
    SignedDuration::from_mins(i64::from(minutes))
}

impl Driver {
    pub(crate) fn new(engine: Arc<Inner>) -> Arc<Self> {
        Arc::new(Self { engine, jobs: Mutex::default(), finished: Notify::new() })
    }

    pub(crate) async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), EngineError> {
        self.engine.queue.setup().await.doing("prepare its queue")?;
        let worker = {
            let driver = Arc::clone(&self);
            let handler = move |task: CycleTask| Arc::clone(&driver).work(task);
            self.engine.queue.run(handler, shutdown.clone())
        };
        tokio::join!(worker, self.drive(&shutdown));
        Ok(())
    }

    /// Puts tasks into the queue until `shutdown`, then tells running cycles to pause.
    async fn drive(&self, shutdown: &CancellationToken) {
        let mut woken = self.engine.wake.subscribe();
        let mut swept: Option<Instant> = None;
        while !shutdown.is_cancelled() {
            if swept.is_none_or(|at| at.elapsed() > SWEEP_EVERY) {
                swept = Some(Instant::now());
                self.sweep_queue().await;
            }
            woken.mark_unchanged();
            if let Err(error) = self.enqueue_due().await {
                tracing::error!(error = &error as &dyn std::error::Error, "could not look for work");
            }
            tokio::select! {
                _ = woken.changed() => {}
                () = self.finished.notified() => {}
                () = tokio::time::sleep(self.engine.deps.settings.tick) => {}
                () = shutdown.cancelled() => {}
            }
        }
        self.engine.stopping.cancel();
    }

    /// The queue keeps what it has done for ever, and a busy day has tens of thousands of cycles.
    async fn sweep_queue(&self) {
        let deps = &self.engine.deps;
        let before = deps.clock.now().saturating_sub(KEEP_TASKS).unwrap_or(Timestamp::MIN);
        if let Err(error) = deps.store.purge_tasks(before).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "could not remove finished tasks");
        }
    }

    async fn enqueue_due(&self) -> Result<(), EngineError> {
        let store = &self.engine.deps.store;
        let jobs = store.list_enabled_jobs().await.doing("list the jobs")?;
        for (job, template) in jobs {
            if !self.is_free(job) {
                continue;
            }
            let (now, interval) =
                (self.engine.deps.clock.now(), interval_of(&self.engine.deps.gallery, &template));
            if store.has_work(job, now, interval).await.doing("look for work")? {
                self.lock().insert(job, Place::Queued(Instant::now()));
                if let Err(error) = self.engine.queue.push(CycleTask { job }).await {
                    self.rest(job, Some(AFTER_TROUBLE));
                    return Err(error).doing("put a cycle into its queue");
                }
            }
        }
        Ok(())
    }

    /// The queue's handler. The cycle runs in a task of its own: it uses another core than its neighbours, and
    /// goes on to its next commit if the queue's worker has to be started again.
    async fn work(self: Arc<Self>, task: CycleTask) -> Result<(), std::convert::Infallible> {
        self.lock().insert(task.job, Place::Running);
        let driver = Arc::clone(&self);
        let cycle = tokio::spawn(async move {
            let result = cycle::run(&driver.engine, task.job).await;
            driver.note_end(task.job, result);
        });
        if let Err(error) = cycle.await {
            tracing::error!(job = %task.job, %error, "a cycle ended abnormally");
            self.rest(task.job, Some(AFTER_TROUBLE));
            self.finished.notify_one();
        }
        Ok(())
    }

    fn note_end(&self, job: JobId, result: Result<cycle::CycleOutcome, EngineError>) {
        let rest = match result {
            Ok(outcome) => {
                let idle = outcome.processed == 0 || outcome.end != CycleEnd::Finished;
                idle.then_some(AFTER_NOTHING)
            }
            Err(error) => {
                tracing::error!(%job, error = &error as &dyn std::error::Error, "a cycle broke off");
                Some(AFTER_TROUBLE)
            }
        };
        self.rest(job, rest);
        self.finished.notify_one();
    }

    fn is_free(&self, job: JobId) -> bool {
        match self.lock().get(&job) {
            None => true,
            Some(Place::Queued(since)) => since.elapsed() > LONGEST_QUEUED,
            Some(Place::Running) => false,
            Some(Place::Resting(until)) => *until <= Instant::now(),
        }
    }

    fn rest(&self, job: JobId, wait: Option<Duration>) {
        let mut jobs = self.lock();
        match wait {
            Some(wait) => jobs.insert(job, Place::Resting(Instant::now() + wait)),
            None => jobs.remove(&job),
        };
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, Place>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
