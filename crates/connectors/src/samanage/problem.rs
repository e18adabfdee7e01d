//! Answers that are not what was asked for: what kind of trouble they are, in words.
use std::time::Duration;

use purser_domain::path::TargetPath;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::connector::Exchange;
use crate::error::{ConnectorError, ErrorKind};
use crate::http::{Answer, Endpoint};

/// What was asked, as far as it decides what an error status means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Something that concerns nobody in particular.
    Service,
    /// A list of objects.
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

/// The error for an answer whose status is no success. `paths`: the attributes that were sent.
pub(super) fn refused(
    endpoint: &Endpoint,
    answer: Answer,
    asked: Asked,
    paths: &[&TargetPath],
) -> ConnectorError {
    let host = endpoint.host();
    let status = answer.status;
    let html = is_html(&answer);
    let detail = if html { String::new() } else { endpoint.redact(&complaint(&answer)) };
    let said = if detail.is_empty() { String::new() } else { format!(": {detail}") };
    let one_object = matches!(asked, Asked::Read | Asked::Update | Asked::Delete);
    let taken = detail.to_lowercase().contains("already been taken")
        || detail.to_lowercase().contains("already exists");
    let (kind, message, advice) = match status.as_u16() {
        300..400 => (
            ErrorKind::Misconfigured,
            format!("{host} wants to send the request elsewhere ({status})."),
            "Enter the API's own address as Tenant URL: https://api.samanage.com, https://apieu.samanage.com or https://apiau.samanage.com.",
        ),
        401 => (
            ErrorKind::Auth,
            format!("{host} did not accept the credentials ({status}){said}."),
            "Generate a new token in Setup > Users & Groups > Users, on an administrator's page, and enter it as Secret Token. A token ends when its user is disabled, and works in its own region only.",
        ),
        403 => (
            ErrorKind::Auth,
            format!("{host} knows the credentials, and their role may not do this ({status}){said}."),
            "Use the token of a user with the role Administrator.",
        ),
        404 if one_object && !html => (
            ErrorKind::NotFound,
            format!("{host} has no such object ({status}){said}."),
            "Somebody may have deleted it in the application.",
        ),
        404 => (
            ErrorKind::Misconfigured,
            format!("{host} has nothing at this address ({status}){said}."),
            "Check the Tenant URL: it is the API's address without a path, for example https://api.samanage.com.",
        ),
        406 => (
            ErrorKind::Misconfigured,
            format!("{host} does not speak version 2.1 of its API any more ({status}){said}."),
            "Update Purser.",
        ),
        409 => conflict(host, status.as_u16(), &said),
        400 | 422 if taken => conflict(host, status.as_u16(), &said),
        408 | 425 | 429 => (
            ErrorKind::Transient { retry_after: retry_after(&answer.headers) },
            format!("{host} gets more requests than it permits ({status}){said}."),
            "Purser waits as long as the application asks, and then goes on by itself.",
        ),
        502..=504 if asked == Asked::Create => (
            ErrorKind::Ambiguous,
            format!("A gateway in front of {host} lost the answer ({status})."),
            "Purser looks up what became of the account and tries again by itself.",
        ),
        500.. => (
            ErrorKind::Transient { retry_after: retry_after(&answer.headers) },
            format!("{host} has trouble of its own ({status}){said}."),
            "Purser tries again by itself. If it stays, tell the application's support what it answered.",
        ),
        _ => {
            let attribute = attribute_at_fault(&detail, paths);
            let about = attribute.as_ref().map(|name| format!(" because of {name}")).unwrap_or_default();
            (
                ErrorKind::Rejected { attribute },
                format!("{host} refused the request{about} ({status}){said}."),
                "Correct the value in the directory or the attribute mapping; the application's answer says what it wants.",
            )
        }
    };
    build(endpoint, answer, kind, message, advice)
}

/// The error for a success that can't be read.
pub(super) fn unusable(endpoint: &Endpoint, answer: Answer, asked: Asked) -> ConnectorError {
    let html = is_html(&answer);
    let what = if html { "a web page" } else { "something that this API does not answer with" };
    let kind = match asked {
        Asked::Create if !html => ErrorKind::Ambiguous,
        _ => ErrorKind::Misconfigured,
    };
    let message = format!("{} answered {} with {what}.", endpoint.host(), answer.status);
    let advice = "Check that the Tenant URL is the API's address of your region, for example https://api.samanage.com.";
    build(endpoint, answer, kind, message, advice)
}

/// The target said yes and did not do it.
pub(super) fn ignored(endpoint: &Endpoint, exchange: Exchange, attribute: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Rejected { attribute: Some(attribute.to_owned()) },
        format!("{} accepted the change and did not carry it out: {attribute} is not what was sent.", endpoint.host()),
        "The application ignores values that it does not like. Look at the account there, and correct the value or take the row out of the mapping.",
    )
    .with_exchange(exchange)
}

/// A name that the tenant does not have.
pub(super) fn unknown_name(host: &str, what: &str, attribute: &str, name: &str) -> ConnectorError {
    let advice = match what {
        "role" => {
            "Choose a role that exists there: roles are imported with Refresh roles. A default value is written as {\"displayName\":\"role\"}."
        }
        _ => {
            "Create it in the application, correct the value in the directory, or let Purser create it (profile setting create_missing)."
        }
    };
    ConnectorError::new(
        ErrorKind::Rejected { attribute: Some(attribute.to_owned()) },
        format!("{host} has no {what} \"{}\".", name.chars().take(100).collect::<String>()),
        advice,
    )
}

/// A value that should be a name, and is none.
pub(super) fn no_name(attribute: &str, value: &Value) -> ConnectorError {
    let shown: String = value.to_string().chars().take(100).collect();
    ConnectorError::new(
        ErrorKind::Rejected { attribute: Some(attribute.to_owned()) },
        format!(
            "{attribute} must be a name, or an object such as {{\"displayName\":\"name\"}}, but is {shown}."
        ),
        "Correct the row of the attribute mapping.",
    )
}

/// A list without an end.
pub(super) fn endless(path: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Misconfigured,
        format!("The list {path} does not come to an end."),
        "Tell the application's support.",
    )
}

/// What cannot be.
pub(super) fn of_ours(what: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Rejected { attribute: None },
        format!("The request could not be made: {what}."),
        "This is an error in Purser; please report it.",
    )
}

/// Whether this is a page for people.
pub(super) fn is_html(answer: &Answer) -> bool {
    answer.body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

fn conflict(host: &str, status: u16, said: &str) -> (ErrorKind, String, &'static str) {
    (
        ErrorKind::Conflict,
        format!("{host} has another object with a value that must be unique ({status}){said}."),
        "Look in the application for a user with the same e-mail address, also a disabled one, and make one of them different.",
    )
}

fn build(
    endpoint: &Endpoint,
    answer: Answer,
    kind: ErrorKind,
    message: String,
    advice: &str,
) -> ConnectorError {
    let excerpt = endpoint.excerpt(&answer.body);
    ConnectorError::new(kind, message, advice).with_exchange(answer.exchange).with_body_excerpt(excerpt)
}

/// What the API says about an error: `{"error": …}`, `{"errors": […]}`, `{"email": ["is taken"]}`, or text.
fn complaint(answer: &Answer) -> String {
    let text = match serde_json::from_slice::<Value>(&answer.body) {
        Ok(value) => flatten(&value),
        Err(_) => String::from_utf8_lossy(&answer.body).into_owned(),
    };
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    line.trim().trim_end_matches('.').to_owned()
}

fn flatten(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(flatten).collect::<Vec<_>>().join(", "),
        Value::Object(object) => {
            let part = |(name, value): (&String, &Value)| match name.as_str() {
                "error" | "errors" | "message" | "messages" | "base" => flatten(value),
                _ => format!("{name} {}", flatten(value)),
            };
            object.iter().map(part).collect::<Vec<_>>().join(", ")
        }
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn attribute_at_fault(detail: &str, paths: &[&TargetPath]) -> Option<String> {
    let detail = detail.to_lowercase();
    let names = |path: &&&TargetPath| {
        let name = path.attribute().to_lowercase();
        let singular = name.trim_end_matches('s').to_owned();
        let words: Vec<&str> = detail.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        words.contains(&name.as_str()) || words.contains(&singular.as_str())
    };
    paths.iter().find(names).map(|path| path.to_string())
}

/// `Retry-After` in seconds, or the instant in `X-Ratelimit-Reset`, as seconds from now where it is a small number.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let day = 24 * 60 * 60;
    number("retry-after")
        .or_else(|| number("x-ratelimit-reset").filter(|seconds| *seconds < day))
        .map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};
    use serde_json::json;

    #[test]
    fn complaints_are_read_in_every_shape() {
        for (body, expected) in [
            (json!({"error": "Email can't be blank"}), "Email can't be blank"),
            (json!({"errors": ["a", "b"]}), "a, b"),
            (json!({"email": ["has already been taken"]}), "email has already been taken"),
            (json!({"messages": {"message": "no"}}), "no"),
        ] {
            assert_eq!(flatten(&body), expected);
        }
    }

    #[test]
    fn the_time_to_wait_is_read_from_either_header() {
        let headers = |name: &'static str, value: &'static str| {
            HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))])
        };
        assert_eq!(retry_after(&headers("retry-after", "7")), Some(Duration::from_secs(7)));
        assert_eq!(retry_after(&headers("x-ratelimit-reset", "30")), Some(Duration::from_secs(30)));
        assert_eq!(retry_after(&headers("x-ratelimit-reset", "1900000000")), None);
    }

    #[test]
    fn the_attribute_at_fault_is_the_one_named() {
        let paths = ["email", "roles"].map(|text| TargetPath::parse(text).unwrap());
        let paths: Vec<&TargetPath> = paths.iter().collect();
        assert_eq!(attribute_at_fault("Role can't be found", &paths).as_deref(), Some("roles"));
        assert_eq!(attribute_at_fault("something else", &paths), None);
    }
}
