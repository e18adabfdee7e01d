//! What a page that asks every second costs: what was counted is not counted again while nothing happened.
use crate::fixture::{Fixture, admin};
use jiff::SignedDuration;
use purser_contract::provisioning::JobStatusView;
use purser_domain::ids::{JobId, UserId};
use purser_store::{Batch, Escrow, EscrowKind, Progress};
use uuid::Uuid;

const OWNER: Uuid = Uuid::from_u128(7);

async fn ask(fixture: &Fixture, app: &str) -> JobStatusView {
    fixture.portal.load_job_status(&admin(), app).await.unwrap()
}

/// One more object waits, and the cycle has come so far.
async fn put_into_escrow(fixture: &Fixture, job: JobId, number: u128, progress: Option<Progress>) {
    let now = fixture.portal.clock().now();
    let escrow = Escrow {
        object: UserId::from_uuid(Uuid::from_u128(number)).into(),
        kind: EscrowKind::Failure,
        code: "Rejected".into(),
        message: "no".into(),
        attempts: 1,
        since: now,
        due_at: now,
    };
    let batch = Batch { escrows_upsert: vec![escrow], progress, ..Batch::default() };
    fixture.store.commit_batch(job, OWNER, batch).await.unwrap();
}

#[tokio::test]
async fn a_job_at_rest_is_counted_again_only_when_its_status_changed_and_new_changes_are_added() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("Wiki").await;
    fixture.add_user("first@example.org", "First").await;
    let job: JobId = ask(&fixture, &app.id).await.job_id.parse().unwrap();
    let now = fixture.portal.clock().now();
    let until = now + SignedDuration::from_hours(1);
    assert!(fixture.store.acquire_lease(job, OWNER, until, now).await.unwrap());
    // No cycle does this: it shows that nothing is counted.
    put_into_escrow(&fixture, job, 1, None).await;
    assert_eq!(ask(&fixture, &app.id).await.waiting_for_retry, 0);
    put_into_escrow(&fixture, job, 2, Some(Progress { watermark: Some(1), ..Progress::default() })).await;
    assert_eq!(ask(&fixture, &app.id).await.waiting_for_retry, 2);

    put_into_escrow(&fixture, job, 3, None).await;
    fixture.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(ask(&fixture, &app.id).await.waiting_for_retry, 3, "after a minute in any case");

    let before = ask(&fixture, &app.id).await.backlog;
    for number in 1..=3 {
        fixture.add_user(&format!("p{number}@example.org"), "Newcomer").await;
        assert_eq!(ask(&fixture, &app.id).await.backlog, before + number);
    }
}
