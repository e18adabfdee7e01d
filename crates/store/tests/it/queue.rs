//! The task queue.
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::{Context, Result};
use jiff::Timestamp;
use purser_store::TaskQueue;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::support::Bench;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Errand {
    number: u32,
}

#[tokio::test]
async fn every_task_is_done_and_a_failing_one_is_tried_again() -> Result<()> {
    let bench = Bench::new().await?;
    let queue: TaskQueue<Errand> = TaskQueue::new(&bench.store, "errands");
    queue.setup().await?;
    queue.setup().await?;
    queue.push(Errand { number: 0 }).await?;
    let (done, shutdown) = (Arc::new(Mutex::new(Vec::new())), CancellationToken::new());
    let running = tokio::spawn({
        let (queue, done, shutdown) = (queue.clone(), Arc::clone(&done), shutdown.clone());
        async move {
            let handler = move |errand: Errand| {
                let mut done = done.lock().expect("no panic");
                let tries = done.iter().filter(|number| **number == errand.number).count();
                done.push(errand.number);
                let failed = errand.number == 3 && tries == 0;
                async move { if failed { Err("the first try of 3 fails") } else { Ok(()) } }
            };
            queue.run(handler, shutdown).await;
        }
    });
    for number in 1..6 {
        queue.push(Errand { number }).await?;
    }
    for _ in 0..500 {
        if done.lock().expect("no panic").len() >= 7 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    shutdown.cancel();
    running.await?;
    let mut done = done.lock().expect("no panic").clone();
    done.sort_unstable();
    assert_eq!(done, [0, 1, 2, 3, 3, 4, 5]);
    Ok(())
}

#[tokio::test]
async fn a_pushed_task_starts_within_a_moment_and_survives_a_restart() -> Result<()> {
    let bench = Bench::new().await?;
    let queue: TaskQueue<Errand> = TaskQueue::new(&bench.store, "errands");
    queue.setup().await?;
    queue.push(Errand { number: 1 }).await?;
    // Another handle, as after a restart.
    let again: TaskQueue<Errand> = TaskQueue::new(&bench.store, "errands");
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let shutdown = CancellationToken::new();
    let running = tokio::spawn({
        let (again, shutdown) = (again.clone(), shutdown.clone());
        async move {
            let handler = move |errand: Errand| {
                let sent = sender.send(errand.number);
                async move { sent.map_err(|error| error.to_string()) }
            };
            again.run(handler, shutdown).await;
        }
    });
    assert_eq!(receiver.recv().await, Some(1));
    let begun = std::time::Instant::now();
    again.push(Errand { number: 2 }).await?;
    assert_eq!(receiver.recv().await, Some(2));
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    shutdown.cancel();
    running.await?;
    Ok(())
}

/// The worker may be in the middle of asking for more tasks when it is told to stop.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_runs_when_the_process_shuts_down_can_still_write() -> Result<()> {
    let bench = Bench::new().await?;
    for round in 0..40 {
        let queue: TaskQueue<Errand> = TaskQueue::new(&bench.store, "errands");
        queue.setup().await?;
        queue.push(Errand { number: round }).await?;
        let shutdown = CancellationToken::new();
        let handler = {
            let (store, shutdown) = (bench.store.clone(), shutdown.clone());
            move |_: Errand| {
                let (store, shutdown) = (store.clone(), shutdown.clone());
                async move {
                    tokio::time::sleep(Duration::from_micros(u64::from(round) * 100)).await;
                    shutdown.cancel();
                    store.begin().await?.commit().await
                }
            }
        };
        let stopped = tokio::time::timeout(Duration::from_secs(5), queue.run(handler, shutdown));
        stopped.await.with_context(|| format!("round {round} waited for itself"))?;
    }
    Ok(())
}

#[tokio::test]
async fn finished_tasks_and_silent_workers_are_removed() -> Result<()> {
    let bench = Bench::new().await?;
    let queue: TaskQueue<Errand> = TaskQueue::new(&bench.store, "errands");
    queue.setup().await?;
    queue.push(Errand { number: 0 }).await?;
    assert_eq!(bench.store.purge_tasks(Timestamp::MAX).await?, 0, "it waits");
    let shutdown = CancellationToken::new();
    let handler = {
        let shutdown = shutdown.clone();
        move |_: Errand| {
            shutdown.cancel();
            async { Ok::<(), std::convert::Infallible>(()) }
        }
    };
    queue.run(handler, shutdown).await;
    assert_eq!(bench.store.purge_tasks(Timestamp::UNIX_EPOCH).await?, 0, "it was finished later");
    assert_eq!(bench.store.purge_tasks(Timestamp::MAX).await?, 1);
    Ok(())
}
