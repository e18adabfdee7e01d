//! One object while it is changed.
use purser_domain::object::ObjectKind;
use reqwest::StatusCode;

use super::connector::ScimConnector;
use super::talk::Trail;
use crate::complaint::Complaint;
use crate::http::Answer;

/// One object being changed.
pub(super) struct Editing<'a> {
    pub(super) scim: &'a ScimConnector,
    pub(super) kind: ObjectKind,
    /// Its id, which a change may change.
    pub(super) id: String,
    pub(super) trail: Trail,
}

/// What came of a PATCH that was not refused for what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patched {
    /// It is made.
    Done,
    /// The target has no PATCH.
    Missing,
}

/// Whether this says that there is no PATCH.
pub(super) fn lacks_patch(answer: &Answer) -> bool {
    match answer.status {
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => true,
        StatusCode::BAD_REQUEST => Complaint::read(answer).is_about_missing_patch(),
        _ => false,
    }
}
