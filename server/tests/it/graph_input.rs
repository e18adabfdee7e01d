//! What clients of the API get wrong.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use purser_server::graph::list_routes;
use serde_json::json;

use crate::harness::{TestPortal, send};

const SOME_ID: &str = "0198c2f0-0000-7000-8000-000000000001";

#[tokio::test]
async fn bad_bodies_and_unknown_ids_get_graphs_error_object_everywhere() {
    let portal = TestPortal::start().await;
    let token = portal.client().await.token;
    for route in list_routes() {
        for id in [
            SOME_ID,
            "nonsense",
            "%F0%9F%8E%89",
            "'%20or%201=1",
            "%FF",
            "00000000-0000-0000-0000-000000000000",
        ] {
            let path = route
                .path
                .split('/')
                .map(|part| if part.starts_with('{') { id } else { part })
                .collect::<Vec<_>>()
                .join("/");
            for (kind, body) in [
                ("application/json", &b"{"[..]),
                ("application/json", b""),
                ("application/json", b"[]"),
                ("application/json", b"{\"displayName\":5}"),
                ("application/json", b"{\"value\":[{\"key\":1}],\"criteria\":7}"),
                ("application/json", b"{\"nonsense\":1e999}"),
                ("application/json", b"\xff\xfe"),
                ("text/plain", b"hello"),
            ] {
                let request = Request::builder()
                    .method(&route.method)
                    .uri(format!("/v1.0{path}"))
                    .header(header::AUTHORIZATION, format!("Bearer {token}"))
                    .header(header::CONTENT_TYPE, kind)
                    .body(Body::from(body))
                    .unwrap();
                let answer = send(&portal.router, request).await;
                let what = format!("{route:?} with {id} and {}", String::from_utf8_lossy(body));
                assert!(
                    !answer.status.is_server_error(),
                    "{what} answered {} {}",
                    answer.status,
                    answer.text
                );
                if answer.status.is_client_error() {
                    let error = &answer.json()["error"];
                    assert!(
                        error["code"].is_string() && error["innerError"]["request-id"].is_string(),
                        "{what}"
                    );
                    assert!(
                        error["message"].as_str().is_some_and(|text| text.contains(' ')),
                        "{what}: {error}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn query_options_that_cannot_be_answered_are_refused_everywhere() {
    let portal = TestPortal::start().await;
    let client = portal.client().await;
    for path in [
        "/users",
        "/groups",
        "/applicationTemplates",
        "/servicePrincipals",
        "/auditLogs/provisioning",
        "/auditLogs/directoryAudits",
    ] {
        for query in [
            "$filter=nothing%20eq%20'x'",
            "$filter=displayName%20ne%20'x'",
            "$filter=(((",
            "$filter=displayName%20eq%20'x'%20or%20displayName%20eq%20'y'",
            "$top=0",
            "$top=99999999999999999999",
            "$skip=1",
            "$expand=members",
            "$orderby=id",
            "$apply=x",
        ] {
            let answer = client.call(Method::GET, &format!("{path}?{query}"), None).await;
            assert_eq!(answer.status, 400, "{path}?{query} answered {}", answer.text);
        }
    }
    for path in
        ["/users", "/groups", "/servicePrincipals", "/auditLogs/provisioning", "/auditLogs/directoryAudits"]
    {
        let answer = client.call(Method::GET, &format!("{path}?$skiptoken=damaged"), None).await;
        assert_eq!(answer.status, 400, "{path}");
    }
}

#[tokio::test]
async fn a_method_or_path_that_graph_does_not_have_here_is_an_error_object_too() {
    let portal = TestPortal::start().await;
    let client = portal.client().await;
    let answer = client.call(Method::DELETE, "/users", None).await.expect(405);
    assert!(answer.json()["error"]["message"].as_str().unwrap().contains("DELETE"));
    client.call(Method::GET, "/me", None).await.expect(404).json();
}

#[tokio::test]
async fn a_clients_own_request_id_comes_back() {
    let portal = TestPortal::start().await;
    let token = portal.client().await.token;
    let request = Request::get("/v1.0/users/nobody@example.com")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header("client-request-id", "mine-1")
        .body(Body::empty())
        .unwrap();
    let answer = send(&portal.router, request).await.expect(404);
    assert_eq!(answer.header("client-request-id"), "mine-1");
    let error = &answer.json()["error"];
    assert_eq!(error["innerError"]["client-request-id"], "mine-1");
    assert_eq!(error["innerError"]["request-id"], answer.header("request-id"));
    assert_eq!(error["code"], "Request_ResourceNotFound");
}

#[tokio::test]
async fn properties_that_purser_does_not_know_are_refused_by_name() {
    let portal = TestPortal::start().await;
    let client = portal.client().await;
    let body = json!({ "displayName": "A", "userPrincipalName": "a@b.c", "departmnt": "x" });
    let error = client.post("/users", body, 400).await;
    assert!(error["error"]["message"].as_str().unwrap().contains("departmnt"));
    assert!(client.all("/users").await.is_empty());
    for body in [
        json!({ "displayName": "G", "mailEnabled": true }),
        json!({ "displayName": "G", "groupTypes": ["Unified"] }),
        json!({ "displayName": "G", "members@odata.bind": ["https://x/v1.0/users/nobody@example.com"] }),
        json!({ "displayName": "  " }),
        json!({}),
    ] {
        let answer = client.call(Method::POST, "/groups", Some(body.clone())).await;
        assert!(answer.status.is_client_error(), "{body}");
    }
    assert!(client.all("/groups").await.is_empty());
}
