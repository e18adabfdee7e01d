//! Every door is closed, but those on the list.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use purser_server::{
    graph::list_routes,
    web::{
        OTHER_PATHS,
        gate::{PUBLIC_PATHS, is_public},
        pages::list_pages,
    },
};

use crate::harness::{Answer, TestPortal, send};

const SOME_ID: &str = "0198c2f0-0000-7000-8000-000000000001";

/// The path with something in place of each parameter.
fn fill(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') || part.starts_with(':') { SOME_ID } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

/// Everything that is registered anywhere: method and path.
fn everything() -> Vec<(Method, String)> {
    let pages = list_pages().into_iter().map(|page| (Method::GET, fill(page.path())));
    let calls = leptos::server_fn::axum::server_fn_paths().map(|(path, method)| (method, path.to_owned()));
    let graph = list_routes().map(|route| (route.method.clone(), format!("/v1.0{}", fill(route.path))));
    let others = OTHER_PATHS.iter().map(|path| (Method::GET, fill(path)));
    pages.chain(calls).chain(graph).chain(others).collect()
}

async fn ask(portal: &TestPortal, method: &Method, path: &str, html: bool) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "purser.test")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if html {
        request = request.header(header::ACCEPT, "text/html");
    }
    send(&portal.router, request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn every_route_page_server_function_and_api_path_refuses_an_anonymous_caller() {
    let portal = TestPortal::start().await.with_administrator().await;
    let all = everything();
    assert!(all.len() > 80, "only {} routes were found: the walk is broken", all.len());
    for (method, path) in all {
        if is_public(&path) {
            continue;
        }
        for html in [true, false] {
            let answer = ask(&portal, &method, &path, html).await;
            let led_to_sign_in = answer.status == 303 && answer.location().starts_with("/sign-in");
            assert!(
                answer.status == 401 || (html && method == Method::GET && led_to_sign_in),
                "{method} {path} answered {} {}",
                answer.status,
                answer.location()
            );
        }
    }
}

#[tokio::test]
async fn paths_and_methods_that_do_not_exist_are_refused_like_those_that_do() {
    let portal = TestPortal::start().await.with_administrator().await;
    for path in [
        "/nothing",
        "/v1.0",
        "/v1.0/",
        "/v1.0/nothing",
        "/api/nothing",
        "/api",
        "//",
        "/pkg",
        "/users/",
        "/.env",
    ] {
        let answer = ask(&portal, &Method::GET, path, false).await;
        assert_eq!(answer.status, 401, "{path}");
    }
    for (method, path) in
        [(Method::DELETE, "/v1.0/users"), (Method::PUT, "/users"), (Method::GET, "/api/save_user")]
    {
        assert_eq!(ask(&portal, &method, path, false).await.status, 401, "{method} {path}");
    }
}

#[tokio::test]
async fn the_public_list_names_only_what_exists_and_what_it_names_is_open() {
    let portal = TestPortal::start().await;
    let all = everything();
    for path in PUBLIC_PATHS {
        let (method, _) =
            all.iter().find(|(_, known)| known == path).unwrap_or_else(|| panic!("{path} is nothing"));
        let answer = ask(&portal, method, path, false).await;
        assert!(answer.status != 401 && answer.status != 403, "{path} answered {}", answer.status);
    }
    assert_eq!(ask(&portal, &Method::GET, "/healthz", false).await.text, "ok\n");
    assert_eq!(ask(&portal, &Method::GET, "/readyz", false).await.text, "ready\n");
}

#[tokio::test]
async fn a_session_is_worth_nothing_at_the_api_and_a_token_opens_no_page() {
    let portal = TestPortal::start().await.with_administrator().await;
    let mut browser = portal.signed_in().await;
    assert_eq!(browser.get("/v1.0/users").await.status, 401);
    let client = portal.client().await;
    let request = Request::get("/users")
        .header(header::HOST, "purser.test")
        .header(header::AUTHORIZATION, format!("Bearer {}", client.token))
        .body(Body::empty())
        .unwrap();
    assert_eq!(send(&portal.router, request).await.status, 401);
}

#[tokio::test]
async fn nonsense_in_place_of_a_token_is_refused_in_graphs_words() {
    let portal = TestPortal::start().await;
    let good = portal.client().await.token;
    for value in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic YTpi",
        &good,
        &format!("Bearer {good}x"),
        "Bearer \u{7f}",
    ] {
        let Ok(request) =
            Request::get("/v1.0/users").header(header::AUTHORIZATION, value).body(Body::empty())
        else {
            continue;
        };
        let answer = send(&portal.router, request).await;
        assert_eq!(answer.status, 401, "{value}");
        assert_eq!(answer.json()["error"]["code"], "InvalidAuthenticationToken");
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
        assert!(!answer.header("request-id").is_empty());
    }
}
