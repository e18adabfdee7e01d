//! Answers that refuse: one table from the status to the kind of trouble, a sentence and an advice.
//!
//! Each connector gives its [`Table`]: the advice that only it can give, and rows that go before the common ones, since
//! its API says with them what the status alone does not. A new connector starts with no rows at all.
use std::time::Duration;

use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::target_schema::TargetSchema;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION};

use crate::blame::find_culprit;
use crate::complaint::Complaint;
use crate::endpoint::Endpoint;
use crate::error::{ConnectorError, ErrorKind};
use crate::http::Answer;

/// What was asked, as far as it decides what an error status means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Something that concerns no object in particular.
    Service,
    /// A query of the collection.
    Find,
    /// One object.
    Read,
    /// A new object.
    Create,
    /// A change of one object.
    Update,
    /// The end of one object.
    Delete,
}

/// A refused request as the table sees it.
pub(crate) struct Refusal<'a> {
    pub(crate) host: &'a str,
    pub(crate) status: StatusCode,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) asked: Asked,
    /// The kind of object it was about.
    pub(crate) kind: ObjectKind,
    /// What the target says, without the credentials.
    pub(crate) complaint: Complaint,
    /// The same as the end of a sentence: `: it is too long`, or nothing.
    pub(crate) said: String,
    /// The attribute that the target blames.
    pub(crate) attribute: Option<String>,
    /// See [`Table::is_from_api`].
    pub(crate) from_api: bool,
}

/// Kind, sentence and advice.
pub(crate) type Row = (ErrorKind, String, String);

/// What one kind of target has of its own.
pub(crate) struct Table {
    /// Rows that go before the common ones.
    pub(crate) own: fn(&Refusal<'_>) -> Option<Row>,
    /// Whether an answer can be the API's, and is not only a web server's.
    pub(crate) is_from_api: fn(&Answer) -> bool,
    /// Whether the target may want to be spoken to otherwise, so that a capability probe would help.
    pub(crate) is_dialect: fn(&Refusal<'_>) -> bool,
    /// How long to wait, as the headers say it.
    pub(crate) retry_after: fn(&HeaderMap) -> Option<Duration>,
    /// What to do about a redirect.
    pub(crate) redirect: &'static str,
    /// … about credentials that are not accepted,
    pub(crate) credentials: &'static str,
    /// … about rights that are missing,
    pub(crate) rights: &'static str,
    /// … when nothing is at the address,
    pub(crate) address: &'static str,
}

impl Table {
    /// The error for an answer whose status is no success. `sent`: the attributes that were sent.
    pub(crate) fn refuse<'p>(
        &self,
        endpoint: &Endpoint,
        answer: Answer,
        (kind, asked): (ObjectKind, Asked),
        sent: impl Iterator<Item = &'p TargetPath>,
        schema: &TargetSchema,
    ) -> ConnectorError {
        let mut complaint = Complaint::read(&answer);
        complaint.detail = endpoint.redact(&complaint.detail);
        let said =
            if complaint.detail.is_empty() { String::new() } else { format!(": {}", complaint.detail) };
        let refusal = Refusal {
            host: endpoint.host(),
            status: answer.status,
            headers: &answer.headers,
            asked,
            kind,
            attribute: find_culprit(&complaint, sent, schema),
            complaint,
            said,
            from_api: (self.is_from_api)(&answer),
        };
        let (kind, message, advice) = (self.own)(&refusal).unwrap_or_else(|| self.row(&refusal));
        let is_dialect = (self.is_dialect)(&refusal);
        let error = build(endpoint, answer, kind, message, advice);
        if is_dialect { error.with_probe() } else { error }
    }

    fn row(&self, refusal: &Refusal<'_>) -> Row {
        let Refusal { host, status, asked, said, .. } = refusal;
        let object = refusal.kind.noun();
        let (kind, message, advice) = match status.as_u16() {
            300..=399 => (
                ErrorKind::Misconfigured,
                format!(
                    "{host} answered {status} and wants to send the request elsewhere{}.",
                    location(refusal.headers)
                ),
                self.redirect.to_owned(),
            ),
            401 => (
                ErrorKind::Auth,
                format!("{host} did not accept the credentials ({status}){said}."),
                self.credentials.to_owned(),
            ),
            403 => (
                ErrorKind::Auth,
                format!(
                    "{host} accepts the credentials, and does not permit this with them ({status}){said}."
                ),
                self.rights.to_owned(),
            ),
            404 | 410 if refusal.misses_object() => (
                ErrorKind::NotFound,
                format!("{host} has no such {object} ({status}){said}."),
                "Somebody may have deleted it in the application.".to_owned(),
            ),
            404 | 410 => (
                ErrorKind::Misconfigured,
                format!("{host} has nothing at this address ({status}){said}."),
                self.address.to_owned(),
            ),
            409 => return refusal.taken(),
            412 => (
                ErrorKind::Transient { retry_after: None },
                format!(
                    "Somebody else is changing the {object} in {host} at the same time ({status}){said}."
                ),
                "Purser tries again by itself.".to_owned(),
            ),
            408 | 425 => (
                ErrorKind::Transient { retry_after: (self.retry_after)(refusal.headers) },
                format!("{host} asks to try again ({status}){said}."),
                "Purser tries again by itself.".to_owned(),
            ),
            429 => return self.too_many(refusal),
            405 | 501 if *asked == Asked::Delete => (
                ErrorKind::Rejected { attribute: None },
                format!("{host} can't delete this {object} ({status}){said}."),
                format!(
                    "Take Delete out of the target object actions of the mapping: {object}s are disabled then, where the application can do that."
                ),
            ),
            405 | 406 | 415 | 501 => (
                ErrorKind::Misconfigured,
                format!("{host} cannot do what was asked ({status}){said}."),
                if *asked == Asked::Find {
                    format!(
                        "The application must be able to filter its {object}s by the matching attribute, or to list them. Check the Tenant URL and the attribute that they are matched by."
                    )
                } else {
                    format!(
                        "Check that the Tenant URL leads to the application's API, and that its {object}s may be managed through it."
                    )
                },
            ),
            502 | 504 if *asked == Asked::Create => return refusal.lost(),
            500.. => (
                ErrorKind::Transient { retry_after: (self.retry_after)(refusal.headers) },
                format!("{host} has trouble of its own ({status}){said}."),
                "Purser tries again by itself. If it stays, tell the application's support what it answered."
                    .to_owned(),
            ),
            _ => return refusal.rejected(),
        };
        (kind, message, advice)
    }

    /// The row for more requests than the target permits.
    pub(crate) fn too_many(&self, refusal: &Refusal<'_>) -> Row {
        let Refusal { host, status, said, .. } = refusal;
        (
            ErrorKind::Transient { retry_after: (self.retry_after)(refusal.headers) },
            format!("{host} gets more requests than it permits ({status}){said}."),
            "Purser waits as long as the application asks, and then goes on by itself.".to_owned(),
        )
    }
}

impl Refusal<'_> {
    /// Whether something was to be changed.
    pub(crate) fn writes(&self) -> bool {
        matches!(self.asked, Asked::Create | Asked::Update | Asked::Delete)
    }

    /// Whether a 404 says that there is no such object. A web server's own says nothing about objects.
    pub(crate) fn misses_object(&self) -> bool {
        self.from_api && matches!(self.asked, Asked::Read | Asked::Update | Asked::Delete)
    }

    /// The row for an object that the target refuses as it is.
    pub(crate) fn rejected(&self) -> Row {
        let Self { host, status, said, attribute, .. } = self;
        let about = attribute.as_ref().map(|name| format!(" because of {name}")).unwrap_or_default();
        (
            ErrorKind::Rejected { attribute: attribute.clone() },
            format!("{host} refused the request{about} ({status}){said}."),
            "Correct the value in the directory or the attribute mapping; the application's answer says what it wants.".to_owned(),
        )
    }

    /// The row for a value that another object has.
    pub(crate) fn taken(&self) -> Row {
        let (Self { host, status, said, .. }, object) = (self, self.kind.noun());
        (
            ErrorKind::Conflict,
            format!("{host} has another {object} with a value that must be unique ({status}){said}."),
            format!(
                "Look in the application for another {object} with the same name or e-mail address, also a deactivated one, and make one of them different."
            ),
        )
    }

    /// The row for a create whose answer got lost on the way.
    pub(crate) fn lost(&self) -> Row {
        let Self { host, status, said, .. } = self;
        (
            ErrorKind::Ambiguous,
            format!("A gateway in front of {host} lost the answer ({status}){said}."),
            format!("Purser looks up what became of the {} and tries again by itself.", self.kind.noun()),
        )
    }
}

/// An error about this answer.
pub(crate) fn build(
    endpoint: &Endpoint,
    answer: Answer,
    kind: ErrorKind,
    message: String,
    advice: impl Into<String>,
) -> ConnectorError {
    let excerpt = endpoint.excerpt(&answer.body);
    ConnectorError::new(kind, message, advice).with_exchange(answer.exchange).with_body_excerpt(excerpt)
}

fn location(headers: &HeaderMap) -> String {
    let target = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    // Without its query, which may carry tokens of the application's own sign-in.
    let target = target.and_then(|target| target.split(['?', '#']).next()).unwrap_or_default();
    if target.is_empty() {
        String::new()
    } else {
        format!(", to {}", target.chars().take(200).collect::<String>())
    }
}
