//! Token endpoints as they are, and not as RFC 6749 has them: answers are brought into the RFC's form before they are
//! understood.
//!
//! Seen in the wild: `expires_in` as a text, 0 or negative for *never*; no `token_type`; `scope` as a list; errors with
//! the status 200, or as a web page; answers as a form.
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use purser_domain::secret::Secret;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::error::{ConnectorError, ErrorKind, Result};
use crate::http::{HttpKit, retry_after};

/// No token is said to last longer, in seconds: ten years.
const LONGEST_LIFE: u64 = 10 * 366 * 24 * 60 * 60;
/// Longest time to wait that is believed.
const LONGEST_WAIT: u64 = 24 * 60 * 60;

/// The way to authorization servers: the one HTTP kit.
pub(super) struct Wire {
    pub(super) kit: HttpKit,
    /// Are blotted out of what the server says.
    pub(super) secrets: Vec<Secret>,
}

impl<'c> AsyncHttpClient<'c> for Wire {
    type Error = ConnectorError;
    type Future = BoxFuture<'c, Result<HttpResponse>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        async move {
            let host = request.uri().host().unwrap_or_default().to_owned();
            let answer = self.kit.exchange(request, &self.secrets).await?;
            let (parts, body) = answer.into_parts();
            let said = read_body(&body);
            let (status, body) = match parts.status.as_u16() {
                200..300 => read_success(&said, &self.secrets),
                status => {
                    let has_code = said.as_ref().is_some_and(|said| code_in(said).is_some());
                    refuse_early(&host, status, &parts.headers, has_code)?;
                    (400, complaint(said.as_ref(), status, &self.secrets))
                }
            };
            let mut response = HttpResponse::new(body.to_string().into_bytes());
            *response.status_mut() =
                http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::BAD_REQUEST);
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Ok(response)
        }
        .boxed()
    }
}

/// What is no answer about the client or the consent.
fn refuse_early(host: &str, status: u16, headers: &HeaderMap, has_code: bool) -> Result<()> {
    let (kind, message, advice) = match status {
        300..400 => (
            ErrorKind::Misconfigured,
            format!("{host} wants to send the request for a token elsewhere ({status})."),
            "Check the token exchange URL: it must be the application's OAuth 2.0 token endpoint.",
        ),
        404 | 405 | 410 if !has_code => (
            ErrorKind::Misconfigured,
            format!("{host} hands out no tokens at this address ({status})."),
            "Check the token exchange URL: it must be the application's OAuth 2.0 token endpoint.",
        ),
        408 | 425 | 429 | 500.. => {
            let retry_after = retry_after(headers).map(|wait| wait.min(Duration::from_secs(LONGEST_WAIT)));
            (
                ErrorKind::Transient { retry_after },
                format!("{host} has no token to give at the moment ({status})."),
                "Purser tries again by itself. If it stays, look whether the authorization server works.",
            )
        }
        _ => return Ok(()),
    };
    Err(ConnectorError::new(kind, message, advice))
}

/// The members of an answer, whether it is JSON or a form.
fn read_body(body: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => return Some(object),
        Ok(_) => return None,
        Err(_) => {}
    }
    let form: Map<String, Value> = form_urlencoded::parse(body)
        .take(50)
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect();
    ["access_token", "error"].iter().any(|name| form.contains_key(*name)).then_some(form)
}

fn read_success(said: &Option<Map<String, Value>>, secrets: &[Secret]) -> (u16, Value) {
    let Some(said) = said else { return (200, Value::Null) };
    let text = |name: &str| said.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let Some(access) = text("access_token") else {
        return match code_in(said) {
            Some(_) => (400, complaint(Some(said), 400, secrets)),
            None => (200, Value::Null),
        };
    };
    let mut token = json!({ "access_token": access, "token_type": text("token_type").unwrap_or("bearer") });
    if let Some(seconds) = said.get("expires_in").and_then(seconds_in) {
        token["expires_in"] = json!(seconds);
    }
    if let Some(refresh) = text("refresh_token") {
        token["refresh_token"] = json!(refresh);
    }
    (200, token)
}

/// Seconds, however they are written; `None` for what is said to last for ever, or is no number.
fn seconds_in(value: &Value) -> Option<u64> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast of a float saturates, and what is too long is cut"
    )]
    (seconds >= 1.0).then_some((seconds as u64).min(LONGEST_LIFE))
}

/// The error's code, under the names that it was seen by.
fn code_in(said: &Map<String, Value>) -> Option<&str> {
    let code = ["error", "errorCode", "error_code"].iter().find_map(|name| match said.get(*name)? {
        Value::String(text) => Some(text.as_str()),
        Value::Object(error) => error.get("code").or_else(|| error.get("type"))?.as_str(),
        _ => None,
    });
    code.filter(|code| !code.is_empty())
}

/// An error in the RFC's form.
fn complaint(said: Option<&Map<String, Value>>, status: u16, secrets: &[Secret]) -> Value {
    let by_status = match status {
        401 => "invalid_client",
        403 => "unauthorized_client",
        _ => "invalid_request",
    };
    let code = said.and_then(code_in).unwrap_or(by_status);
    let description = said.and_then(|said| {
        let of_error = || said.get("error")?.get("message");
        let named = ["error_description", "errorSummary", "message"].iter().find_map(|name| said.get(*name));
        named.or_else(of_error)?.as_str()
    });
    let mut error = json!({ "error": redact(code, secrets) });
    if let Some(description) = description {
        error["error_description"] = json!(redact(description, secrets));
    }
    error
}

/// What the server says, without the secrets that it may repeat, in one line.
fn redact(text: &str, secrets: &[Secret]) -> String {
    let blot = |text: String, secret: &Secret| {
        let encoded: String = form_urlencoded::byte_serialize(secret.expose().as_bytes()).collect();
        text.replace(secret.expose(), "***").replace(&encoded, "***")
    };
    let text = secrets.iter().filter(|secret| !secret.is_empty()).fold(text.to_owned(), blot);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_read_however_they_are_written() {
        for (value, expected) in [
            (json!(3600), Some(3_600)),
            (json!("3600"), Some(3_600)),
            (json!(3599.9), Some(3_599)),
            (json!(1e300), Some(LONGEST_LIFE)),
            (json!(0), None),
            (json!(-1), None),
            (json!("never"), None),
            (json!(null), None),
        ] {
            assert_eq!(seconds_in(&value), expected, "{value}");
        }
    }

    #[test]
    fn what_a_server_repeats_of_the_secrets_is_blotted_out() {
        assert_eq!(redact("no: s3 cret s3+cret\nx", &[Secret::new("s3 cret")]), "no: *** *** x");
    }
}
