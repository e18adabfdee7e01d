//! Requests. A match for a router: this server must not be what a bench measures.
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use tokio::net::TcpListener;

use super::State;
use super::{page, users};
use crate::connections::{self, Answer, HangUp, text};
use crate::faults::Fault;

/// Accepts connections until it is aborted.
pub(super) async fn run(listener: TcpListener, state: Arc<State>) {
    connections::serve(listener, move |request| respond(Arc::clone(&state), request)).await;
}

async fn respond(state: Arc<State>, request: Request<Incoming>) -> Result<Answer, HangUp> {
    let method = request.method().clone();
    let at_endpoint = request.uri().path().starts_with(&state.options.base_path);
    if !at_endpoint {
        return Ok(page::answer(&state, &request));
    }
    let path = request.uri().to_string();
    state.journal.record(&method, &path, serve(&state, request)).await
}

/// The answer, and the body that was sent.
async fn serve(state: &Arc<State>, request: Request<Incoming>) -> Result<(Answer, Bytes), HangUp> {
    let (head, body) = request.into_parts();
    let Some(body) = connections::read_body(body).await else {
        return Ok((error(StatusCode::PAYLOAD_TOO_LARGE, "", "The body is too large."), Bytes::new()));
    };
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

    let answer = match state.faults.next(&head.method, path) {
        None => done(),
        Some(Fault::TooManyRequests { retry_after }) => {
            let mut answer = error(StatusCode::TOO_MANY_REQUESTS, "", "Too many requests.");
            answer.headers_mut().insert(RETRY_AFTER, retry_after.into());
            answer
        }
        Some(fault @ (Fault::Status(status) | Fault::StatusAfter(status))) => {
            if matches!(fault, Fault::StatusAfter(_)) {
                done();
            }
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
