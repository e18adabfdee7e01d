//! Every request has an id: in the log, in the answer's `request-id` header, on every fault page.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;
use uuid::Uuid;

/// The header that carries the id, as Graph names it.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// A request's id.
#[derive(Debug, Clone, Default)]
pub struct RequestId(String);

impl RequestId {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Most bytes of a method or path in a log line: strangers choose them.
const MOST_LOGGED: usize = 256;

/// Gives the request its id, and a span that all its log lines stand in. The span has the path without
/// the query, since a query can hold a set-up token.
pub async fn identify(mut request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().to_string();
    let (method, path) = (shorten(request.method().as_str()), shorten(request.uri().path()));
    let span = tracing::info_span!("request", id = %id, %method, path);
    let client_id = request.headers().get(&CLIENT_REQUEST_ID).cloned();
    request.extensions_mut().insert(RequestId(id.clone()));
    async move {
        let mut response = next.run(request).await;
        if response.status().is_server_error() {
            tracing::warn!(status = response.status().as_u16(), "answered with a failure");
        } else {
            tracing::debug!(status = response.status().as_u16(), "answered");
        }
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        if let Some(value) = client_id {
            response.headers_mut().insert(CLIENT_REQUEST_ID, value);
        }
        response
    }
    .instrument(span)
    .await
}

fn shorten(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST_LOGGED)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_a_log_line_has_its_bound() {
        assert_eq!(shorten("/users"), "/users");
        assert_eq!(shorten(&"\u{fc}/".repeat(60_000)).len(), MOST_LOGGED - 1);
    }
}
