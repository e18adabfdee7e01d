//! Set-up, sign-in, sessions, and forged forms.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Method, header},
};
use jiff::{SignedDuration, Timestamp};
use purser_service::Caller;
use purser_store::ManualClock;
use sha2::{Digest, Sha256};

use crate::harness::{EMAIL, PASSWORD, TestPortal};

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new("2026-01-05T08:00:00Z".parse::<Timestamp>().unwrap()))
}

#[tokio::test]
async fn the_setup_link_makes_the_first_administrator_once() {
    let portal = TestPortal::start().await;
    let token = portal.assembly.portal.issue_setup_link().await.unwrap().unwrap();
    let mut browser = portal.browser();
    browser.get(&format!("/setup?token={token}")).await.expect(200);
    let fields = |token: &str, email: &str| {
        [
            ("form[token]", token.to_owned()),
            ("form[email]", email.to_owned()),
            ("form[display_name]", "Anna".to_owned()),
            ("form[password]", PASSWORD.to_owned()),
            ("form[password_again]", PASSWORD.to_owned()),
        ]
    };
    let post = async |browser: &mut crate::harness::Browser, token: &str, email: &str| {
        let fields = fields(token, email);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post("/api/setup", &fields).await
    };
    let wrong = post(&mut portal.browser(), "wrong", "eve@example.com").await;
    assert!(wrong.location().starts_with("/setup"), "{wrong:?}");
    let right = post(&mut browser, &token, EMAIL).await;
    assert_eq!((right.status.as_u16(), right.location()), (303, "/"));
    browser.get("/").await.expect(200);
    let again = post(&mut portal.browser(), &token, "eve@example.com").await;
    assert!(again.location().starts_with("/setup"), "{again:?}");
    assert!(portal.assembly.portal.issue_setup_link().await.unwrap().is_none());
}

#[tokio::test]
async fn signing_in_renews_the_session_and_signing_out_ends_it_on_the_server() {
    let portal = TestPortal::start().await.with_administrator().await;
    let mut browser = portal.browser();
    let refused = browser.sign_in(EMAIL, "wrong password here").await;
    assert!(refused.location().starts_with("/sign-in"), "{refused:?}");
    let before = browser.cookie.clone().expect("the refused sign-in's message lives in a session");
    assert_eq!(browser.sign_in(EMAIL, PASSWORD).await.location(), "/");
    let after = browser.cookie.clone().unwrap();
    assert_ne!(before, after, "a session id from before the sign-in still works");
    browser.get("/users").await.expect(200);

    let mut fixed = portal.browser();
    fixed.cookie = Some(before);
    assert_eq!(fixed.get("/users").await.status, 303);

    browser.post("/api/sign_out", &[]).await.expect(303);
    let mut stolen = portal.browser();
    stolen.cookie = Some(after);
    assert_eq!(stolen.get("/users").await.status, 303);
}

/// How much the store keeps of this browser's session.
async fn stored_bytes(portal: &TestPortal, browser: &crate::harness::Browser) -> usize {
    let cookie = browser.cookie.clone().unwrap();
    let id: tower_sessions::session::Id = cookie.strip_prefix("purser_session=").unwrap().parse().unwrap();
    let key: String = Sha256::digest(id.0.to_le_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let now = portal.assembly.portal.clock().now();
    portal.assembly.store.load_session(&key, now).await.unwrap().unwrap().data.len()
}

#[tokio::test]
async fn of_what_a_stranger_types_nothing_is_stored() {
    let portal = TestPortal::start().await;
    let token = portal.assembly.portal.issue_setup_link().await.unwrap().unwrap();
    let email = format!("{}@example.com", "a".repeat(12_000));
    let mut browser = portal.browser();
    let fields = [
        ("form[token]", &*token),
        ("form[email]", &email),
        ("form[display_name]", "Anna"),
        ("form[password]", PASSWORD),
        ("form[password_again]", PASSWORD),
    ];
    let answer = browser.post("/api/setup", &fields).await.expect(303);
    assert!(stored_bytes(&portal, &browser).await < 1_000);
    let page = browser.get(answer.location()).await.expect(200).text;
    assert!(
        page.contains("The e-mail address can\u{2019}t be used.") && page.contains("aria-invalid"),
        "{page}"
    );

    let portal = portal.with_administrator().await;
    let mut browser = portal.browser();
    let answer = browser.sign_in(&email, PASSWORD).await.expect(303);
    assert!(stored_bytes(&portal, &browser).await < 1_000);
    let page = browser.get(answer.location()).await.expect(200).text;
    assert!(page.contains("The e-mail address or the password is wrong."), "{page}");
    let page = browser.get("/sign-in").await.expect(200).text;
    assert!(!page.contains("is wrong."), "it is said once: {page}");
}

#[tokio::test]
async fn who_was_refused_and_who_signed_out_stands_on_the_audit_page_and_in_graph() {
    let portal = TestPortal::start().await.with_administrator().await;
    let mut browser = portal.browser();
    browser.sign_in("eve@example.com", "wrong password here").await;
    browser.sign_in(EMAIL, PASSWORD).await;
    browser.post("/api/sign_out", &[]).await.expect(303);
    let client = portal.client().await;
    let audits = client.all("/auditLogs/directoryAudits").await;
    let refused = audits.iter().find(|row| row["result"] == "failure").expect("a refused sign-in");
    assert_eq!(refused["activityDisplayName"], "Sign in to portal");
    assert_eq!(refused["resultReason"], "There is no such account.");
    assert_eq!(refused["targetResources"][0]["displayName"], "eve@example.com");
    let left = audits.iter().find(|row| row["activityDisplayName"] == "Sign out of portal");
    assert_eq!(left.expect("a sign-out")["result"], "success");
    let page = portal.signed_in().await.get("/audit-log").await.expect(200).text;
    assert!(page.contains("Refused") && page.contains("There is no such account."), "{page}");
}

#[tokio::test]
async fn what_waits_to_be_removed_is_shown_on_home_and_goes_when_confirmed() {
    let clock = clock();
    let portal = TestPortal::start_at(clock.clone()).await.with_administrator().await;
    portal.assembly.portal.keep_house().await.unwrap();
    let client = portal.client().await;
    let id = client.create_user("leaver@example.com", "Leaver").await;
    client.call(Method::DELETE, &format!("/users/{id}"), None).await.expect(204);
    assert!(!portal.signed_in().await.get("/").await.expect(200).text.contains("kept until you confirm"));
    clock.advance(SignedDuration::from_hours(24 * 100));
    portal.assembly.portal.keep_house().await.unwrap();
    let mut browser = portal.signed_in().await;
    let home = browser.get("/").await.expect(200).text;
    assert!(
        home.contains("kept until you confirm")
            && home.contains("1 user")
            && home.contains("older than ")
            && home.contains("90 days"),
        "{home}"
    );
    let value = |name: &str| {
        let field = home.split(&format!("name=\"{name}\"")).nth(1).expect(name);
        field.split("value=\"").nth(1).expect(name).split('"').next().expect(name).to_owned()
    };
    let fields = ["form[people]", "form[log_rows]", "form[now]"];
    let form = fields.map(|name| (name, value(name)));
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let confirmed = browser.post("/api/confirm_purge", &form).await;
    assert_eq!((confirmed.status.as_u16(), confirmed.location()), (303, "/"));
    let home = browser.get("/").await.expect(200).text;
    assert!(
        !home.contains("kept until you confirm") && home.contains("Users deleted for good: 1."),
        "{home}"
    );
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let portal = TestPortal::start().await.with_administrator().await;
    let answer = portal.browser().sign_in(EMAIL, PASSWORD).await;
    let cookie = answer.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=3600"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain http would lose it: {cookie}");
}

#[tokio::test]
async fn an_idle_session_ends_and_an_active_one_ends_too_in_the_end() {
    let clock = clock();
    let portal = TestPortal::start_at(clock.clone()).await.with_administrator().await;
    let mut idle = portal.signed_in().await;
    let mut active = portal.signed_in().await;
    for _ in 0..3 {
        clock.advance(SignedDuration::from_mins(25));
        active.get("/users").await.expect(200);
    }
    assert_eq!(idle.get("/users").await.status, 303, "75 minutes idle");
    for _ in 0..26 {
        clock.advance(SignedDuration::from_mins(25));
        active.get("/users").await;
    }
    assert_eq!(active.get("/users").await.status, 303, "12 hours are over");
}

#[tokio::test]
async fn a_page_that_polls_does_not_keep_an_abandoned_session_alive() {
    let clock = clock();
    let portal = TestPortal::start_at(clock.clone()).await.with_administrator().await;
    let mut browser = portal.signed_in().await;
    for _ in 0..5 {
        clock.advance(SignedDuration::from_mins(13));
        browser.get("/api/job_status?id=0198c2f0-0000-7000-8000-000000000001").await;
    }
    assert_eq!(browser.get("/users").await.status, 303);
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_that_were_open() {
    let clock = clock();
    let portal = TestPortal::start_at(clock.clone()).await.with_administrator().await;
    let mut browser = portal.signed_in().await;
    clock.advance(SignedDuration::from_secs(5));
    portal.assembly.portal.reset_password(&Caller::System, EMAIL, "another long password").await.unwrap();
    assert_eq!(browser.get("/users").await.status, 303);
}

#[tokio::test]
async fn guessing_is_slowed_down_until_even_the_right_password_has_to_wait() {
    let clock = clock();
    let portal = TestPortal::start_at(clock.clone()).await.with_administrator().await;
    for attempt in 0..12 {
        portal.browser().sign_in(EMAIL, &format!("wrong password {attempt}")).await;
    }
    let right = portal.browser().sign_in(EMAIL, PASSWORD).await;
    assert!(right.location().starts_with("/sign-in"), "twelve guesses and the door is open: {right:?}");
    clock.advance(SignedDuration::from_hours(2));
    assert_eq!(portal.browser().sign_in(EMAIL, PASSWORD).await.location(), "/");
}

#[tokio::test]
async fn nobody_is_led_to_another_site_after_signing_in() {
    let portal = TestPortal::start().await.with_administrator().await;
    for next in ["//evil.example", "https://evil.example", "/\\evil.example"] {
        let fields = [("form[email]", EMAIL), ("form[password]", PASSWORD), ("form[next]", next)];
        assert_eq!(portal.browser().post("/api/sign_in", &fields).await.location(), "/", "{next}");
    }
    let fields = [("form[email]", EMAIL), ("form[password]", PASSWORD), ("form[next]", "/users?search=a")];
    assert_eq!(portal.browser().post("/api/sign_in", &fields).await.location(), "/users?search=a");
}

#[tokio::test]
async fn a_form_that_another_site_sends_changes_nothing() {
    let portal = TestPortal::start().await.with_administrator().await;
    let mut browser = portal.signed_in().await;
    let body = "form%5Bdisplay_name%5D=Forged&form%5Bid%5D=";
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("referer", "http://evil.example/"),
        ("x-nothing", "at all"),
    ] {
        let request = axum::http::Request::post("/api/save_group")
            .header(header::HOST, "purser.test")
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, browser.cookie.clone().unwrap())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(name, value)
            .body(Body::from(body))
            .unwrap();
        let answer = browser.send(request).await.expect(403);
        assert!(answer.text.contains("did not come from a page of this portal"), "{name}: {value}");
    }
    let groups = portal.client().await.get("/groups").await;
    assert_eq!(groups["value"].as_array().unwrap().len(), 0);
    let own = browser.post("/api/save_group", &[("form[display_name]", "Own"), ("form[id]", "")]).await;
    assert!(own.location().starts_with("/groups/"), "{own:?}");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers_and_pages_a_nonce_of_their_own() {
    let portal = TestPortal::start().await.with_administrator().await;
    let mut browser = portal.signed_in().await;
    for path in ["/", "/users", "/nothing-here", "/favicon.svg", "/v1.0/users", "/sign-in"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(!answer.header("content-security-policy").contains("unsafe-inline"), "{path}");
    }
    let (one, two) = (browser.get("/users").await, browser.get("/users").await);
    let nonce =
        |policy: &str| policy.split("'nonce-").nth(1).map(|rest| rest.split('\'').next().unwrap().to_owned());
    let first = nonce(one.header("content-security-policy")).expect("the page's policy has a nonce");
    assert_ne!(Some(first.clone()), nonce(two.header("content-security-policy")));
    assert!(one.text.contains(&format!("nonce=\"{first}\"")), "the page's own scripts carry it");
    assert_eq!(one.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_signed_in_browser_gets_the_portals_own_page_where_nothing_is() {
    let portal = TestPortal::start().await.with_administrator().await;
    let answer = portal.signed_in().await.get("/nothing-here").await.expect(404);
    assert!(answer.header("content-type").starts_with("text/html"));
    let mut browser = portal.signed_in().await;
    let request = browser.request(Method::DELETE, "/users").body(Body::empty()).unwrap();
    browser.send(request).await.expect(405);
}
