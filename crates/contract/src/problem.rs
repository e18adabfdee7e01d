//! What went wrong, in a sentence that says what to do.
use serde::{Deserialize, Serialize};

/// The kind of a problem; the API turns it into a status, the portal into a colour and a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProblemKind {
    /// The input breaks a rule; `field` says where.
    Invalid,
    /// The caller is not signed in, or the token is unknown.
    Unauthenticated,
    /// Signed in, but not allowed.
    Forbidden,
    /// The object does not exist (any more).
    NotFound,
    /// It was changed since this form was opened, or a unique value is taken.
    Conflict,
    /// Too many tries; wait.
    TooMany,
    /// The application that is provisioned to did not do what was asked.
    Target,
    /// Our own fault; `message` carries the id under which it was logged.
    Internal,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind of problem.
    pub kind: ProblemKind,
    /// Stable code in the API's style, for example `Request_ResourceNotFound`.
    pub code: String,
    /// What happened, and to which object.
    pub message: String,
    /// What to do next; empty when the message says it already.
    pub advice: String,
    /// The form field it belongs to.
    pub field: Option<String>,
    /// For a stale edit: what was saved meanwhile, field by field.
    pub conflict: Vec<FieldConflict>,
    /// Where several things are wrong at once: each of them.
    #[serde(default)]
    pub details: Vec<ProblemDetail>,
}

/// One of several things that are wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemDetail {
    /// Stable code.
    pub code: String,
    /// Where in what was sent.
    pub target: String,
    /// What is wrong and what to do, in a sentence.
    pub message: String,
}

/// One field of a stale edit, with both versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldConflict {
    /// The field's label.
    pub label: String,
    /// What this form was about to save.
    pub yours: String,
    /// What is stored now.
    pub theirs: String,
}

impl Problem {
    /// A problem of this kind with the code that the API uses for it by default.
    pub fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        let code = match kind {
            ProblemKind::Invalid => "Request_BadRequest",
            ProblemKind::Unauthenticated => "InvalidAuthenticationToken",
            ProblemKind::Forbidden => "Authorization_RequestDenied",
            ProblemKind::NotFound => "Request_ResourceNotFound",
            ProblemKind::Conflict => "Request_Conflict",
            ProblemKind::TooMany => "TooManyRequests",
            ProblemKind::Target => "CredentialValidationUnavailable",
            ProblemKind::Internal => "InternalServerError",
        };
        Self {
            kind,
            code: code.to_owned(),
            message: message.into(),
            advice: String::new(),
            field: None,
            conflict: Vec::new(),
            details: Vec::new(),
        }
    }

    /// The same problem with what to do next.
    #[must_use]
    pub fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = advice.into();
        self
    }

    /// The same problem, pinned to a form field.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The same problem under another code.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = code.into();
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        if !self.advice.is_empty() {
            write!(f, " {}", self.advice)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
