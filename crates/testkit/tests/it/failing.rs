//! Failing on demand, and telling about it afterwards.
use purser_testkit::{Fault, FaultRule};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Desk, hear};

fn kim() -> Value {
    json!({"user": {"name": "Kim", "email": "kim@example.com"}})
}

#[tokio::test]
async fn a_status_is_answered_and_nothing_is_done() {
    let desk = Desk::open().await;
    for status in [429, 500, 502, 503, 504] {
        desk.target.break_with(FaultRule::times(Fault::Status(status), 1));
        assert_eq!(desk.post("/users.json", kim()).await.status, status);
    }
    assert!(desk.target.user("kim@example.com").is_none());
    assert_eq!(desk.post("/users.json", kim()).await.status, 200);
}

#[tokio::test]
async fn a_gateway_may_say_504_to_what_was_done() {
    let desk = Desk::open().await;
    desk.target.break_with(FaultRule::times(Fault::StatusAfter(504), 1));
    assert_eq!(desk.post("/users.json", kim()).await.status, 504);
    assert!(desk.target.user("kim@example.com").is_some());
}

#[tokio::test]
async fn an_answer_is_lost_after_the_work_or_before_it() {
    let desk = Desk::open().await;
    let send = async || {
        desk.ask_as(desk.target.token(), Method::POST, "/users.json").json(&kim()).send().await.is_err()
    };
    desk.target.break_with(FaultRule::times(Fault::DropBefore, 1));
    assert!(send().await && desk.target.user("kim@example.com").is_none());
    desk.target.break_with(FaultRule::times(Fault::DropAfter, 1));
    assert!(send().await && desk.target.user("kim@example.com").is_some());
}

#[tokio::test]
async fn it_hangs_until_it_is_healed() {
    let desk = Desk::open().await;
    desk.target.break_with(FaultRule::always(Fault::Hang));
    let call = tokio::spawn(hear(desk.ask_as(desk.target.token(), Method::GET, "/api.json")));
    while desk.target.counts().get == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!call.is_finished());
    desk.target.heal();
    assert_eq!(call.await.unwrap().status, 200);
}

#[tokio::test]
async fn it_answers_web_pages_and_garbage_with_200() {
    let desk = Desk::open().await;
    desk.target.break_with(FaultRule::times(Fault::Html, 1));
    let heard = desk.get("/users.json").await;
    assert_eq!((heard.status, heard.header("content-type")), (200, Some("text/html; charset=utf-8")));
    desk.target.break_with(FaultRule::times(Fault::Garbage, 1));
    let heard = desk.get("/users.json").await;
    assert_eq!((heard.status, heard.body), (200, Value::Null));
}

#[tokio::test]
async fn it_says_when_to_come_back_or_that_the_token_is_gone() {
    let desk = Desk::open().await;
    desk.target.break_with(FaultRule::times(Fault::TooManyRequests { retry_after: 7 }, 1));
    let heard = desk.get("/users.json").await;
    assert_eq!((heard.status, heard.header("retry-after")), (429, Some("7")));
    desk.target.break_with(FaultRule::times(Fault::Unauthorized, 1));
    assert_eq!(desk.get("/users.json").await.status, 401);
}

#[tokio::test]
async fn a_rule_can_be_for_some_paths_and_methods_only() {
    let desk = Desk::open().await;
    desk.target.break_with(FaultRule::always(Fault::Status(503)).at("/roles").on("GET").after(1));
    assert_eq!(desk.get("/users.json").await.status, 200);
    assert_eq!(desk.get("/roles.json").await.status, 200);
    assert_eq!(desk.get("/roles.json").await.status, 503);
    assert_eq!(desk.post("/roles.json", json!({"role": {"name": "Agent"}})).await.status, 200);
}

#[tokio::test]
async fn requests_are_counted_and_written_down() {
    let desk = Desk::open().await;
    desk.get("/api.json").await;
    desk.target.keep_journal(true);
    desk.get("/users.json?email=kim%2Bit").await;
    desk.post("/users.json", kim()).await;
    let journal = desk.target.journal();
    let lines: Vec<_> =
        journal.iter().map(|entry| (entry.method.as_str(), entry.path.as_str(), entry.status)).collect();
    assert_eq!(lines, [("GET", "/users.json?email=kim%2Bit", 200), ("POST", "/users.json", 200)]);
    assert_eq!(journal[1].body, kim().to_string());
    assert_eq!((desk.target.counts().get, desk.target.counts().post), (2, 1));
}
