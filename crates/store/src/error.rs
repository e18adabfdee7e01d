//! What can go wrong in the store.

use sea_orm::{DbErr, SqlErr};

/// What the store tried and could not do. The cause is in `source`, never in the text.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database could not be opened.
    #[error("could not open the database")]
    Open {
        /// Why.
        source: DbErr,
    },
    /// A statement failed.
    #[error("could not {doing}")]
    Query {
        /// What was tried, for example `list users`.
        doing: &'static str,
        /// Why.
        source: DbErr,
    },
    /// A queue could not be used.
    #[error("could not {doing} the queue \"{queue}\"")]
    Queue {
        /// What was tried.
        doing: &'static str,
        /// The queue's name.
        queue: &'static str,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An object that had to be there is not.
    #[error("there is no {what} {id}")]
    Missing {
        /// Kind of object.
        what: &'static str,
        /// Its id or name.
        id: String,
    },
    /// The object was changed since the edit was made from it.
    #[error("this {what} was changed by somebody else meanwhile")]
    Stale {
        /// Kind of object.
        what: &'static str,
        /// The generation that is stored now.
        stored: i64,
    },
    /// A value that must be unique is in use.
    #[error("this {what} is taken")]
    Taken {
        /// What must be unique.
        what: &'static str,
    },
    /// The job's lease is free or another worker's: the caller must stop working on the job.
    #[error("the lease on this job was lost")]
    LeaseLost,
    /// A secret could not be decrypted: the master key is not the one it was encrypted under, or it is damaged.
    #[error("could not decrypt the secret {key}: the master key is not the one that it was stored under")]
    Secret {
        /// Name of the secret.
        key: String,
    },
    /// A secret could not be encrypted.
    #[error("could not encrypt the secret {key}")]
    Encrypt {
        /// Name of the secret.
        key: String,
    },
    /// A stored value does not read as what it should be.
    #[error("the stored {what} is damaged: {detail}")]
    Corrupt {
        /// Which value.
        what: &'static str,
        /// What is wrong with it.
        detail: String,
    },
}

impl StoreError {
    /// Fails when a write found no row to change.
    pub(crate) fn require(rows: u64, what: &'static str, id: impl std::fmt::Display) -> Result<(), Self> {
        if rows == 0 { Err(Self::Missing { what, id: id.to_string() }) } else { Ok(()) }
    }
}

/// Says what was tried when a statement failed.
pub(crate) trait Doing<T> {
    /// Turns a failure into [`StoreError::Query`].
    fn doing(self, doing: &'static str) -> Result<T, StoreError>;

    /// The same, but a unique value that is in use becomes [`StoreError::Taken`].
    fn doing_unique(self, doing: &'static str, what: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, DbErr> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Query { doing, source })
    }

    fn doing_unique(self, doing: &'static str, what: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| match source.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => StoreError::Taken { what },
            _ => StoreError::Query { doing, source },
        })
    }
}
