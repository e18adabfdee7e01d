//! Incremental cycles.
use anyhow::Result;
use purser_domain::object::ObjectKind;
use purser_domain::{
    log::{LogAction, LogStatus},
    plan::LinkState,
};
use purser_engine::CycleEnd;

use crate::world::World;

#[tokio::test]
async fn a_rename_changes_the_account_and_nothing_else_in_it() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(3).await?;
    world.run().await?;
    world.target.keep_journal(true);
    world
        .edit(people[1].id, |user| user.attributes.display_name = Some("O'Neil \"Ann\" أمل 🐝".to_owned()))
        .await?;
    let outcome = world.run().await?;
    assert_eq!((outcome.end, outcome.processed, outcome.counts.updated), (CycleEnd::Finished, 1, 1));
    assert_eq!(world.account("p1")?["displayName"], "O'Neil \"Ann\" أمل 🐝");
    let journal = world.target.journal();
    assert_eq!(journal.len(), 1, "one request: {journal:?}");
    let row = world.logs_of(people[1].id).await?.pop().expect("a row");
    assert_eq!((row.action, row.status), (LogAction::Update, LogStatus::Success));
    assert_eq!(row.detail.modified.len(), 1);
    assert_eq!(row.detail.modified[0].old.as_deref(), Some("Person p1"));
    Ok(())
}

#[tokio::test]
async fn each_way_of_leaving_disables_and_coming_back_enables() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(4).await?;
    world.run().await?;
    world.edit(people[0].id, |user| user.account_enabled = false).await?;
    world.unassign(people[1].id).await?;
    world.soft_delete(people[2].id).await?;
    let outcome = world.run().await?;
    assert_eq!(outcome.counts.disabled, 3);
    for (name, active) in [("p0", false), ("p1", false), ("p2", false), ("p3", true)] {
        assert_eq!(world.is_active(name)?, active, "{name}");
    }
    let links = world.store.find_links(world.job, &[people[0].id]).await?;
    assert_eq!(links[&people[0].id].state, LinkState::Disabled);

    world.edit(people[0].id, |user| user.account_enabled = true).await?;
    world.assign(people[1].id, world.role).await?;
    let outcome = world.run().await?;
    assert_eq!(outcome.counts.updated, 2);
    assert!(world.is_active("p0")? && world.is_active("p1")?);
    assert_eq!(world.target.count(), 4);
    Ok(())
}

#[tokio::test]
async fn whoever_is_deleted_for_good_loses_the_account_from_the_link_alone() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(3).await?;
    world.run().await?;
    world.soft_delete(people[0].id).await?;
    world.run().await?;
    world.hard_delete(people[0].id).await?;
    world.hard_delete(people[1].id).await?;
    let outcome = world.run().await?;
    assert_eq!(outcome.counts.deleted, 2);
    assert_eq!(world.target.count(), 1);
    assert!(world.is_active("p2")?);
    assert_eq!(world.store.count_links(world.job, ObjectKind::User).await?, 1);
    let row = world.logs_of(people[1].id).await?.pop().expect("a row");
    assert_eq!((row.action, row.source_name.as_str()), (LogAction::Delete, "Person p1"));
    Ok(())
}

#[tokio::test]
async fn whoever_was_unassigned_before_being_deleted_keeps_a_disabled_account() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(1).await?;
    world.run().await?;
    world.unassign(people[0].id).await?;
    world.run().await?;
    world.hard_delete(people[0].id).await?;
    let outcome = world.run().await?;
    assert_eq!((outcome.counts.deleted, outcome.counts.skipped), (0, 1));
    assert!(!world.is_active("p0")?);
    assert_eq!(
        world.store.count_links(world.job, ObjectKind::User).await?,
        0,
        "the account is not ours any more"
    );
    Ok(())
}

#[tokio::test]
async fn a_change_while_the_initial_cycle_runs_is_not_missed() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(30).await?;
    let engine = world.engine();
    let (cycle, change) = tokio::join!(engine.run_cycle(world.job), async {
        world.soft_delete(people[3].id).await?;
        world.hard_delete(people[4].id).await
    });
    cycle?;
    change?;
    world.run().await?;
    let disabled = world.account("p3").map(|account| account["active"] == serde_json::json!(false));
    assert!(disabled.unwrap_or(true), "p3 has no enabled account");
    assert!(world.account("p4").is_err(), "p4 has no account");
    Ok(())
}

#[tokio::test]
async fn deletions_before_a_restart_are_not_forgotten_by_it() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(5).await?;
    world.run().await?;
    world.hard_delete(people[2].id).await?;
    world.configure(|spec| spec.mapping_generation += 1).await?;
    let outcome = world.run().await?;
    assert_eq!(outcome.counts.deleted, 1);
    assert_eq!(world.target.count(), 4);
    Ok(())
}

#[tokio::test]
async fn an_account_that_somebody_removed_from_the_target_is_made_again() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(2).await?;
    world.run().await?;
    let id = world.account("p0")?["id"].as_str().expect("an id").to_owned();
    world.target.remove(&id);
    world.edit(people[0].id, |user| user.attributes.job_title = Some("Chief".to_owned())).await?;
    let outcome = world.run().await?;
    assert_eq!((outcome.end, outcome.counts.created), (CycleEnd::Finished, 1));
    assert_eq!(world.account("p0")?["title"], "Chief");
    // A leaver whose account is gone needs nothing more.
    let id = world.account("p1")?["id"].as_str().expect("an id").to_owned();
    world.target.remove(&id);
    world.soft_delete(people[1].id).await?;
    let outcome = world.run().await?;
    assert_eq!((outcome.end, outcome.counts.created, world.target.count()), (CycleEnd::Finished, 0, 1));
    assert_eq!(world.store.count_escrows(world.job).await?, 0);
    Ok(())
}

#[tokio::test]
async fn names_that_move_from_one_person_to_another_settle() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(2).await?;
    world.run().await?;
    // p1 becomes somebody else, and p0 takes the name that becomes free; both are sent at the same time.
    world
        .edit(people[1].id, |user| user.attributes.user_principal_name = Some(crate::world::upn("other")))
        .await?;
    world
        .edit(people[0].id, |user| user.attributes.user_principal_name = Some(crate::world::upn("p1")))
        .await?;
    world.edit(people[1].id, |user| user.attributes.job_title = Some("Moved".to_owned())).await?;
    for _ in 0..3 {
        world.run().await?;
        world.advance(60);
    }
    assert_eq!(world.target.count(), 2);
    assert_eq!(world.account("p1")?["displayName"], "Person p0");
    assert_eq!(world.account("other")?["displayName"], "Person p1");
    assert_eq!(world.store.count_escrows(world.job).await?, 0);
    Ok(())
}

#[tokio::test]
async fn while_the_mapping_is_off_nobody_is_touched_and_afterwards_nobody_is_forgotten() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(2).await?;
    world.run().await?;
    world.map(|mapping| mapping.enabled = false).await?;
    world.run().await?;
    world.soft_delete(people[0].id).await?;
    world.hard_delete(people[1].id).await?;
    assert_eq!(world.run().await?.counts.skipped, 2);
    assert!(world.is_active("p0")? && world.is_active("p1")?);
    world.map(|mapping| mapping.enabled = true).await?;
    let outcome = world.run().await?;
    assert_eq!((outcome.counts.disabled, outcome.counts.deleted), (1, 1));
    assert!(!world.is_active("p0")?);
    assert_eq!(world.target.count(), 1);
    Ok(())
}
