//! What somebody who is not signed in can leave behind: next to nothing.

use axum::{
    body::Body,
    http::{Method, header},
};
use jiff::{SignedDuration, Timestamp};
use purser_server::settings::Layer;
use purser_store::{ManualClock, SessionRecord};
use std::sync::Arc;

use crate::harness::{Answer, Browser, EMAIL, PASSWORD, TestPortal};

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new("2026-01-05T08:00:00Z".parse::<Timestamp>().unwrap()))
}

/// Bytes of the database's file and its log.
fn size(portal: &TestPortal) -> u64 {
    let file = portal.assembly.settings().database_file();
    let log = file.with_extension("db-wal");
    [file, log].iter().map(|file| std::fs::metadata(file).map_or(0, |found| found.len())).sum()
}

async fn post_large(browser: &mut Browser, path: &str, field: &str) -> Answer {
    let mut body = format!("form%5B{field}%5D=").into_bytes();
    body.resize(body.len() + 900_000, b'a');
    let request = browser
        .request(Method::POST, path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .unwrap();
    browser.send(request).await
}

#[tokio::test]
async fn large_forms_of_strangers_are_refused_before_anything_is_stored() {
    let portal = TestPortal::start().await.with_administrator().await;
    let before = size(&portal);
    let mut refused_before_anything_is_stored = 0;
    for (path, count) in [("/api/sign_in", 60), ("/api/setup", 20)] {
        for _ in 0..count {
            let answer = post_large(&mut portal.browser(), path, "email").await;
            assert!(answer.text.contains("larger than the 16 kB that are allowed here"), "{}", answer.text);
            if answer.status == 413 && answer.header("set-cookie").is_empty() && size(&portal) == before {
                refused_before_anything_is_stored += 1;
            }
        }
    }
    assert_eq!(refused_before_anything_is_stored, 80);
}

#[tokio::test]
async fn a_form_just_under_the_bound_leaves_no_more_than_a_code() {
    let portal = TestPortal::start().await.with_administrator().await;
    let before = size(&portal);
    let long = "a".repeat(15_000);
    for _ in 0..60 {
        portal.browser().sign_in(&long, "wrong password here").await.expect(303);
    }
    let grown = size(&portal) - before;
    assert!(grown < 1024 * 1024, "60 refused sign-ins left {grown} bytes");
}

#[tokio::test]
async fn addresses_of_one_ipv6_network_are_slowed_down_together() {
    let flags = Layer { behind_tls: Some(true), ..Layer::default() };
    let portal = TestPortal::start_with(clock(), flags).await.with_administrator().await;
    let sign_in = async |address: String, email: &str, password: &str| {
        let fields = [("form[email]", email), ("form[password]", password), ("form[next]", "")];
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut browser = portal.browser();
        let request = browser
            .request(Method::POST, "/api/sign_in")
            .header("x-forwarded-for", address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        browser.send(request).await.location().to_owned()
    };
    for number in 1..=10 {
        let address = format!("2001:db8:1:2::{number}");
        sign_in(address, &format!("p{number}@example.com"), "wrong password here").await;
    }
    let same = sign_in("2001:db8:1:2:ffff::1".to_owned(), EMAIL, PASSWORD).await;
    assert!(same.starts_with("/sign-in"), "another address of the same network went on guessing");
    assert_eq!(sign_in("2001:db8:1:3::1".to_owned(), EMAIL, PASSWORD).await, "/");
}

#[tokio::test]
async fn a_sign_in_that_has_to_wait_writes_nothing() {
    let portal = TestPortal::start_at(clock()).await.with_administrator().await;
    for number in 0..10 {
        portal.browser().sign_in(&format!("p{number}@example.com"), "wrong password here").await;
    }
    let before = size(&portal);
    let mut refused_before_anything_is_stored = 0;
    for _ in 0..20 {
        let answer = portal.browser().sign_in(EMAIL, PASSWORD).await.expect(303);
        assert!(answer.location().starts_with("/sign-in"), "{answer:?}");
        if answer.header("set-cookie").is_empty() && size(&portal) == before {
            refused_before_anything_is_stored += 1;
        }
    }
    assert_eq!(refused_before_anything_is_stored, 20);
    let answer = portal.browser().sign_in(EMAIL, PASSWORD).await;
    let page = portal.browser().get(answer.location()).await.expect(200).text;
    assert!(page.contains("Too many attempts."), "{page}");
}

#[tokio::test]
async fn looking_at_a_page_makes_no_session() {
    let portal = TestPortal::start().await.with_administrator().await;
    for path in ["/sign-in", "/setup", "/", "/healthz", "/nothing"] {
        let answer = portal.browser().get(path).await;
        assert_eq!(answer.header("set-cookie"), "", "{path}");
    }
}

#[tokio::test]
async fn sessions_that_have_ended_are_forgotten() {
    let portal = TestPortal::start().await.with_administrator().await;
    portal.browser().sign_in(EMAIL, "wrong password here").await;
    let now = portal.assembly.portal.clock().now();
    let later = now + SignedDuration::from_mins(16);
    let record = SessionRecord {
        id: "kept".to_owned(),
        data: Vec::new(),
        expires_at: later + SignedDuration::from_mins(1),
    };
    portal.assembly.store.create_session(&record).await.unwrap();
    assert_eq!(portal.assembly.store.purge_sessions(later).await.unwrap(), 1);
}

#[tokio::test]
async fn an_address_longer_than_any_page_is_not_brought_back_after_the_sign_in() {
    let portal = TestPortal::start().await.with_administrator().await;
    let answer = portal.browser().get(&format!("/users?search={}", "%3c".repeat(10_000))).await.expect(303);
    assert_eq!(answer.location(), "/sign-in");
}
