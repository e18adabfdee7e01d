//! Configuration and state of jobs.

use crate::support::{Bench, later, now};
use jiff::SignedDuration;
use purser_domain::{
    ids::{CycleId, JobId},
    job::QuarantineCode,
    mapping::{FlowType, MappingSource, default_user_mapping},
    object::ObjectKind,
    schema::Schema,
    secret::Secret,
};
use purser_store::{
    CycleCounts, CycleKind, FinishedCycle, JobMode, ObservedGenerations, Principal, Quarantine, RunningCycle,
    StoreError, new_id,
};
use uuid::Uuid;

const INTERVAL: SignedDuration = SignedDuration::from_secs(40);
const OBSERVED: ObservedGenerations = ObservedGenerations { generation: 1, mapping_generation: 1 };

#[tokio::test]
async fn a_stale_save_of_the_configuration_is_refused() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let mut spec = bench.add_application("Promapp").await?;
    spec.enabled = false;
    let tx = bench.store.begin().await?;
    tx.update_spec(&spec, 1).await?;
    tx.commit().await?;
    let tx = bench.store.begin().await?;
    let refused = tx.update_spec(&spec, 1).await;
    assert!(matches!(refused, Err(StoreError::Stale { stored: 2, .. })));
    let second = tx.insert_job(&spec).await;
    assert!(matches!(second, Err(StoreError::Taken { .. })));
    drop(tx);
    assert!(bench.store.list_enabled_jobs().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_schema_comes_back_with_all_it_says() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let spec = bench.add_application("Promapp").await?;
    let missing = bench.store.load_schema(spec.job_id).await;
    assert!(matches!(missing, Err(StoreError::Missing { what: "schema", .. })));
    let tx = bench.store.begin().await?;
    tx.write_schema(spec.job_id, &edited_schema()).await?;
    tx.write_secret(spec.application_id, "SecretToken", &Secret::new("t0ken"), now()).await?;
    tx.commit().await?;
    assert_eq!(bench.store.load_schema(spec.job_id).await?, edited_schema());
    let job = bench.store.load_job(spec.job_id).await?.unwrap();
    assert_eq!((job.spec, job.schema), (spec, edited_schema()));
    assert_eq!(job.secrets.get("SecretToken"), Some(&Secret::new("t0ken")));

    let nobodys = JobId::from_uuid(new_id(&bench.clock));
    let refused = bench.store.begin().await?.write_schema(nobodys, &edited_schema()).await;
    assert!(matches!(refused, Err(StoreError::Missing { what: "job", .. })));
    Ok(())
}

#[tokio::test]
async fn a_seed_belongs_to_its_job_and_master_key_and_is_never_shown() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let (one, two) = (bench.add_application("Promapp").await?, bench.add_application("Airstack").await?);
    let tx = bench.store.begin().await?;
    tx.write_schema(one.job_id, &edited_schema()).await?;
    tx.write_schema(two.job_id, &edited_schema()).await?;
    tx.commit().await?;
    let first = bench.store.load_job(one.job_id).await?.unwrap();
    assert_eq!(bench.store.load_job(one.job_id).await?.unwrap().seed, first.seed, "the same each time");
    assert_ne!(bench.store.load_job(two.job_id).await?.unwrap().seed, first.seed);
    let elsewhere = bench.reopen(8).await?.load_job(one.job_id).await?.unwrap();
    assert_ne!(elsewhere.seed, first.seed);
    assert_ne!(first.seed.expose(), [0; 32]);
    assert_eq!(format!("{:?}", first.seed), "***");
    Ok(())
}

#[tokio::test]
async fn a_lease_is_held_by_one_and_taken_over_when_it_runs_out() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let job = bench.add_application("Promapp").await?.job_id;
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let store = &bench.store;
    assert!(store.acquire_lease(job, one, later(30), now()).await?);
    assert!(!store.acquire_lease(job, two, later(30), later(29)).await?);
    assert!(store.acquire_lease(job, one, later(40), later(29)).await?, "taking one's own again is renewing");
    assert!(store.renew_lease(job, one, later(50)).await?);
    assert!(!store.acquire_lease(job, two, later(90), later(49)).await?);
    assert!(store.acquire_lease(job, two, later(90), later(50)).await?);
    assert!(!store.renew_lease(job, one, later(99)).await?, "lost");
    store.release_lease(job, one).await?;
    assert_eq!(store.load_status(job).await?.lease_owner, Some(two), "not somebody else's to release");
    store.release_lease(job, two).await?;
    assert!(store.acquire_lease(job, one, later(90), later(51)).await?);
    Ok(())
}

#[tokio::test]
async fn a_job_has_work_exactly_when_a_cycle_would_find_some() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let mut spec = bench.add_application("Promapp").await?;
    let (job, store, owner) = (spec.job_id, &bench.store, Uuid::from_u128(1));
    assert!(store.has_work(job, now(), INTERVAL).await?, "no initial cycle yet");
    assert!(store.acquire_lease(job, owner, later(600), now()).await?);
    store.begin_cycle(job, owner, &cycle(CycleKind::Initial), OBSERVED).await?;
    assert!(store.has_work(job, now(), INTERVAL).await?, "not finished");
    store.finish_cycle(job, owner, 0, later(1), None).await?;
    assert!(!store.has_work(job, now(), INTERVAL).await?, "in step");
    assert!(!store.has_work(job, later(39), INTERVAL).await?, "the interval is not over");
    assert!(
        store.has_work(job, later(40), INTERVAL).await?,
        "it counts from the beginning of the last cycle"
    );
    assert!(store.has_work(job, later(-1), INTERVAL).await?, "the clock was set back");

    let other = bench.add_application("Airstack").await?.application_id;
    bench.assign(other, Principal::User(bench.user_id())).await?;
    assert!(!store.has_work(job, now(), INTERVAL).await?, "another application's business");
    bench.add_user("ada@contoso.com", "Ada").await?;
    assert!(store.has_work(job, now(), INTERVAL).await?, "the directory changed");

    let quarantine = Quarantine {
        code: QuarantineCode::InvalidCredentials,
        reason: "401".to_owned(),
        advice: "Enter a new token.".to_owned(),
        cure: None,
        since: now(),
        attempts: 1,
        tried_at: now(),
        next_attempt_at: later(30),
    };
    store.set_quarantine(job, owner, Some(&quarantine)).await?;
    assert!(!store.has_work(job, later(29), INTERVAL).await?, "quarantine lasts");
    assert!(store.has_work(job, later(30), INTERVAL).await?, "next attempt");
    assert_eq!(store.load_status(job).await?.quarantine, Some(quarantine));
    store.set_quarantine(job, owner, None).await?;

    spec.enabled = false;
    let tx = store.begin().await?;
    tx.update_spec(&spec, 1).await?;
    tx.commit().await?;
    assert!(!store.has_work(job, later(99), INTERVAL).await?, "off");
    (spec.enabled, spec.mode) = (true, JobMode::Manual);
    let tx = store.begin().await?;
    tx.update_spec(&spec, 2).await?;
    tx.commit().await?;
    assert!(!store.has_work(job, later(99), INTERVAL).await?, "manual");
    (spec.mode, spec.mapping_generation) = (JobMode::Automatic, 2);
    let tx = store.begin().await?;
    tx.update_spec(&spec, 3).await?;
    tx.commit().await?;
    let last = store.last_change_seq().await?;
    store.begin_cycle(job, owner, &cycle(CycleKind::Incremental), OBSERVED).await?;
    store.finish_cycle(job, owner, last, later(2), None).await?;
    assert!(store.has_work(job, now(), INTERVAL).await?, "everybody must be looked at again");
    Ok(())
}

#[tokio::test]
async fn a_finished_cycle_becomes_the_last_one() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let job = bench.add_application("Promapp").await?.job_id;
    let owner = Uuid::from_u128(1);
    let running = cycle(CycleKind::Initial);
    let refused = bench.store.begin_cycle(job, owner, &running, OBSERVED).await;
    assert!(matches!(refused, Err(StoreError::LeaseLost)), "no lease, no cycle");
    bench.store.acquire_lease(job, owner, later(60), now()).await?;
    bench.store.begin_cycle(job, owner, &running, OBSERVED).await?;
    let status = bench.store.load_status(job).await?;
    assert_eq!(
        (status.cycle, status.first_run_at, status.observed_mapping_generation),
        (Some(running), Some(now()), 1)
    );

    let refused = bench.store.finish_cycle(job, Uuid::from_u128(2), 9, later(5), None).await;
    assert!(matches!(refused, Err(StoreError::LeaseLost)));
    bench.store.finish_cycle(job, owner, 9, later(5), None).await?;
    let status = bench.store.load_status(job).await?;
    assert_eq!((status.cycle, status.initial_done, status.watermark), (None, true, 9));
    assert_eq!(status.last_run_at, Some(later(5)));
    let last = status.finished.last.unwrap();
    assert_eq!((last.id, last.kind, last.counts), (running.id, CycleKind::Initial, running.counts));
    assert_eq!((last.began_at, last.ended_at), (now(), later(5)));
    assert_eq!((last.processed, last.total, last.processed_groups, last.total_groups), (3, 10, 1, 4));
    assert_eq!(status.finished.steady_since, Some(later(5)));
    assert_eq!(status.finished.last_clean, None, "somebody failed in it");

    // What a cycle without failures says is kept beside the last one.
    let idle = RunningCycle {
        started_at: later(10),
        counts: CycleCounts::default(),
        ..cycle(CycleKind::Incremental)
    };
    let good = RunningCycle { counts: CycleCounts { updated: 1, ..idle.counts }, ..idle };
    for (number, next) in [(20, good), (30, idle), (40, cycle(CycleKind::Initial))] {
        bench.store.begin_cycle(job, owner, &next, OBSERVED).await?;
        bench.store.finish_cycle(job, owner, 9, later(number), None).await?;
    }
    let finished = bench.store.load_status(job).await?.finished;
    let ended = |cycle: Option<FinishedCycle>| cycle.map(|cycle| cycle.ended_at);
    assert_eq!(ended(finished.last), Some(later(40)));
    assert_eq!(ended(finished.last_clean), Some(later(30)));
    assert_eq!(ended(finished.last_clean_with_exports), Some(later(20)));
    assert_eq!(finished.steady_since, Some(later(5)), "the first time");
    Ok(())
}

#[tokio::test]
async fn deleting_an_application_takes_its_job_along() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let spec = bench.add_application("Promapp").await?;
    let tx = bench.store.begin().await?;
    tx.write_schema(spec.job_id, &edited_schema()).await?;
    tx.delete_application(spec.application_id).await?;
    tx.commit().await?;
    assert!(bench.store.find_spec(spec.job_id).await?.is_none());
    assert!(bench.store.find_status(spec.job_id).await?.is_none());
    assert!(bench.store.load_schema(spec.job_id).await.is_err());
    assert!(bench.store.list_roles(spec.application_id).await?.is_empty());
    assert!(bench.store.load_job(spec.job_id).await?.is_none());
    assert!(!bench.store.has_work(spec.job_id, now(), INTERVAL).await?);
    Ok(())
}

fn cycle(kind: CycleKind) -> RunningCycle {
    RunningCycle {
        id: CycleId::from_uuid(new_id(&purser_store::ManualClock::new(now()))),
        kind,
        cursor: None,
        start_seq: 0,
        started_at: now(),
        processed: 3,
        total: 10,
        processed_groups: 1,
        total_groups: 4,
        counts: CycleCounts { created: 2, failed: 1, ..CycleCounts::default() },
    }
}

/// A schema in which every kind of source occurs, with something that we don't know.
fn edited_schema() -> Schema {
    let mut users = default_user_mapping();
    users.actions.delete = false;
    users.attributes[2].source = MappingSource::Constant("a \"quoted\" text".to_owned());
    users.attributes[3].source = MappingSource::None;
    users.attributes[3].default_value = Some("x".to_owned());
    users.attributes[4].flow_type = FlowType::ObjectAddOnly;
    users.attributes[5].clear = true;
    let mut schema = Schema::default_for("Promapp", vec![users]);
    schema.extra.insert("provisioningTaskIdentifier".to_owned(), "elsewhere".into());
    assert!(schema.mapping(ObjectKind::User).is_some());
    schema
}
