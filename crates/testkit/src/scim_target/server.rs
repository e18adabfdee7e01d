//! Requests. A match for a router: this server must not be what a bench measures.
use std::sync::Arc;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use hyper::http::request::Parts;
use hyper::{Request, StatusCode};
use tokio::net::TcpListener;

use super::answers::{error, in_style, unauthorized};
use super::resources::Call;
use super::state::State;
use super::{page, resources};
use crate::connections::{self, Answer, HangUp, text};
use crate::faults::{Fault, odd_answer};

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
        return Ok((in_style(&state.options.answers, unauthorized()), body));
    }
    let path = head.uri.path().strip_prefix(&state.options.base_path).unwrap_or_default();
    let query = head.uri.query().unwrap_or_default();
    let call = Call { method: &head.method, path, query, headers: &head.headers, body: &body };
    let done = || resources::answer(state, call);

    if let Some(refusal) = refuse(state, &head, &body) {
        return Ok((in_style(&state.options.answers, refusal), body));
    }
    let answer = match state.faults.next(&head.method, path) {
        None => done(),
        Some(Fault::TooManyRequests { retry_after }) => {
            let mut answer = error(StatusCode::TOO_MANY_REQUESTS, "", "Too many requests.");
            answer.headers_mut().insert(RETRY_AFTER, retry_after.into());
            answer
        }
        Some(Fault::Unavailable { retry_after }) => {
            let mut answer = error(StatusCode::SERVICE_UNAVAILABLE, "", "Out of order for a while.");
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
        Some(fault @ (Fault::WrongShape | Fault::WrongType | Fault::Huge | Fault::Redirect)) => {
            odd_answer(fault)
        }
    };
    Ok((in_style(&state.options.answers, answer), body))
}

/// Refuses what is no request for this server, whatever it asks.
fn refuse(state: &State, head: &Parts, body: &Bytes) -> Option<Answer> {
    let rules = &state.options.requests;
    for (name, wanted) in &rules.headers {
        if head.headers.get(name).is_none_or(|value| value.as_bytes() != wanted.as_bytes()) {
            return Some(error(StatusCode::BAD_REQUEST, "", &format!("The header {name} is missing.")));
        }
    }
    let parameters = head.uri.query().unwrap_or_default().split('&');
    let mut names = parameters.filter_map(|pair| pair.split('=').next());
    if let Some(name) = names.find(|name| rules.refused_parameters.iter().any(|refused| refused == name)) {
        return Some(error(StatusCode::BAD_REQUEST, "", &format!("The parameter {name} is not known.")));
    }
    if !body.is_empty() {
        let sent = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let sent = sent.split(';').next().unwrap_or_default().trim();
        let fits = match &rules.content_type {
            Some(only) => sent.eq_ignore_ascii_case(only),
            None => ["application/scim+json", "application/json"].contains(&sent),
        };
        if !fits {
            let detail = format!("The content type {sent} is not supported.");
            return Some(error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "", &detail));
        }
    }
    let wait = state.rate.as_ref()?.count()?;
    let mut answer = error(StatusCode::TOO_MANY_REQUESTS, "", "Too many requests.");
    if rules.rate.is_some_and(|rate| rate.retry_after) {
        answer.headers_mut().insert(RETRY_AFTER, (wait.as_secs() + 1).into());
    }
    Some(answer)
}
