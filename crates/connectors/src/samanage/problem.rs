//! Answers that are not what was asked for: what this API says otherwise than by the status, and successes that did not
//! do it.
use std::time::Duration;

use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::tenant::SamanageConnector;
use crate::endpoint::Endpoint;
use crate::error::{ConnectorError, ErrorKind};
use crate::exchange::Exchange;
use crate::http::Answer;
use crate::refusal::{Asked, Refusal, Row, Table, build};

const TABLE: Table = Table {
    own: own_row,
    is_from_api: |answer| !answer.is_page(),
    // There is one Samanage, and no probe for it.
    is_dialect: |_| false,
    retry_after,
    redirect: "Enter the API's own address as Tenant URL: https://api.samanage.com, https://apieu.samanage.com or https://apiau.samanage.com.",
    credentials: "Generate a new token in Setup > Users & Groups > Users, on an administrator's page, and enter it as Secret Token. A token ends when its user is disabled, and works in its own region only.",
    rights: "Use the token of a user with the role Administrator.",
    address: "Check the Tenant URL: it is the API's address without a path, for example https://api.samanage.com.",
};

fn own_row(refusal: &Refusal<'_>) -> Option<Row> {
    let Refusal { host, status, said, asked, .. } = refusal;
    let detail = refusal.complaint.detail.to_lowercase();
    let is_taken = ["already been taken", "already exists"].iter().any(|words| detail.contains(words));
    Some(match status.as_u16() {
        403 if is_out_of_calls(refusal.headers) => TABLE.too_many(refusal),
        406 => (
            ErrorKind::Misconfigured,
            format!("{host} does not speak version 2.1 of its API any more ({status}){said}."),
            "Update Purser.".to_owned(),
        ),
        400 | 422 if is_taken => refusal.taken(),
        405 | 415 => refusal.rejected(),
        503 if *asked == Asked::Create => refusal.lost(),
        _ => return None,
    })
}

impl SamanageConnector {
    /// The error for an answer whose status is no success. `sent`: the attributes that were sent.
    pub(super) fn refused(
        &self,
        answer: Answer,
        kind: ObjectKind,
        asked: Asked,
        sent: &[&TargetPath],
    ) -> ConnectorError {
        TABLE.refuse(&self.endpoint, answer, (kind, asked), sent.iter().copied(), self.schema(kind))
    }

    /// The error for a success that can't be read.
    pub(super) fn unusable(&self, answer: Answer, asked: Asked) -> ConnectorError {
        let is_page = answer.is_page();
        let what = if is_page { "a web page" } else { "something that this API does not answer with" };
        let kind = match asked {
            Asked::Create if !is_page => ErrorKind::Ambiguous,
            _ => ErrorKind::Misconfigured,
        };
        let message = format!("{} answered {} with {what}.", self.endpoint.host(), answer.status);
        let advice = "Check that the Tenant URL is the API's address of your region, for example https://api.samanage.com.";
        build(&self.endpoint, answer, kind, message, advice)
    }
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

/// The answer to a create holds another object.
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
    let advice = "All others were added. Look whether that user is still there in the application; if not, restart provisioning so that the user is matched again.";
    let kind = ErrorKind::Rejected { attribute: Some("members".to_owned()) };
    error.retold(kind, message, advice)
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
    error.retold(kind, message, advice)
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
}
