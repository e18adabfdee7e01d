//! Answers that are not what was asked for: what kind of trouble they are, in words.
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use reqwest::StatusCode;
use reqwest::header::LOCATION;

use super::answer::{Unreadable, is_gone};
use super::complaint::Complaint;
use crate::endpoint::Endpoint;
use crate::error::{ConnectorError, ErrorKind};
use crate::http::{Answer, retry_after};

/// What was asked, as far as it decides what an error status means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// A query of the collection.
    Find,
    /// One account.
    Read,
    /// A new account.
    Create,
    /// A change of one account.
    Update,
    /// The end of one account.
    Delete,
}

/// What an object of this kind is called.
pub(super) const fn noun(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::User => "account",
        ObjectKind::Group => "group",
    }
}

/// What objects of this kind are called.
pub(super) const fn nouns(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::User => "accounts",
        ObjectKind::Group => "groups",
    }
}

/// The error for an answer whose status is no success. `paths`: the attributes that were sent, to name the one at
/// fault.
pub(super) fn refused<'p>(
    endpoint: &Endpoint,
    answer: Answer,
    kind: ObjectKind,
    asked: Asked,
    paths: impl Iterator<Item = &'p TargetPath>,
) -> ConnectorError {
    let host = endpoint.host();
    let status = answer.status;
    let object = noun(kind);
    let complaint = Complaint::read(&answer);
    let detail = endpoint.redact(&complaint.detail);
    let said = if detail.is_empty() { String::new() } else { format!(": {detail}") };
    let one_object = matches!(asked, Asked::Read | Asked::Update | Asked::Delete);
    let writes = !matches!(asked, Asked::Find | Asked::Read);

    let (kind, message, advice) = match status.as_u16() {
        300..400 => (
            ErrorKind::Misconfigured,
            format!("{host} answered {status} and wants to send the request elsewhere{}.", location(&answer)),
            "Enter the final address as Tenant URL; Purser does not follow redirects, since they would carry the Secret Token along. A redirect to a sign-in page means that this is not the SCIM address.".to_owned(),
        ),
        401 => (
            ErrorKind::Auth,
            format!("{host} did not accept the Secret Token ({status}){said}."),
            "Generate a new token in the application and enter it as Secret Token, without the word Bearer.".to_owned(),
        ),
        // A refusal that names its reason in SCIM's own words is about this one account.
        403 if !complaint.detail.is_empty() && !complaint.is_page && writes => (
            ErrorKind::Rejected { attribute: None },
            format!("{host} does not permit this ({status}){said}."),
            format!("See in the application whether the token's owner may manage this {object}."),
        ),
        403 => (
            ErrorKind::Auth,
            format!("{host} accepts the Secret Token, and does not permit this with it ({status}){said}."),
            "Make sure that the token belongs to an administrator of the application and has the scope for SCIM.".to_owned(),
        ),
        404 | 410 if one_object && is_gone(&answer) => (
            ErrorKind::NotFound,
            format!("{host} has no such {object} ({status}){said}."),
            "Somebody may have deleted it in the application.".to_owned(),
        ),
        404 | 410 => (
            ErrorKind::Misconfigured,
            format!("{host} has nothing at this address ({status}){said}."),
            if kind == ObjectKind::Group {
                "Switch the mapping of groups off where the application has none; else check the path of the Tenant URL: it must be the SCIM base address.".to_owned()
            } else {
                "Check the path of the Tenant URL: it must be the SCIM base address, without /Users at its end.".to_owned()
            },
        ),
        400..500 if writes && complaint.scim_type.eq_ignore_ascii_case("mutability") => {
            let attribute = attribute_at_fault(&complaint.detail, paths);
            let about = attribute.as_deref().unwrap_or("an attribute").to_owned();
            (
                ErrorKind::Rejected { attribute },
                format!("{host} does not let {about} be changed once it is set ({status}){said}."),
                format!("Let the mapping's row apply only during object creation; where the new value matters, delete the {object} in the application, so that Purser makes it anew."),
            )
        }
        412 => (
            ErrorKind::Transient { retry_after: None },
            format!("Somebody else is changing the {object} in {host} at the same time ({status}){said}."),
            "Purser tries again by itself.".to_owned(),
        ),
        409 => conflict(host, object, status, &said),
        400..500 if complaint.scim_type.eq_ignore_ascii_case("uniqueness") => conflict(host, object, status, &said),
        408 | 425 => (
            ErrorKind::Transient { retry_after: None },
            format!("{host} asks to try again ({status}){said}."),
            "Purser tries again by itself.".to_owned(),
        ),
        429 => (
            ErrorKind::Transient { retry_after: retry_after(&answer.headers) },
            format!("{host} gets more requests than it permits ({status}){said}."),
            "Purser waits as long as the application asks, and then goes on by itself.".to_owned(),
        ),
        405 | 501 if asked == Asked::Delete => (
            ErrorKind::Rejected { attribute: None },
            format!("{host} can't delete this {object} ({status}){said}."),
            format!("Take Delete out of the target object actions of the mapping: {object}s are disabled then, where the application can do that."),
        ),
        405 | 406 | 415 | 501 => (
            ErrorKind::Misconfigured,
            format!("{host} cannot do what was asked ({status}){said}."),
            if asked == Asked::Find {
                format!("The application must be able to filter its {object}s by the matching attribute, or to list them. Check the Tenant URL and the attribute that they are matched by.")
            } else {
                format!("Check that the Tenant URL is a SCIM 2.0 endpoint and that its {object}s may be managed through it.")
            },
        ),
        502 | 504 if asked == Asked::Create => (
            ErrorKind::Ambiguous,
            format!("A gateway in front of {host} lost the answer ({status}){said}."),
            format!("Purser looks up what became of the {object} and tries again by itself."),
        ),
        500.. => (
            ErrorKind::Transient { retry_after: retry_after(&answer.headers) },
            format!("{host} has trouble of its own ({status}){said}."),
            "Purser tries again by itself. If it stays, tell the application's support what it answered.".to_owned(),
        ),
        _ => {
            let attribute = attribute_at_fault(&complaint.detail, paths);
            let about = attribute.as_ref().map(|name| format!(" because of {name}")).unwrap_or_default();
            (
                ErrorKind::Rejected { attribute },
                format!("{host} refused the request{about} ({status}){said}."),
                "Correct the value in the directory or the attribute mapping; the application's answer says what it wants.".to_owned(),
            )
        }
    };
    build(endpoint, answer, kind, message, advice)
}

fn conflict(host: &str, object: &str, status: StatusCode, said: &str) -> (ErrorKind, String, String) {
    (
        ErrorKind::Conflict,
        format!("{host} has another {object} with a value that must be unique ({status}){said}."),
        format!(
            "Look in the application for another {object} with the same name or e-mail address, also a deactivated one, and make one of them different."
        ),
    )
}

/// The error for a success whose body can't be used.
pub(super) fn unusable(
    endpoint: &Endpoint,
    answer: Answer,
    kind: ObjectKind,
    asked: Asked,
    why: Unreadable,
) -> ConnectorError {
    let host = endpoint.host();
    let status = answer.status;
    let what = match why {
        Unreadable::Html => "a web page instead of SCIM".to_owned(),
        Unreadable::NotJson => "something that is not JSON".to_owned(),
        Unreadable::NotScim => "JSON that is not what SCIM prescribes".to_owned(),
        Unreadable::NoId => format!("an {} without an id", noun(kind)).replace("an group", "a group"),
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
    let message = format!("{host} answered {status} with {what}.");
    build(endpoint, answer, kind, message, advice)
}

/// An error about this answer.
pub(super) fn build(
    endpoint: &Endpoint,
    answer: Answer,
    kind: ErrorKind,
    message: String,
    advice: impl Into<String>,
) -> ConnectorError {
    let excerpt = endpoint.excerpt(&answer.body);
    ConnectorError::new(kind, message, advice).with_exchange(answer.exchange).with_body_excerpt(excerpt)
}

fn attribute_at_fault<'p>(detail: &str, paths: impl Iterator<Item = &'p TargetPath>) -> Option<String> {
    let detail = detail.to_lowercase();
    let named = |path: &TargetPath| {
        let simple = match path.sub() {
            Some(sub) => format!("{}.{sub}", path.attribute()),
            None => path.attribute().to_owned(),
        };
        [path.as_str(), &simple, path.attribute()]
            .into_iter()
            .filter(|name| contains_word(&detail, &name.to_lowercase()))
            .map(str::len)
            .max()
    };
    // The longest name wins: "name.givenName" is more than the "name" in it.
    paths
        .filter_map(|path| named(path).map(|length| (length, path)))
        .max_by_key(|(length, _)| *length)
        .map(|(_, path)| path.to_string())
}

fn contains_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(is_part)
            && !text[at + word.len()..].chars().next().is_some_and(is_part)
    })
}

fn location(answer: &Answer) -> String {
    let target = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
    // Without its query, which may carry tokens of the application's own sign-in.
    let target = target.and_then(|target| target.split(['?', '#']).next()).unwrap_or_default();
    if target.is_empty() {
        String::new()
    } else {
        format!(", to {}", target.chars().take(200).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attribute_at_fault_is_the_longest_one_named() {
        let paths = ["userName", "name.givenName", "emails[type eq \"work\"].value", "title"]
            .map(|text| TargetPath::parse(text).unwrap());
        let fault = |detail: &str| attribute_at_fault(detail, paths.iter());
        assert_eq!(fault("Attribute name.givenName is too long").as_deref(), Some("name.givenName"));
        assert_eq!(fault("emails.value: not an address").as_deref(), Some("emails[type eq \"work\"].value"));
        assert_eq!(fault("'username' must not contain @").as_deref(), Some("userName"));
        assert_eq!(fault("entitled to nothing"), None);
        assert_eq!(fault(""), None);
    }
}
