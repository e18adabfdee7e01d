//! Provisioning log.
use crate::profile::ExchangeView;
use purser_domain::log::{Cure, LogAction, LogStatus, ModifiedProperty, SkipCode, StepKind};
use purser_domain::object::ObjectKind;
use serde::{Deserialize, Serialize};

/// Filters of the log page; its query string.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogForm {
    /// Application; empty for all.
    pub application_id: String,
    /// Part of the user's or group's name, sign-in name, or an id; empty for all.
    pub identity: String,
    /// `success`, `failure`, `skipped`, `warning` or empty.
    pub status: String,
    /// `create`, `update`, `delete`, `disable`, `other` or empty.
    pub action: String,
    /// Cursor; empty for the newest.
    pub after: String,
    /// Rows wanted; 0 means 50, never more than 200.
    pub size: u32,
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRowView {
    /// Change id, unique key of a row.
    pub id: String,
    /// RFC 3339.
    pub at: String,
    /// What it is about.
    pub kind: ObjectKind,
    /// Source display name.
    pub identity: String,
    /// Source id.
    pub source_id: String,
    /// What was done.
    pub action: LogAction,
    /// How it went.
    pub status: LogStatus,
    /// Application id.
    pub application_id: String,
    /// Application name (target system).
    pub target_system: String,
    /// One line: what was done, why skipped, what failed.
    pub summary: String,
}

/// A row in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogView {
    /// The row.
    pub row: LogRowView,
    /// Cycle id.
    pub cycle_id: String,
    /// Job id.
    pub job_id: String,
    /// Account id in the target.
    pub target_id: Option<String>,
    /// Why nothing was done, when the object was skipped.
    pub skip: Option<SkipCode>,
    /// Milliseconds.
    pub duration_ms: u64,
    /// Steps in the order they happened.
    pub steps: Vec<StepView>,
    /// The requests made and their answers, without credentials; of old rows none.
    pub exchanges: Vec<ExchangeView>,
    /// What was changed.
    pub modified: Vec<ModifiedProperty>,
    /// What went wrong.
    pub error: Option<LogErrorView>,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    /// What it is about.
    pub kind: StepKind,
    /// For example `EntryExportAdd`.
    pub name: String,
    /// How it went.
    pub status: LogStatus,
    /// Sentence.
    pub description: String,
    /// Details as label and value, requests and answers among them.
    pub details: Vec<(String, String)>,
    /// Other users and groups that the step speaks of.
    pub objects: Vec<NamedObjectView>,
}

/// A user or group of the directory, by the name that it had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedObjectView {
    /// Path of its page.
    pub path: String,
    /// Its name.
    pub name: String,
}

/// An error with advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogErrorView {
    /// For example `DuplicateTargetEntries`.
    pub code: String,
    /// What happened.
    pub reason: String,
    /// What to do.
    pub advice: String,
    /// What would cure it, where Purser has it.
    pub cure: Option<Cure>,
    /// When it is tried again (RFC 3339), if it is.
    pub retry_at: Option<String>,
}
