//! Durable background work: a typed queue over `apalis` on the store's own database.
//!
//! A task is a cycle or an import, never a single object. The queue delivers *at least once*: a task whose
//! worker died comes back after its heartbeats have been missing for a while, so every handler is safe to run
//! twice (a cycle holds a lease on its job; an import writes only what differs).
//!
//! The queue has tables of its own in the same file (`Jobs`, `Workers`), with their own history. It works through the
//! store's one writer connection, so that its writes wait for their turn instead of for SQLite's lock, and are as
//! durable as ours. The holder of a [`Tx`](crate::Tx) must not push before it ends: the push would wait for it.
//!
//! Deliberately absent: `SqliteStorage::setup`. It switches `PRAGMA synchronous` off on whichever pooled
//! connection it gets, which would trade the crash safety of *our* tables for speed. Only its migrations run.
//!
//! To add a kind of background work: 1. a small serialisable task type (ids only, no payload); 2. a
//! `TaskQueue::new(&store, "name")` where the process is wired; 3. `push` from a use-case and `run` with a
//! handler in the server's start-up.
use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use apalis::prelude::{
    BoxDynError, IntervalStrategy, PollWith, Strategy, StreamStrategy, TaskBuilder, TaskSink, WorkerBuilder,
};
use apalis_sqlite::{Config, SqliteStorage};
use futures::{FutureExt, channel::mpsc, future::BoxFuture};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use serde::{Serialize, de::DeserializeOwned};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::{Store, StoreError, bulk::sqlite, error::Doing};

/// How often a worker looks for tasks that another process pushed; its own pushes wake it at once.
const POLL_INTERVAL: Duration = Duration::from_millis(200);
/// A worker says this often that it lives.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// After this many heartbeats missed its tasks go to another worker.
const MISSED_HEARTBEATS: usize = 3;
/// A failing handler is tried this often; cycles and imports handle their failures themselves.
const ATTEMPTS: usize = 3;
/// Pause before a worker whose database failed under it is started again.
const RESTART_DELAY: Duration = Duration::from_secs(1);

/// Why a task is to be tried again.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct TaskFailed(BoxDynError);

/// A named queue of tasks of type `T`. Cloning gives another handle on the same queue.
pub struct TaskQueue<T> {
    storage: SqliteStorage<T>,
    name: &'static str,
    wakers: Arc<Mutex<Vec<mpsc::UnboundedSender<()>>>>,
}

impl<T> Clone for TaskQueue<T> {
    fn clone(&self) -> Self {
        Self { storage: self.storage.clone(), name: self.name, wakers: Arc::clone(&self.wakers) }
    }
}

impl<T> std::fmt::Debug for TaskQueue<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskQueue").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<T> TaskQueue<T>
where
    T: Serialize + DeserializeOwned + Send + Sync + Unpin + 'static,
{
    /// A handle on the queue of this name. Nothing is read or written yet.
    pub fn new(store: &Store, name: &'static str) -> Self {
        let config = Config::default()
            .queue(name)
            .batch_size(4)
            .heartbeat_interval(HEARTBEAT)
            .missed_heartbeats(MISSED_HEARTBEATS);
        let storage = SqliteStorage::new(&store.queue_pool()).with_config(config);
        Self { storage, name, wakers: Arc::default() }
    }

    /// Makes or updates the queue's tables; safe to call at every start.
    pub async fn setup(&self) -> Result<(), StoreError> {
        SqliteStorage::<()>::migrations()
            .run(self.storage.pool())
            .await
            .map_err(|source| self.error("prepare the tables of", source))
    }

    /// Puts a task at the end of the queue and wakes this process's worker.
    pub async fn push(&self, task: T) -> Result<(), StoreError> {
        let task = TaskBuilder::new(task).max_attempts(ATTEMPTS).build();
        self.storage.clone().push_task(task).await.map_err(|source| self.error("put a task into", source))?;
        self.lock_wakers().retain(|waker| waker.unbounded_send(()).is_ok());
        Ok(())
    }

    /// Works on the queue until `shutdown`, then waits for the tasks that are running.
    ///
    /// Several tasks run at the same time. A handler that fails is called again, three times in all.
    /// When the database fails under the worker it is started again after a second, for ever.
    pub fn run<F, Fut, E>(
        &self,
        handler: F,
        shutdown: CancellationToken,
    ) -> impl Future<Output = ()> + Send + use<T, F, Fut, E>
    where
        F: Fn(T) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxDynError> + Send + 'static,
    {
        let queue = self.clone();
        async move { queue.work(handler, shutdown).await }
    }

    async fn work<F, Fut, E>(self, handler: F, shutdown: CancellationToken)
    where
        F: Fn(T) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxDynError> + Send + 'static,
    {
        while !shutdown.is_cancelled() {
            let running = TaskTracker::new();
            let tracked = {
                let (handler, running, stopped) = (handler.clone(), running.clone(), shutdown.clone());
                move |task: T| {
                    let work = (!stopped.is_cancelled()).then(|| running.track_future(handler(task)));
                    let outcome = async move {
                        match work {
                            Some(work) => work.await.map_err(|error| TaskFailed(error.into())),
                            None => Err(TaskFailed("this process is shutting down".into())),
                        }
                    };
                    outcome.boxed()
                }
            };
            let stopped = shutdown.clone();
            // A worker that is told to stop waits for its tasks and leaves what it was doing itself half done until then,
            // with the connection that these tasks may need to come to an end. So it is told when they have.
            let signal = async move {
                stopped.cancelled().await;
                running.close();
                running.wait().await;
            };
            match self.serve(tracked, signal).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(queue = self.name, %error, "the worker of a queue stopped; starting it again");
                    tokio::select! {
                        () = tokio::time::sleep(RESTART_DELAY) => {}
                        () = shutdown.cancelled() => {}
                    }
                }
            }
        }
    }

    /// One life of a worker: until `signal`, or until the database fails under it.
    fn serve<F, Fut, E>(
        &self,
        handler: F,
        signal: impl Future<Output = ()> + Send + 'static,
    ) -> BoxFuture<'static, Result<(), String>>
    where
        F: Fn(T) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxDynError> + Send + 'static,
    {
        // A worker's name must be new each time: apalis refuses one that was alive a moment ago.
        let name = format!("{}-{}", self.name, Uuid::new_v4());
        let (waker, woken) = mpsc::unbounded();
        self.lock_wakers().push(waker);
        let storage = self.storage.clone();
        let work = async move {
            let strategy =
                Strategy::new().apply(StreamStrategy::new(woken)).apply(IntervalStrategy::new(POLL_INTERVAL));
            let worker = WorkerBuilder::new(name).backend(PollWith::new(storage, strategy)).build(handler);
            let end = worker.run_until(async move {
                signal.await;
                Ok::<(), std::io::Error>(())
            });
            end.await.map_err(|error| error.to_string())
        };
        work.boxed()
    }

    fn error(&self, doing: &'static str, source: impl Into<BoxDynError>) -> StoreError {
        StoreError::Queue { doing, queue: self.name, source: source.into() }
    }

    fn lock_wakers(&self) -> std::sync::MutexGuard<'_, Vec<mpsc::UnboundedSender<()>>> {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Removes the tasks of all queues that were finished before that instant, and the workers that have been silent since
    /// then unless a task still names one. The queue itself keeps both for ever. Its tables must exist. Returns how many
    /// tasks went.
    pub async fn purge_tasks(&self, before: Timestamp) -> Result<u64, StoreError> {
        let before = || vec![before.as_second().into()];
        let tasks = "DELETE FROM Jobs WHERE done_at < ? \
                     AND (status IN ('Done', 'Killed') OR (status = 'Failed' AND attempts >= max_attempts))";
        let done = self.writer().execute_raw(sqlite(tasks, before())).await;
        let purged = done.doing("purge the queue's tasks")?.rows_affected();
        let workers = "DELETE FROM Workers WHERE last_seen < ? \
                       AND id NOT IN (SELECT lock_by FROM Jobs WHERE lock_by IS NOT NULL)";
        let done = self.writer().execute_raw(sqlite(workers, before())).await;
        done.doing("purge the queue's workers")?;
        Ok(purged)
    }
}
