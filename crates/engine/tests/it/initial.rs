//! Initial cycles.
use anyhow::Result;
use purser_domain::{
    ids::RoleId,
    log::{LogAction, LogStatus, SkipCode},
    plan::Origin,
};
use purser_engine::CycleEnd;
use serde_json::json;

use crate::world::{World, upn};

#[tokio::test]
async fn everybody_who_is_entitled_gets_an_account_and_a_row_in_the_log() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(37).await?;
    let outcome = world.run().await?;
    assert_eq!(outcome.end, CycleEnd::Finished);
    assert_eq!(outcome.counts.created, 37);
    assert_eq!(world.target.count(), 37);

    let account = world.account("p5")?;
    assert_eq!(account["active"], json!(true));
    assert_eq!(account["displayName"], "Person p5");
    assert_eq!(account["emails"][0]["value"], upn("p5"));
    assert_eq!(account["name"]["formatted"], "Person p5");
    assert_eq!(account["addresses"][0]["locality"], "Zürich");
    assert_eq!(account["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["department"], "Sales");

    let logs = world.logs().await?;
    assert_eq!(logs.len(), 37);
    assert!(logs.iter().all(|entry| entry.action == LogAction::Create && entry.status == LogStatus::Success));
    let steps: Vec<&str> = logs[0].detail.steps.iter().map(|step| step.kind.as_str()).collect();
    assert_eq!(steps, ["import", "matching", "scoping", "export"]);
    assert!(logs[0].detail.modified.iter().any(|property| property.name == "userName"));

    let status = world.status().await?;
    assert!(status.initial_done);
    assert!(status.cycle.is_none());
    assert_eq!(status.finished.last.map(|cycle| cycle.counts.created), Some(37));
    assert!(world.store.list_intents(world.job).await?.is_empty());
    let link = &world.store.find_links(world.job, &[people[5].id]).await?[&people[5].id];
    assert_eq!(link.origin, Origin::Created);
    assert_eq!(json!(link.target_id), account["id"]);
    Ok(())
}

#[tokio::test]
async fn planning_again_sends_nothing() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(20).await?;
    world.run().await?;
    let before = world.target.counts();
    // An incremental cycle over the same people, and then a second initial one.
    for user in world.store.page_users(None, 100).await? {
        world.edit(user.id, |_| {}).await?;
    }
    assert_eq!(world.run().await?.counts.skipped, 20);
    assert_eq!(
        world.target.counts(),
        before,
        "an incremental cycle asks nothing about those who did not change"
    );
    world.configure(|spec| spec.mapping_generation += 1).await?;
    let outcome = world.run().await?;
    assert_eq!((outcome.counts.skipped, outcome.counts.created, outcome.counts.updated), (20, 0, 0));
    let after = world.target.counts();
    assert_eq!(
        (after.post, after.patch, after.put, after.delete),
        (before.post, before.patch, before.put, before.delete)
    );
    Ok(())
}

#[tokio::test]
async fn the_unassigned_and_those_with_default_access_are_skipped_and_the_log_says_why() -> Result<()> {
    let world = World::new().await?;
    let nobody = world.hire_unassigned("nobody").await?;
    let default = world.hire_unassigned("default").await?;
    world.assign(default.id, RoleId::DEFAULT_ACCESS).await?;
    let outcome = world.run().await?;
    assert_eq!((outcome.counts.skipped, world.target.count()), (2, 0));
    let row = &world.logs_of(nobody.id).await?[0];
    assert_eq!((row.status, row.detail.skip), (LogStatus::Skipped, Some(SkipCode::NotEffectivelyEntitled)));
    assert!(row.summary.contains("not assigned"), "{}", row.summary);
    let row = &world.logs_of(default.id).await?[0];
    assert!(row.summary.contains("entitlement"), "{}", row.summary);
    assert_eq!(world.target.counts().total(), 0);
    Ok(())
}

#[tokio::test]
async fn an_account_that_nobody_matches_is_left_untouched() -> Result<()> {
    let world = World::new().await?;
    world.target.insert(json!({"userName": "robot@elsewhere.example", "active": true, "title": "Robot"}));
    let before = world.target.account("robot@elsewhere.example");
    let user = world.hire_many(1).await?.remove(0);
    world.run().await?;
    world.hard_delete(user.id).await?;
    world.run().await?;
    assert_eq!(world.target.account("robot@elsewhere.example"), before);
    assert_eq!(world.target.count(), 1);
    Ok(())
}

#[tokio::test]
async fn an_account_that_was_there_before_is_matched_and_brought_into_line() -> Result<()> {
    let world = World::new().await?;
    let id = world
        .target
        .insert(json!({"userName": upn("p0"), "active": true, "displayName": "Old", "nickName": "P"}));
    let user = world.hire_many(1).await?.remove(0);
    let outcome = world.run().await?;
    assert_eq!((outcome.counts.created, outcome.counts.updated), (0, 1));
    assert_eq!(world.target.count(), 1);
    let account = world.account("p0")?;
    assert_eq!(account["displayName"], "Person p0");
    assert_eq!(account["nickName"], "P", "what we do not map is not ours to change");
    let links = world.store.find_links(world.job, &[user.id]).await?;
    assert_eq!(links[&user.id].origin, Origin::Adopted);
    assert_eq!(Some(links[&user.id].target_id.clone()), id);
    Ok(())
}

fn match_by_external_id(mapping: &mut purser_domain::mapping::ObjectMapping) {
    for row in &mut mapping.attributes {
        row.matching_priority = (row.target == "externalId").then_some(1);
    }
}

#[tokio::test]
async fn two_people_never_share_an_account() -> Result<()> {
    let world = World::new().await?;
    // Both match by a nickname that they share.
    world.map(match_by_external_id).await?;
    world.target.insert(json!({"userName": "shared", "externalId": "nick", "active": true}));
    let users = world.hire_many(2).await?;
    for user in &users {
        world.edit(user.id, |user| user.attributes.mail_nickname = Some("nick".to_owned())).await?;
    }
    let outcome = world.run().await?;
    assert_eq!((outcome.counts.updated, outcome.counts.failed), (1, 1));
    let failed: Vec<_> =
        world.logs().await?.into_iter().filter(|row| row.status == LogStatus::Failure).collect();
    assert_eq!(
        failed[0].detail.error.as_ref().map(|error| error.code.as_str()),
        Some("DuplicateSourceEntries")
    );
    Ok(())
}

#[tokio::test]
async fn a_person_with_two_matching_accounts_is_refused_with_advice() -> Result<()> {
    let world = World::new().await?;
    world.map(match_by_external_id).await?;
    for name in ["a", "b"] {
        world.target.insert(json!({"userName": name, "externalId": "p0", "active": true}));
    }
    let user = world.hire_many(1).await?.remove(0);
    let outcome = world.run().await?;
    assert_eq!((outcome.counts.failed, outcome.end), (1, CycleEnd::Finished));
    assert_eq!(world.target.count(), 2);
    let row = &world.logs_of(user.id).await?[0];
    let error = row.detail.error.as_ref().expect("an error");
    assert_eq!(error.code, "DuplicateTargetEntries");
    assert!(error.retry_at.is_some());
    assert!(!error.advice.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_new_address_means_that_links_are_checked_and_accounts_made_there() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(12).await?;
    world.run().await?;
    let other = purser_testkit::ScimTarget::start(purser_testkit::TargetOptions::default()).await?;
    world
        .configure(|spec| {
            spec.tenant_url = other.base_url();
            spec.mapping_generation += 1;
        })
        .await?;
    let outcome = world.run().await?;
    assert_eq!((outcome.end, outcome.counts.created, outcome.counts.failed), (CycleEnd::Finished, 12, 0));
    assert_eq!((other.count(), world.target.count()), (12, 12));
    Ok(())
}

#[tokio::test]
async fn strangers_who_have_the_same_ids_at_a_new_address_are_left_alone() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(6).await?;
    world.run().await?;
    let ids: Vec<String> = world.target.accounts().iter().map(|account| account["id"].to_string()).collect();
    // The new target counts its accounts in the same way: its strangers have the ids that our links know.
    let other = purser_testkit::ScimTarget::start(purser_testkit::TargetOptions::default()).await?;
    for number in 0..6 {
        other.insert(json!({"userName": format!("stranger{number}"), "active": true}));
    }
    let strangers = other.accounts();
    let same = strangers.iter().filter(|account| ids.contains(&account["id"].to_string())).count();
    world.soft_delete(people[0].id).await?;
    world.hard_delete(people[1].id).await?;
    world.edit(people[2].id, |user| user.attributes.job_title = Some("Chief".to_owned())).await?;
    world
        .configure(|spec| {
            spec.tenant_url = other.base_url();
            spec.mapping_generation += 1;
        })
        .await?;
    for _ in 0..3 {
        world.run().await?;
        world.advance(60);
    }
    assert_eq!(other.accounts()[..6], strangers[..], "{same} of them have an id that was linked");
    assert_eq!(other.count(), 6 + 4);
    Ok(())
}
