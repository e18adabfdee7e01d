//! Vocabulary of the provisioning log: one row for each object that a cycle acted on or skipped.
//!
//! Words and their spelling follow Graph's `provisioningObjectSummary`. Rows are stored as they are
//! serialized here, by the hundred thousand: keep step details few and short.
use crate::object::ObjectKind;
use crate::vocabulary;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

vocabulary! {
    /// What was done, or would have been.
    pub enum LogAction {
        /// An account was created.
        Create = "create",
        /// An account was changed.
        Update = "update",
        /// An account was deleted.
        Delete = "delete",
        /// An account was disabled.
        Disable = "disable",
        /// Nothing was written.
        Other = "other",
    }
}

vocabulary! {
    /// How it went, of a row and of a step.
    pub enum LogStatus {
        /// Done.
        Success = "success",
        /// Not done; the error says why.
        Failure = "failure",
        /// Nothing to do; the steps say why.
        Skipped = "skipped",
        /// Done, but not wholly.
        Warning = "warning",
    }
}

vocabulary! {
    /// What a step is about.
    pub enum StepKind {
        /// Read the object from the source.
        Import = "import",
        /// Determine if the object is in scope.
        Scoping = "scoping",
        /// Match the object between source and target.
        Matching = "matching",
        /// Evaluate the object before synchronization.
        Processing = "processing",
        /// Find the target's counterpart of a reference, for example of the manager.
        ReferenceResolution = "referenceResolution",
        /// Provision the object.
        Export = "export",
    }
}

vocabulary! {
    /// Why nothing is to be done, as the log's `SkipReason`.
    pub enum SkipCode {
        /// Not in scope.
        NotEffectivelyEntitled = "NotEffectivelyEntitled",
        /// Everything is as it should be already.
        RedundantExport = "RedundantExport",
        /// No value to find the account by.
        ImportSkipped = "ImportSkipped",
        /// The target object actions or the mapping do not allow it.
        EntrySynchronizationSkipped = "EntrySynchronizationSkipped",
        /// An expression says `IgnoreObjectFlow`.
        ObjectFlowIgnored = "ObjectFlowIgnored",
        /// The object mapping is switched off.
        EntityTypeNotSupported = "EntityTypeNotSupported",
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What it is about.
    pub kind: StepKind,
    /// For example `EntryExportAdd`.
    pub name: String,
    /// How it went.
    pub status: LogStatus,
    /// A sentence.
    pub description: String,
    /// Label and value, few and short.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<(String, String)>,
    /// Other objects of the directory that the step speaks of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<NamedObject>,
}

/// An object of the directory, by the name that it had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedObject {
    /// What it is.
    pub kind: ObjectKind,
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// A property that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModifiedProperty {
    /// Target path.
    pub name: String,
    /// Before; `None` when it was not set or is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// After; `None` when removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

vocabulary! {
    /// What would cure a failure, for which the advice has a place to go to.
    pub enum Cure {
        /// The capability probe: it finds out how the target wants to be spoken to.
        Probe = "probe",
    }
}

/// Why it failed and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogError {
    /// For example `DuplicateTargetEntries`.
    pub code: String,
    /// What happened.
    pub reason: String,
    /// What to do.
    pub advice: String,
    /// What would cure it, where Purser has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cure: Option<Cure>,
    /// When it is tried again by itself, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
}

/// A request to the target and its answer, without credentials and cut to a few kilobytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogExchange {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    /// Status of the answer; `None` when none came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub duration_ms: u32,
    /// The beginning of what was sent; only of requests that write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The beginning of what was answered; only of answers that refuse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
}

/// Everything about a row that is only shown when it is opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LogDetail {
    /// In the order they happened.
    pub steps: Vec<Step>,
    /// Why nothing was done, when the object was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip: Option<SkipCode>,
    /// What was changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub modified: Vec<ModifiedProperty>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<LogError>,
    /// What was said to the target and what it answered, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<LogExchange>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_log_reads_back() {
        for kind in StepKind::ALL {
            assert_eq!(kind.as_str().parse::<StepKind>().as_ref(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!("Nope".parse::<LogStatus>().unwrap_err().to_string(), "\"Nope\" is not a known LogStatus");
    }

    #[test]
    fn a_detail_without_change_or_error_is_stored_without_them() {
        let detail = LogDetail::default();
        assert_eq!(serde_json::to_string(&detail).unwrap(), r#"{"steps":[]}"#);
        assert_eq!(serde_json::from_str::<LogDetail>("{}").unwrap(), detail);
    }
}
