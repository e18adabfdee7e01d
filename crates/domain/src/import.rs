//! Words for an import of people.
use crate::vocabulary;

vocabulary! {
    /// Where an import stands.
    pub enum ImportState {
        /// Uploaded; nothing is written yet.
        Ready = "ready",
        /// Waiting for or being worked on by the worker.
        Running = "running",
        /// Every row was looked at.
        Done = "done",
        /// Stopped by a fault of ours; what was written stays, importing again is safe.
        Failed = "failed",
    }
}
