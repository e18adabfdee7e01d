//! Requests: who is let in, what is counted, what fails.
use std::sync::Arc;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::RETRY_AFTER;
use hyper::http::request::Parts;
use hyper::{Request, StatusCode};
use tokio::net::TcpListener;

use super::answers::{Refusal, Reply, write_refusal, write_reply};
use super::auth::{self, Stranger};
use super::call::Call;
use super::routes;
use super::state::State;
use crate::connections::{self, Answer, HangUp, text};
use crate::faults::{Fault, odd_answer};

/// Accepts connections until it is aborted.
pub(super) async fn run(listener: TcpListener, state: Arc<State>) {
    connections::serve(listener, move |request| respond(Arc::clone(&state), request)).await;
}

async fn respond(state: Arc<State>, request: Request<Incoming>) -> Result<Answer, HangUp> {
    let method = request.method().clone();
    let target = request.uri().to_string();
    state.journal.record(&method, &target, serve(&state, request)).await
}

/// The answer, and the body that was sent.
async fn serve(state: &State, request: Request<Incoming>) -> Result<(Answer, Bytes), HangUp> {
    let (head, body) = request.into_parts();
    let Some(body) = connections::read_body(body).await else {
        return Ok((refuse(state, StatusCode::PAYLOAD_TOO_LARGE, "The body is too large."), Bytes::new()));
    };
    let caller = match auth::find_caller(state, &head) {
        Ok(caller) => caller,
        Err(why) => return Ok((auth::refuse(state, why), body)),
    };
    let done = || answer(state, caller, &head, &body);

    let answer = match state.faults.next(&head.method, head.uri.path()) {
        None => done(),
        Some(Fault::TooManyRequests { retry_after }) => {
            let mut answer = refuse(state, StatusCode::TOO_MANY_REQUESTS, TOO_MANY);
            answer.headers_mut().insert(RETRY_AFTER, retry_after.into());
            answer
        }
        Some(Fault::Unavailable { retry_after }) => {
            let mut answer = refuse(state, StatusCode::SERVICE_UNAVAILABLE, "Out of order for a while.");
            answer.headers_mut().insert(RETRY_AFTER, retry_after.into());
            answer
        }
        Some(fault @ (Fault::Status(status) | Fault::StatusAfter(status))) => {
            if matches!(fault, Fault::StatusAfter(_)) {
                done();
            }
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            refuse(state, status, "The target fails, as it was told to.")
        }
        Some(Fault::Unauthorized) => auth::refuse(state, Stranger::Unknown),
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
            text("application/json; charset=utf-8", "[{\"user\": ")
        }
        Some(fault @ (Fault::WrongShape | Fault::WrongType | Fault::Huge | Fault::Redirect)) => {
            odd_answer(fault)
        }
    };
    Ok((answer, body))
}

const TOO_MANY: &str = "You have made too many calls. Wait a while.";

/// Serves a request if its caller has calls left.
fn answer(state: &State, caller: u64, head: &Parts, body: &Bytes) -> Answer {
    let counted = state.rate.count(caller, &state.options);
    let mut answer = if counted.is_none_or(|counted| counted.allowed) {
        let call = Call::new(&state.options, caller, head, body);
        let served = routes::serve(&call, &mut state.store(), head, &state.base_url);
        match served {
            Ok(reply) => {
                let mut answer = write_reply(&state.options, &reply);
                if let Reply::List(_, _, page) = reply {
                    let url = format!("{}{}", state.base_url, head.uri.path());
                    page.tell(answer.headers_mut(), &url, &call.query);
                }
                answer
            }
            Err(refusal) => write_refusal(&state.options, &refusal),
        }
    } else {
        refuse(state, StatusCode::TOO_MANY_REQUESTS, TOO_MANY)
    };
    if let Some(counted) = counted {
        counted.tell(answer.headers_mut(), &state.options);
    }
    answer
}

fn refuse(state: &State, status: StatusCode, sentence: &'static str) -> Answer {
    write_refusal(&state.options, &Refusal::Status(status, sentence))
}
