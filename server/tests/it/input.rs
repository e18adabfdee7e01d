//! What people paste, upload and mistype in the portal.

use axum::{
    body::Body,
    http::{Method, header},
};

use crate::harness::{Browser, TestPortal};

async fn post_bytes(browser: &mut Browser, path: &str, kind: &str, body: Vec<u8>) -> crate::harness::Answer {
    let request = browser
        .request(Method::POST, path)
        .header(header::CONTENT_TYPE, kind)
        .body(Body::from(body))
        .unwrap();
    browser.send(request).await
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_ten_megabyte_form_gets_a_sentence_and_changes_nothing() {
    let portal = TestPortal::start().await.with_administrator().await;
    let mut browser = portal.signed_in().await;
    let mut body = b"form%5Bid%5D=&form%5Bdisplay_name%5D=".to_vec();
    body.resize(10 * 1024 * 1024, b'a');
    let answer = post_bytes(&mut browser, "/api/save_group", FORM, body).await.expect(413);
    assert!(answer.header("content-type").starts_with("text/html"));
    assert!(answer.text.contains("larger than the 1 MB that are allowed here, so nothing was changed"));
    let client = portal.client().await;
    assert!(client.all("/groups").await.is_empty());

    let large = serde_json::json!({ "displayName": "a".repeat(5 * 1024 * 1024) });
    let answer = client.call(Method::POST, "/groups", Some(large)).await.expect(413);
    assert_eq!(answer.json()["error"]["code"], "Request_EntityTooLarge");
}

#[tokio::test]
async fn a_csv_file_of_several_megabytes_may_be_uploaded() {
    let portal = TestPortal::start().await.with_administrator().await;
    let mut browser = portal.signed_in().await;
    let mut file = String::from("userPrincipalName,displayName\n");
    while file.len() < 3 * 1024 * 1024 {
        file.push_str(&format!("person{}@example.com,Some Body\n", file.len()));
    }
    let body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"p.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{file}\r\n--edge--\r\n"
    );
    let answer = post_bytes(
        &mut browser,
        "/api/upload_import",
        "multipart/form-data; boundary=edge",
        body.into_bytes(),
    )
    .await;
    assert!(
        answer.location().starts_with("/imports/"),
        "{} {} {}",
        answer.status,
        answer.location(),
        answer.text
    );
    browser.get(answer.location()).await.expect(200);
}

#[tokio::test]
async fn forms_that_make_no_sense_are_refused_and_never_called_our_fault() {
    let portal = TestPortal::start().await.with_administrator().await;
    let mut browser = portal.signed_in().await;
    for (path, method) in leptos::server_fn::axum::server_fn_paths() {
        for (kind, body) in [
            (FORM, &b""[..]),
            (FORM, b"form%5Bgeneration%5D=99999999999999999999999"),
            (FORM, b"form=%FF%FE&id=%00"),
            (FORM, b"&&&==%%%"),
            ("application/json", b"{"),
            ("text/plain", b"hello"),
            ("multipart/form-data", b"no boundary"),
        ] {
            if path == "/api/sign_out" {
                continue;
            }
            let request = if method == Method::GET {
                let query = String::from_utf8_lossy(body).replace(['{', ' '], "");
                browser.request(Method::GET, &format!("{path}?{query}")).body(Body::empty()).unwrap()
            } else {
                browser
                    .request(method.clone(), path)
                    .header(header::CONTENT_TYPE, kind)
                    .body(Body::from(body.to_vec()))
                    .unwrap()
            };
            let answer = browser.send(request).await;
            assert!(
                !answer.status.is_server_error(),
                "{method} {path} with {kind} answered {} {}",
                answer.status,
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn names_of_every_kind_are_kept_as_they_are_and_harm_no_page() {
    let portal = TestPortal::start().await.with_administrator().await;
    let client = portal.client().await;
    let mut browser = portal.signed_in().await;
    let names = [
        "O'Brien \"Bob\"",
        "<script>alert(1)</script>",
        "</title><script>alert(2)</script>",
        "Zoë 🎉👩‍👩‍👧",
        "محمد علي",
        "Robert'); DROP TABLE users;--",
        "a&amp;b % _ \\ ''",
    ];
    for (index, name) in names.iter().enumerate() {
        let id = client.create_user(&format!("p{index}@example.com"), name).await;
        let page = browser.get(&format!("/users/{id}")).await.expect(200);
        let raw = page.text.find("<script>alert").map(|at| &page.text[at.saturating_sub(200)..at + 40]);
        assert_eq!(raw, None, "{name} came out as markup");
        let found = client.get(&format!("/users/{id}")).await;
        assert_eq!(found["displayName"], *name);
        let filter = format!("displayName eq '{}'", name.replace('\'', "''"));
        let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let list = client.get(&format!("/users?$filter={query}")).await;
        assert_eq!(list["value"][0]["id"], id.as_str(), "{filter}");
    }
    let list = browser.get("/users").await.expect(200);
    assert!(!list.text.contains("<script>alert"));
}

#[tokio::test]
async fn the_second_of_two_editors_is_told_and_overwrites_nothing() {
    let portal = TestPortal::start().await.with_administrator().await;
    let mut browser = portal.signed_in().await;
    let client = portal.client().await;
    let made = client.post("/groups", serde_json::json!({ "displayName": "Crew" }), 201).await;
    let id = made["id"].as_str().unwrap();
    let generation =
        portal.assembly.portal.load_group(&purser_service::Caller::System, id).await.unwrap().generation;
    let generation = generation.to_string();
    let save = |name: &'static str| {
        [
            ("form[id]", id.to_owned()),
            ("form[generation]", generation.clone()),
            ("form[display_name]", name.to_owned()),
        ]
    };
    for (name, expected) in [("First", "First"), ("Second", "First")] {
        let fields = save(name);
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(field, value)| (*field, value.as_str())).collect();
        let answer = browser.post("/api/save_group", &fields).await.expect(303);
        let page = browser.get(answer.location()).await;
        assert_eq!(client.get(&format!("/groups/{id}")).await["displayName"], expected);
        if name == "Second" {
            assert!(
                page.text.contains("Somebody else saved"),
                "the second editor is not told: {}",
                page.text
            );
            assert!(page.text.contains("Second") && page.text.contains("First"), "both versions are shown");
        }
    }
}
