//! What a plan can say.
use super::Refusal;
use super::elements::{list, subtract};
use crate::log::ModifiedProperty;
use crate::mapping::{CompiledMapping, Desired, MatchQuery, UniqueQuestion};
use crate::object::ObjectKind;
use crate::path::TargetPath;
use crate::scope::{DisableCause, SkipReason};
use crate::value::display_json;
use crate::vocabulary;
use serde_json::{Map, Value};
use std::sync::Arc;

/// What logs show of a value that a mapping's `Redact` keeps out of them.
const REDACTED: &str = "[Redact]";
/// How many elements of a list logs show: a group may have a hundred thousand members.
const SHOWN_ELEMENTS: usize = 20;

/// What has to be done about one object.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Search the target with these, in their order, up to the first hit; then plan again.
    Match(Vec<MatchQuery>),
    /// There is no account; before one is created, ask the target for the first candidate of each that nobody has,
    /// and plan again with [`Observed::Chosen`](super::Observed::Chosen).
    Choose(Vec<UniqueQuestion>),
    /// Read the linked account, since a row fills in what is missing there and nobody knows whether something is; then
    /// plan again with [`Observed::One`](super::Observed::One).
    Look {
        /// The account.
        target_id: String,
    },
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
    /// Nothing to do in the target; the link is to remember what was seen of the account.
    Remember {
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
    /// Logs must not show it.
    pub redacted: bool,
}

impl WriteValue {
    /// A value that logs may show.
    #[must_use]
    pub fn new(path: Arc<TargetPath>, value: Value) -> Self {
        Self { path, value, redacted: false }
    }
}

impl Write {
    /// Everything desired, on-creation values included.
    #[must_use]
    pub(super) fn new(mapping: &CompiledMapping, desired: Desired) -> Self {
        let rows = mapping.rows();
        let values = desired.values.into_iter().map(|value| WriteValue {
            path: value.target,
            value: value.value,
            redacted: rows.get(value.row).is_some_and(|row| row.redacted),
        });
        Self { values: values.collect() }
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
            new: Some(display(&value.value, value.redacted)),
        };
        self.values.iter().map(property).collect()
    }
}

vocabulary! {
    /// How a value changes.
    pub enum ChangeKind {
        /// It becomes another, or goes.
        Set = "set",
        /// Elements come to a list; the others stay.
        Add = "add",
        /// Elements of a list go; the others stay.
        Remove = "remove",
    }
}

/// One change of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Where.
    pub path: Arc<TargetPath>,
    /// How.
    pub kind: ChangeKind,
    /// Before, as far as known; for [`ChangeKind::Remove`] the elements that go, as an array; for
    /// [`ChangeKind::Add`] nothing.
    pub old: Option<Value>,
    /// After; `None` clears it. For [`ChangeKind::Add`] the elements that come, as an array; for
    /// [`ChangeKind::Remove`] nothing.
    pub new: Option<Value>,
    /// Logs must not show it.
    pub redacted: bool,
}

impl Change {
    /// A value that becomes another, or goes, and that logs may show.
    #[must_use]
    pub fn set(path: Arc<TargetPath>, old: Option<Value>, new: Option<Value>) -> Self {
        Self { path, kind: ChangeKind::Set, old, new, redacted: false }
    }

    /// What stands at the path once the change is made to an account that has `there`.
    #[must_use]
    pub fn apply(&self, there: Option<&Value>) -> Option<Value> {
        let elements = match self.kind {
            ChangeKind::Set => return self.new.clone(),
            ChangeKind::Add => {
                let mut elements = list(there).to_vec();
                elements.extend(subtract(list(self.new.as_ref()), &elements, true));
                elements
            }
            ChangeKind::Remove => subtract(list(there), list(self.old.as_ref()), true),
        };
        (!elements.is_empty()).then_some(Value::Array(elements))
    }

    /// The change for the log.
    #[must_use]
    pub fn modified(&self) -> ModifiedProperty {
        ModifiedProperty {
            name: self.path.to_string(),
            old: self.old.as_ref().map(|old| display(old, self.redacted)),
            new: self.new.as_ref().map(|new| display(new, self.redacted)),
        }
    }
}

/// How a value reads in a log: of a long list only its beginning.
pub(super) fn display(value: &Value, redacted: bool) -> String {
    match value {
        _ if redacted => REDACTED.to_owned(),
        Value::Array(elements) => {
            let shown: Vec<String> = elements.iter().take(SHOWN_ELEMENTS).map(display_json).collect();
            match elements.len().saturating_sub(SHOWN_ELEMENTS) {
                0 => shown.join(", "),
                more => format!("{}, and {more} more", shown.join(", ")),
            }
        }
        value => display_json(value),
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
    /// The clauses of the scoping filters that failed, where that is one of the reasons.
    pub details: Vec<String>,
}

impl Skip {
    /// A skip without clauses.
    #[must_use]
    pub fn new(code: SkipCode, reasons: impl IntoIterator<Item = SkipReason>) -> Self {
        Self { code, reasons: reasons.into_iter().collect(), details: Vec::new() }
    }

    /// Why, each reason as a sentence.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        self.reasons.iter().map(|reason| reason.explain(&self.details)).collect()
    }

    /// The skip as the log's sentence about the object of this kind and name.
    #[must_use]
    pub fn describe(&self, kind: ObjectKind, name: &str) -> String {
        let sentences = self.sentences();
        if self.code == SkipCode::RedundantExport && sentences.len() == 1 {
            return sentences.concat();
        }
        let mut text = format!("The {kind} '{name}' will be skipped due to the following reasons:");
        for (at, sentence) in sentences.iter().enumerate() {
            text.push_str(&format!(" {}) {sentence}", at + 1));
        }
        text
    }
}
