//! Groups and their members, from the directory into the target.
use anyhow::Result;
use purser_domain::{
    ids::UserId,
    log::{LogAction, LogStatus},
    object::ObjectKind,
    plan::{LinkState, Origin},
    scope::ScopeMode,
    user::User,
};
use purser_engine::{CycleEnd, EngineSettings};
use purser_testkit::{Fault, FaultRule, IdStyle, TargetOptions};
use serde_json::json;

use crate::{teams::names, world::World};

fn ids(people: &[User]) -> Vec<UserId> {
    people.iter().map(|user| user.id).collect()
}

/// Runs a cycle that has to finish with nothing left to do.
async fn settle(world: &World) -> Result<()> {
    assert_eq!(world.run().await?.end, CycleEnd::Finished);
    assert!(!world.has_work().await?);
    Ok(())
}

#[tokio::test]
async fn an_assigned_group_is_created_with_its_members_and_its_row() -> Result<()> {
    let world = World::with_groups().await?;
    let people = world.hire_many(3).await?;
    let cooks = world.team("Cooks", &ids(&people[..2])).await?;
    let others = world.unassigned_team("Others", &ids(&people)).await?;
    let outcome = world.run().await?;
    assert_eq!((outcome.counts.created, outcome.counts.skipped), (4, 1));
    assert_eq!(world.members("Cooks")?, names(&["p0", "p1"]));
    assert!(world.find_group("Others").is_none());
    assert_eq!(world.store.count_links(world.job, ObjectKind::Group).await?, 1);
    assert_eq!(world.store.count_links(world.job, ObjectKind::User).await?, 3);
    let row = &world.logs_of_group(cooks).await?[0];
    assert_eq!(
        (row.kind, row.action, row.status),
        (ObjectKind::Group, LogAction::Create, LogStatus::Success)
    );
    assert_eq!(row.source_name, "Cooks");
    assert!(row.detail.modified.iter().any(|property| property.name == "members"));
    assert_eq!(world.logs_of_group(others).await?[0].status, LogStatus::Skipped);
    Ok(())
}

#[tokio::test]
async fn a_second_cycle_of_either_kind_writes_nothing() -> Result<()> {
    let world = World::with_groups().await?;
    let people = world.hire_many(3).await?;
    world.team("Cooks", &ids(&people)).await?;
    settle(&world).await?;
    world.target.keep_journal(true);
    world.rename_team(world.store.page_groups(None, 1).await?[0].id, "Cooks").await?;
    settle(&world).await?;
    world.configure(|spec| spec.mapping_generation += 1).await?;
    settle(&world).await?;
    let writes = world.target.journal().into_iter().filter(|entry| entry.method != "GET").count();
    assert_eq!(writes, 0);
    Ok(())
}

#[tokio::test]
async fn names_and_members_follow_the_directory() -> Result<()> {
    let world = World::with_groups().await?;
    let people = world.hire_many(4).await?;
    let cooks = world.team("Cooks", &ids(&people[..2])).await?;
    settle(&world).await?;
    world.rename_team(cooks, "Chefs").await?;
    world.leave(cooks, people[0].id).await?;
    world.join(cooks, people[2].id).await?;
    settle(&world).await?;
    assert_eq!(world.members("Chefs")?, names(&["p1", "p2"]));
    assert_eq!(world.target.groups().len(), 1);
    world.leave(cooks, people[1].id).await?;
    world.leave(cooks, people[2].id).await?;
    settle(&world).await?;
    assert_eq!(world.members("Chefs")?, names(&[]));
    Ok(())
}

#[tokio::test]
async fn members_who_get_their_account_later_are_added_as_soon_as_they_have_it() -> Result<()> {
    let world = World::with_groups().await?;
    let people = world.hire_many(1).await?;
    let late = world.hire_unassigned("late").await?;
    let other = world.hire_unassigned("other").await?;
    // Groups themselves are in scope, their members only if they are assigned otherwise: not by this group.
    world.configure(|spec| spec.scope = ScopeMode::Assigned).await?;
    let cooks = world.unassigned_team("Cooks", &[people[0].id]).await?;
    world.assign_team(cooks).await?;
    settle(&world).await?;
    world.join(cooks, late.id).await?;
    world.join(cooks, other.id).await?;
    settle(&world).await?;
    assert_eq!(world.members("Cooks")?, names(&["p0", "late", "other"]));
    Ok(())
}

#[tokio::test]
async fn members_whose_account_could_not_be_made_at_first_are_added_by_their_retry() -> Result<()> {
    let world = World::with_groups().await?;
    let people = world.hire_many(3).await?;
    world.team("Cooks", &ids(&people)).await?;
    world.target.break_with(FaultRule::times(Fault::Status(422), 1).on("POST").at("/Users"));
    world.run().await?;
    world.target.heal();
    assert_eq!(world.members("Cooks")?.len(), 2);
    let row = world.logs().await?.into_iter().find(|row| row.source_name == "Cooks").expect("a row");
    let missing = "UnableToResolveReferenceAttributeValue";
    assert!(row.detail.steps.iter().any(|step| step.name == missing), "{:?}", row.detail.steps);
    world.advance(3600);
    settle(&world).await?;
    assert_eq!(world.members("Cooks")?, names(&["p0", "p1", "p2"]));
    Ok(())
}

#[tokio::test]
async fn who_leaves_the_scope_leaves_the_groups_and_comes_back_into_them() -> Result<()> {
    let world = World::with_groups().await?;
    let people = world.hire_many(5).await?;
    world.team("Cooks", &ids(&people)).await?;
    settle(&world).await?;
    world.edit(people[0].id, |user| user.account_enabled = false).await?;
    world.soft_delete(people[1].id).await?;
    world.hard_delete(people[2].id).await?;
    settle(&world).await?;
    assert_eq!(world.members("Cooks")?, names(&["p3", "p4"]));
    world.edit(people[0].id, |user| user.account_enabled = true).await?;
    settle(&world).await?;
    assert_eq!(world.members("Cooks")?, names(&["p0", "p3", "p4"]));
    Ok(())
}

#[tokio::test]
async fn a_group_that_is_gone_or_unassigned_is_deleted_if_purser_made_it() -> Result<()> {
    let world = World::with_groups().await?;
    let people = world.hire_many(2).await?;
    let gone = world.team("Gone", &ids(&people)).await?;
    let unassigned = world.team("Unassigned", &ids(&people)).await?;
    world.target.insert_group(json!({"displayName": "Theirs"})).expect("a group");
    let theirs = world.team("Theirs", &ids(&people)).await?;
    settle(&world).await?;
    assert_eq!(world.target.groups().len(), 3);
    assert_eq!(world.members("Theirs")?.len(), 2);
    let links = world.store.find_links(world.job, &[theirs, gone]).await?;
    assert_eq!((links[&theirs].origin, links[&gone].origin), (Origin::Adopted, Origin::Created));

    world.disband(gone).await?;
    world.unassign_team(unassigned).await?;
    world.unassign_team(theirs).await?;
    settle(&world).await?;
    assert_eq!(world.target.groups().len(), 1);
    assert_eq!(world.members("Theirs")?.len(), 2, "let go as it is");
    assert_eq!(world.store.find_links(world.job, &[theirs]).await?[&theirs].state, LinkState::Disabled);
    let row = world.logs_of_group(theirs).await?.pop().expect("a row");
    assert!(row.detail.steps.last().expect("a step").description.contains("was in the application before"));

    // Whoever left meanwhile is taken out once it is managed again.
    world.leave(theirs, people[0].id).await?;
    world.assign_team(theirs).await?;
    settle(&world).await?;
    assert_eq!(world.members("Theirs")?, names(&["p1"]));
    world.disband(theirs).await?;
    settle(&world).await?;
    assert_eq!(world.target.groups().len(), 1, "an adopted group is never deleted");
    assert_eq!(world.store.count_links(world.job, ObjectKind::Group).await?, 0);
    Ok(())
}

#[tokio::test]
async fn nothing_is_deleted_where_delete_is_not_ticked() -> Result<()> {
    let world = World::with_groups().await?;
    world.map_groups(|mapping| mapping.actions.delete = false).await?;
    let people = world.hire_many(2).await?;
    let (gone, left) = (world.team("Gone", &ids(&people)).await?, world.team("Left", &ids(&people)).await?);
    settle(&world).await?;
    world.disband(gone).await?;
    world.unassign_team(left).await?;
    settle(&world).await?;
    assert_eq!(world.target.groups().len(), 2);
    assert_eq!(world.store.count_links(world.job, ObjectKind::Group).await?, 1);
    Ok(())
}

#[tokio::test]
async fn with_the_mapping_off_no_group_is_touched_and_with_it_on_all_are() -> Result<()> {
    let world = World::with_groups().await?;
    world.map_groups(|mapping| mapping.enabled = false).await?;
    let people = world.hire_many(2).await?;
    let cooks = world.team("Cooks", &ids(&people)).await?;
    settle(&world).await?;
    world.rename_team(cooks, "Chefs").await?;
    settle(&world).await?;
    assert_eq!(world.target.groups().len(), 0);
    assert!(world.logs_of_group(cooks).await?.is_empty());
    world.map_groups(|_| {}).await?;
    settle(&world).await?;
    assert_eq!(world.members("Chefs")?.len(), 2);
    // Off again: it stays as it is, whatever happens.
    world.map_groups(|mapping| mapping.enabled = false).await?;
    world.disband(cooks).await?;
    settle(&world).await?;
    assert_eq!(world.members("Chefs")?.len(), 2);
    // And on: what was left behind goes.
    world.map_groups(|_| {}).await?;
    settle(&world).await?;
    assert_eq!(world.target.groups().len(), 0);
    Ok(())
}

#[tokio::test]
async fn with_everything_in_scope_groups_need_no_assignment() -> Result<()> {
    let world = World::with_groups().await?;
    world.configure(|spec| spec.scope = ScopeMode::All).await?;
    let someone = world.hire_unassigned("someone").await?;
    world.unassigned_team("Cooks", &[someone.id]).await?;
    settle(&world).await?;
    world.unassigned_team("Later", &[someone.id]).await?;
    settle(&world).await?;
    assert_eq!(world.members("Cooks")?, names(&["someone"]));
    assert_eq!(world.members("Later")?, names(&["someone"]));
    Ok(())
}

#[tokio::test]
async fn a_group_of_a_thousand_is_sent_in_pieces_and_followed() -> Result<()> {
    let world = World::with_groups().await?;
    let profile = json!({"members_per_request": 100, "members_on_create": false});
    let overrides = profile.as_object().expect("an object").clone();
    world.configure(|spec| spec.profile = overrides).await?;
    let people = world.hire_many(1_000).await?;
    let all = world.team("Everybody", &ids(&people)).await?;
    let half = world.team("Half", &ids(&people[..500])).await?;
    settle(&world).await?;
    assert_eq!(world.members("Everybody")?.len(), 1_000);
    assert_eq!(world.members("Half")?.len(), 500);
    let row = world.logs_of_group(all).await?.pop().expect("a row");
    assert!(row.detail.exchanges.len() <= 20, "{}", row.detail.exchanges.len());
    assert!(serde_json::to_string(&row.detail)?.len() < 200_000);
    for user in &people[..300] {
        world.leave(half, user.id).await?;
    }
    settle(&world).await?;
    assert_eq!(world.members("Half")?.len(), 200);
    Ok(())
}

#[tokio::test]
async fn groups_come_in_pieces_that_fit_into_memory() -> Result<()> {
    let world = World::with_groups().await?;
    let people = world.hire_many(50).await?;
    for number in 0..12 {
        world.team(&format!("Team {number}"), &ids(&people)).await?;
    }
    // At most 3 x 40 members at once: two groups.
    let settings = EngineSettings { page: 3, ..EngineSettings::default() };
    let outcome = world.engine_with(settings).run_cycle(world.job).await?;
    assert_eq!((outcome.end, outcome.counts.created), (CycleEnd::Finished, 62));
    assert!(world.target.groups().iter().all(|group| group["members"].as_array().map(Vec::len) == Some(50)));
    Ok(())
}

#[tokio::test]
async fn a_job_whose_target_has_no_groups_goes_into_quarantine_with_a_reason() -> Result<()> {
    let world = World::with_groups().await?;
    let people = world.hire_many(1).await?;
    world.team("Cooks", &ids(&people)).await?;
    world.target.break_with(FaultRule::always(Fault::Status(404)).at("/Groups"));
    world.run().await?;
    let status = world.status().await?;
    assert!(status.quarantine.is_some() || world.store.count_escrows(world.job).await? == 1);
    world.target.heal();
    world.advance(7200);
    for _ in 0..2 {
        world.run().await?;
    }
    assert_eq!(world.members("Cooks")?, names(&["p0"]));
    Ok(())
}

#[tokio::test]
async fn an_account_and_a_group_with_the_same_id_are_two_things() -> Result<()> {
    let world =
        World::with_target(TargetOptions { ids: IdStyle::Number, ..TargetOptions::default() }).await?;
    world.map_groups(|_| {}).await?;
    let people = world.hire_many(3).await?;
    let cooks = world.team("Cooks", &ids(&people)).await?;
    let waiters = world.team("Waiters", &ids(&people)).await?;
    settle(&world).await?;
    let id = |value: &serde_json::Value| value["id"].to_string().trim_matches('"').to_owned();
    let accounts: Vec<String> = world.target.accounts().iter().map(id).collect();
    let groups: Vec<String> = world.target.groups().iter().map(id).collect();
    assert!(groups.iter().any(|group| accounts.contains(group)), "{accounts:?} {groups:?}");
    world.disband(cooks).await?;
    world.hard_delete(people[1].id).await?;
    world.rename_team(waiters, "Servers").await?;
    settle(&world).await?;
    assert_eq!(world.target.count(), 2);
    assert_eq!(world.members("Servers")?, names(&["p0", "p2"]));
    assert_eq!(world.target.groups().len(), 1);
    Ok(())
}

#[tokio::test]
async fn who_gets_another_id_is_known_by_it_to_groups_and_reports() -> Result<()> {
    let world =
        World::with_target(TargetOptions { ids: IdStyle::UserName, ..TargetOptions::default() }).await?;
    let profile = json!({"id_attribute": "userName"});
    world.configure(|spec| spec.profile = profile.as_object().cloned().unwrap_or_default()).await?;
    world.map_groups(|_| {}).await?;
    let people = world.hire_many(2).await?;
    world.edit(people[1].id, |user| user.manager = Some(people[0].id)).await?;
    world.team("Cooks", &ids(&people)).await?;
    settle(&world).await?;
    let renamed = crate::world::upn("renamed");
    world.edit(people[0].id, |user| user.attributes.user_principal_name = Some(renamed.clone())).await?;
    settle(&world).await?;
    let link =
        world.store.find_links(world.job, &[people[0].id]).await?.remove(&people[0].id).expect("a link");
    assert_eq!(link.target_id, renamed);
    assert_eq!(world.members("Cooks")?, names(&["renamed", "p1"]));
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_eq!(world.account("p1")?[enterprise]["manager"]["value"], json!(renamed));
    Ok(())
}
