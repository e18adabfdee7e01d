//! Why one object failed, in the words of the log.
use std::time::Duration;

use purser_connectors::{ConnectorError, ErrorKind, Exchange};
use purser_domain::log::Cure;

use super::conversation::hide_query;

/// Why an object failed, in the words of the log.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) reason: String,
    pub(crate) advice: String,
    pub(crate) cure: Option<Cure>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) exchange: Option<Exchange>,
    /// The beginning of the target's answer.
    pub(crate) excerpt: Option<String>,
    /// The target's attribute that is blamed.
    pub(crate) attribute: Option<String>,
}

impl Failure {
    pub(crate) fn new(code: &str, reason: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            reason: reason.into(),
            advice: advice.into(),
            cure: None,
            retry_after: None,
            exchange: None,
            excerpt: None,
            attribute: None,
        }
    }

    /// Takes out what could show a value that logs must not: a target quotes in its answer what it was sent.
    pub(crate) fn hide_answer(&mut self) {
        self.excerpt = None;
        self.reason = "The target refused the request. What it answered is not shown, since the request held a value that is redacted.".to_owned();
        if let Some(exchange) = &mut self.exchange {
            hide_query(exchange);
        }
    }
}

impl From<ConnectorError> for Failure {
    fn from(error: ConnectorError) -> Self {
        let trouble = error.into_trouble();
        let code = trouble.kind.code().to_owned();
        let (retry_after, attribute) = match trouble.kind {
            ErrorKind::Transient { retry_after } => (retry_after, None),
            ErrorKind::Rejected { attribute } => (None, attribute),
            _ => (None, None),
        };
        Self {
            code,
            reason: trouble.message,
            advice: trouble.advice,
            cure: trouble.cure,
            retry_after,
            exchange: trouble.exchange,
            excerpt: trouble.body_excerpt,
            attribute,
        }
    }
}
