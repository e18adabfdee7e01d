//! Intents: what is stored before a page is written, so that after a crash it can be found out what became of it.
//!
//! An intent without an outcome means: this request may have reached the target. Nothing is sent for its object
//! before the target has been asked (`cycle::recover`).
use std::sync::Arc;

use jiff::Timestamp;
use purser_domain::{
    path::TargetPath,
    plan::{Change, ChangeKind, DisableCause, MatchQuery, Write},
};
use purser_store::{Intent, ObjectId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// All that is needed to find out what became of a request, even if its person is gone by then.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Detail {
    /// By which the account is found again: path, value, and whether logs must not show it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) queries: Vec<(String, Value, bool)>,
    /// `Link::exported` if it was done.
    pub(crate) exported: Map<String, Value>,
    /// What was to be changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) changes: Vec<ChangeDetail>,
    /// The paths whose values logs must not show.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) redacted: Vec<String>,
    /// Why the account was to be disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<DisableCause>,
    /// As in [`Edit::kept`](purser_domain::plan::Edit::kept).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) kept: Vec<String>,
}

/// A change as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ChangeDetail {
    path: String,
    kind: ChangeKind,
    old: Option<Value>,
    new: Option<Value>,
    redacted: bool,
}

impl ChangeDetail {
    fn of(change: &Change) -> Self {
        let (kind, old, new) = (change.kind, change.old.clone(), change.new.clone());
        Self { path: change.path.to_string(), kind, old, new, redacted: change.redacted }
    }

    pub(crate) fn read(self) -> Option<Change> {
        let path = Arc::new(TargetPath::parse(&self.path).ok()?);
        Some(Change { path, kind: self.kind, old: self.old, new: self.new, redacted: self.redacted })
    }
}

/// The intent of a write. `queries` are those by which the account was looked for.
pub(super) fn intent(
    object: ObjectId,
    write: &Write,
    queries: &[MatchQuery],
    opened_at: Timestamp,
) -> Result<Intent, serde_json::Error> {
    let (target_id, detail) = match write {
        Write::Create(new) => {
            let query = |query: &MatchQuery| (query.path.to_string(), query.value.clone(), query.redacted);
            let queries = queries.iter().map(query).collect();
            let hidden = new.values.iter().filter(|value| value.redacted);
            let redacted = hidden.map(|value| value.path.to_string()).collect();
            (None, Detail { queries, exported: new.exported(), redacted, ..Detail::default() })
        }
        Write::Update { edit, .. } | Write::Disable { edit, .. } => {
            let cause = match write {
                Write::Disable { cause, .. } => Some(*cause),
                _ => None,
            };
            let changes = edit.changes.iter().map(ChangeDetail::of).collect();
            let (exported, kept) = (edit.exported_after.clone(), edit.kept.clone());
            (Some(&edit.target_id), Detail { exported, changes, cause, kept, ..Detail::default() })
        }
        Write::Delete { target_id } => (Some(target_id), Detail::default()),
    };
    Ok(Intent {
        object,
        action: write.log_action(),
        target_id: target_id.cloned(),
        detail: serde_json::to_value(&detail)?,
        opened_at,
    })
}
