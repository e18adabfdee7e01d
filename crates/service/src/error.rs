//! What can go wrong in a use-case, and the one mapping from it to a [`Problem`].
//!
//! There are two kinds only: a refusal, which is a whole sentence for the person who asked, and a fault of ours,
//! which is logged here once with its chain under an id; the person sees the id and nothing else.
use purser_contract::problem::{FieldConflict, Problem, ProblemKind};
use purser_store::StoreError;
use std::error::Error;
use uuid::Uuid;

/// Result of a use-case.
pub type Result<T> = std::result::Result<T, ServiceError>;

/// What a check gives: what it was asked for, or what to tell the person.
pub(crate) type Checked<T> = std::result::Result<T, Problem>;

/// Why a use-case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The request can't be granted as it is.
    #[error("the request was refused: {0}")]
    Refused(Box<Problem>),
    /// A fault of ours.
    #[error("a use-case could not {doing} (logged as {id})")]
    Internal {
        /// What was tried, as a verb phrase.
        doing: &'static str,
        /// Id in the log.
        id: Uuid,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

impl ServiceError {
    /// What to tell the person or program that asked.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Refused(problem) => problem.as_ref().clone(),
            Self::Internal { id, .. } => Problem::new(
                ProblemKind::Internal,
                format!("Something went wrong on the server. It is logged under the id {id}."),
            )
            .advice("Try again. If it happens again, look for the id in the server's log."),
        }
    }

    /// A fault of ours, logged now with its chain.
    pub(crate) fn internal(doing: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source = source.into();
        let id = Uuid::new_v4();
        tracing::error!(error_id = %id, chain = %chain(source.as_ref()), "could not {doing}");
        Self::Internal { doing, id, source }
    }
}

impl From<Problem> for ServiceError {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        error.problem()
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            // Not a fault of the program, and the person can do something about it.
            StoreError::Secret { key } => {
                tracing::error!(key, "a stored secret does not open with the present master key");
                conflict(format!(
                    "The stored {key} can't be read: it was encrypted under another master key."
                ))
                .advice("Start Purser with the master key that it had before, or enter the secret again.")
                .into()
            }
            fault => Self::internal("use the store", fault),
        }
    }
}

/// The input breaks a rule.
pub(crate) fn invalid(message: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::Invalid, message)
}

/// The object does not exist (any more).
pub(crate) fn not_found(what: &str, id: &str) -> Problem {
    let shown: String = id.chars().take(80).filter(|c| !c.is_control()).collect();
    Problem::new(ProblemKind::NotFound, format!("There is no {what} \"{shown}\"."))
        .advice("It may have been deleted meanwhile. Go back to the list and look for it there.")
}

/// A unique value is taken, or the object's state does not allow it.
pub(crate) fn conflict(message: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::Conflict, message)
}

/// An edit was made from a generation that is not the stored one any more.
pub(crate) fn stale(what: &str, fields: Vec<FieldConflict>) -> Problem {
    let mut problem =
        conflict(format!("Somebody else saved {what} since you opened it, so your changes are not saved.")).advice(
            "Compare your version with the stored one below. Save again to put yours in its place, or discard it.",
        );
    problem.conflict = fields;
    problem
}

/// One row of a comparison, when the two versions differ.
pub(crate) fn differing(
    label: &str,
    yours: impl Into<String>,
    theirs: impl Into<String>,
) -> Option<FieldConflict> {
    let (yours, theirs) = (yours.into(), theirs.into());
    (yours != theirs).then(|| FieldConflict { label: label.to_owned(), yours, theirs })
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
