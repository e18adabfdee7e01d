//! For operators and load balancers. Both say no more than they must, since they answer strangers.

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};

use crate::state::ServerState;

/// `GET /healthz`: the process answers.
pub(super) async fn healthz() -> Response {
    plain(StatusCode::OK, "ok\n")
}

/// `GET /readyz`: the database answers too, and no shutdown has begun.
pub(super) async fn readyz(State(state): State<ServerState>) -> Response {
    if state.shutdown.is_cancelled() {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "shutting down\n");
    }
    match state.portal.check_ready().await {
        Ok(()) => plain(StatusCode::OK, "ready\n"),
        // The service has logged why.
        Err(_logged) => plain(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = (status, text).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
