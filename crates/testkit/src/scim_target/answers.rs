//! Answers: with a SCIM body, with an error, and in this server's own style.
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Method, Response, StatusCode};

use super::options::{AnswerStyle, ErrorStyle};
use crate::connections::Answer;

const SCIM_JSON: &str = "application/scim+json";

/// What an error says, so that it can be said in another shape.
#[derive(Debug, Clone)]
struct Detail(String);

/// The answer in this server's own style.
pub(super) fn in_style(style: &AnswerStyle, mut answer: Answer) -> Answer {
    if style.content_type != SCIM_JSON && answer.headers().get(CONTENT_TYPE).is_some_and(|it| it == SCIM_JSON)
    {
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(style.content_type));
    }
    let Some(Detail(detail)) = answer.extensions().get::<Detail>().cloned() else { return answer };
    let (content_type, body) = match style.errors {
        ErrorStyle::Scim => return answer,
        ErrorStyle::Masked => {
            *answer.status_mut() = StatusCode::OK;
            return answer;
        }
        ErrorStyle::Message => ("application/json", serde_json::json!({ "message": detail }).to_string()),
        ErrorStyle::Text => ("text/plain", detail),
        ErrorStyle::Empty => ("text/plain", String::new()),
    };
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    *answer.body_mut() = Full::new(Bytes::from(body));
    answer
}

/// An answer with a SCIM body.
pub(super) fn scim(status: StatusCode, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/scim+json"));
    answer
}

/// A SCIM error.
pub(super) fn error(status: StatusCode, scim_type: &str, detail: &str) -> Answer {
    let mut body = serde_json::json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": status.as_str(),
        "detail": detail,
    });
    if !scim_type.is_empty() {
        body["scimType"] = scim_type.into();
    }
    let mut answer = scim(status, Bytes::from(body.to_string()));
    answer.extensions_mut().insert(Detail(detail.to_owned()));
    answer
}

pub(super) fn unauthorized() -> Answer {
    let mut answer = error(StatusCode::UNAUTHORIZED, "", "The token is not valid.");
    answer
        .headers_mut()
        .insert(WWW_AUTHENTICATE, hyper::header::HeaderValue::from_static("Bearer realm=\"SCIM\""));
    answer
}

/// For methods that a place does not have.
pub(super) fn not_allowed(method: &Method) -> Answer {
    error(StatusCode::METHOD_NOT_ALLOWED, "", &format!("{method} is not possible here."))
}
