//! The secret from which the random functions of a job's expressions (`Guid`, `RandomString`) take their chance.

use crate::{Reads, StoreError};
use purser_domain::ids::JobId;

/// 32 secret bytes. Passwords are made from it, so it is never shown and never leaves the engine.
///
/// It is not stored: it follows from the master key and the job's id, so that every job has one, also one that was made
/// before there were seeds. Under another master key it is another one; values that were exported stand all the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seed([u8; 32]);

impl Seed {
    /// A known seed, for tests and trials.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for [`purser_domain::expression::Context`].
    #[must_use]
    pub const fn expose(self) -> [u8; 32] {
        self.0
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Reads {
    /// The seed of a job.
    pub(crate) fn derive_seed(&self, job: JobId) -> Result<Seed, StoreError> {
        let bytes = self.cipher.derive_seed(job);
        bytes.map(Seed).ok_or_else(|| StoreError::Encrypt { key: "job-seed".to_owned() })
    }
}
