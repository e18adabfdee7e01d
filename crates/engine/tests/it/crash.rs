//! Whatever instant a cycle is cut off at: no duplicate, nobody missing, every write in the log.
use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use anyhow::{Context as _, Result};
use purser_domain::log::{LogAction, LogStatus};
use purser_domain::object::ObjectKind;
use purser_engine::{CycleEnd, EngineSettings};
use purser_testkit::{Fault, FaultRule};
use serde_json::json;

use crate::world::{World, upn};

/// A future that is dropped after it was polled so many times, as a process is killed in the middle of its work.
pub(crate) struct Cut<F> {
    inner: Option<Pin<Box<F>>>,
    polls: u32,
}

impl<F: Future> Cut<F> {
    pub(crate) fn after(polls: u32, inner: F) -> Self {
        Self { inner: Some(Box::pin(inner)), polls }
    }
}

impl<F: Future> Future for Cut<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            self.inner = None;
            return Poll::Ready(None);
        }
        self.polls -= 1;
        match &mut self.inner {
            Some(inner) => inner.as_mut().poll(cx).map(Some),
            None => Poll::Ready(None),
        }
    }
}

pub(crate) fn small_pages() -> EngineSettings {
    EngineSettings { page: 7, concurrency: 3, ..EngineSettings::default() }
}

/// Runs cycles, each on a new engine, the first ones cut off after `cuts` polls, until one finishes.
pub(crate) async fn run_with_cuts(world: &World, cuts: impl IntoIterator<Item = u32>) -> Result<u32> {
    let mut interrupted = 0;
    for polls in cuts {
        // A killed worker's lease runs out.
        world.advance(60);
        if Cut::after(polls, world.engine_with(small_pages()).run_cycle(world.job)).await.is_some() {
            return Ok(interrupted);
        }
        interrupted += 1;
    }
    for _ in 0..5 {
        world.advance(3600);
        let end = world.engine_with(small_pages()).run_cycle(world.job).await?.end;
        if end == CycleEnd::Finished && !world.has_work().await? {
            return Ok(interrupted);
        }
    }
    anyhow::bail!("the cycles never finished")
}

/// A small, fixed source of numbers, so that a failure can be repeated.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

async fn assert_whole(world: &World, people: usize) -> Result<()> {
    let accounts = world.target.accounts();
    assert_eq!(accounts.len(), people, "nobody twice, nobody missing");
    let mut created: HashMap<String, u32> = HashMap::new();
    for row in world.logs().await? {
        if row.action == LogAction::Create && row.status == LogStatus::Success {
            *created.entry(row.target_id.context("an account")?).or_default() += 1;
        }
    }
    for account in &accounts {
        let id = account["id"].as_str().context("an id")?;
        assert_eq!(created.get(id), Some(&1), "{account} is in the log once");
    }
    assert_eq!(created.len(), people);
    assert_eq!(world.store.count_links(world.job, ObjectKind::User).await?, people as u64);
    assert!(world.store.list_intents(world.job).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn an_initial_cycle_that_is_cut_off_again_and_again_makes_everybody_once() -> Result<()> {
    let mut interrupted = 0;
    for seed in 0..12 {
        let world = World::new().await?;
        world.hire_many(40).await?;
        let mut numbers = Numbers(seed);
        let cuts: Vec<u32> = (0..12).map(|_| 1 + numbers.below(90) as u32).collect();
        interrupted += run_with_cuts(&world, cuts).await?;
        assert_whole(&world, 40).await?;
    }
    assert!(interrupted > 30, "the cuts hit: {interrupted}");
    Ok(())
}

#[tokio::test]
async fn a_cut_between_any_two_polls_of_a_page_is_harmless() -> Result<()> {
    // One page, cut off at the 1st, 2nd, 3rd, … poll.
    for polls in 1.. {
        let world = World::new().await?;
        world.hire_many(4).await?;
        let interrupted = run_with_cuts(&world, [polls]).await?;
        assert_whole(&world, 4).await?;
        if interrupted == 0 {
            assert!(polls > 10, "a cycle has more steps than {polls}");
            return Ok(());
        }
    }
    Ok(())
}

#[tokio::test]
async fn changes_that_are_cut_off_lose_no_leaver() -> Result<()> {
    let mut interrupted = 0;
    for seed in 0..10 {
        let world = World::new().await?;
        let people = world.hire_many(20).await?;
        world.run().await?;
        for (at, user) in people.iter().enumerate() {
            match at % 5 {
                0 => world.soft_delete(user.id).await?,
                1 => world.hard_delete(user.id).await?,
                2 => world.unassign(user.id).await?,
                3 => world.edit(user.id, |user| user.attributes.job_title = Some("Lead".to_owned())).await?,
                _ => {}
            }
        }
        world.hire(["new1".to_owned(), "new2".to_owned()]).await?;
        let mut numbers = Numbers(seed);
        let cuts: Vec<u32> = (0..16).map(|_| 1 + numbers.below(35) as u32).collect();
        interrupted += run_with_cuts(&world, cuts).await?;
        for at in 0..20 {
            let account = world.target.account(&upn(&format!("p{at}")));
            let account = account.as_ref();
            match at % 5 {
                0 | 2 => assert_eq!(account.expect("stays")["active"], json!(false), "p{at} of seed {seed}"),
                1 => assert!(account.is_none(), "p{at} of seed {seed}"),
                3 => assert_eq!(account.expect("stays")["title"], "Lead", "p{at} of seed {seed}"),
                _ => assert_eq!(account.expect("stays")["active"], json!(true)),
            }
        }
        assert_eq!(world.target.count(), 20 - 4 + 2);
        // Every account that changed has its row.
        let logs = world.logs().await?;
        let done = |action| {
            logs.iter().filter(|row| row.action == action && row.status == LogStatus::Success).count()
        };
        assert_eq!(done(LogAction::Delete), 4, "seed {seed}");
        assert!(done(LogAction::Disable) >= 8 && done(LogAction::Update) >= 4, "seed {seed}");
    }
    assert!(interrupted > 20, "the cuts hit: {interrupted}");
    Ok(())
}

#[tokio::test]
async fn whoever_is_deleted_while_their_create_was_under_way_leaves_no_account_behind() -> Result<()> {
    for polls in 20..70 {
        let world = World::new().await?;
        let people = world.hire_many(3).await?;
        let cut = Cut::after(polls, world.engine_with(small_pages()).run_cycle(world.job)).await;
        world.hard_delete(people[0].id).await?;
        world.edit(people[1].id, |user| user.attributes.user_principal_name = Some(upn("renamed"))).await?;
        run_with_cuts(&world, []).await?;
        assert!(world.account("p0").is_err(), "p0 after {polls} polls, cut {}", cut.is_none());
        assert!(world.account("renamed").is_ok());
        assert_eq!(world.target.count(), 2, "after {polls} polls");
    }
    Ok(())
}

/// A create whose answer got lost, and which could not be checked at once.
async fn lose_an_answer(world: &World) -> Result<()> {
    world.target.break_with(FaultRule::times(Fault::DropAfter, 8).after(1));
    world.run().await?;
    world.target.heal();
    assert_eq!(world.target.count(), 1, "the account was made");
    assert_eq!(world.store.list_intents(world.job).await?.len(), 1, "and nobody knows");
    Ok(())
}

#[tokio::test]
async fn whoever_leaves_while_their_create_is_unresolved_is_disabled_once_it_is_known() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(1).await?;
    lose_an_answer(&world).await?;
    // The change is read while the search for the account fails, so that nothing may be sent.
    world.edit(people[0].id, |user| user.account_enabled = false).await?;
    world.target.break_with(FaultRule::times(Fault::Status(500), 3).on("GET"));
    world.advance(3600);
    world.run().await?;
    world.target.heal();
    assert!(world.is_active("p0")?);
    for _ in 0..3 {
        world.advance(24 * 3600);
        world.run().await?;
    }
    assert!(!world.is_active("p0")?, "a leaver stayed active");
    Ok(())
}
