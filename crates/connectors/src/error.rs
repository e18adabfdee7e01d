//! The one error of this crate: what kind of trouble, in the engine's terms, and what a person can do about it.
use std::time::Duration;

use purser_domain::log::Cure;

use crate::exchange::Exchange;

/// What a capability probe is good for, as the end of an advice.
const PROBE: &str = "A capability probe finds out how the application wants to be spoken to, and proposes the profile settings.";

/// Result of a connector's verb.
pub type Result<T, E = ConnectorError> = std::result::Result<T, E>;

/// A verb that did not succeed.
///
/// Boxed inside: the happy path moves results around 10,000 times a second and must not carry this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.message)]
pub struct ConnectorError(Box<Trouble>);

/// What a [`ConnectorError`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What the engine needs to know to go on.
    pub kind: ErrorKind,
    /// What happened, as one sentence.
    pub message: String,
    /// What to try, as one or two sentences.
    pub advice: String,
    /// The request that failed, if one got as far as being made.
    pub exchange: Option<Exchange>,
    /// The beginning of what the target answered, with the credentials blotted out.
    pub body_excerpt: Option<String>,
    /// What would cure it, where Purser has it.
    pub cure: Option<Cure>,
}

/// Kinds of trouble, told apart by what should happen next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind {
    /// Passes by itself; the same request may be sent again, not before `retry_after` when the target said so.
    Transient {
        /// From the `Retry-After` header.
        retry_after: Option<Duration>,
    },
    /// The target does not accept the credentials. Concerns every object.
    Auth,
    /// An administrator has to consent (again) that Purser may work in the target. Concerns every object.
    Consent,
    /// The address or the configuration is wrong, or this is no such target. Concerns every object.
    Misconfigured,
    /// The target has another account with a value that must be unique.
    Conflict,
    /// The account is not there (any more).
    NotFound,
    /// The target refuses this object as it is.
    Rejected {
        /// The target attribute at fault, as far as it can be told.
        attribute: Option<String>,
    },
    /// No answer was to be had, and nothing was changed by a write. Concerns every object.
    Unreachable(Unreachable),
    /// The answer got lost after a create was sent: the account may or may not exist now.
    Ambiguous,
}

/// Where the way to a target ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// The host name has no address.
    Dns,
    /// Nothing answers at the address.
    Connect,
    /// Something answers, and not with TLS that can be trusted.
    Tls,
    /// Something is there, and does not answer in time.
    Timeout,
}

impl ConnectorError {
    /// An error without an exchange.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self(Box::new(Trouble {
            kind,
            message: message.into(),
            advice: advice.into(),
            exchange: None,
            body_excerpt: None,
            cure: None,
        }))
    }

    /// What cannot be.
    pub(crate) fn of_ours(what: &str) -> Self {
        Self::new(
            ErrorKind::Rejected { attribute: None },
            format!("The request could not be made: {what}."),
            "This is an error in Purser; please report it.",
        )
    }

    /// The same with the exchange that failed.
    #[must_use]
    pub fn with_exchange(mut self, exchange: Exchange) -> Self {
        self.0.exchange = Some(exchange);
        self
    }

    /// The same with the beginning of the target's answer. The caller has redacted it.
    #[must_use]
    pub fn with_body_excerpt(mut self, excerpt: impl Into<String>) -> Self {
        self.0.body_excerpt = Some(excerpt.into()).filter(|text| !text.is_empty());
        self
    }

    /// The same with the advice to let the capability probe find out what is wrong.
    #[must_use]
    pub(crate) fn with_probe(mut self) -> Self {
        if self.0.cure.replace(Cure::Probe).is_none() {
            self.0.advice = format!("{} {PROBE}", self.0.advice);
        }
        self
    }

    /// The same trouble seen as another kind.
    #[must_use]
    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// The same trouble told as part of another: its advice comes after this one.
    #[must_use]
    pub(crate) fn within(mut self, kind: ErrorKind, message: String, advice: &str) -> Self {
        self.0.kind = kind;
        self.0.message = message;
        self.0.advice = format!("{advice} {}", self.0.advice);
        self
    }

    /// Another trouble that the same request shows, with an advice of its own.
    #[must_use]
    pub(crate) fn retold(
        self,
        kind: ErrorKind,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        let Trouble { exchange, body_excerpt, .. } = *self.0;
        Self(Box::new(Trouble {
            kind,
            message: message.into(),
            advice: advice.into(),
            exchange,
            body_excerpt,
            cure: None,
        }))
    }

    /// What the engine needs to know to go on.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// What happened.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to try.
    #[must_use]
    pub fn advice(&self) -> &str {
        &self.0.advice
    }

    /// What would cure it, where Purser has it.
    #[must_use]
    pub fn cure(&self) -> Option<Cure> {
        self.0.cure
    }

    /// The request that failed.
    #[must_use]
    pub fn exchange(&self) -> Option<&Exchange> {
        self.0.exchange.as_ref()
    }

    /// The beginning of the target's answer, redacted.
    #[must_use]
    pub fn body_excerpt(&self) -> Option<&str> {
        self.0.body_excerpt.as_deref()
    }

    /// Whether the trouble is the whole target's and not one object's: going on with the next object is useless.
    #[must_use]
    pub fn concerns_whole_target(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::Auth | ErrorKind::Consent | ErrorKind::Misconfigured | ErrorKind::Unreachable(_)
        )
    }

    /// The parts, to be moved into a log row.
    #[must_use]
    pub fn into_trouble(self) -> Trouble {
        *self.0
    }
}

impl ErrorKind {
    /// The code that the provisioning log shows.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Transient { .. } => "TargetBusy",
            Self::Auth => "InvalidCredentials",
            Self::Consent => "ConsentRequired",
            Self::Misconfigured => "TargetMisconfigured",
            Self::Conflict => "Conflict",
            Self::NotFound => "TargetObjectNotFound",
            Self::Rejected { .. } => "Rejected",
            Self::Unreachable(Unreachable::Dns) => "TargetNameNotFound",
            Self::Unreachable(Unreachable::Connect) => "TargetUnreachable",
            Self::Unreachable(Unreachable::Tls) => "TargetTlsFailed",
            Self::Unreachable(Unreachable::Timeout) => "TargetTimeout",
            Self::Ambiguous => "AnswerLost",
        }
    }
}
