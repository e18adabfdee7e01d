//! Authorization servers that don't heed RFC 6749, or mean no good.
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use futures::FutureExt;
use jiff::SignedDuration;
use purser_connectors::{
    Connector, CredentialMethod, Credentials, EgressPolicy, ErrorKind, HttpKit, TokenVault, Tokens,
};
use purser_domain::object::ObjectKind;
use purser_domain::secret::Secret;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::support::{Shelf, credentials, now, open_at};

const USERS: &[ObjectKind] = &[ObjectKind::User];
const SECRET: &str = "cl1ent-s3cret";

type Script = dyn Fn(&HashMap<String, String>) -> Response + Send + Sync;

/// Says at its token endpoint what the script says, and takes any token that begins with `good`.
struct Odd {
    state: Arc<State>,
    address: SocketAddr,
    listener: JoinHandle<()>,
}

struct State {
    script: Box<Script>,
    asked: Mutex<Vec<HashMap<String, String>>>,
    arrived: Notify,
    /// Answers are held back until it is notified.
    gate: Option<Notify>,
}

impl Odd {
    async fn start(
        script: impl Fn(&HashMap<String, String>) -> Response + Send + Sync + 'static,
    ) -> Result<Self> {
        Self::with_gate(script, None).await
    }

    async fn with_gate(
        script: impl Fn(&HashMap<String, String>) -> Response + Send + Sync + 'static,
        gate: Option<Notify>,
    ) -> Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let script: Box<Script> = Box::new(script);
        let state = Arc::new(State { script, asked: Mutex::default(), arrived: Notify::new(), gate });
        let router = Router::new()
            .route("/token", post(token))
            .route("/scim/Users", get(list))
            .with_state(Arc::clone(&state));
        let listener = tokio::spawn(async move {
            // Ends when it is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { state, address, listener })
    }

    fn open(&self, kind: &str, vault: Option<TokenVault>) -> Result<Arc<dyn Connector>> {
        self.open_with(kind, credentials(SECRET, vault), Duration::from_secs(10))
    }

    fn open_with(
        &self,
        kind: &str,
        credentials: Credentials,
        patience: Duration,
    ) -> Result<Arc<dyn Connector>> {
        let method: CredentialMethod = serde_json::from_value(json!({
            "id": "oauth", "kind": kind, "label": "OAuth",
            "authorization_url": format!("http://{}/authorize", self.address),
            "token_url": format!("http://{}/token", self.address),
        }))?;
        let allowed_networks = vec!["127.0.0.0/8".parse()?];
        let policy = EgressPolicy { allowed_networks, request_timeout: patience, ..EgressPolicy::default() };
        open_at(&format!("http://{}/scim", self.address), &method, credentials, &HttpKit::new(policy)?)
    }

    fn asked(&self) -> Vec<HashMap<String, String>> {
        self.state.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Odd {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn token(Shared(state): Shared<Arc<State>>, Form(form): Form<HashMap<String, String>>) -> Response {
    state.asked.lock().unwrap_or_else(PoisonError::into_inner).push(form.clone());
    state.arrived.notify_one();
    if let Some(gate) = &state.gate {
        gate.notified().await;
    }
    (state.script)(&form)
}

async fn list(headers: HeaderMap) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !given.starts_with("Bearer good") {
        return (StatusCode::UNAUTHORIZED, Json(json!({"detail": "no"}))).into_response();
    }
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"];
    Json(json!({"schemas": schemas, "totalResults": 0, "Resources": []})).into_response()
}

fn says(status: u16, kind: &'static str, body: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
    (status, [("content-type", kind), ("retry-after", "7")], body.to_owned()).into_response()
}

#[tokio::test]
async fn tokens_are_understood_in_every_form_in_which_servers_hand_them_out() -> Result<()> {
    let json = "application/json";
    for (kind, body) in [
        (json, r#"{"access_token":"good","token_type":"Bearer"}"#),
        (json, r#"{"access_token":"good","token_type":"bearer","expires_in":3600}"#),
        (json, r#"{"access_token":"good","token_type":"BEARER","expires_in":"3600"}"#),
        (json, r#"{"access_token":"good","expires_in":3599.5}"#),
        (json, r#"{"access_token":"good","token_type":null,"expires_in":null,"refresh_token":null}"#),
        (json, r#"{"access_token":"good","token_type":"BearerToken","expires_in":-1}"#),
        (json, r#"{"access_token":"good","expires_in":0}"#),
        (json, r#"{"access_token":"good","expires_in":30}"#),
        (json, r#"{"access_token":"good","expires_in":"never","scope":["a","b"]}"#),
        (json, r#"{"access_token":"good","expires_in":99999999999999999999}"#),
        ("text/plain", "\u{feff}{\"access_token\":\"good\",\"token_type\":\"bearer\"}"),
        ("application/x-www-form-urlencoded", "access_token=good&token_type=bearer&expires_in=3600"),
    ] {
        let server = Odd::start(move |_| says(200, kind, body)).await?;
        let connector = server.open("clientCredentials", None)?;
        for _ in 0..3 {
            connector.check(USERS).await.with_context(|| body.to_owned())?;
        }
        ensure!(server.asked().len() == 1, "{body}: asked {} times", server.asked().len());
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_token_is_told_apart_and_shows_no_secret() -> Result<()> {
    type Expected = fn(&ErrorKind) -> bool;
    let misconfigured: Expected = |kind| *kind == ErrorKind::Misconfigured;
    let auth: Expected = |kind| *kind == ErrorKind::Auth;
    let busy: Expected = |kind| *kind == ErrorKind::Transient { retry_after: Some(Duration::from_secs(7)) };
    let (json, html) = ("application/json", "text/html");
    let deep = "[".repeat(100_000);
    let cases: Vec<(u16, &str, String, Expected)> = vec![
        (200, html, "<html>Sign in</html>".into(), misconfigured),
        (200, json, String::new(), misconfigured),
        (200, json, "{}".into(), misconfigured),
        (200, json, "[]".into(), misconfigured),
        (200, json, deep, misconfigured),
        (200, json, r#"{"access_token":""}"#.into(), misconfigured),
        (200, json, r#"{"access_token":7}"#.into(), misconfigured),
        (200, json, r#"{"error":"invalid_client"}"#.into(), auth),
        (200, json, r#"{"ok":false,"error":"bad_client_secret"}"#.into(), auth),
        (400, json, r#"{"errorCode":"invalid_client","errorSummary":"Invalid value"}"#.into(), auth),
        (400, json, r#"{"error":{"code":"invalid_scope","message":"no"}}"#.into(), auth),
        (401, html, "<html>No</html>".into(), auth),
        (401, json, String::new(), auth),
        (403, html, "<html>No</html>".into(), auth),
        (404, html, "<html>Nothing</html>".into(), misconfigured),
        (302, html, String::new(), misconfigured),
        (429, json, r#"{"error":"slow_down"}"#.into(), busy),
        (500, html, "<html>Oh</html>".into(), busy),
        (503, html, "<html>Later</html>".into(), busy),
        (400, json, format!(r#"{{"error":"x","error_description":"no {SECRET} for {SECRET}"}}"#), auth),
        (400, json, format!(r#"{{"error":"wrong {SECRET}"}}"#), auth),
    ];
    for (status, kind, body, expected) in cases {
        let short: String = body.chars().take(80).collect();
        let server = Odd::start(move |_| says(status, kind, &body)).await?;
        let error = server.open("clientCredentials", None)?.check(USERS).await.err().context("must fail")?;
        ensure!(expected(error.kind()), "{status} {short}: {error:?}");
        ensure!(
            !error.advice().is_empty() && !format!("{error:?}").contains(SECRET),
            "{status} {short}: {error:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_hangs_is_not_waited_for_for_ever() -> Result<()> {
    let server = Odd::with_gate(|_| says(200, "application/json", "{}"), Some(Notify::new())).await?;
    let connector =
        server.open_with("clientCredentials", credentials(SECRET, None), Duration::from_millis(200))?;
    let error = connector.check(USERS).await.err().context("must fail")?;
    ensure!(matches!(error.kind(), ErrorKind::Transient { .. } | ErrorKind::Unreachable(_)), "{error:?}");
    Ok(())
}

fn tokens(access: &str, refresh: Option<&str>, seconds: Option<i64>) -> Tokens {
    let expires_at = seconds.map(|seconds| now() + SignedDuration::from_secs(seconds));
    Tokens { access: Secret::new(access), refresh: refresh.map(Secret::new), expires_at }
}

#[tokio::test]
async fn a_stored_token_that_is_about_to_end_is_not_used() -> Result<()> {
    let body = r#"{"access_token":"good","refresh_token":"r2"}"#;
    let server = Odd::start(move |_| says(200, "application/json", body)).await?;
    let shelf = Shelf::default();
    shelf.put(tokens("good but old", Some("r1"), Some(30)));
    server.open("authorizationCode", Some(shelf.vault()))?.check(USERS).await?;
    ensure!(server.asked().len() == 1 && server.asked()[0]["refresh_token"] == "r1", "{:?}", server.asked());
    ensure!(
        shelf.get().context("nothing stored")?.refresh == Some(Secret::new("r2")),
        "the new one is stored"
    );
    Ok(())
}

#[tokio::test]
async fn a_refresh_whose_caller_goes_away_is_stored_all_the_same() -> Result<()> {
    let body = r#"{"access_token":"good","refresh_token":"r2","expires_in":3600}"#;
    let server = Odd::with_gate(move |_| says(200, "application/json", body), Some(Notify::new())).await?;
    let stored = Arc::new(Notify::new());
    let shelf = Shelf::default();
    shelf.put(tokens("old", Some("r1"), Some(-5)));
    let vault = shelf.vault();
    let (store, tell) = (Arc::clone(&vault.store), Arc::clone(&stored));
    let vault = TokenVault {
        store: Arc::new(move |tokens| {
            let (work, tell) = (store(tokens), Arc::clone(&tell));
            async move {
                let outcome = work.await;
                tell.notify_one();
                outcome
            }
            .boxed()
        }),
        ..vault
    };
    let connector = server.open("authorizationCode", Some(vault))?;
    tokio::select! {
        _ = connector.check(USERS) => anyhow::bail!("it was to be dropped"),
        () = server.state.arrived.notified() => {}
    }
    drop(connector);
    server.state.gate.as_ref().context("gate")?.notify_one();
    tokio::time::timeout(Duration::from_secs(10), stored.notified()).await?;
    ensure!(shelf.get().context("nothing stored")?.refresh == Some(Secret::new("r2")), "the consent is lost");
    Ok(())
}

#[tokio::test]
async fn two_applications_with_one_client_keep_their_tokens_apart() -> Result<()> {
    let server = Odd::start(|form| {
        let whose =
            form.get("refresh_token").map(|text| text.trim_end_matches(char::is_numeric)).unwrap_or_default();
        let body = json!({"access_token": format!("good-{whose}"), "refresh_token": format!("{whose}2")});
        says(200, "application/json", &body.to_string())
    })
    .await?;
    let shelves = [Shelf::default(), Shelf::default()];
    let mut connectors = Vec::new();
    for (shelf, whose) in shelves.iter().zip(["ann", "bo"]) {
        shelf.put(tokens("old", Some(&format!("{whose}1")), Some(-5)));
        connectors.push(server.open("authorizationCode", Some(shelf.vault()))?);
    }
    for checked in futures::future::join_all(connectors.iter().map(|connector| connector.check(USERS))).await
    {
        checked?;
    }
    for (shelf, whose) in shelves.iter().zip(["ann", "bo"]) {
        let stored = shelf.get().context("nothing stored")?;
        ensure!(stored.access == Secret::new(format!("good-{whose}")), "{whose} has another's token");
        ensure!(stored.refresh == Some(Secret::new(format!("{whose}2"))), "{whose} has another's token");
    }
    Ok(())
}

#[tokio::test]
async fn a_vault_that_cannot_be_read_is_said_and_no_token_is_asked_for() -> Result<()> {
    let server = Odd::start(|_| says(200, "application/json", "{}")).await?;
    let vault = Shelf::default().vault();
    let load = Arc::new(|| async { Err("the key is gone".to_owned()) }.boxed());
    let connector = server.open("authorizationCode", Some(TokenVault { load, ..vault }))?;
    let error = connector.check(USERS).await.err().context("must fail")?;
    ensure!(
        matches!(error.kind(), ErrorKind::Transient { .. }) && error.message().contains("the key is gone"),
        "{error:?}"
    );
    ensure!(server.asked().is_empty(), "{:?}", server.asked());
    Ok(())
}

#[tokio::test]
async fn a_consent_without_a_refresh_token_that_ended_is_said() -> Result<()> {
    let server = Odd::start(|_| says(200, "application/json", "{}")).await?;
    let shelf = Shelf::default();
    shelf.put(tokens("old", None, Some(-5)));
    let error =
        server.open("authorizationCode", Some(shelf.vault()))?.check(USERS).await.err().context("ended")?;
    ensure!(*error.kind() == ErrorKind::Consent && error.message().contains("has ended"), "{error:?}");
    Ok(())
}
