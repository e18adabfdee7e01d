//! What is removed by age, and what stays.
use crate::fixture::{Fixture, admin};
use jiff::{SignedDuration, Timestamp};
use purser_contract::log::LogForm;
use purser_contract::page::ListForm;
use purser_domain::ids::{AppId, ChangeId, CycleId, JobId};
use purser_domain::log::{LogAction, LogDetail, LogStatus};
use purser_domain::object::ObjectKind;
use purser_store::{AuditEntry, Batch, LogEntry, LogFilter};
use uuid::Uuid;

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn log(job: JobId, app: AppId, at: Timestamp) -> LogEntry {
    LogEntry {
        id: ChangeId::from_uuid(Uuid::new_v4()),
        job,
        app,
        cycle: CycleId::from_uuid(Uuid::from_u128(8)),
        at,
        action: LogAction::Create,
        status: LogStatus::Success,
        kind: ObjectKind::User,
        source_id: Uuid::from_u128(9),
        source_name: "Ann".into(),
        source_detail: String::new(),
        target_id: None,
        summary: "Created.".into(),
        duration_ms: 3,
        detail: LogDetail::default(),
    }
}

fn audit(at: Timestamp) -> AuditEntry {
    AuditEntry {
        id: Uuid::new_v4(),
        at,
        actor_id: None,
        actor_name: "Ann".into(),
        activity: "Sign in to portal".into(),
        target_id: None,
        target_name: "Ann".into(),
        details: Vec::new(),
        refusal: None,
    }
}

#[tokio::test]
async fn rows_of_both_logs_that_are_older_than_ninety_days_go_and_younger_ones_stay() {
    let fixture = Fixture::new().await;
    let (portal, store) = (&fixture.portal, &fixture.store);
    portal.keep_house().await.unwrap();
    let app = fixture.add_application("Wiki").await;
    let app = app.id.parse::<AppId>().unwrap();
    let job = store.find_job_of(app).await.unwrap().unwrap();
    let (now, owner) = (portal.clock().now(), Uuid::from_u128(7));
    assert!(store.acquire_lease(job, owner, now + SignedDuration::from_hours(1), now).await.unwrap());
    let (old, young) = (now - 91 * DAY, now - 89 * DAY);
    // More than two steps of them.
    let logs = (0..4_500).map(|_| log(job, app, old)).chain((0..10).map(|_| log(job, app, young)));
    let batch = Batch { logs: logs.collect(), ..Batch::default() };
    store.commit_batch(job, owner, batch).await.unwrap();
    let before = portal.list_audit(&admin(), ListForm::default()).await.unwrap().items.len();
    let tx = store.begin().await.unwrap();
    for at in std::iter::repeat_n(old, 2_001).chain([young]) {
        tx.append_audit(&audit(at)).await.unwrap();
    }
    tx.commit().await.unwrap();

    portal.keep_house().await.unwrap();
    let left = store.list_logs(&LogFilter::default(), None, 10_000).await.unwrap();
    assert_eq!(left.len(), 10);
    assert!(left.iter().all(|row| row.entry.at == young));
    assert_eq!(portal.list_logs(&admin(), LogForm::default()).await.unwrap().items.len(), 10);
    // The rows of this test itself lie before the old ones: the oldest are looked at first, whatever their date.
    let audit = portal.list_audit(&admin(), ListForm::default()).await.unwrap().items;
    assert_eq!(audit.len(), before + 1);

    portal.keep_house().await.unwrap();
    assert_eq!(
        store.list_logs(&LogFilter::default(), None, 10_000).await.unwrap().len(),
        10,
        "safe to do twice"
    );
}

#[tokio::test]
async fn a_step_that_is_cut_off_leaves_its_rows_for_the_next() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    fixture.portal.keep_house().await.unwrap();
    let app = fixture.add_application("Wiki").await;
    let app = app.id.parse::<AppId>().unwrap();
    let job = store.find_job_of(app).await.unwrap().unwrap();
    let (now, owner) = (fixture.portal.clock().now(), Uuid::from_u128(7));
    assert!(store.acquire_lease(job, owner, now + SignedDuration::from_hours(1), now).await.unwrap());
    let logs = (0..5).map(|_| log(job, app, now - 100 * DAY)).collect();
    store.commit_batch(job, owner, Batch { logs, ..Batch::default() }).await.unwrap();
    let count = async || store.list_logs(&LogFilter::default(), None, 100).await.unwrap().len();

    let tx = store.begin().await.unwrap();
    assert_eq!(tx.purge_logs(now, 2).await.unwrap(), 2);
    tx.commit().await.unwrap();
    let tx = store.begin().await.unwrap();
    assert_eq!(tx.purge_logs(now, 2).await.unwrap(), 2);
    drop(tx);
    assert_eq!(count().await, 3, "the step before counts, and this one did not happen");
    fixture.portal.keep_house().await.unwrap();
    assert_eq!(count().await, 0);
}

#[tokio::test]
async fn a_clock_that_jumps_removes_no_log_until_it_has_gone_on_for_a_day() {
    let fixture = Fixture::new().await;
    let (portal, store) = (&fixture.portal, &fixture.store);
    portal.keep_house().await.unwrap();
    let tx = store.begin().await.unwrap();
    tx.append_audit(&audit(portal.clock().now())).await.unwrap();
    tx.commit().await.unwrap();
    let rows = async || portal.list_audit(&admin(), ListForm::default()).await.unwrap().items.len();

    fixture.clock.advance(400 * DAY);
    portal.keep_house().await.unwrap();
    fixture.clock.advance(SignedDuration::from_mins(5));
    portal.keep_house().await.unwrap();
    assert_eq!(rows().await, 1, "also after a restart");
    fixture.clock.advance(-400 * DAY);
    portal.keep_house().await.unwrap();
    fixture.pass_days(80).await;
    assert_eq!(rows().await, 1, "the clock was put right, and the row is young");
    fixture.pass_days(12).await;
    assert_eq!(rows().await, 0);
}
