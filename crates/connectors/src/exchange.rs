//! What a log row keeps of one request.
use std::time::Duration;

/// One request and what came of it, without credentials: what a log row keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchange {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// Path and query as sent, percent-encoded, redacted.
    pub path: String,
    /// Status of the answer; `None` when none came.
    pub status: Option<u16>,
    /// From the start of the request to the end of its answer, without waiting for a rate limit; with redirects and a
    /// second try with other credentials, all of them together.
    pub duration: Duration,
    /// The beginning of the request's body, redacted.
    pub request_body: Option<String>,
    /// The beginning of the answer's body, redacted.
    pub response_body: Option<String>,
}
