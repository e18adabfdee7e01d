//! Connections and requests. Plain hyper and a match for a router: this server must not be what a bench measures,
//! and it has to be able to hang up in the middle.
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::State;
use super::faults::Fault;
use super::journal::JournalEntry;
use super::{page, users};

pub(super) type Answer = Response<Full<Bytes>>;

/// Largest request body.
const MAX_BODY: usize = 1024 * 1024;

/// Tells hyper to hang up.
#[derive(Debug)]
struct HangUp;

impl fmt::Display for HangUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the target hangs up, as it was told to")
    }
}

impl std::error::Error for HangUp {}

/// Accepts connections until it is aborted, and then takes them all down with it.
pub(super) async fn run(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        // A connection that cannot be accepted is its client's trouble; the next one may be fine.
        let Ok((stream, _)) = listener.accept().await else { continue };
        // Small answers must not wait for more to come; where that can't be set, they do.
        let _ = stream.set_nodelay(true);
        let state = Arc::clone(&state);
        connections.spawn(async move {
            let service = service_fn(move |request| respond(Arc::clone(&state), request));
            // Broken connections are what clients and faults make; nobody is there to be told.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn respond(state: Arc<State>, request: Request<Incoming>) -> Result<Answer, HangUp> {
    let method = request.method().clone();
    let at_endpoint = request.uri().path().starts_with(&state.options.base_path);
    if !at_endpoint {
        return Ok(page::answer(&state, &request));
    }
    state.journal.count(&method);
    if !state.journal.keeps() {
        return serve(&state, request).await.map(|(answer, _)| answer);
    }
    let path = request.uri().to_string();
    let outcome = serve(&state, request).await;
    let (status, body) = match &outcome {
        Ok((answer, body)) => (answer.status().as_u16(), body.clone()),
        Err(_) => (0, Bytes::new()),
    };
    let body = String::from_utf8_lossy(&body).into_owned();
    state.journal.append(JournalEntry { method: method.to_string(), path, status, body });
    outcome.map(|(answer, _)| answer)
}

/// The answer, and the body that was sent.
async fn serve(state: &Arc<State>, request: Request<Incoming>) -> Result<(Answer, Bytes), HangUp> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_BODY).collect().await else {
        return Ok((error(StatusCode::PAYLOAD_TOO_LARGE, "", "The body is too large."), Bytes::new()));
    };
    let body = body.to_bytes();
    let authorized =
        head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            value.strip_prefix("Bearer ").is_some_and(|token| token == state.options.token)
        });
    if !authorized {
        return Ok((unauthorized(), body));
    }
    let path = head.uri.path().strip_prefix(&state.options.base_path).unwrap_or_default();
    let query = head.uri.query().unwrap_or_default();
    let done = || users::answer(state, &head.method, path, query, &body);

    let answer = match state.faults.next(&head.method) {
        None => done(),
        Some(Fault::TooManyRequests { retry_after }) => {
            let mut answer = error(StatusCode::TOO_MANY_REQUESTS, "", "Too many requests.");
            answer.headers_mut().insert(RETRY_AFTER, retry_after.into());
            answer
        }
        Some(Fault::Status(status)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            error(status, "", "The target fails, as it was told to.")
        }
        Some(Fault::Unauthorized) => unauthorized(),
        Some(Fault::Hang) => {
            state.faults.wait_until_healed().await;
            done()
        }
        Some(Fault::DropBefore) => return Err(HangUp),
        Some(Fault::DropAfter) => {
            done();
            return Err(HangUp);
        }
        Some(Fault::Html) => text("text/html; charset=utf-8", "<!doctype html><title>Sign in</title>"),
        Some(Fault::Garbage) => {
            done();
            text("application/scim+json", "{\"totalResults\": ")
        }
    };
    Ok((answer, body))
}

/// An answer with a SCIM body.
pub(super) fn scim(status: StatusCode, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/scim+json"));
    answer
}

/// A SCIM error.
pub(super) fn error(status: StatusCode, scim_type: &str, detail: &str) -> Answer {
    let mut body = serde_json::json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": status.as_str(),
        "detail": detail,
    });
    if !scim_type.is_empty() {
        body["scimType"] = scim_type.into();
    }
    scim(status, Bytes::from(body.to_string()))
}

/// An answer with text.
pub(super) fn text(content_type: &'static str, body: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    answer.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(content_type));
    answer
}

fn unauthorized() -> Answer {
    let mut answer = error(StatusCode::UNAUTHORIZED, "", "The token is not valid.");
    answer
        .headers_mut()
        .insert(WWW_AUTHENTICATE, hyper::header::HeaderValue::from_static("Bearer realm=\"SCIM\""));
    answer
}

/// For methods that a place does not have.
pub(super) fn not_allowed(method: &Method) -> Answer {
    error(StatusCode::METHOD_NOT_ALLOWED, "", &format!("{method} is not possible here."))
}
