//! What waits in the queue of imports.
use purser_domain::ids::ImportId;
use serde::{Deserialize, Serialize};

/// The queue's task: one import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportTask {
    /// Which.
    pub import: ImportId,
}
