//! The cycle that runs although nothing happened, and what a cycle says about itself.
use anyhow::{Context, Result};
use jiff::SignedDuration;
use purser_engine::{CycleEnd, interval_of};
use purser_store::CycleKind;
use purser_testkit::{Fault, FaultRule};

use crate::world::World;

#[tokio::test]
async fn a_job_that_nothing_happens_to_has_a_cycle_each_interval_and_not_before() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(3).await?;
    world.run().await?;
    let first = world.status().await?;
    world.advance(40 * 60 - 1);
    assert!(!world.has_work().await?, "the interval is not over");
    world.advance(1);
    assert!(world.has_work().await?);

    let before = world.target.counts().total();
    let outcome = world.run().await?;
    assert_eq!((outcome.end, outcome.processed), (CycleEnd::Finished, 0));
    assert_eq!(world.target.counts().total(), before, "nothing is due, so nobody is asked");
    assert_eq!(world.logs().await?.len(), 3, "and there is nothing to log");

    let status = world.status().await?;
    let last = status.finished.last.context("no cycle")?;
    assert_eq!((last.kind, last.began_at), (CycleKind::Incremental, world.now()));
    assert_eq!(status.last_run_at, Some(world.now()), "pages say when it last looked");
    let next = status.next_cycle_at(SignedDuration::from_mins(40));
    assert_eq!(next, Some(world.now() + SignedDuration::from_mins(40)));
    assert!(!world.has_work().await?);
    assert_eq!(status.finished.steady_since, first.finished.steady_since, "the first time stays");
    Ok(())
}

#[tokio::test]
async fn a_change_is_provisioned_at_once_and_the_interval_counts_from_its_cycle() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(1).await?;
    world.run().await?;
    world.advance(30 * 60);
    world.edit(people[0].id, |user| user.attributes.job_title = Some("Boss".to_owned())).await?;
    assert!(world.has_work().await?);
    assert_eq!(world.run().await?.counts.updated, 1);
    world.advance(39 * 60);
    assert!(!world.has_work().await?);
    world.advance(60);
    assert!(world.has_work().await?);
    Ok(())
}

#[tokio::test]
async fn a_job_that_is_off_has_no_periodic_cycle() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(1).await?;
    world.run().await?;
    world.configure(|spec| spec.enabled = false).await?;
    world.advance(24 * 3600);
    assert!(!world.has_work().await?);
    assert_eq!(world.run().await?.end, CycleEnd::NotDue);
    Ok(())
}

#[tokio::test]
async fn the_interval_is_the_one_of_the_applications_gallery_file() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let own = own_template("interval_minutes = 15");
    std::fs::write(folder.path().join("own.toml"), own)?;
    let gallery = purser_connectors::Gallery::load()?.with_folder(folder.path().to_path_buf());
    assert_eq!(gallery.problems(), []);
    assert_eq!(interval_of(&gallery, OWN), SignedDuration::from_mins(15));
    let nobodys = "00000000-0000-4000-8000-000000000001";
    assert_eq!(
        interval_of(&gallery, nobodys),
        SignedDuration::from_mins(40),
        "the usual, when the file is gone"
    );

    let world = World::new().await?;
    world.hire_many(1).await?;
    world.run().await?;
    let interval = interval_of(&gallery, OWN);
    world.advance(15 * 60 - 1);
    assert!(!world.store.has_work(world.job, world.now(), interval).await?);
    world.advance(1);
    assert!(world.store.has_work(world.job, world.now(), interval).await?);
    Ok(())
}

#[tokio::test]
async fn people_and_groups_are_counted_apart_also_in_incremental_cycles() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(4).await?;
    world.run().await?;
    let last = world.status().await?.finished.last.context("no cycle")?;
    assert_eq!((last.processed, last.total, last.processed_groups, last.total_groups), (4, 4, 0, 0));
    // Three changes of two people are two users.
    for person in [&people[0], &people[0], &people[1]] {
        world.edit(person.id, |user| user.attributes.city = Some(format!("{}x", user.name()))).await?;
    }
    world.run().await?;
    let last = world.status().await?.finished.last.context("no cycle")?;
    assert_eq!((last.kind, last.processed, last.total), (CycleKind::Incremental, 2, 2));
    Ok(())
}

#[tokio::test]
async fn steady_state_begins_when_the_first_initial_cycle_has_finished() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(2).await?;
    world.target.break_with(FaultRule::always(Fault::Status(401)));
    assert_eq!(world.run().await?.end, CycleEnd::Quarantined);
    let status = world.status().await?;
    assert!(status.first_run_at.is_some());
    assert_eq!(status.finished.steady_since, None, "it has begun and not finished");
    assert_eq!(status.quarantine.context("no quarantine")?.tried_at, world.now());
    world.target.heal();
    world.advance(3600);
    assert_eq!(world.run().await?.end, CycleEnd::Finished);
    assert_eq!(world.status().await?.finished.steady_since, Some(world.now()));
    Ok(())
}

const OWN: &str = "7d5b1b1e-7a52-4f0e-9d0e-2a4d9f3c5b01";

/// The generic SCIM application's file under another id, with one more line.
fn own_template(line: &str) -> String {
    let scim = include_str!("../../../connectors/gallery/scim.toml");
    let head = format!("{line}\n");
    let other = scim
        .replace("8adf8e6e-67b2-4cf2-a259-e3dc5476c621", OWN)
        .replace("SCIM application", "Own application");
    let without: Vec<&str> = other.lines().filter(|line| !line.starts_with("interval_minutes")).collect();
    format!("{head}{}", without.join("\n"))
}
