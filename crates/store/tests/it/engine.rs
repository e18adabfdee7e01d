//! Intents, batches, links, escrows and the provisioning log.

use crate::support::{Bench, later, now};
use purser_domain::{
    ids::{ChangeId, CycleId, JobId, LinkId, UserId},
    log::{LogAction, LogDetail, LogError, LogStatus},
    object::ObjectKind,
    plan::{Link, LinkState, Origin},
};
use purser_store::{
    Batch, CycleCounts, Escrow, EscrowKind, Intent, JobSpec, LogEntry, LogFilter, Progress, StoreError,
    new_id,
};
use uuid::Uuid;

const OWNER: Uuid = Uuid::from_u128(1);
const CYCLE: CycleId = CycleId::from_uuid(Uuid::from_u128(77));

#[tokio::test]
async fn a_batch_of_more_than_one_chunk_is_written_whole() -> anyhow::Result<()> {
    let (bench, spec) = leased().await?;
    let (job, store) = (spec.job_id, &bench.store);
    let users: Vec<UserId> = (0..1_234).map(|_| bench.user_id()).collect();
    store
        .open_intents(job, OWNER, CYCLE, &users.iter().map(|user| intent(*user)).collect::<Vec<_>>())
        .await?;
    assert_eq!(store.list_intents(job).await?.len(), users.len());
    let progress = Progress {
        cursor: users.last().copied().map(Into::into),
        processed: 1_234,
        total: 2_000,
        counts: CycleCounts { created: 1_234, ..CycleCounts::default() },
        watermark: None,
    };
    let batch = Batch {
        links_upsert: users.iter().map(|user| link(&bench, job, *user)).collect(),
        logs: users.iter().map(|user| entry(&bench, &spec, *user)).collect(),
        intents_done: users.iter().copied().map(Into::into).collect(),
        escrows_upsert: users.iter().map(|user| escrow(*user, 5)).collect(),
        progress: Some(progress),
        ..Batch::default()
    };
    store.commit_batch(job, OWNER, batch).await?;
    assert_eq!(store.find_links(job, &users).await?.len(), users.len());
    assert_eq!(store.count_links(job, ObjectKind::User).await?, 1_234);
    assert_eq!(store.count_escrows(job).await?, 1_234);
    assert!(store.list_intents(job).await?.is_empty());

    let cleared =
        Batch { escrows_clear: users.iter().copied().map(Into::into).collect(), ..Batch::default() };
    store.commit_batch(job, OWNER, cleared).await?;
    assert_eq!(store.count_escrows(job).await?, 0);
    assert_eq!(store.load_users(&users).await?, [], "these people were never in the directory");
    Ok(())
}

#[tokio::test]
async fn without_the_lease_nothing_is_written() -> anyhow::Result<()> {
    let (bench, spec) = leased().await?;
    let (job, store, user) = (spec.job_id, &bench.store, bench.user_id());
    assert!(store.acquire_lease(job, Uuid::from_u128(2), later(900), later(601)).await?);
    let batch = Batch { logs: vec![entry(&bench, &spec, user)], ..Batch::default() };
    assert!(matches!(store.commit_batch(job, OWNER, batch).await, Err(StoreError::LeaseLost)));
    assert!(matches!(
        store.open_intents(job, OWNER, CYCLE, &[intent(user)]).await,
        Err(StoreError::LeaseLost)
    ));
    assert!(store.list_logs(&LogFilter::default(), None, 5).await?.is_empty());
    assert!(store.list_intents(job).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_batch_that_fails_in_its_middle_leaves_nothing() -> anyhow::Result<()> {
    let (bench, spec) = leased().await?;
    let (job, store) = (spec.job_id, &bench.store);
    let (ada, bob) = (bench.user_id(), bench.user_id());
    store.open_intents(job, OWNER, CYCLE, &[intent(ada)]).await?;
    let mut second = link(&bench, job, bob);
    let first = link(&bench, job, ada);
    second.target_id.clone_from(&first.target_id);
    let batch = Batch {
        links_upsert: vec![first, second],
        intents_done: vec![ada.into()],
        escrows_upsert: vec![escrow(ada, 1)],
        ..Batch::default()
    };
    assert!(matches!(store.commit_batch(job, OWNER, batch).await, Err(StoreError::Taken { what: "link" })));
    assert_eq!(store.count_links(job, ObjectKind::User).await?, 0);
    assert_eq!(store.count_escrows(job).await?, 0);
    // As after a crash: what was about to be sent is still known.
    let reopened = bench.reopen(7).await?;
    let open = reopened.list_intents(job).await?;
    assert_eq!((open.len(), open[0].cycle, &open[0].intent), (1, CYCLE, &intent(ada)));
    Ok(())
}

#[tokio::test]
async fn a_link_is_replaced_by_source_and_found_by_account() -> anyhow::Result<()> {
    let (bench, spec) = leased().await?;
    let (job, store, user) = (spec.job_id, &bench.store, bench.user_id());
    let first = link(&bench, job, user);
    store.commit_batch(job, OWNER, Batch { links_upsert: vec![first.clone()], ..Batch::default() }).await?;
    let mut second = link(&bench, job, user);
    second.target_id = "other".to_owned();
    second.state = LinkState::Disabled;
    store.commit_batch(job, OWNER, Batch { links_upsert: vec![second.clone()], ..Batch::default() }).await?;
    second.id = first.id;
    assert_eq!(store.find_links(job, &[user]).await?[&user], second, "the id stays");
    let by_target =
        store.find_links_by_target(job, ObjectKind::User, &["other".to_owned(), first.target_id]).await?;
    assert_eq!(by_target.into_values().collect::<Vec<_>>(), [second]);

    // The account passes on to somebody else within one batch.
    let mut heir = link(&bench, job, bench.user_id());
    heir.target_id = "other".to_owned();
    let batch = Batch { links_remove: vec![first.id], links_upsert: vec![heir], ..Batch::default() };
    store.commit_batch(job, OWNER, batch).await?;
    assert!(store.find_links(job, &[user]).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn progress_and_watermark_are_stored_with_the_batch() -> anyhow::Result<()> {
    let (bench, spec) = leased().await?;
    let (job, store) = (spec.job_id, &bench.store);
    let progress = Progress { processed: 4, total: 9, watermark: Some(12), ..Progress::default() };
    store.commit_batch(job, OWNER, Batch { progress: Some(progress), ..Batch::default() }).await?;
    assert_eq!(store.load_status(job).await?.watermark, 12);
    let progress = Progress { watermark: None, ..progress };
    store.commit_batch(job, OWNER, Batch { progress: Some(progress), ..Batch::default() }).await?;
    assert_eq!(store.load_status(job).await?.watermark, 12, "left");
    Ok(())
}

#[tokio::test]
async fn escrows_come_when_they_are_due_and_wake_the_job() -> anyhow::Result<()> {
    let (bench, spec) = leased().await?;
    let (job, store) = (spec.job_id, &bench.store);
    let (ada, bob) = (bench.user_id(), bench.user_id());
    let batch = Batch { escrows_upsert: vec![escrow(bob, 20), escrow(ada, 10)], ..Batch::default() };
    store.commit_batch(job, OWNER, batch).await?;
    assert!(store.list_due_escrows(job, later(9), 5).await?.is_empty());
    assert_eq!(store.list_due_escrows(job, later(20), 5).await?, [escrow(ada, 10), escrow(bob, 20)]);
    assert_eq!(store.find_escrows(job, &[ada]).await?.into_values().collect::<Vec<_>>(), [escrow(ada, 10)]);
    Ok(())
}

#[tokio::test]
async fn the_log_is_filtered_and_paged_newest_first() -> anyhow::Result<()> {
    let (bench, spec) = leased().await?;
    let (job, store) = (spec.job_id, &bench.store);
    let users: Vec<UserId> = (0..6).map(|_| bench.user_id()).collect();
    let logs: Vec<LogEntry> = users
        .iter()
        .enumerate()
        .map(|(number, user)| {
            let mut entry = entry(&bench, &spec, *user);
            entry.source_name = format!("Person {number}");
            if number % 2 == 0 {
                entry.status = LogStatus::Failure;
                entry.action = LogAction::Update;
            }
            entry
        })
        .collect();
    store.commit_batch(job, OWNER, Batch { logs: logs.clone(), ..Batch::default() }).await?;
    let filter = LogFilter {
        app: Some(spec.application_id),
        status: Some(LogStatus::Failure),
        ..LogFilter::default()
    };
    let first = store.list_logs(&filter, None, 2).await?;
    let rest = store.list_logs(&filter, Some(first[1].seq), 2).await?;
    let ids: Vec<_> = first.iter().chain(&rest).map(|row| row.entry.id).collect();
    assert_eq!(ids, [logs[4].id, logs[2].id, logs[0].id]);
    assert_eq!(store.find_log(logs[4].id).await?.unwrap().entry, logs[4]);

    for (identity, expected) in [
        ("person 3".to_owned(), 1),
        ("PERSON".to_owned(), 6),
        (users[2].to_string(), 1),
        (format!("target-{}", users[1]), 1),
        ("nobody".to_owned(), 0),
    ] {
        let filter = LogFilter { identity, ..LogFilter::default() };
        assert_eq!(store.list_logs(&filter, None, 10).await?.len(), expected, "{}", filter.identity);
    }
    let updates = LogFilter {
        action: Some(LogAction::Update),
        cycle: Some(CYCLE),
        since: Some(now()),
        ..LogFilter::default()
    };
    assert_eq!(store.list_logs(&updates, None, 10).await?.len(), 3);
    let earlier = LogFilter { until: Some(now()), ..LogFilter::default() };
    assert!(store.list_logs(&earlier, None, 10).await?.is_empty());
    let tx = store.begin().await?;
    assert_eq!(tx.purge_logs(later(1), 4).await?, 4);
    Ok(())
}

async fn leased() -> anyhow::Result<(Bench, JobSpec)> {
    let bench = Bench::new().await?;
    let spec = bench.add_application("Promapp").await?;
    assert!(bench.store.acquire_lease(spec.job_id, OWNER, later(600), now()).await?);
    Ok((bench, spec))
}

fn link(bench: &Bench, job: JobId, user: UserId) -> Link {
    let mut exported = serde_json::Map::new();
    exported.insert("userName".to_owned(), serde_json::json!("ada@contoso.com"));
    Link {
        id: LinkId::from_uuid(new_id(&bench.clock)),
        job,
        kind: ObjectKind::User,
        source: user.as_uuid(),
        target_id: format!("target-{user}"),
        state: LinkState::Active,
        origin: Origin::Created,
        exported,
        cause: None,
        display_name: "Ada".to_owned(),
    }
}

fn entry(bench: &Bench, spec: &JobSpec, user: UserId) -> LogEntry {
    LogEntry {
        id: ChangeId::from_uuid(new_id(&bench.clock)),
        job: spec.job_id,
        app: spec.application_id,
        cycle: CYCLE,
        at: now(),
        action: LogAction::Create,
        status: LogStatus::Success,
        kind: ObjectKind::User,
        source_id: user.as_uuid(),
        source_name: "Ada".to_owned(),
        source_detail: "ada@contoso.com".to_owned(),
        target_id: Some(format!("target-{user}")),
        summary: "Created".to_owned(),
        duration_ms: 3,
        detail: LogDetail {
            error: Some(LogError {
                code: "X".to_owned(),
                reason: "y".to_owned(),
                advice: "z".to_owned(),
                cure: None,
                retry_at: Some(later(1)),
            }),
            ..LogDetail::default()
        },
    }
}

fn intent(user: UserId) -> Intent {
    Intent {
        object: user.into(),
        action: LogAction::Create,
        target_id: None,
        detail: serde_json::json!({ "userName": "ada@contoso.com" }),
        opened_at: now(),
    }
}

fn escrow(user: UserId, due: i64) -> Escrow {
    Escrow {
        object: user.into(),
        kind: EscrowKind::Failure,
        code: "Rejected".to_owned(),
        message: "no".to_owned(),
        attempts: 2,
        since: now(),
        due_at: later(due),
    }
}
