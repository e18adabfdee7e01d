//! A refusal or failure.
//!
//! Everything in this crate that refuses a request answers with a [`Fault`]. As a response it is only a
//! status with the fault attached; the layer `web::face` writes it in the way that the caller can read.

use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use purser_contract::problem::{Problem, ProblemKind};
use purser_service::ServiceError;

/// A refusal or failure on its way out.
#[derive(Debug, Clone)]
pub struct Fault {
    status: StatusCode,
    problem: Box<Problem>,
}

impl Fault {
    /// A fault in words of its own.
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let kind = match status {
            StatusCode::UNAUTHORIZED => ProblemKind::Unauthenticated,
            StatusCode::FORBIDDEN => ProblemKind::Forbidden,
            StatusCode::NOT_FOUND => ProblemKind::NotFound,
            StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => ProblemKind::Conflict,
            StatusCode::TOO_MANY_REQUESTS => ProblemKind::TooMany,
            status if status.is_server_error() => ProblemKind::Internal,
            _ => ProblemKind::Invalid,
        };
        Self { status, problem: Box::new(Problem::new(kind, message).code(code)) }
    }

    /// 400 with a sentence.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Request_BadRequest", message)
    }

    /// 404 for something that isn't there.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Request_ResourceNotFound", message)
    }

    /// 401: the caller is not signed in.
    pub fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
    }

    /// The same with what to do next.
    #[must_use]
    pub fn advice(mut self, advice: impl Into<String>) -> Self {
        self.problem.advice = advice.into();
        self
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Its problem.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// What a page about it is headed.
    pub fn title(&self) -> &'static str {
        title_of(self.status)
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        let status = match problem.kind {
            // Graph answers 400 where a unique value is taken and where a target refuses.
            ProblemKind::Invalid | ProblemKind::Target => StatusCode::BAD_REQUEST,
            ProblemKind::Unauthenticated => StatusCode::UNAUTHORIZED,
            ProblemKind::Forbidden => StatusCode::FORBIDDEN,
            ProblemKind::NotFound => StatusCode::NOT_FOUND,
            ProblemKind::Conflict => StatusCode::CONFLICT,
            ProblemKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            ProblemKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self { status, problem: Box::new(problem) }
    }
}

impl From<ServiceError> for Fault {
    fn from(error: ServiceError) -> Self {
        error.problem().into()
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("30"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"purser\""));
        }
        response.extensions_mut().insert(self);
        response
    }
}

fn title_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "Sign in first",
        StatusCode::FORBIDDEN => "Refused",
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::METHOD_NOT_ALLOWED => "Not possible here",
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => "Somebody was faster",
        StatusCode::PAYLOAD_TOO_LARGE => "Too large",
        StatusCode::TOO_MANY_REQUESTS => "Too many tries",
        StatusCode::REQUEST_TIMEOUT => "Too slow",
        status if status.is_server_error() => "Something broke on our side",
        _ => "That did not work",
    }
}
