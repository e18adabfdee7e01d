//! Where a provider sends the browser back to after an OAuth 2.0 consent.
//!
//! The gate lets in administrators who are signed in, and the session must hold what this browser began: another site
//! that leads here brings nothing that fits. The browser is led on at once, so that the code stands in no address bar.

use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderValue, StatusCode, Uri, header::LOCATION},
    response::{IntoResponse, Response},
};
use purser_app::context::{Flash, take_consent};
use purser_contract::problem::{Problem, ProblemKind};
use purser_service::{Caller, ConsentAnswer};
use serde::Deserialize;
use tower_sessions::Session;

use crate::{fault::Fault, state::ServerState};

/// What a provider adds to the address; what else it adds is not looked at.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Answer {
    state: String,
    code: String,
    error: String,
    error_description: String,
}

pub(super) async fn finish_consent(
    State(state): State<ServerState>,
    Extension(caller): Extension<Option<Caller>>,
    session: Session,
    uri: Uri,
) -> Response {
    let Some(caller) = caller else {
        return Fault::unauthenticated("Nobody is signed in here, or the session has ended.").into_response();
    };
    // What can't be read is an answer without a code, and is told like one.
    let query = Query::<Answer>::try_from_uri(&uri).map(|Query(answer)| answer).unwrap_or_default();
    let Answer { state: brought, code, error, error_description } = query;
    let answer = ConsentAnswer { state: brought, code, error, error_description };
    let begun = match take_consent(&session).await {
        Ok(begun) => begun,
        Err(error) => return unreadable(&error),
    };
    let (back, outcome) = match begun {
        Some(begun) => {
            let id = &begun.application_id;
            let outcome = state.portal.finish_consent(&caller, id, &begun.state, &answer).await;
            (format!("/applications/{id}/provisioning"), outcome.map_err(|error| error.problem()))
        }
        None => ("/applications".to_owned(), Err(nothing_begun())),
    };
    let flash = match outcome {
        Ok(name) => Flash::toast(format!("{name} is authorized.")),
        Err(problem) => Flash::problem(problem),
    };
    if let Err(error) = flash.leave(&session).await {
        return unreadable(&error);
    }
    let location = HeaderValue::from_str(&back).unwrap_or(HeaderValue::from_static("/applications"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

fn nothing_begun() -> Problem {
    Problem::new(ProblemKind::Conflict, "No consent was begun in this browser, or it was ended already.")
        .advice("Open Provisioning of the application, press Authorize and consent again.")
}

fn unreadable(error: &tower_sessions::session::Error) -> Response {
    tracing::error!(%error, "a session could not be read or written after a consent");
    Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", "Your session could not be read.")
        .advice("Try again; if it stays, look into the server's log.")
        .into_response()
}
