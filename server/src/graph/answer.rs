//! What handlers answer.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use crate::fault::Fault;

/// What a handler answers.
pub(super) type Answer = Result<Response, Fault>;

/// 200 with an object.
pub(super) fn ok(body: Value) -> Answer {
    Ok(Json(body).into_response())
}

/// 201 with the object and its address.
pub(super) fn created(location: &str, body: Value) -> Answer {
    located(StatusCode::CREATED, location, body)
}

/// 202 with what is known so far, and where to ask how far it is.
pub(super) fn accepted(location: &str, body: Value) -> Answer {
    located(StatusCode::ACCEPTED, location, body)
}

/// An object with its address.
pub(super) fn located(status: StatusCode, location: &str, body: Value) -> Answer {
    let mut response = (status, Json(body)).into_response();
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// 204.
pub(super) fn done() -> Answer {
    Ok(StatusCode::NO_CONTENT.into_response())
}
