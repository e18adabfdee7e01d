//! An OAuth 2.0 authorization server in memory, with an empty SCIM endpoint behind its tokens.
//!
//! It insists on what RFC 6749 and RFC 7636 prescribe: the client's secret, the redirect address, the code verifier,
//! each code once. By default it hands out a new refresh token with every refresh and takes a used one for theft:
//! then the whole consent is void, as the security recommendations (RFC 9700) want it.
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Query, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What kind of server to be.
#[derive(Debug, Clone)]
pub struct OAuthOptions {
    /// The client that it knows.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// It takes the secret in the body only, as some servers do in spite of the RFC.
    pub secret_in_body_only: bool,
    /// Seconds that an access token is said to last; `None`: it says nothing.
    pub lifetime: Option<u64>,
    /// Each refresh gives a new refresh token and ends the old one.
    pub rotates: bool,
}

impl Default for OAuthOptions {
    fn default() -> Self {
        Self {
            client_id: "purser".to_owned(),
            client_secret: "cl1ent-s3cret".to_owned(),
            secret_in_body_only: false,
            lifetime: Some(3_600),
            rotates: true,
        }
    }
}

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct OAuthServer {
    state: Arc<State>,
    address: SocketAddr,
    listener: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    options: OAuthOptions,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    count: u64,
    /// Code to challenge and redirect address.
    codes: HashMap<String, (String, String)>,
    access: Option<String>,
    refresh: Option<String>,
    used_refresh: Vec<String>,
    grants: u64,
}

impl OAuthServer {
    /// Starts a server on a free port of the loopback interface.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(options: OAuthOptions) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State { options, memory: Mutex::default() });
        let router = Router::new()
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/scim/Users", get(list))
            .route("/scim/Groups", get(list))
            .with_state(Arc::clone(&state));
        let listener = tokio::spawn(async move {
            // Ends when it is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { state, address, listener })
    }

    /// Where the administrator consents.
    #[must_use]
    pub fn authorization_url(&self) -> String {
        format!("http://{}/authorize", self.address)
    }

    /// Where tokens are handed out.
    #[must_use]
    pub fn token_url(&self) -> String {
        format!("http://{}/token", self.address)
    }

    /// The Tenant URL of the SCIM endpoint behind it.
    #[must_use]
    pub fn tenant_url(&self) -> String {
        format!("http://{}/scim", self.address)
    }

    /// How often tokens were handed out.
    #[must_use]
    pub fn grants(&self) -> u64 {
        self.state.lock().grants
    }

    /// Ends the access token, whatever was said about how long it lasts.
    pub fn end_access_token(&self) {
        self.state.lock().access = None;
    }

    /// Ends the consent, as an administrator of the application can.
    pub fn revoke(&self) {
        let mut memory = self.state.lock();
        (memory.access, memory.refresh) = (None, None);
    }
}

impl Drop for OAuthServer {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn knows_client(&self, headers: &HeaderMap, form: &HashMap<String, String>) -> bool {
        let OAuthOptions { client_id, client_secret, secret_in_body_only, .. } = &self.options;
        let pair = STANDARD.encode(format!("{client_id}:{client_secret}"));
        let in_header =
            headers.get(header::AUTHORIZATION).is_some_and(|value| *value == format!("Basic {pair}"));
        let in_body =
            form.get("client_id") == Some(client_id) && form.get("client_secret") == Some(client_secret);
        in_body || (in_header && !secret_in_body_only)
    }

    fn grant(&self, refreshes: bool) -> Response {
        let mut memory = self.lock();
        memory.count += 1;
        memory.grants += 1;
        let access = format!("access-{}", memory.count);
        memory.access = Some(access.clone());
        let mut body = json!({"access_token": access, "token_type": "Bearer"});
        if let Some(lifetime) = self.options.lifetime {
            body["expires_in"] = json!(lifetime);
        }
        if refreshes && (memory.refresh.is_none() || self.options.rotates) {
            let fresh = format!("refresh-{}", memory.count);
            if let Some(old) = memory.refresh.replace(fresh) {
                memory.used_refresh.push(old);
            }
            body["refresh_token"] = json!(memory.refresh);
        }
        Json(body).into_response()
    }
}

async fn authorize(
    Shared(state): Shared<Arc<State>>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let get = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let right = get("response_type") == "code"
        && get("client_id") == state.options.client_id
        && get("code_challenge_method") == "S256"
        && !get("code_challenge").is_empty()
        && !get("state").is_empty();
    if !right {
        return (StatusCode::BAD_REQUEST, "invalid authorization request").into_response();
    }
    let mut memory = state.lock();
    memory.count += 1;
    let code = format!("code-{}", memory.count);
    memory.codes.insert(code.clone(), (get("code_challenge").to_owned(), get("redirect_uri").to_owned()));
    Redirect::to(&format!("{}?code={code}&state={}", get("redirect_uri"), get("state"))).into_response()
}

async fn token(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    if !state.knows_client(&headers, &form) {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client", "Unknown client or wrong secret.");
    }
    let get = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    match get("grant_type") {
        "client_credentials" => state.grant(false),
        "authorization_code" => {
            let known = state.lock().codes.remove(get("code"));
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(get("code_verifier")));
            match known {
                Some((wanted, redirect)) if wanted == challenge && redirect == get("redirect_uri") => {
                    state.grant(true)
                }
                _ => refuse(StatusCode::BAD_REQUEST, "invalid_grant", "The code is not good."),
            }
        }
        "refresh_token" => {
            let given = get("refresh_token");
            if state.lock().used_refresh.iter().any(|used| used == given) {
                state.lock().refresh = None;
                return refuse(StatusCode::BAD_REQUEST, "invalid_grant", "A refresh token was used twice.");
            }
            if state.lock().refresh.as_deref() != Some(given) {
                return refuse(StatusCode::BAD_REQUEST, "invalid_grant", "The consent was withdrawn.");
            }
            state.grant(true)
        }
        _ => refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type", "Unknown grant."),
    }
}

async fn list(Shared(state): Shared<Arc<State>>, headers: HeaderMap) -> Response {
    let access = state.lock().access.clone();
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if access.is_none_or(|access| given != format!("Bearer {access}")) {
        return (StatusCode::UNAUTHORIZED, Json(json!({"detail": "token expired"}))).into_response();
    }
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 0, "Resources": [],
    });
    Json(body).into_response()
}

fn refuse(status: StatusCode, error: &str, description: &str) -> Response {
    (status, Json(json!({"error": error, "error_description": description}))).into_response()
}
