//! Answers that are not what was asked for: what SCIM says with them besides the status, and successes that can't be
//! read.
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;

use super::answer::{Unreadable, is_from_api};
use super::connector::ScimConnector;
use crate::error::{ConnectorError, ErrorKind};
use crate::http::{Answer, retry_after};
use crate::refusal::{Asked, Refusal, Row, Table, build};

const TABLE: Table = Table {
    own: own_row,
    is_from_api,
    is_dialect,
    retry_after,
    redirect: "Enter the final address as Tenant URL; Purser does not follow redirects, since they would carry the Secret Token along. A redirect to a sign-in page means that this is not the SCIM address.",
    credentials: "Generate a new token in the application and enter it as Secret Token, without the word Bearer.",
    rights: "Make sure that the token belongs to an administrator of the application and has the scope for SCIM.",
    address: "Check the path of the Tenant URL: it must be the SCIM base address, without /Users at its end.",
};

fn own_row(refusal: &Refusal<'_>) -> Option<Row> {
    let Refusal { host, status, said, complaint, .. } = refusal;
    let object = refusal.kind.noun();
    let says = |word: &str| complaint.scim_type.eq_ignore_ascii_case(word);
    Some(match status.as_u16() {
        // A refusal that names its reason in SCIM's own words is about this one account.
        403 if !complaint.detail.is_empty() && !complaint.is_page && refusal.writes() => (
            ErrorKind::Rejected { attribute: None },
            format!("{host} does not permit this ({status}){said}."),
            format!("See in the application whether the token's owner may manage this {object}."),
        ),
        404 | 410 if refusal.kind == ObjectKind::Group && !refusal.misses_object() => (
            ErrorKind::Misconfigured,
            format!("{host} has nothing at this address ({status}){said}."),
            "Switch the mapping of groups off where the application has none; else check the path of the Tenant URL: it must be the SCIM base address.".to_owned(),
        ),
        401 | 403 | 404 | 410 => return None,
        415 if refusal.writes() => (
            ErrorKind::Misconfigured,
            format!("{host} does not take the content type of the request ({status}){said}."),
            "Correct the profile setting content_type.".to_owned(),
        ),
        400..500 if refusal.writes() && says("mutability") => {
            let attribute = refusal.attribute.clone();
            let about = attribute.as_deref().unwrap_or("an attribute").to_owned();
            (
                ErrorKind::Rejected { attribute },
                format!("{host} does not let {about} be changed once it is set ({status}){said}."),
                format!("Let the mapping's row apply only during object creation; where the new value matters, delete the {object} in the application, so that Purser makes it anew."),
            )
        }
        412 => return None,
        400..500 if says("uniqueness") => refusal.taken(),
        _ => return None,
    })
}

/// Whether it may be about the way in which something was asked: a method, a content type, a filter, the shape of a
/// PATCH.
fn is_dialect(refusal: &Refusal<'_>) -> bool {
    let says = |word: &str| refusal.complaint.scim_type.eq_ignore_ascii_case(word);
    match refusal.status.as_u16() {
        405 | 406 | 415 | 501 => true,
        400 | 422 if refusal.asked == Asked::Find => true,
        400 => ["invalidFilter", "invalidPath", "invalidSyntax", "noTarget"].into_iter().any(says),
        _ => false,
    }
}

impl ScimConnector {
    /// The error for an answer whose status is no success. `sent`: the attributes that were sent.
    pub(super) fn refused<'p>(
        &self,
        answer: Answer,
        kind: ObjectKind,
        asked: Asked,
        sent: impl Iterator<Item = &'p TargetPath>,
    ) -> ConnectorError {
        TABLE.refuse(&self.endpoint, answer, (kind, asked), sent, &self.state(kind).schema)
    }

    /// The error for a success whose body can't be used.
    pub(super) fn unusable(
        &self,
        answer: Answer,
        kind: ObjectKind,
        asked: Asked,
        why: Unreadable,
    ) -> ConnectorError {
        let what = match why {
            Unreadable::Html => "a web page instead of SCIM".to_owned(),
            Unreadable::Empty => "nothing where SCIM prescribes an answer".to_owned(),
            Unreadable::NotJson => "something that is not JSON".to_owned(),
            Unreadable::NotScim => "JSON that is not what SCIM prescribes".to_owned(),
            Unreadable::NoId => format!("{} without an id", kind.article_noun()),
        };
        // A web page never made an account; anything else may have.
        let kind = match asked {
            Asked::Create if why != Unreadable::Html => ErrorKind::Ambiguous,
            _ => ErrorKind::Misconfigured,
        };
        let advice = if why == Unreadable::NoId {
            "SCIM demands an id in every object; tell the application's support."
        } else {
            "Check that the Tenant URL is the SCIM base address of the application, and not a page for people."
        };
        let message = format!("{} answered {} with {what}.", self.endpoint.host(), answer.status);
        let error = build(&self.endpoint, answer, kind, message, advice);
        // A list that can't be read may be one that was asked for in the wrong way; a web page is none.
        let is_list = asked == Asked::Find && !matches!(why, Unreadable::Html | Unreadable::NoId);
        if is_list { error.with_probe() } else { error }
    }
}
