//! The limit of calls.
use std::time::Duration;

use purser_testkit::{ResetStyle, SamanageOptions};
use reqwest::Method;
use serde_json::json;

use crate::support::{Desk, hear};

fn three_calls() -> SamanageOptions {
    SamanageOptions { calls: Some(3), ..SamanageOptions::default() }
}

#[tokio::test]
async fn one_call_too_many_is_429_with_retry_after_and_is_not_processed() {
    let desk = Desk::open_with(three_calls()).await;
    for _ in 0..3 {
        assert_eq!(desk.get("/api.json").await.status, 200);
    }
    let heard = desk.post("/users.json", json!({"user": {"name": "Kim", "email": "kim@example.com"}})).await;
    assert_eq!(heard.status, 429);
    let wait: u64 = heard.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(heard.header("x-ratelimit-remaining"), None);
    assert!(desk.target.user("kim@example.com").is_none());
}

#[tokio::test]
async fn who_waits_as_long_as_told_may_call_again() {
    let desk = Desk::open_with(three_calls()).await;
    for _ in 0..3 {
        desk.get("/api.json").await;
    }
    let wait = desk.get("/api.json").await.header("retry-after").unwrap().parse().unwrap();
    desk.target.pass_time(Duration::from_secs(wait));
    for _ in 0..3 {
        assert_eq!(desk.get("/api.json").await.status, 200);
    }
    assert_eq!(desk.get("/api.json").await.status, 429);
}

#[tokio::test]
async fn calls_are_counted_for_each_user() {
    let desk = Desk::open_with(three_calls()).await;
    let kim = desk.seat("Kim Ito");
    let token = desk.target.reset_token(kim).unwrap();
    for _ in 0..4 {
        desk.get("/api.json").await;
    }
    assert_eq!(desk.get("/api.json").await.status, 429);
    assert_eq!(hear(desk.ask_as(&token, Method::GET, "/api.json")).await.status, 200);
}

#[tokio::test]
async fn the_other_headers_tell_what_is_left_and_until_when() {
    let options =
        SamanageOptions { retry_after: false, rate_headers: Some(ResetStyle::Seconds), ..three_calls() };
    let desk = Desk::open_with(options).await;
    let mut left = Vec::new();
    for _ in 0..4 {
        let heard = desk.get("/api.json").await;
        assert_eq!(heard.header("retry-after"), None);
        let reset: u64 = heard.header("x-ratelimit-reset").unwrap().parse().unwrap();
        assert!(reset <= 60, "{reset}");
        left.push((heard.status, heard.header("x-ratelimit-remaining").unwrap().to_owned()));
    }
    let expected = [(200, "2"), (200, "1"), (200, "0"), (429, "0")];
    assert_eq!(left, expected.map(|(status, left)| (status, left.to_owned())));
}

#[tokio::test]
async fn the_reset_can_be_a_time_of_day() {
    let options = SamanageOptions { rate_headers: Some(ResetStyle::Epoch), ..SamanageOptions::default() };
    let desk = Desk::open_with(options).await;
    let reset: u64 = desk.get("/api.json").await.header("x-ratelimit-reset").unwrap().parse().unwrap();
    assert!(reset > 1_700_000_000, "{reset}");
}

#[tokio::test]
async fn strangers_are_not_counted_and_a_limit_can_be_absent() {
    let desk = Desk::open_with(three_calls()).await;
    for _ in 0..9 {
        assert_eq!(hear(desk.ask_as("wrong", Method::GET, "/api.json")).await.status, 401);
    }
    assert_eq!(desk.get("/api.json").await.status, 200);
    assert_eq!(SamanageOptions::default().calls, Some(1_000), "as with the plan Advanced");
    let desk = Desk::open_with(SamanageOptions { calls: None, ..Default::default() }).await;
    assert_eq!(desk.get("/api.json").await.status, 200);
}
