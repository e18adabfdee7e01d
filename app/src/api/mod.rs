//! What forms post and what islands ask for.
//!
//! Two kinds of function, each in three steps and without a branch: context, one use-case, view.
//!
//! - A **form post** is a server function that ends with `context::finish`, or with
//!   `context::finish_form` when what was typed comes back; a page posts to it by its type.
//! - What an **island** asks for is a server function too; it answers with a view, or an
//!   [`ApiProblem`], and compiles on both sides.
//!
//! A **page** asks its use-case itself: pages run on the server only, so a second, private HTTP API
//! would be one more door to guard. Only what takes several use-cases is a plain function here.
//!
//! All of them refuse what the use-case refuses, and strangers with `Unauthenticated`.
//!
//! Deliberately absent: rules. They are in `purser-service`, for every door the same.
//!
//! To add one: 1. the use-case in `purser-service`, 2. the function in the area's file here; the
//! address is `/api/<endpoint>`, and the server refuses it to anonymous callers by itself.

pub mod imports;
pub mod provisioning;

#[cfg(feature = "ssr")]
pub mod applications;
#[cfg(feature = "ssr")]
pub mod assignments;
#[cfg(feature = "ssr")]
pub mod groups;
#[cfg(feature = "ssr")]
pub mod home;
#[cfg(feature = "ssr")]
pub mod session;
#[cfg(feature = "ssr")]
pub mod tokens;
#[cfg(feature = "ssr")]
pub mod users;

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use purser_contract::problem::{Problem, ProblemKind};
use serde::{Deserialize, Serialize};

/// A problem as an island gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiProblem(
    /// What went wrong and what to do.
    pub Problem,
);

impl std::fmt::Display for ApiProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for ApiProblem {}

/// On the server this answers the request with the problem's status, too.
impl From<Problem> for ApiProblem {
    fn from(problem: Problem) -> Self {
        #[cfg(feature = "ssr")]
        crate::context::set_status(problem.kind);
        Self(problem)
    }
}

#[cfg(feature = "ssr")]
impl From<purser_service::ServiceError> for ApiProblem {
    fn from(error: purser_service::ServiceError) -> Self {
        Problem::from(error).into()
    }
}

impl FromServerFnError for ApiProblem {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let (kind, message) = match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                (ProblemKind::Invalid, "The request could not be read.")
            }
            ServerFnErrorErr::Request(_) => (ProblemKind::Internal, "Purser can't be reached."),
            _ => (ProblemKind::Internal, "Purser gave an answer that could not be read."),
        };
        Self(Problem::new(kind, message).advice("Reload the page and try again."))
    }
}
