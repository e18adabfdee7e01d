//! What a compiled mapping says about one object.
use super::compile::{CompiledMapping, Row, RowSource};
use super::subject::{Reading, Reference, Source, Subject};
use crate::expression::{Context, Outcome};
use crate::path::TargetPath;
use crate::user::strip_guest_suffix;
use crate::value::Value;
use serde_json::{Value as Json, json};
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// When a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Whenever it differs.
    Always,
    /// On creation only.
    OnCreate,
    /// On creation, and later where the account has nothing there.
    WhenEmpty,
    /// A list: what the account lacks of it is added, nothing is taken away.
    AddElements,
    /// A list: what it lacks is added, and what was exported and is gone is taken away, element by element.
    SyncElements,
}

/// One value that the account should have.
#[derive(Debug, Clone, PartialEq)]
pub struct DesiredValue {
    /// Index of the mapping's row.
    pub row: usize,
    /// Where.
    pub target: Arc<TargetPath>,
    /// What, in the target's shape.
    pub value: Json,
    /// When.
    pub flow: Flow,
}

/// Everything that the account should have, in the order of the rows. Rows without a value are missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Desired {
    /// The values.
    pub values: Vec<DesiredValue>,
    /// The rows whose source has no value, as far as that means something to the target: those with a clear flow,
    /// and lists that are kept element by element.
    pub(crate) nulls: Vec<usize>,
    /// The other rows whose source has no value: what the target has there stays.
    pub(crate) kept: Vec<usize>,
    /// A row says that the whole object is to be left as it is. Then nothing else counts.
    pub(crate) ignored: bool,
}

/// A question to the target: which accounts have this value here?
#[derive(Debug, Clone, PartialEq)]
pub struct MatchQuery {
    /// The attribute.
    pub path: Arc<TargetPath>,
    /// The value.
    pub value: Json,
    /// Logs must not show the value.
    pub redacted: bool,
}

/// A question to the target: which of these values does nobody have?
#[derive(Debug, Clone, PartialEq)]
pub struct UniqueQuestion {
    /// The attribute.
    pub path: Arc<TargetPath>,
    /// The values by preference, each once; never empty.
    pub candidates: Vec<Json>,
    /// Logs must not show the values.
    pub redacted: bool,
}

/// The answer to a [`UniqueQuestion`].
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The attribute.
    pub path: Arc<TargetPath>,
    /// The first candidate that nobody has; `None` when all are taken.
    pub value: Option<Json>,
}

/// A row that could not be evaluated for this object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{target}: {message}")]
pub struct AttributeFailure {
    /// Target path of the row.
    pub target: String,
    /// What is wrong.
    pub message: String,
}

/// What a row's source comes to.
enum RowValue {
    Value(Json),
    /// It has no value.
    Null,
    /// The row is to be left out.
    Ignored,
    /// The whole object is to be left as it is.
    ObjectIgnored,
}

impl CompiledMapping {
    /// Evaluates every row for an object, except those that pick a value nobody has: these are asked by
    /// [`unique_questions`](Self::unique_questions) when an account is created.
    pub fn evaluate(&self, subject: Subject<'_>) -> Result<Desired, Vec<AttributeFailure>> {
        self.evaluate_rows(subject.reading(), |_| true)
    }

    /// Evaluates some rows.
    pub(crate) fn evaluate_rows(
        &self,
        reading: Reading<'_>,
        wanted: impl Fn(&Row) -> bool,
    ) -> Result<Desired, Vec<AttributeFailure>> {
        let mut desired = Desired { values: Vec::with_capacity(self.rows.len()), ..Desired::default() };
        let mut failures = Vec::new();
        for (at, row) in self.rows.iter().enumerate().filter(|(_, row)| !row.unique && wanted(row)) {
            let (value, flow) = match (row.evaluate(&reading), &row.default) {
                (Ok(RowValue::Value(value)), _) => (value, row.flow),
                (Ok(RowValue::Ignored), _) => continue,
                (Ok(RowValue::ObjectIgnored), _) => {
                    return Ok(Desired { ignored: true, ..Desired::default() });
                }
                (Ok(RowValue::Null), default) => {
                    if row.clear || row.flow == Flow::SyncElements {
                        desired.nulls.push(at);
                    } else {
                        desired.kept.push(at);
                    }
                    let Some(default) = default else { continue };
                    (default.clone(), row.default_flow)
                }
                (Err(message), _) => {
                    failures.push(row.fail(message));
                    continue;
                }
            };
            desired.values.push(DesiredValue { row: at, target: Arc::clone(&row.path), value, flow });
        }
        if failures.is_empty() { Ok(desired) } else { Err(failures) }
    }

    /// The questions by which the object's account is looked for, by precedence. Rows without a value
    /// ask nothing.
    #[must_use]
    pub(crate) fn match_queries(&self, desired: &Desired) -> Vec<MatchQuery> {
        let find = |at: &usize| desired.values.iter().find(|value| value.row == *at);
        let ask = |value: &DesiredValue| MatchQuery {
            path: Arc::clone(&value.target),
            value: value.value.clone(),
            redacted: self.rows.get(value.row).is_some_and(|row| row.redacted),
        };
        self.matching.iter().filter_map(find).map(ask).collect()
    }

    /// What has to be asked before the object's account can be created. A row none of whose candidates has a value
    /// asks nothing and writes its default value, if it has one. `None` when one of them says that the whole object is to
    /// be left as it is.
    pub(crate) fn unique_questions(
        &self,
        subject: Subject<'_>,
    ) -> Result<Option<Vec<UniqueQuestion>>, Vec<AttributeFailure>> {
        let reading = subject.reading();
        let (mut questions, mut failures) = (Vec::new(), Vec::new());
        for row in self.rows.iter().filter(|row| row.unique) {
            match row.candidates(&reading) {
                Ok(None) => return Ok(None),
                Ok(Some(candidates)) if candidates.is_empty() => {}
                Ok(Some(candidates)) => questions.push(UniqueQuestion {
                    path: Arc::clone(&row.path),
                    candidates,
                    redacted: row.redacted,
                }),
                Err(message) => failures.push(row.fail(message)),
            }
        }
        if failures.is_empty() { Ok(Some(questions)) } else { Err(failures) }
    }
}

impl Desired {
    /// Adds the values that were chosen, and the default values of rows that had nothing to choose from.
    pub(crate) fn add_choices(&mut self, mapping: &CompiledMapping, choices: &[Choice]) {
        for (at, row) in mapping.rows.iter().enumerate().filter(|(_, row)| row.unique) {
            let chosen = choices.iter().find(|choice| choice.path == row.path);
            let value = match chosen {
                Some(choice) => choice.value.clone(),
                None => row.default.clone(),
            };
            if let Some(value) = value {
                let flow = Flow::OnCreate;
                self.values.push(DesiredValue { row: at, target: Arc::clone(&row.path), value, flow });
            }
        }
        self.values.sort_by_key(|value| value.row);
    }
}

impl Row {
    fn evaluate(&self, reading: &Reading<'_>) -> Result<RowValue, String> {
        let value = match (&self.source, reading.source) {
            (RowSource::UserText(attribute), Some(Source::User(user))) => {
                return self.shape_text(attribute.read(&user.attributes));
            }
            (RowSource::PrincipalName, Some(Source::User(user))) => {
                let name = user.attributes.user_principal_name.as_deref().map(strip_guest_suffix);
                return self.shape_text(name.as_deref());
            }
            (RowSource::GroupText(attribute), Some(Source::Group(group))) => {
                return self.shape_text(attribute.read(group));
            }
            (RowSource::Expression(expression), _) => {
                let read = |name: &str| reading.read(name);
                let seeded;
                let context = if self.random {
                    seeded = self.seed(reading.context);
                    &seeded
                } else {
                    reading.context
                };
                match expression.evaluate(&read, context).map_err(|error| error.to_string())? {
                    Outcome::Value(value) => Some(value),
                    Outcome::Null => None,
                    Outcome::Ignored => return Ok(RowValue::Ignored),
                    Outcome::ObjectIgnored => return Ok(RowValue::ObjectIgnored),
                }
            }
            (RowSource::Constant(value), _) => return Ok(RowValue::Value(value.clone())),
            (RowSource::ObjectId, Some(Source::User(user))) => Some(Value::Text(user.id.to_string())),
            (RowSource::ObjectId, Some(Source::Group(group))) => Some(Value::Text(group.id.to_string())),
            (RowSource::AccountEnabled, Some(Source::User(user))) => {
                Some(Value::Boolean(user.account_enabled))
            }
            (RowSource::IsSoftDeleted, _) => Some(Value::Boolean(reading.is_soft_deleted)),
            (RowSource::Manager, Some(Source::User(_))) => {
                reading.references.manager.and_then(|manager| self.refer(manager))
            }
            (RowSource::Members, Some(Source::Group(_))) => {
                let members = reading.references.members.iter().filter_map(|member| self.refer(*member));
                Some(Value::List(members.collect()))
            }
            _ => None,
        };
        self.shape(value)
    }

    fn refer(&self, reference: Reference<'_>) -> Option<Value> {
        match reference.account {
            Some(account) => Some(Value::text(account)),
            None => self.export_missing.then(|| Value::Text(reference.source.to_string())),
        }
    }

    fn candidates(&self, reading: &Reading<'_>) -> Result<Option<Vec<Json>>, String> {
        let RowSource::Expression(expression) = &self.source else { return Ok(Some(Vec::new())) };
        let read = |name: &str| reading.read(name);
        let context = self.seed(reading.context);
        let values = expression.candidates(&read, &context).map_err(|error| error.to_string())?;
        let Some(values) = values else { return Ok(None) };
        let mut candidates = Vec::with_capacity(values.len());
        for value in values {
            if let RowValue::Value(candidate) = self.shape(Some(value))?
                && !candidates.contains(&candidate)
            {
                candidates.push(candidate);
            }
        }
        Ok(Some(candidates))
    }

    /// The common case goes without a detour over [`Value`].
    fn shape_text(&self, text: Option<&str>) -> Result<RowValue, String> {
        match text {
            None | Some("") => Ok(RowValue::Null),
            Some(text) if self.rule.is_plain_text() => Ok(RowValue::Value(json!(text))),
            Some(text) => self.shape(Some(Value::text(text))),
        }
    }

    /// Shapes a value for the target. An empty one is no value: it is not exported.
    fn shape(&self, value: Option<Value>) -> Result<RowValue, String> {
        match value.filter(|value| !value.is_empty()) {
            None => Ok(RowValue::Null),
            Some(value) => self.rule.coerce(value).map(RowValue::Value),
        }
    }

    /// A failure may quote the value, which a redacted row keeps to itself.
    fn fail(&self, message: String) -> AttributeFailure {
        let message = match self.redacted {
            true => "the value, which is redacted, can't be made or does not fit".to_owned(),
            false => message,
        };
        AttributeFailure { target: self.path.to_string(), message }
    }

    /// Each row throws dice of its own, and the same ones each time: the object's seed, stirred with the row's path
    /// by FNV-1a. The seed is secret and of full length, so that what one row got tells nothing about another.
    fn seed<'a>(&self, context: &Context<'a>) -> Context<'a> {
        let mut seed = context.seed;
        for (lane, chunk) in (0_u8..).zip(seed.chunks_exact_mut(8)) {
            let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
            for byte in std::iter::once(lane).chain(self.path.as_str().bytes()) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
            chunk.iter_mut().zip(hash.to_le_bytes()).for_each(|(byte, stir)| *byte ^= stir);
        }
        Context { seed, ..*context }
    }
}
