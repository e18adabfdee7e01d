//! A panic in a handler is one request's failure, never the server's.

use std::any::Any;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::fault::Fault;

/// What a request gets whose handler panicked. It runs inside the request's span, so the log line has
/// the id that the page shows.
pub(super) fn answer_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let what = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    tracing::error!(what, "a request handler panicked");
    Fault::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "InternalServerError",
        "Purser failed to answer this request. It was logged under the request's id.",
    )
    .advice("Try again; if it stays, tell whoever runs Purser the id.")
    .into_response()
}
