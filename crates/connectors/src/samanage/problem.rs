//! Answers that are not what was asked for: what kind of trouble they are, in words.
use std::time::Duration;

use purser_domain::path::TargetPath;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::endpoint::Endpoint;
use crate::error::{ConnectorError, ErrorKind};
use crate::exchange::Exchange;
use crate::http::Answer;

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
        403 if is_out_of_calls(&answer.headers) => too_many(host, status.as_u16(), &said, &answer.headers),
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
        408 | 425 | 429 => too_many(host, status.as_u16(), &said, &answer.headers),
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

/// The same for a request that may be sent again, whatever became of the first one.
pub(super) fn repeatable(error: ConnectorError) -> ConnectorError {
    match error.kind() {
        ErrorKind::Ambiguous => error.with_kind(ErrorKind::Transient { retry_after: None }),
        _ => error,
    }
}

/// An object was made, and what comes after it failed: it must be found, and not be made again.
pub(super) fn unfinished(error: ConnectorError) -> ConnectorError {
    if error.concerns_whole_target() { error } else { error.with_kind(ErrorKind::Ambiguous) }
}

/// The answer to a create holds somebody else's object.
pub(super) fn stranger(endpoint: &Endpoint, answer: Answer, attribute: &str) -> ConnectorError {
    let message = format!(
        "{} answered a create with another object: its {attribute} is not the one that was sent.",
        endpoint.host()
    );
    let advice = "Nothing was changed in that object. Purser looks up what became of its own. If it stays, tell the application's support.";
    build(endpoint, answer, ErrorKind::Ambiguous, message, advice)
}

/// A user who can't be a member; the others are.
pub(super) fn no_member(host: &str, user: &str, error: ConnectorError) -> ConnectorError {
    let message =
        format!("{host} does not take the user with the id {user} into the group: {}", error.message());
    let advice = "All others were added. Look whether that user is still there in the application; if not, restart provisioning so that he is matched again.";
    let kind = ErrorKind::Rejected { attribute: Some("members".to_owned()) };
    let told = ConnectorError::new(kind, message, advice)
        .with_body_excerpt(error.body_excerpt().unwrap_or_default());
    match error.exchange().cloned() {
        Some(exchange) => told.with_exchange(exchange),
        None => told,
    }
}

/// Something that was missing, and may not be made.
pub(super) fn not_made(what: &str, attribute: &str, name: &str, error: ConnectorError) -> ConnectorError {
    if matches!(error.kind(), ErrorKind::Transient { .. }) {
        return error;
    }
    let name: String = name.chars().take(100).collect();
    let kind = ErrorKind::Rejected { attribute: Some(attribute.to_owned()) };
    let message = format!("The {what} \"{name}\" is missing and could not be made: {}", error.message());
    let advice = "Create it in the application, or give the credentials the right to.";
    let told = ConnectorError::new(kind, message, advice)
        .with_body_excerpt(error.body_excerpt().unwrap_or_default());
    match error.exchange().cloned() {
        Some(exchange) => told.with_exchange(exchange),
        None => told,
    }
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

fn too_many(host: &str, status: u16, said: &str, headers: &HeaderMap) -> (ErrorKind, String, &'static str) {
    (
        ErrorKind::Transient { retry_after: retry_after(headers) },
        format!("{host} gets more requests than it permits ({status}){said}."),
        "Purser waits as long as the application asks, and then goes on by itself.",
    )
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

/// How long to wait: `Retry-After`, or `X-Ratelimit-Reset`, each as seconds from now or as an instant. The answer's own
/// `Date` tells what time it is over there. At most a day.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    const DAY: i64 = 24 * 60 * 60;
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let instant = |text: &str| Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_second());
    let now = || text("date").and_then(instant);
    let after = || i64::try_from(crate::http::retry_after(headers)?.as_secs()).ok();
    let reset = || match text("x-ratelimit-reset")?.parse::<f64>().ok()?.ceil() {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a cast of a float saturates, and the sum is cut below"
        )]
        seconds if seconds <= 86_400.0 => Some(seconds as i64),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a cast of a float saturates, and the sum is cut below"
        )]
        at => Some((at as i64).saturating_sub(now()?)),
    };
    let seconds = after().or_else(reset)?.clamp(0, DAY);
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

/// A refusal that is about the number of calls.
fn is_out_of_calls(headers: &HeaderMap) -> bool {
    headers
        .get("x-ratelimit-remaining")
        .is_some_and(|left| left.to_str().is_ok_and(|left| left.trim() == "0"))
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
        let mut both = headers("x-ratelimit-reset", "784111837");
        both.insert("date", HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(retry_after(&both), Some(Duration::from_secs(60)));
        both.insert("retry-after", HeaderValue::from_static("Sun, 06 Nov 1994 08:49:47 GMT"));
        assert_eq!(retry_after(&both), Some(Duration::from_secs(10)));
        for (text, expected) in
            [("-5", None), ("18446744073709551615", None), ("99999999999", Some(86_400)), ("soon", None)]
        {
            assert_eq!(
                retry_after(&headers("retry-after", text)),
                expected.map(Duration::from_secs),
                "{text}"
            );
        }
    }

    #[test]
    fn the_attribute_at_fault_is_the_one_named() {
        let paths = ["email", "roles"].map(|text| TargetPath::parse(text).unwrap());
        let paths: Vec<&TargetPath> = paths.iter().collect();
        assert_eq!(attribute_at_fault("Role can't be found", &paths).as_deref(), Some("roles"));
        assert_eq!(attribute_at_fault("something else", &paths), None);
    }
}
