//! Targets that fail, in all the ways that the fake can fail.
use anyhow::{Context, Result};
use purser_domain::job::QuarantineCode;
use purser_domain::log::{Cure, LogAction, LogStatus};
use purser_engine::{CycleEnd, EngineSettings};
use purser_testkit::{Fault, FaultRule, TargetOptions, ValueRules};
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_storm_of_429_slows_the_job_down_and_loses_nobody() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(60).await?;
    world.target.break_with(FaultRule::times(Fault::TooManyRequests { retry_after: 0 }, 150));
    let outcome = world.run().await?;
    assert_eq!((outcome.end, outcome.counts.created, outcome.counts.failed), (CycleEnd::Finished, 60, 0));
    assert_eq!(world.target.count(), 60);
    Ok(())
}

#[tokio::test]
async fn answers_that_get_lost_after_the_account_was_made_make_no_second_one() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(30).await?;
    world.target.break_with(FaultRule::times(Fault::DropAfter, 10).on("POST").after(3));
    let outcome = world.run().await?;
    assert_eq!((outcome.end, outcome.counts.created, outcome.counts.failed), (CycleEnd::Finished, 30, 0));
    assert_eq!(world.target.count(), 30);
    let logs = world.logs().await?;
    assert_eq!(logs.iter().filter(|row| row.action == LogAction::Create).count(), 30);
    Ok(())
}

#[tokio::test]
async fn answers_that_get_lost_before_anything_was_done_are_made_up_for() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(30).await?;
    world.target.break_with(FaultRule::times(Fault::DropBefore, 5).on("POST").after(3));
    let outcome = world.run().await?;
    assert_eq!((outcome.end, outcome.counts.created + outcome.counts.failed), (CycleEnd::Finished, 30));
    for _ in 0..3 {
        world.advance(3600);
        world.run().await?;
    }
    assert_eq!(world.target.count(), 30);
    assert_eq!(world.store.count_escrows(world.job).await?, 0);
    assert!(world.store.list_intents(world.job).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_poison_object_gets_its_row_and_its_retries_and_stops_nobody() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(50).await?;
    world.target.break_with(FaultRule::times(Fault::Status(400), 1).on("POST").after(7));
    let outcome = world.run().await?;
    assert_eq!((outcome.end, outcome.counts.created, outcome.counts.failed), (CycleEnd::Finished, 49, 1));
    let failed: Vec<_> =
        world.logs().await?.into_iter().filter(|row| row.status == LogStatus::Failure).collect();
    assert_eq!(failed.len(), 1);
    let error = failed[0].detail.error.as_ref().expect("an error");
    assert!(error.retry_at.is_some() && !error.advice.is_empty() && !error.reason.is_empty());
    assert!(people.iter().any(|user| user.id.as_uuid() == failed[0].source_id));
    assert!(!world.has_work().await?, "not before its time");
    world.advance(30);
    assert!(world.has_work().await?);
    assert_eq!(world.run().await?.counts.created, 1);
    assert_eq!(world.target.count(), 50);
    assert_eq!(world.store.count_escrows(world.job).await?, 0);
    Ok(())
}

#[tokio::test]
async fn an_error_about_a_value_that_was_not_sent_names_its_source() -> Result<()> {
    let values = ValueRules { required: vec!["name.familyName".to_owned()], ..ValueRules::default() };
    let world = World::with_target(TargetOptions { values, ..TargetOptions::default() }).await?;
    let people = world.hire_many(1).await?;
    world.edit(people[0].id, |user| user.attributes.surname = None).await?;
    world.run().await?;
    let failed = world.logs().await?.pop().expect("a row");
    let reason = &failed.detail.error.as_ref().expect("an error").reason;
    assert!(reason.ends_with("name.familyName has no value; its source is surname."), "{reason}");
    assert!(failed.summary.contains("its source is surname"), "{}", failed.summary);
    Ok(())
}

#[tokio::test]
async fn forbidden_for_one_object_is_not_forbidden_for_all() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(40).await?;
    world.target.break_with(FaultRule::times(Fault::Status(403), 2).on("POST").after(5));
    let outcome = world.run().await?;
    assert_eq!((outcome.end, outcome.counts.created, outcome.counts.failed), (CycleEnd::Finished, 38, 2));
    assert!(world.status().await?.quarantine.is_none());
    Ok(())
}

#[tokio::test]
async fn a_leaver_whose_disable_fails_stays_in_escrow_until_it_is_done() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(3).await?;
    world.run().await?;
    world.soft_delete(people[1].id).await?;
    world.target.break_with(FaultRule::always(Fault::Status(500)).on("PATCH"));
    for tries in 1..=4 {
        let outcome = world.run().await?;
        assert_eq!((outcome.end, outcome.counts.failed), (CycleEnd::Finished, 1), "try {tries}");
        let escrow = world
            .store
            .find_escrows(world.job, &[people[1].id])
            .await?
            .remove(&people[1].id)
            .expect("escrow");
        assert_eq!(escrow.attempts, tries);
        assert!(escrow.due_at > world.now());
        world.clock.set(escrow.due_at);
    }
    assert!(world.is_active("p1")?);
    let row = world.logs_of(people[1].id).await?.pop().expect("a row");
    assert!(row.detail.error.expect("an error").advice.contains("retried 3 times"));
    // The person is deleted for good meanwhile: the account goes, through the link.
    world.hard_delete(people[1].id).await?;
    world.target.heal();
    let outcome = world.run().await?;
    assert_eq!(outcome.counts.deleted, 1);
    assert!(world.account("p1").is_err());
    assert_eq!(world.store.count_escrows(world.job).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_dead_target_puts_the_job_into_quarantine_and_recovers_by_itself() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(30).await?;
    let settings = EngineSettings { page: 10, ..EngineSettings::default() };
    world.target.break_with(FaultRule::always(Fault::Unauthorized).after(25));
    let outcome = world.engine_with(settings.clone()).run_cycle(world.job).await?;
    assert_eq!(outcome.end, CycleEnd::Quarantined);
    let quarantine = world.status().await?.quarantine.expect("a quarantine");
    assert!(!quarantine.reason.is_empty() && !quarantine.advice.is_empty());
    assert_eq!((quarantine.code, quarantine.attempts), (QuarantineCode::InvalidCredentials, 1));
    let failures = world.logs().await?.iter().filter(|row| row.status == LogStatus::Failure).count();
    assert_eq!(failures, 0, "the target's failure is not the objects'");

    // Nothing happens before its time, and then one question finds out that it is still dead.
    assert_eq!(world.run().await?.end, CycleEnd::NotDue);
    world.advance(31);
    let before = world.target.counts().total();
    assert_eq!(world.run().await?.end, CycleEnd::Quarantined);
    assert_eq!(world.target.counts().total() - before, 1);
    let quarantine = world.status().await?.quarantine.expect("a quarantine");
    assert_eq!(quarantine.attempts, 2);

    world.target.heal();
    world.clock.set(quarantine.next_attempt_at);
    let outcome = world.engine_with(settings).run_cycle(world.job).await?;
    assert_eq!((outcome.end, world.target.count()), (CycleEnd::Finished, 30));
    assert!(world.status().await?.quarantine.is_none());
    let created = world.logs().await?.iter().filter(|row| row.action == LogAction::Create).count();
    assert_eq!(created, 30);
    Ok(())
}

#[tokio::test]
async fn a_target_that_is_not_there_is_quarantined_with_a_sentence() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(3).await?;
    world.configure(|spec| spec.tenant_url = "http://127.0.0.1:1/scim".to_owned()).await?;
    assert_eq!(world.run().await?.end, CycleEnd::Quarantined);
    let quarantine = world.status().await?.quarantine.expect("a quarantine");
    assert!(!quarantine.advice.is_empty());
    // Saving the repaired address ends the wait.
    let url = world.target.base_url();
    world.configure(|spec| spec.tenant_url = url).await?;
    assert!(world.has_work().await?);
    assert_eq!(world.run().await?.end, CycleEnd::Finished);
    assert_eq!(world.target.count(), 3);
    Ok(())
}

#[tokio::test]
async fn what_a_probe_would_find_out_is_told_with_the_cure() -> Result<()> {
    let mut options = TargetOptions::default();
    options.answers.hides = vec!["userName".to_owned()];
    let world = World::with_target(options).await?;
    world.target.insert(json!({ "userName": "p0@contoso.example" }));
    let people = world.hire_many(1).await?;
    world.run().await?;
    let row = world.logs_of(people[0].id).await?.pop().context("no row")?;
    let error = row.detail.error.context("no error")?;
    assert_eq!(error.cure, Some(Cure::Probe), "{error:?}");
    assert!(error.advice.contains("capability probe"), "{error:?}");

    let world = World::new().await?;
    world.hire_many(1).await?;
    world.target.break_with(FaultRule::always(Fault::Status(415)));
    assert_eq!(world.run().await?.end, CycleEnd::Quarantined);
    let quarantine = world.status().await?.quarantine.context("no quarantine")?;
    assert_eq!(quarantine.cure, Some(Cure::Probe), "{quarantine:?}");
    Ok(())
}

#[tokio::test]
async fn leavers_are_not_forgotten_when_the_address_is_wrong_for_a_while() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(3).await?;
    world.run().await?;
    let url = world.target.base_url();
    world.configure(|spec| spec.tenant_url = format!("{url}/typo")).await?;
    world.soft_delete(people[0].id).await?;
    world.hard_delete(people[1].id).await?;
    assert_eq!(world.run().await?.end, CycleEnd::Quarantined);
    world.configure(|spec| spec.tenant_url = url).await?;
    assert_eq!(world.run().await?.end, CycleEnd::Finished);
    assert!(!world.is_active("p0")?);
    assert!(world.account("p1").is_err());
    Ok(())
}

#[tokio::test]
async fn a_mapping_that_makes_no_sense_is_quarantined_and_sends_nothing() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(1).await?;
    world.map(|mapping| mapping.attributes[0].target = "no [such thing".to_owned()).await?;
    assert_eq!(world.run().await?.end, CycleEnd::Quarantined);
    assert_eq!(world.target.counts().total(), 0);
    Ok(())
}
