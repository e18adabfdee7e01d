use crate::fixture::{Fixture, admin, refused};
use jiff::SignedDuration;
use purser_contract::log::LogForm;
use purser_contract::problem::ProblemKind;
use purser_domain::ids::{AppId, ChangeId, CycleId, JobId, UserId};
use purser_domain::log::{LogAction, LogDetail, LogError, LogStatus, ModifiedProperty};
use purser_domain::object::ObjectKind;
use purser_store::{Batch, CycleCounts, CycleKind, LogEntry, ObservedGenerations, Progress, RunningCycle};
use uuid::Uuid;

#[tokio::test]
async fn an_empty_log_is_an_empty_page_and_unknown_words_are_told() {
    let fixture = Fixture::new().await;
    let page = fixture.portal.list_logs(&admin(), LogForm::default()).await.unwrap();
    assert_eq!((page.items.len(), page.next), (0, None));
    let form = LogForm {
        status: "Failure".into(),
        action: "create".into(),
        identity: "ann".into(),
        ..LogForm::default()
    };
    fixture.portal.list_logs(&admin(), form).await.unwrap();
    let wrong =
        fixture.portal.list_logs(&admin(), LogForm { status: "great".into(), ..LogForm::default() }).await;
    assert_eq!(refused(wrong, ProblemKind::Invalid).field.as_deref(), Some("status"));
    refused(fixture.portal.load_log(&admin(), "nonsense").await, ProblemKind::NotFound);
}

#[tokio::test]
async fn a_cycle_is_told_while_it_runs_is_paused_and_has_ended_and_its_rows_are_found() {
    let fixture = Fixture::new().await;
    let (portal, store) = (&fixture.portal, &fixture.store);
    let app = fixture.add_application("Wiki").await;
    let secret = |key: &str, value: &str| purser_service::SecretForm { key: key.into(), value: value.into() };
    let secrets = [secret("BaseAddress", "https://x.example/scim"), secret("SecretToken", "t")];
    let blade = portal.set_secrets(&admin(), &app.id, &secrets).await.unwrap();
    portal.start_job(&admin(), &app.id).await.unwrap();
    let (job, owner): (JobId, Uuid) = (blade.job_id.parse().unwrap(), Uuid::from_u128(7));
    let now = portal.clock().now();
    assert!(store.acquire_lease(job, owner, now + SignedDuration::from_hours(1), now).await.unwrap());
    let spec = store.load_spec(job).await.unwrap();
    let cycle = RunningCycle {
        id: CycleId::from_uuid(Uuid::from_u128(8)),
        kind: CycleKind::Initial,
        cursor: None,
        start_seq: 0,
        started_at: now,
        processed: 0,
        total: 320,
        processed_groups: 0,
        total_groups: 20,
        counts: CycleCounts::default(),
    };
    let observed =
        ObservedGenerations { generation: spec.generation, mapping_generation: spec.mapping_generation };
    store.begin_cycle(job, owner, &cycle, observed).await.unwrap();
    let counts = CycleCounts { created: 119, failed: 1, ..CycleCounts::default() };
    let row = |number: u128, status, error| LogEntry {
        id: ChangeId::from_uuid(Uuid::from_u128(number)),
        job,
        app: app.id.parse::<AppId>().unwrap(),
        cycle: cycle.id,
        at: now,
        action: LogAction::Create,
        status,
        kind: ObjectKind::User,
        source_id: Uuid::from_u128(100 + number),
        source_name: format!("Person {number}"),
        source_detail: format!("p{number}@x.org"),
        target_id: None,
        summary: "Created.".into(),
        duration_ms: 3,
        detail: LogDetail {
            steps: vec![],
            skip: None,
            modified: vec![ModifiedProperty { name: "userName".into(), old: None, new: Some("p".into()) }],
            error,
            exchanges: vec![],
        },
    };
    let error = LogError {
        code: "Conflict".into(),
        reason: "Taken.".into(),
        advice: "Rename.".into(),
        cure: None,
        retry_at: Some(now),
    };
    let batch = Batch {
        logs: vec![row(1, LogStatus::Success, None), row(2, LogStatus::Failure, Some(error))],
        progress: Some(Progress {
            cursor: Some(UserId::from_uuid(Uuid::from_u128(9)).into()),
            processed: 120,
            total: 320,
            total_groups: 20,
            counts,
            ..Progress::default()
        }),
        ..Batch::default()
    };
    store.commit_batch(job, owner, batch).await.unwrap();

    fixture.clock.advance(SignedDuration::from_secs(2));
    let status = portal.load_job_status(&admin(), &app.id).await.unwrap();
    assert_eq!(status.sentence, "Initial cycle is running: 120 of 300 users and 0 of 20 groups.");
    assert_eq!(
        (status.running, status.cycle, status.remaining_ms),
        (true, Some(CycleKind::Initial), Some(3_333))
    );
    assert_eq!((status.counts.created, status.counts.failed), (119, 1));
    portal.pause_job(&admin(), &app.id).await.unwrap();
    let paused = portal.load_job_status(&admin(), &app.id).await.unwrap();
    assert_eq!((paused.code.as_str(), paused.running), ("Paused", false));
    assert_eq!(
        paused.sentence,
        "Paused: the initial cycle stands at 120 of 300 users and 0 of 20 groups. Switching on goes on from there."
    );
    portal.start_job(&admin(), &app.id).await.unwrap();
    store.finish_cycle(job, owner, 0, portal.clock().now(), None).await.unwrap();
    let ended = portal.load_job_status(&admin(), &app.id).await.unwrap();
    assert_eq!(
        ended.sentence,
        "Waiting for changes; last cycle ended at 1 Mar 2026, 08:00:02 UTC. Without one, the next begins at 1 Mar 2026, 08:40:00 UTC."
    );
    assert_eq!(ended.next_cycle_at.as_deref(), Some("2026-03-01T08:40:00Z"));
    assert_eq!((ended.processed, ended.total, ended.running), (120, 320, false));
    fixture.add_user("ann@x.org", "Ann").await;
    let waiting = portal.load_job_status(&admin(), &app.id).await.unwrap();
    assert_eq!(
        (waiting.backlog, waiting.sentence.as_str()),
        (1, "1 change waits for the next cycle; last cycle ended at 1 Mar 2026, 08:00:02 UTC.")
    );

    let all = portal
        .list_logs(&admin(), LogForm { application_id: app.id.clone(), ..LogForm::default() })
        .await
        .unwrap();
    assert_eq!(
        all.items.iter().map(|row| row.identity.as_str()).collect::<Vec<_>>(),
        ["Person 2", "Person 1"]
    );
    let newest = portal.list_logs(&admin(), LogForm { size: 1, ..LogForm::default() }).await.unwrap();
    let next = LogForm { size: 1, after: newest.next.unwrap(), ..LogForm::default() };
    let next = portal.list_logs(&admin(), next).await.unwrap();
    assert_eq!((next.items[0].identity.as_str(), next.next), ("Person 1", None));
    for form in [
        LogForm { status: "failure".into(), ..LogForm::default() },
        LogForm { identity: "person 2".into(), ..LogForm::default() },
        LogForm { identity: Uuid::from_u128(102).to_string(), ..LogForm::default() },
    ] {
        let found = portal.list_logs(&admin(), form).await.unwrap();
        assert_eq!((found.items.len(), found.items[0].identity.as_str()), (1, "Person 2"));
    }
    let opened = portal.load_log(&admin(), &all.items[0].id).await.unwrap();
    assert_eq!((opened.row.target_system.as_str(), opened.modified[0].name.as_str()), ("Wiki", "userName"));
    assert_eq!(opened.error.unwrap().advice, "Rename.");
    portal.delete_application(&admin(), &app.id).await.unwrap();
    let kept = portal.load_log(&admin(), &all.items[0].id).await.unwrap();
    assert_eq!(kept.row.target_system, "(deleted application)");
}
