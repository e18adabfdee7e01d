//! Removing for good by the clock, and by a clock that jumped: people, and rows of the logs.
use crate::fixture::{Fixture, admin, refused, token};
use jiff::SignedDuration;
use purser_contract::directory::{ConfirmPurgeForm, HeldPurgeView, UserFilter};
use purser_contract::page::ListForm;
use purser_contract::problem::ProblemKind;

/// A portal whose chores were done today, with so many people who were deleted today.
async fn with_deleted(people: usize) -> Fixture {
    let fixture = Fixture::new().await;
    fixture.portal.keep_house().await.unwrap();
    for number in 0..people {
        let user = fixture.add_user(&format!("p{number}@example.org"), "Leaver").await;
        fixture.portal.delete_user(&admin(), &user.id).await.unwrap();
    }
    fixture
}

async fn count_deleted(fixture: &Fixture) -> usize {
    let listed = fixture.portal.list_users(&admin(), UserFilter::Deleted, ListForm::default()).await;
    listed.unwrap().items.len()
}

#[tokio::test]
async fn a_new_installation_asks_nobody_and_purges_in_time() {
    let fixture = with_deleted(3).await;
    fixture.pass_days(30).await;
    assert_eq!(count_deleted(&fixture).await, 3);
    fixture.pass_days(1).await;
    assert_eq!(count_deleted(&fixture).await, 0);
    assert_eq!(fixture.portal.find_held_purge(&admin()).await.unwrap(), None);
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_deletes_nobody_until_an_administrator_confirms() {
    let fixture = with_deleted(3).await;
    let portal = &fixture.portal;
    fixture.clock.advance(SignedDuration::from_hours(400 * 24));
    portal.keep_house().await.unwrap();
    portal.keep_house().await.unwrap();
    assert_eq!(count_deleted(&fixture).await, 3);
    let held = portal.find_held_purge(&admin()).await.unwrap().unwrap();
    assert_eq!((held.people, held.accounts), (3, 0));
    assert_eq!(held.last_run_at.as_deref(), Some("2026-03-01T08:00:00Z"));
    let rows = fixture.audit_rows().await;
    assert_eq!((held.log_rows, held.more_log_rows, held.logs_kept_days), (rows.len() as u64, false, 90));

    let shown = confirm(&held);
    for less in [
        ConfirmPurgeForm { people: 2, ..shown.clone() },
        ConfirmPurgeForm { log_rows: held.log_rows - 1, ..shown.clone() },
        ConfirmPurgeForm { now: "2028-01-01T00:00:00Z".into(), ..shown.clone() },
        ConfirmPurgeForm { now: String::new(), ..shown.clone() },
    ] {
        refused(portal.confirm_purge(&admin(), less).await, ProblemKind::Conflict);
    }
    refused(portal.confirm_purge(&token(), shown.clone()).await, ProblemKind::Forbidden);
    assert_eq!(count_deleted(&fixture).await, 3);
    let gone = portal.confirm_purge(&admin(), shown.clone()).await.unwrap();
    assert_eq!((gone.people, gone.log_rows), (3, held.log_rows));
    assert_eq!(count_deleted(&fixture).await, 0);
    let rows = fixture.audit_rows().await;
    let confirmed = rows.iter().find(|row| row.activity == "Confirm removal of what is old").unwrap();
    assert_eq!(confirmed.actor, "Ada");
    assert_eq!(confirmed.details[0], ("Users".to_owned(), "3".to_owned()));
    assert_eq!(confirmed.details[2], ("Log rows".to_owned(), held.log_rows.to_string()));
    assert_eq!(portal.find_held_purge(&admin()).await.unwrap(), None);
    refused(portal.confirm_purge(&admin(), shown).await, ProblemKind::Conflict);
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_removes_no_row_of_a_log_until_an_administrator_confirms() {
    let fixture = Fixture::new().await;
    let portal = &fixture.portal;
    portal.keep_house().await.unwrap();
    fixture.add_user("p@example.org", "Stays").await;
    let rows = fixture.audit_rows().await.len();
    assert!(rows > 0);
    fixture.clock.advance(SignedDuration::from_hours(60 * 24));
    portal.keep_house().await.unwrap();
    assert_eq!(portal.find_held_purge(&admin()).await.unwrap(), None, "no row would go yet");
    fixture.pass_days(40).await;
    assert_eq!(fixture.audit_rows().await.len(), rows, "it would have gone 60 days too early");
    let held = portal.find_held_purge(&admin()).await.unwrap().unwrap();
    assert_eq!((held.people, held.log_rows), (0, rows as u64));
    let gone = portal.confirm_purge(&admin(), confirm(&held)).await.unwrap();
    assert_eq!((gone.people, gone.log_rows), (0, rows as u64));
    assert_eq!(fixture.audit_rows().await.len(), 1, "the confirmation itself");
    fixture.pass_days(91).await;
    assert_eq!(fixture.audit_rows().await.len(), 0, "the clock is believed again");
}

#[tokio::test]
async fn a_confirmation_removes_only_what_was_due_when_it_was_shown() {
    let fixture = with_deleted(1).await;
    let portal = &fixture.portal;
    fixture.clock.advance(SignedDuration::from_hours(29 * 24 + 12));
    let late = fixture.add_user("late@example.org", "Late").await;
    portal.delete_user(&admin(), &late.id).await.unwrap();
    fixture.clock.advance(SignedDuration::from_hours(30 * 24) - SignedDuration::from_mins(10));
    let held = portal.find_held_purge(&admin()).await.unwrap().unwrap();
    assert_eq!(held.people, 1);
    fixture.clock.advance(SignedDuration::from_mins(30));
    assert_eq!(portal.confirm_purge(&admin(), confirm(&held)).await.unwrap().people, 1);
    assert_eq!(count_deleted(&fixture).await, 1, "who became due since then is the next day's");
}

fn confirm(held: &HeldPurgeView) -> ConfirmPurgeForm {
    ConfirmPurgeForm { people: held.people, log_rows: held.log_rows, now: held.now.clone() }
}

#[tokio::test]
async fn a_jump_that_makes_nobody_due_at_once_still_asks_when_somebody_becomes_due() {
    let fixture = with_deleted(1).await;
    fixture.clock.advance(SignedDuration::from_hours(29 * 24));
    fixture.portal.keep_house().await.unwrap();
    assert_eq!(fixture.portal.find_held_purge(&admin()).await.unwrap(), None, "nobody would be deleted yet");
    fixture.pass_days(3).await;
    assert_eq!(count_deleted(&fixture).await, 1);
    assert_eq!(fixture.portal.find_held_purge(&admin()).await.unwrap().unwrap().people, 1);
}

#[tokio::test]
async fn a_machine_that_was_off_for_three_days_asks() {
    let fixture = with_deleted(2).await;
    fixture.pass_days(29).await;
    fixture.clock.advance(SignedDuration::from_hours(3 * 24));
    fixture.portal.keep_house().await.unwrap();
    assert_eq!(count_deleted(&fixture).await, 2);
    assert_eq!(fixture.portal.find_held_purge(&admin()).await.unwrap().unwrap().people, 2);
}

#[tokio::test]
async fn a_machine_that_was_off_for_a_day_does_not_ask() {
    let fixture = with_deleted(2).await;
    fixture.pass_days(29).await;
    fixture.clock.advance(SignedDuration::from_hours(47));
    fixture.portal.keep_house().await.unwrap();
    assert_eq!(count_deleted(&fixture).await, 0);
}

#[tokio::test]
async fn a_last_housekeeping_that_lies_in_the_future_asks_too() {
    let fixture = with_deleted(1).await;
    fixture.pass_days(29).await;
    let ahead = fixture.portal.clock().now() + SignedDuration::from_hours(24 * 365);
    let tx = fixture.store.begin().await.unwrap();
    tx.put_setting("last_housekeeping_at", &ahead.as_millisecond().to_string()).await.unwrap();
    tx.commit().await.unwrap();
    fixture.pass_days(2).await;
    assert_eq!(count_deleted(&fixture).await, 1);
    assert!(fixture.portal.find_held_purge(&admin()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_clock_that_jumps_while_nobody_is_deleted_has_nothing_to_ask() {
    let fixture = with_deleted(0).await;
    fixture.clock.advance(SignedDuration::from_hours(400 * 24));
    fixture.portal.keep_house().await.unwrap();
    let user = fixture.add_user("p@example.org", "Leaver").await;
    fixture.portal.delete_user(&admin(), &user.id).await.unwrap();
    fixture.pass_days(31).await;
    assert_eq!(count_deleted(&fixture).await, 0);
}
