//! The inconsistent styles of answers, and what requests are wrapped in.
use purser_testkit::{ComplaintStyle, Kind, SamanageOptions, Wrapping};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use crate::support::{Desk, hear};

#[tokio::test]
async fn answers_are_bare_in_live_style() {
    let desk = Desk::open().await;
    assert_eq!(desk.get("/users.json").await.body[0]["email"], "admin@example.com");
    assert_eq!(desk.get("/roles.json").await.texts("name"), ["Administrator", "Requester"]);
}

#[tokio::test]
async fn answers_are_wrapped_in_the_style_of_the_specification() {
    let desk = Desk::open_with(wrapped(Wrapping::Wrapped)).await;
    assert_eq!(desk.get("/users.json").await.body[0]["user"]["email"], "admin@example.com");
    assert_eq!(desk.get("/roles.json").await.body[0]["role"]["name"], "Administrator");
    let body = json!({"user": {"name": "Kim", "email": "kim@example.com"}});
    assert_eq!(desk.post("/users.json", body).await.body["user"]["name"], "Kim");
    assert_eq!(desk.get("/profile.json").await.body["user"]["email"], "admin@example.com");
}

#[tokio::test]
async fn answers_can_be_both_in_one_list() {
    let desk = Desk::open_with(wrapped(Wrapping::Mixed)).await;
    for name in ["A", "B", "C", "D"] {
        desk.place(Kind::Sites, name);
    }
    let heard = desk.get("/sites.json").await;
    let wrapped = heard.body.as_array().unwrap().iter().filter(|record| record["site"].is_object()).count();
    assert_eq!(wrapped, 2, "{}", heard.body);
}

#[tokio::test]
async fn ids_can_be_texts_in_answers_and_requests() {
    let desk = Desk::open_with(SamanageOptions { text_ids: true, ..Default::default() }).await;
    let boss = desk.seat("Lee Wu");
    let kim = json!({"name": "Kim", "email": "kim@example.com", "reports_to": {"id": boss.to_string()}});
    let heard = desk.post("/users.json", json!({"user": kim})).await;
    assert!(heard.body["id"].is_string() && heard.body["role"]["id"].is_string(), "{}", heard.body);
    assert!(heard.body["group_ids"][0].is_string(), "{}", heard.body);
    assert_eq!(heard.body["reports_to"]["id"], boss.to_string());
    assert!(desk.target.user("kim@example.com").unwrap()["id"].is_u64());
}

#[tokio::test]
async fn create_answers_200_or_201() {
    let body = || json!({"user": {"name": "Kim", "email": "kim@example.com"}});
    let desk = Desk::open().await;
    assert_eq!(desk.post("/users.json", body()).await.status, 200);
    let desk = Desk::open_with(SamanageOptions { created: true, ..Default::default() }).await;
    assert_eq!(desk.post("/users.json", body()).await.status, 201);
}

#[tokio::test]
async fn a_record_without_its_wrapper_is_400() {
    let desk = Desk::open().await;
    let id = desk.target.admin();
    for body in [json!({"name": "Kim", "email": "kim@example.com"}), json!({"user": "Kim"}), json!([1])] {
        assert_eq!(desk.post("/users.json", body.clone()).await.status, 400, "{body}");
        assert_eq!(desk.put(&format!("/users/{id}.json"), body.clone()).await.status, 400, "{body}");
    }
    for path in ["/groups.json", "/roles.json", "/sites.json", "/departments.json"] {
        assert_eq!(desk.post(path, json!({"name": "X"})).await.status, 400, "{path}");
    }
    assert_eq!(desk.target.records(Kind::Users).len(), 1);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_400_or_415() {
    let send = async |desk: &Desk, media: &str, body: &'static str| {
        let request = desk.ask_as(desk.target.token(), Method::POST, "/sites.json");
        hear(request.header(CONTENT_TYPE, media).body(body)).await.status
    };
    let good = r#"{"site": {"name": "Plant"}}"#;
    let desk = Desk::open().await;
    assert_eq!(send(&desk, "text/plain", good).await, 400);
    assert_eq!(send(&desk, "application/json", "{\"site\"").await, 400);
    assert_eq!(send(&desk, "application/json; charset=utf-8", good).await, 200);
    let strict = Desk::open_with(SamanageOptions { strict_media: true, ..Default::default() }).await;
    assert_eq!(send(&strict, "text/plain", good).await, 415);
    assert_eq!(send(&strict, "application/json", good).await, 200);
}

#[tokio::test]
async fn a_422_says_what_is_wrong_in_one_of_three_shapes() {
    let refused = async |complaints| {
        let desk = Desk::open_with(SamanageOptions { complaints, ..Default::default() }).await;
        let heard = desk.post("/users.json", json!({"user": {"title": "Clerk"}})).await;
        assert_eq!(heard.status, 422);
        heard.body
    };
    let blank = "can't be blank";
    assert_eq!(refused(ComplaintStyle::ByField).await, json!({"name": [blank], "email": [blank]}));
    let sentences = json!({"errors": ["Name can't be blank", "Email can't be blank"]});
    assert_eq!(refused(ComplaintStyle::List).await, sentences);
    let sentence = json!({"error": "Name can't be blank, Email can't be blank"});
    assert_eq!(refused(ComplaintStyle::Sentence).await, sentence);
}

fn wrapped(wrapping: Wrapping) -> SamanageOptions {
    SamanageOptions { wrapping, ..SamanageOptions::default() }
}
