//! Who was not let in, and who left: what the audit log tells, and how little of it an attacker can make it store.
use crate::fixture::{Fixture, admin, refused, token};
use jiff::SignedDuration;
use purser_contract::problem::ProblemKind;
use purser_contract::session::{SetupForm, SignInForm};
use purser_domain::refusal::Refusal;
use purser_service::Caller;

const PASSWORD: &str = "correct horse battery";

fn sign_in_form(email: &str, password: &str) -> SignInForm {
    SignInForm { email: email.into(), password: password.into(), next: String::new() }
}

fn detail<'d>(details: &'d [(String, String)], label: &str) -> &'d str {
    details.iter().find(|(found, _)| found == label).map(|(_, value)| value.as_str()).unwrap_or_default()
}

async fn with_ada() -> Fixture {
    let fixture = Fixture::new().await;
    fixture.portal.create_administrator(&Caller::System, "ada@example.org", "Ada", PASSWORD).await.unwrap();
    fixture
}

#[tokio::test]
async fn a_refused_sign_in_is_in_the_audit_log_with_account_address_and_reason() {
    let fixture = with_ada().await;
    let portal = &fixture.portal;
    for email in ["ada@example.org", "bo@example.org"] {
        let tried = portal.sign_in(sign_in_form(email, "wrong password!"), "10.0.0.1").await;
        refused(tried, ProblemKind::Unauthenticated);
    }
    let rows = fixture.audit_rows().await;
    let told: Vec<_> = rows.iter().take(2).map(|row| (row.target.as_str(), row.refusal)).collect();
    assert_eq!(
        told,
        [
            ("bo@example.org", Some(Refusal::UnknownAccount)),
            ("ada@example.org", Some(Refusal::WrongPassword))
        ]
    );
    assert_eq!(rows[0].activity, "Sign in to portal");
    assert_eq!(detail(&rows[0].details, "Address"), "10.0.0.1");
    assert_eq!(
        (detail(&rows[0].details, "Account"), detail(&rows[1].details, "Account")),
        ("unknown", "known")
    );
    assert!(rows.iter().all(|row| !format!("{row:?}").contains("wrong password!")));
}

#[tokio::test]
async fn many_refused_sign_ins_are_one_row_a_minute_with_their_number() {
    let fixture = with_ada().await;
    let before = fixture.audit_rows().await.len();
    for _ in 0..500 {
        let tried = fixture.portal.sign_in(sign_in_form("ada@example.org", "guess guess"), "10.0.0.1").await;
        assert!(tried.is_err());
    }
    assert_eq!(fixture.audit_rows().await.len(), before + 1);
    fixture.clock.advance(SignedDuration::from_secs(60));
    let rows = fixture.audit_rows().await;
    assert_eq!(rows.len(), before + 2);
    assert_eq!(
        (detail(&rows[0].details, "Attempts"), rows[0].refusal),
        ("499", Some(Refusal::TooManyAttempts))
    );
    assert_eq!(fixture.audit_rows().await.len(), before + 2, "told once");
}

#[tokio::test]
async fn an_account_of_a_megabyte_leaves_a_short_row() {
    let fixture = with_ada().await;
    let endless = format!("x\u{1b}{}", "é".repeat(1_000_000));
    let tried = fixture.portal.sign_in(sign_in_form(&endless, "wrong password!"), "10.0.0.1").await;
    refused(tried, ProblemKind::Unauthenticated);
    assert_eq!(fixture.audit_rows().await[0].target.chars().count(), 256);
}

#[tokio::test]
async fn what_the_throttle_refuses_writes_nothing() {
    let fixture = with_ada().await;
    for number in 0..10 {
        let form = sign_in_form(&format!("p{number}@example.org"), "wrong password!");
        assert!(fixture.portal.sign_in(form, "2001:db8::1").await.is_err());
    }
    let before = fixture.audit_rows().await.len();
    for number in 0..100 {
        let form = sign_in_form(&format!("q{number}@example.org"), "wrong password!");
        // Another address of the same network.
        let tried = fixture.portal.sign_in(form, &format!("2001:db8::ffff:{number:x}")).await;
        refused(tried, ProblemKind::TooMany);
    }
    assert_eq!(fixture.audit_rows().await.len(), before);
}

#[tokio::test]
async fn set_up_links_that_are_wrong_or_used_are_in_the_audit_log_and_slowed() {
    let fixture = Fixture::new().await;
    let portal = &fixture.portal;
    let link = portal.issue_setup_link().await.unwrap().unwrap();
    let form = |token: &str, email: &str| SetupForm {
        token: token.into(),
        email: email.into(),
        display_name: "Ada".into(),
        password: PASSWORD.into(),
        password_again: PASSWORD.into(),
    };
    refused(
        portal.complete_setup(form("wrong", "eve@example.org"), "10.0.0.1").await,
        ProblemKind::Forbidden,
    );
    portal.complete_setup(form(&link, "ada@example.org"), "10.0.0.2").await.unwrap();
    refused(
        portal.complete_setup(form(&link, "mallory@example.org"), "10.0.0.3").await,
        ProblemKind::Forbidden,
    );
    let rows = fixture.audit_rows().await;
    let told: Vec<_> =
        rows.iter().map(|row| (row.activity.as_str(), row.target.as_str(), row.refusal)).collect();
    assert_eq!(
        told,
        [
            ("Add administrator", "mallory@example.org", Some(Refusal::UsedLink)),
            ("Add administrator", "ada@example.org", None),
            ("Add administrator", "eve@example.org", Some(Refusal::UnknownLink)),
            ("Issue set-up link", "", None),
        ]
    );
    for _ in 0..9 {
        let again = portal.complete_setup(form("wrong", "eve@example.org"), "10.0.0.1").await;
        refused(again, ProblemKind::Forbidden);
    }
    refused(portal.complete_setup(form("wrong", "eve@example.org"), "10.0.0.1").await, ProblemKind::TooMany);
}

#[tokio::test]
async fn signing_out_and_a_session_that_a_new_password_ended_are_in_the_audit_log() {
    let fixture = with_ada().await;
    let portal = &fixture.portal;
    let view = portal.sign_in(sign_in_form("ada@example.org", PASSWORD), "10.0.0.1").await.unwrap();
    let caller = Caller::from_view(&view).unwrap();
    let signed_in_at = portal.clock().now();
    fixture.clock.advance(SignedDuration::from_secs(5));
    portal.sign_out(&caller, "10.0.0.1").await.unwrap();
    assert_eq!(fixture.audit(1).await, [("Sign out of portal".to_owned(), "Ada".to_owned())]);
    portal.reset_password(&Caller::System, "ada@example.org", "another password").await.unwrap();
    assert_eq!(portal.resume_session(view.id.parse().unwrap(), signed_in_at).await.unwrap(), None);
    let newest: Vec<String> = fixture.audit(2).await.into_iter().map(|row| row.0).collect();
    assert_eq!(newest, ["End session", "Reset administrator password"]);
}

#[tokio::test]
async fn guessing_tokens_fills_no_disk() {
    let fixture = Fixture::new().await;
    let before = fixture.audit_rows().await.len();
    for number in 0..300 {
        let guess = format!("purser_{number}");
        assert_eq!(fixture.portal.authenticate_token(&guess, "10.0.0.1").await.unwrap(), None);
    }
    assert!(fixture.audit_rows().await.len() <= before + 50);
    fixture.clock.advance(SignedDuration::from_secs(61));
    let rows = fixture.audit_rows().await;
    assert_eq!((rows[0].refusal, detail(&rows[0].details, "Attempts")), (Some(Refusal::Several), "250"));
    assert!(fixture.portal.list_audit(&token(), Default::default()).await.is_ok());
    assert!(fixture.portal.list_audit(&admin(), Default::default()).await.is_ok());
}

#[tokio::test]
async fn of_too_many_sign_ins_at_once_the_last_are_told_to_try_again() {
    let fixture = with_ada().await;
    let portal = &fixture.portal;
    let mut crowd = tokio::task::JoinSet::new();
    for number in 0..100 {
        let form = sign_in_form(&format!("p{number}@example.org"), "wrong password!");
        let portal = portal.clone();
        crowd.spawn(async move {
            let address = format!("10.0.1.{number}");
            portal.sign_in(form, &address).await.unwrap_err().problem().kind
        });
    }
    let answers = crowd.join_all().await;
    let busy = answers.iter().filter(|kind| **kind == ProblemKind::TooMany).count();
    assert!((1..=68).contains(&busy), "{busy} of 100 were told to try again");
    portal.sign_in(sign_in_form("ada@example.org", PASSWORD), "10.0.0.1").await.unwrap();
}
