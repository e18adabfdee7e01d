//! On, Off, leases, and the driver.
use std::time::Duration;

use anyhow::Result;
use purser_domain::log::LogAction;
use purser_domain::object::ObjectKind;
use purser_engine::{CycleEnd, Engine, EngineSettings};
use purser_testkit::{Fault, FaultRule};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::world::World;

/// Waits for something that another task brings about; fails after a while.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    for _ in 0..1000 {
        if is_so().await? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    anyhow::bail!("never came: {what}")
}

fn start(engine: &Engine) -> (CancellationToken, tokio::task::JoinHandle<Result<()>>) {
    let shutdown = CancellationToken::new();
    let (engine, token) = (engine.clone(), shutdown.clone());
    let running = tokio::spawn(async move { Ok(engine.run(token).await?) });
    (shutdown, running)
}

#[tokio::test]
async fn off_pauses_at_the_next_object_and_on_goes_on_from_there() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(60).await?;
    let settings = EngineSettings { page: 10, concurrency: 2, ..EngineSettings::default() };
    // The target stops answering in the middle of a page, so that Off surely comes before its end.
    world.target.break_with(FaultRule::always(Fault::Hang).on("POST").after(25));
    let engine = world.engine_with(settings);
    let (shutdown, running) = start(&engine);
    until("25 accounts", async || Ok(world.target.count() >= 25)).await?;
    world.configure(|spec| spec.enabled = false).await?;
    engine.wake();
    // The two that hang are finished, and nobody is begun any more.
    tokio::time::sleep(Duration::from_millis(100)).await;
    world.target.heal();
    until("the pause", async || Ok(world.status().await?.lease_owner.is_none())).await?;
    let made = world.target.count();
    assert!((25..=28).contains(&made), "{made}");
    let status = world.status().await?;
    let cycle = status.cycle.expect("the cycle keeps its place");
    assert_eq!(cycle.processed, made as u64);
    assert!(world.store.list_intents(world.job).await?.is_empty(), "those not begun are not in doubt");

    let before = world.target.counts();
    world.configure(|spec| spec.enabled = true).await?;
    engine.wake();
    until("everybody", async || Ok(world.status().await?.initial_done)).await?;
    assert_eq!(world.target.count(), 60);
    let after = world.target.counts();
    assert_eq!(after.post - before.post, 60 - made as u64, "nobody is sent twice");
    assert!(after.get - before.get <= 60 - made as u64 + 1, "those done are not asked again");
    let created = world.logs().await?.iter().filter(|row| row.action == LogAction::Create).count();
    assert_eq!(created, 60);
    shutdown.cancel();
    running.await??;
    Ok(())
}

#[tokio::test]
async fn a_change_reaches_the_target_at_once() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(3).await?;
    let engine = world.engine();
    let (shutdown, running) = start(&engine);
    until("the initial cycle", async || Ok(world.status().await?.initial_done)).await?;
    let begun = std::time::Instant::now();
    world.edit(people[0].id, |user| user.account_enabled = false).await?;
    engine.wake();
    until("the disable", async || Ok(!world.is_active("p0")?)).await?;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    // Without a wake-up the tick finds it.
    world.edit(people[0].id, |user| user.account_enabled = true).await?;
    until("the enable", async || world.is_active("p0")).await?;
    shutdown.cancel();
    running.await??;
    Ok(())
}

#[tokio::test]
async fn the_driver_runs_a_cycle_when_the_interval_is_over() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(2).await?;
    let engine = world.engine();
    let (shutdown, running) = start(&engine);
    until("the initial cycle", async || Ok(world.status().await?.initial_done)).await?;
    world.advance(40 * 60);
    engine.wake();
    until("the periodic cycle", async || {
        let last = world.status().await?.finished.last;
        Ok(last.is_some_and(|cycle| cycle.began_at == world.now()))
    })
    .await?;
    shutdown.cancel();
    running.await??;
    Ok(())
}

#[tokio::test]
async fn shutting_down_in_the_middle_keeps_the_place() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(60).await?;
    let settings = EngineSettings { page: 10, concurrency: 2, ..EngineSettings::default() };
    let engine = world.engine_with(settings.clone());
    let (shutdown, running) = start(&engine);
    until("some accounts", async || Ok(world.target.count() >= 5)).await?;
    shutdown.cancel();
    running.await??;
    let status = world.status().await?;
    assert!(status.lease_owner.is_none(), "the lease is given back");
    assert!(world.store.list_intents(world.job).await?.is_empty());
    // The next process goes on at once.
    let (shutdown, running) = start(&world.engine_with(settings));
    until("everybody", async || Ok(world.status().await?.initial_done)).await?;
    assert_eq!(world.target.count(), 60);
    assert_eq!(world.target.counts().post, 60);
    shutdown.cancel();
    running.await??;
    Ok(())
}

#[tokio::test]
async fn a_second_worker_does_not_get_the_job() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(20).await?;
    let (one, two) = (world.engine(), world.engine());
    let (first, second) = tokio::join!(one.run_cycle(world.job), two.run_cycle(world.job));
    let mut ends = [first?.end, second?.end];
    ends.sort_by_key(|end| *end == CycleEnd::Busy);
    assert_eq!(ends, [CycleEnd::Finished, CycleEnd::Busy]);
    assert_eq!((world.target.count(), world.target.counts().post), (20, 20));
    Ok(())
}

#[tokio::test]
async fn whoever_lost_the_lease_writes_nothing_more() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(20).await?;
    world.target.break_with(FaultRule::always(Fault::Hang).on("POST").after(5));
    let engine = world.engine();
    let robbed = async {
        until("five accounts", async || Ok(world.target.count() >= 5)).await?;
        world.advance(3600);
        let thief = Uuid::from_u128(1);
        assert!(world.store.acquire_lease(world.job, thief, world.now(), world.now()).await?);
        world.target.heal();
        anyhow::Ok(())
    };
    let (cycle, robbed) = tokio::join!(engine.run_cycle(world.job), robbed);
    robbed?;
    assert!(matches!(cycle, Err(purser_engine::EngineError::LeaseLost)), "{cycle:?}");
    assert_eq!(world.store.count_links(world.job, ObjectKind::User).await?, 0);
    // The next holder finds out what was made.
    world.advance(1);
    assert_eq!(world.run().await?.end, CycleEnd::Finished);
    assert_eq!((world.target.count(), world.store.count_links(world.job, ObjectKind::User).await?), (20, 20));
    let created = world.logs().await?.iter().filter(|row| row.action == LogAction::Create).count();
    assert_eq!(created, 20);
    Ok(())
}

#[tokio::test]
async fn removing_the_application_ends_its_cycle_without_an_error() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(20).await?;
    world.target.break_with(FaultRule::always(Fault::Hang).on("POST").after(5));
    let engine = world.engine();
    let removed = async {
        until("five accounts", async || Ok(world.target.count() >= 5)).await?;
        let tx = world.store.begin().await?;
        tx.delete_application(world.app).await?;
        tx.commit().await?;
        world.target.heal();
        anyhow::Ok(())
    };
    let (cycle, removed) = tokio::join!(engine.run_cycle(world.job), removed);
    removed?;
    assert_eq!(cycle?.end, CycleEnd::NotDue);
    Ok(())
}

#[tokio::test]
async fn a_job_that_is_off_does_nothing() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(2).await?;
    world.configure(|spec| spec.enabled = false).await?;
    assert_eq!(world.run().await?.end, CycleEnd::NotDue);
    assert_eq!(world.target.counts().total(), 0);
    Ok(())
}
