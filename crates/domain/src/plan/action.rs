//! What a plan can say.
use crate::log::ModifiedProperty;
use crate::mapping::{AttributeFailure, Desired, MatchQuery};
use crate::path::TargetPath;
use crate::scope::{DisableCause, SkipReason};
use crate::value::display_json;
use crate::vocabulary::vocabulary;
use serde_json::{Map, Value};
use std::sync::Arc;

/// What has to be done about one person.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Search the target with these, in their order, up to the first hit; then plan again.
    Match(Vec<MatchQuery>),
    /// Create an account. Afterwards the link holds [`Write::exported`], origin created.
    Create(Write),
    /// Change an account; without changes only the link is written.
    Update {
        /// The account.
        target_id: String,
        /// What to change.
        changes: Vec<Change>,
        /// `Link::exported` afterwards.
        exported_after: Map<String, Value>,
        /// There is no link yet: make one with origin adopted.
        adopt: bool,
        /// The link becomes active again.
        reenable: bool,
    },
    /// Disable an account; without changes only the link is written.
    Disable {
        /// The account.
        target_id: String,
        /// What to change.
        changes: Vec<Change>,
        /// `Link::exported` afterwards.
        exported_after: Map<String, Value>,
        /// Why.
        cause: DisableCause,
    },
    /// Delete an account, and the link with it.
    Delete {
        /// The account.
        target_id: String,
    },
    /// An account was there before and is already right: make a link with origin adopted, write nothing.
    Link {
        /// The account.
        target_id: String,
        /// `Link::exported` afterwards.
        exported_after: Map<String, Value>,
    },
    /// Nothing to do.
    Skip(Skip),
    /// It can't be done before somebody repairs something.
    Refuse(Refusal),
}

/// An account to create.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// Its values, in the order of the mapping's rows.
    pub values: Vec<WriteValue>,
}

/// One value of an account to create.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteValue {
    /// Where.
    pub path: Arc<TargetPath>,
    /// What.
    pub value: Value,
}

impl Write {
    /// Everything desired, on-creation values included.
    #[must_use]
    pub(super) fn new(desired: Desired) -> Self {
        let values = desired.values.into_iter();
        Self { values: values.map(|value| WriteValue { path: value.target, value: value.value }).collect() }
    }

    /// The values as one object.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = Value::Object(Map::new());
        for value in &self.values {
            value.path.write(&mut body, value.value.clone());
        }
        body
    }

    /// `Link::exported` once the account is created.
    #[must_use]
    pub fn exported(&self) -> Map<String, Value> {
        self.values.iter().map(|value| (value.path.to_string(), value.value.clone())).collect()
    }

    /// The values for the log.
    #[must_use]
    pub fn modified(&self) -> Vec<ModifiedProperty> {
        let property = |value: &WriteValue| ModifiedProperty {
            name: value.path.to_string(),
            old: None,
            new: Some(display_json(&value.value)),
        };
        self.values.iter().map(property).collect()
    }
}

/// One change of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Where.
    pub path: Arc<TargetPath>,
    /// Before, as far as known.
    pub old: Option<Value>,
    /// After; `None` clears it.
    pub new: Option<Value>,
}

impl Change {
    /// The change for the log.
    #[must_use]
    pub fn modified(&self) -> ModifiedProperty {
        ModifiedProperty {
            name: self.path.to_string(),
            old: self.old.as_ref().map(display_json),
            new: self.new.as_ref().map(display_json),
        }
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
        /// The object mapping is switched off.
        EntityTypeNotSupported = "EntityTypeNotSupported",
    }
}

/// Nothing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// Why, in a word.
    pub code: SkipCode,
    /// Why, in detail; never empty.
    pub reasons: Vec<SkipReason>,
}

impl Skip {
    /// The skip as the log's sentence about the person of this name.
    #[must_use]
    pub fn describe(&self, name: &str) -> String {
        let sentences: Vec<&str> = self.reasons.iter().map(|reason| reason.sentence()).collect();
        if self.code == SkipCode::RedundantExport {
            return sentences.join(" ");
        }
        let mut text = format!("The User '{name}' will be skipped due to the following reasons:");
        for (at, sentence) in sentences.iter().enumerate() {
            text.push_str(&format!(" {}) {sentence}", at + 1));
        }
        text
    }
}

/// It can't be done before somebody repairs something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For example `DuplicateTargetEntries`.
    pub code: &'static str,
    /// What is wrong.
    pub reason: String,
    /// What to do.
    pub advice: String,
}

impl Refusal {
    /// Rows could not be evaluated.
    #[must_use]
    pub fn attribute_validation_failed(failures: &[AttributeFailure]) -> Self {
        let reasons: Vec<String> = failures.iter().map(ToString::to_string).collect();
        Self {
            code: "AttributeValidationFailed",
            reason: format!("The attribute mapping gives no valid value for {}.", reasons.join("; ")),
            advice: "Correct the person's attribute in the directory, or the mapping's row.".to_owned(),
        }
    }

    /// The search found more than one account.
    #[must_use]
    pub fn duplicate_target_entries(queries: &[MatchQuery], count: u32) -> Self {
        let name = |query: &MatchQuery| format!("{} \"{}\"", query.path, display_json(&query.value));
        let asked: Vec<String> = queries.iter().map(name).collect();
        Self {
            code: "DuplicateTargetEntries",
            reason: format!("The application has {count} accounts with {}.", asked.join(" or ")),
            advice: "Remove or rename the surplus accounts in the application, or match by an attribute that is unique there."
                .to_owned(),
        }
    }

    /// The account found is another person's already.
    #[must_use]
    pub fn duplicate_source_entries(target_id: &str, other: &str) -> Self {
        Self {
            code: "DuplicateSourceEntries",
            reason: format!("The account {target_id} that was found is already linked to {other}."),
            advice:
                "Two people of the directory have the same value of the matching attribute; make it unique."
                    .to_owned(),
        }
    }
}
