use crate::fixture::{Fixture, admin, refused, token};
use jiff::SignedDuration;
use purser_contract::problem::ProblemKind;
use purser_contract::session::{SetupForm, SignInForm};
use purser_domain::refusal::Refusal;
use purser_service::Caller;
use sha2::{Digest as _, Sha256};

const PASSWORD: &str = "correct horse battery";

fn setup_form(token: &str) -> SetupForm {
    SetupForm {
        token: token.into(),
        email: "Ada@example.org".into(),
        display_name: "Ada".into(),
        password: PASSWORD.into(),
        password_again: PASSWORD.into(),
    }
}

fn sign_in_form(email: &str, password: &str) -> SignInForm {
    SignInForm { email: email.into(), password: password.into(), next: String::new() }
}

#[tokio::test]
async fn the_newest_set_up_link_makes_the_first_administrator_once() {
    let fixture = Fixture::new().await;
    let portal = &fixture.portal;
    let old = portal.issue_setup_link().await.unwrap().unwrap();
    let link = portal.issue_setup_link().await.unwrap().unwrap();
    assert!(!portal.has_administrator().await.unwrap());
    for wrong in ["", "nonsense", old.as_str()] {
        refused(portal.complete_setup(setup_form(wrong), "10.0.0.1").await, ProblemKind::Forbidden);
    }
    let differing = SetupForm { password_again: "another password".into(), ..setup_form(&link) };
    let problem = refused(portal.complete_setup(differing, "10.0.0.1").await, ProblemKind::Invalid);
    assert_eq!(problem.field.as_deref(), Some("password_again"));

    let made = portal.complete_setup(setup_form(&link), "10.0.0.1").await.unwrap();
    assert_eq!((made.email.as_str(), made.display_name.as_str()), ("Ada@example.org", "Ada"));
    refused(portal.complete_setup(setup_form(&link), "10.0.0.1").await, ProblemKind::Forbidden);
    assert_eq!(portal.issue_setup_link().await.unwrap(), None);
    assert_eq!(fixture.audit(1).await, [("Add administrator".to_owned(), "Ada@example.org".to_owned())]);
}

#[tokio::test]
async fn two_people_with_the_same_link_at_once_make_one_administrator() {
    let fixture = Fixture::new().await;
    let link = fixture.portal.issue_setup_link().await.unwrap().unwrap();
    let (first, second) = tokio::join!(
        fixture.portal.complete_setup(setup_form(&link), "10.0.0.1"),
        fixture.portal.complete_setup(setup_form(&link), "10.0.0.1"),
    );
    assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
    assert_eq!(fixture.store.count_administrators().await.unwrap(), 1);
}

#[tokio::test]
async fn sign_in_takes_the_right_password_and_tells_nothing_about_unknown_addresses() {
    let fixture = Fixture::new().await;
    let portal = &fixture.portal;
    portal.create_administrator(&Caller::System, "ada@example.org", "Ada", PASSWORD).await.unwrap();
    let signed_in = portal.sign_in(sign_in_form(" ADA@example.org ", PASSWORD), "10.0.0.1").await.unwrap();
    assert_eq!(signed_in.display_name, "Ada");
    assert_eq!(fixture.audit(1).await[0].0, "Sign in to portal");
    let wrong = portal.sign_in(sign_in_form("ada@example.org", "wrong password!"), "10.0.0.1").await;
    let unknown = portal.sign_in(sign_in_form("bo@example.org", "wrong password!"), "10.0.0.1").await;
    let wrong = refused(wrong, ProblemKind::Unauthenticated);
    assert_eq!(wrong, refused(unknown, ProblemKind::Unauthenticated));
    let endless = portal.sign_in(sign_in_form("ada@example.org", &"x".repeat(10_000)), "10.0.0.1").await;
    assert_eq!(wrong, refused(endless, ProblemKind::Unauthenticated));
}

#[tokio::test]
async fn guessing_is_slowed_and_the_wait_is_told() {
    let fixture = Fixture::new().await;
    let portal = &fixture.portal;
    portal.create_administrator(&Caller::System, "ada@example.org", "Ada", PASSWORD).await.unwrap();
    for number in 0..3 {
        let tried =
            portal.sign_in(sign_in_form("ada@example.org", "guess guess"), &format!("10.0.0.{number}")).await;
        refused(tried, ProblemKind::Unauthenticated);
    }
    let blocked = portal.sign_in(sign_in_form("ada@example.org", PASSWORD), "10.0.0.9").await;
    assert_eq!(refused(blocked, ProblemKind::TooMany).message, "Too many attempts; try again in 1 second.");
    fixture.clock.advance(SignedDuration::from_secs(1));
    portal.sign_in(sign_in_form("ada@example.org", PASSWORD), "10.0.0.9").await.unwrap();
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_that_were_begun_with_the_old_one() {
    let fixture = Fixture::new().await;
    let portal = &fixture.portal;
    let made =
        portal.create_administrator(&Caller::System, "ada@example.org", "Ada", PASSWORD).await.unwrap();
    let id = made.id.parse().unwrap();
    let signed_in_at = portal.clock().now();
    assert_eq!(portal.resume_session(id, signed_in_at).await.unwrap(), Some(made.clone()));
    fixture.clock.advance(SignedDuration::from_secs(5));
    portal.reset_password(&Caller::System, "ADA@example.org", "another password").await.unwrap();
    assert_eq!(portal.resume_session(id, signed_in_at).await.unwrap(), None);
    refused(
        portal.sign_in(sign_in_form("ada@example.org", PASSWORD), "a").await,
        ProblemKind::Unauthenticated,
    );
    portal.sign_in(sign_in_form("ada@example.org", "another password"), "a").await.unwrap();
    let missing = portal.reset_password(&Caller::System, "bo@example.org", "another password").await;
    refused(missing, ProblemKind::NotFound);
}

#[tokio::test]
async fn an_address_is_one_administrator_in_any_case() {
    let fixture = Fixture::new().await;
    let portal = &fixture.portal;
    portal.create_administrator(&Caller::System, "ada@example.org", "Ada", PASSWORD).await.unwrap();
    let again = portal.create_administrator(&Caller::System, "ADA@EXAMPLE.ORG", "Ada", PASSWORD).await;
    assert_eq!(refused(again, ProblemKind::Conflict).field.as_deref(), Some("email"));
    let short = portal.create_administrator(&Caller::System, "bo@example.org", "Bo", "short").await;
    assert_eq!(refused(short, ProblemKind::Invalid).field.as_deref(), Some("password"));
}

#[tokio::test]
async fn a_token_is_stored_as_its_hash_and_stands_for_its_caller_until_it_is_deleted() {
    let fixture = Fixture::new().await;
    let portal = &fixture.portal;
    let (view, text) = portal.create_token(&admin(), "nightly script").await.unwrap();
    assert!(text.starts_with("purser_"));
    let stored = fixture.store.list_tokens(None, 10).await.unwrap();
    assert_eq!(stored[0].hash, Sha256::digest(text.as_bytes()).to_vec());

    let caller = portal.authenticate_token(&text, "10.0.0.1").await.unwrap().unwrap();
    assert_eq!((caller.name(), matches!(caller, Caller::Token { .. })), ("nightly script", true));
    assert!(portal.list_tokens(&admin()).await.unwrap()[0].last_used_at.is_some());
    for wrong in ["", "purser_", "purser_nonsense", &text[1..], &"x".repeat(100_000)] {
        assert_eq!(portal.authenticate_token(wrong, "10.0.0.1").await.unwrap(), None);
    }
    portal.delete_token(&admin(), &view.id).await.unwrap();
    assert_eq!(portal.authenticate_token(&text, "10.0.0.1").await.unwrap(), None);
    refused(portal.delete_token(&admin(), &view.id).await, ProblemKind::NotFound);
    let rows = fixture.audit_rows().await;
    let done: Vec<&str> =
        rows.iter().filter(|row| row.refusal.is_none()).map(|row| row.activity.as_str()).collect();
    assert_eq!(done, ["Delete API token", "Add API token"]);
    let used = rows.iter().find(|row| row.refusal == Some(Refusal::UnknownToken)).unwrap();
    let deleted = rows.iter().find(|row| row.activity == "Delete API token").unwrap();
    assert_eq!(used.actor, "Anonymous");
    assert!(rows.iter().any(|row| row.refusal.is_some() && row.target == deleted.details[0].1), "{rows:?}");
}

#[tokio::test]
async fn a_token_can_not_give_access_to_others() {
    let fixture = Fixture::new().await;
    let portal = &fixture.portal;
    refused(portal.create_token(&token(), "another").await, ProblemKind::Forbidden);
    refused(portal.list_tokens(&token()).await, ProblemKind::Forbidden);
    refused(portal.delete_token(&token(), "0").await, ProblemKind::Forbidden);
    refused(portal.create_administrator(&token(), "a@b", "A", PASSWORD).await, ProblemKind::Forbidden);
    refused(portal.reset_password(&token(), "a@b", PASSWORD).await, ProblemKind::Forbidden);
    fixture.portal.list_audit(&token(), Default::default()).await.unwrap();
}
