//! What a plan can say: a question to the target, a write, or a note.
use super::Refusal;
use super::elements::{list, subtract};
use crate::log::{LogAction, ModifiedProperty, SkipCode};
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

/// What planning about one object came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The target has to be asked; then plan again with the answer.
    Ask(Question),
    /// What is to be done.
    Decided(Decision),
}

/// What the target has to be asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// Search the target with these, in their order, up to the first hit.
    Match(Vec<MatchQuery>),
    /// There is no account; before one is created, find the first candidate of each that is free. The answer is
    /// [`Observed::Chosen`](super::Observed::Chosen).
    Choose(Vec<UniqueQuestion>),
    /// Read the linked account, since a row fills in what is missing there and nobody knows whether something is. The
    /// answer is [`Observed::One`](super::Observed::One).
    Read {
        /// The account.
        target_id: String,
    },
}

/// What is to be done about one object.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Send this to the target.
    Send(Write),
    /// Send nothing; note this.
    Note(Note),
}

impl From<Decision> for Step {
    fn from(decision: Decision) -> Self {
        Self::Decided(decision)
    }
}

/// What is to be sent to the target.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Create an account. Afterwards the link holds [`NewObject::exported`], origin created.
    Create(NewObject),
    /// Change an account; afterwards it counts as enabled.
    Update {
        /// The account, and what to change.
        edit: Edit,
        /// There is no link yet: make one with origin adopted.
        adopt: bool,
    },
    /// Disable an account.
    Disable {
        /// The account, and what to change.
        edit: Edit,
        /// Why.
        cause: DisableCause,
    },
    /// Delete an account, and the link with it.
    Delete {
        /// The account.
        target_id: String,
    },
}

impl Write {
    /// Whether it takes from somebody what they can use: the account, or the group. This is what a brake on mass
    /// removal counts, before the first of them goes out.
    ///
    /// Members that are taken out of a group do not count yet; they will once they are more than a share of it. An
    /// update that makes an account useless in some other way (an empty role, say) is the mapping's doing, and
    /// does not count.
    #[must_use]
    pub const fn takes_away(&self) -> bool {
        match self {
            Self::Disable { .. } | Self::Delete { .. } => true,
            Self::Create(_) | Self::Update { .. } => false,
        }
    }

    /// How the log calls it.
    #[must_use]
    pub const fn log_action(&self) -> LogAction {
        match self {
            Self::Create(_) => LogAction::Create,
            Self::Update { .. } => LogAction::Update,
            Self::Disable { .. } => LogAction::Disable,
            Self::Delete { .. } => LogAction::Delete,
        }
    }

    /// What it changes, for the log.
    #[must_use]
    pub fn modified(&self) -> Vec<ModifiedProperty> {
        match self {
            Self::Create(object) => object.modified(),
            Self::Update { edit, .. } | Self::Disable { edit, .. } => edit.modified(),
            Self::Delete { .. } => Vec::new(),
        }
    }
}

/// Changes of one account.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The account.
    pub target_id: String,
    /// What to change; never empty.
    pub changes: Vec<Change>,
    /// `Link::exported` afterwards.
    pub exported_after: Map<String, Value>,
    /// The attributes that have no value any more and stay as they are, since their clear flow is off.
    pub kept: Vec<String>,
}

impl Edit {
    /// The changes for the log.
    #[must_use]
    pub fn modified(&self) -> Vec<ModifiedProperty> {
        self.changes.iter().map(Change::modified).collect()
    }
}

/// What is to be noted without sending anything.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    /// An account was there before and is already right: make a link with origin adopted.
    Link {
        /// The account.
        target_id: String,
        /// `Link::exported` afterwards.
        exported_after: Map<String, Value>,
    },
    /// The account is as it should be; the link is to remember this.
    Remember {
        /// `Link::exported` afterwards.
        exported_after: Map<String, Value>,
        /// What the account counts as from now on, if that is something else.
        becomes: Option<Becomes>,
        /// As in [`Edit::kept`].
        kept: Vec<String>,
    },
    /// Nothing to do.
    Skip(Skip),
    /// It can't be done before an administrator repairs something.
    Refuse(Refusal),
}

/// What an account counts as from now on, although nothing has to be sent for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    /// Enabled.
    Active,
    /// Disabled; a group: let go as it is.
    Disabled(DisableCause),
}

/// An account to create.
#[derive(Debug, Clone, PartialEq)]
pub struct NewObject {
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

impl NewObject {
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

/// Nothing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// Why, in a word.
    pub code: SkipCode,
    /// Why, in detail; never empty.
    pub reasons: Vec<SkipReason>,
    /// The clauses of the scoping filters that failed, or the attributes that lost their values, where that is one of
    /// the reasons.
    pub details: Vec<String>,
}

impl Skip {
    /// A skip without clauses.
    #[must_use]
    pub fn new(code: SkipCode, reasons: impl IntoIterator<Item = SkipReason>) -> Self {
        Self { code, reasons: reasons.into_iter().collect(), details: Vec::new() }
    }

    /// There is nothing to do, by this comparison; these attributes have no value any more and stay as they are.
    #[must_use]
    pub fn redundant(compared: SkipReason, kept: Vec<String>) -> Self {
        let keeps = (!kept.is_empty()).then_some(SkipReason::KeepsLost);
        let reasons = std::iter::once(compared).chain(keeps).collect();
        Self { code: SkipCode::RedundantExport, reasons, details: kept }
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
        if matches!(self.code, SkipCode::RedundantExport)
            && !self.reasons.contains(&SkipReason::AlreadyDisabled)
        {
            return sentences.join(" ");
        }
        let mut text = format!("The {kind} '{name}' will be skipped due to the following reasons:");
        for (at, sentence) in sentences.iter().enumerate() {
            text.push_str(&format!(" {}) {sentence}", at + 1));
        }
        text
    }
}
