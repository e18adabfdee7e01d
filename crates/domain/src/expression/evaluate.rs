//! From a tree and a person to a value.
//!
//! Arguments are evaluated when a function asks for them, so what an `IIF` or a `Switch` does not choose
//! costs nothing and can't fail. Nesting is bounded by the parser, work by [`MAX_STEPS`].
use super::functions::{Function, Prepared};
use super::lexer::Place;
use super::tree::{CallNode, Kind, Node};
use super::{Context, MAX_RESULT, MAX_STEPS, compare};
use crate::dotnet;
use crate::value::Value;
use jiff::civil::DateTime;
use std::borrow::Cow;
use std::cell::Cell;

/// Bytes that a function may handle for one step.
const BYTES_PER_STEP: usize = 64;

/// Why an expression gave no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {fault}")]
pub struct EvaluationError {
    /// Line of the call that failed, from 1.
    pub line: u32,
    /// Its column, in characters from 1.
    pub column: u32,
    /// What went wrong there.
    pub fault: Fault,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A function can't work with one of its arguments.
    #[error("{function} can't use its {parameter}: {message}")]
    Argument {
        /// The function.
        function: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// A result would be larger than [`MAX_RESULT`].
    #[error("{function} gives more than {MAX_RESULT} bytes")]
    TooLarge {
        /// The function.
        function: &'static str,
    },
    /// It takes more work than [`MAX_STEPS`].
    #[error("the expression takes more than {MAX_STEPS} steps")]
    TooManySteps,
    /// The function has nothing to answer with, whatever its arguments are.
    #[error("{function} {message}")]
    Unavailable {
        /// The function.
        function: &'static str,
        /// Why, and what to do.
        message: &'static str,
    },
    /// The expression itself says so, with `Error`.
    #[error("{0}")]
    Raised(String),
}

/// What ends an evaluation before it has a value.
#[derive(Debug)]
pub(super) enum Halt {
    /// `IgnoreFlowIfNullOrEmpty` found nothing.
    Ignored,
    /// A fault.
    Failed(EvaluationError),
}

/// A value on its way through the functions: literals are lent, everything else is owned. `None` is null.
pub(super) type Argument<'a> = Option<Cow<'a, Value>>;

/// What a function answers.
pub(super) type Answer<'a> = Result<Argument<'a>, Halt>;

/// One evaluation of an expression.
pub(super) struct Evaluation<'e> {
    source: &'e dyn Fn(&str) -> Option<Value>,
    context: &'e Context<'e>,
    steps: Cell<u32>,
}

impl<'e> Evaluation<'e> {
    pub(super) fn new(source: &'e dyn Fn(&str) -> Option<Value>, context: &'e Context<'e>) -> Self {
        Self { source, context, steps: Cell::new(0) }
    }

    /// Evaluates a part.
    pub(super) fn walk<'a>(&self, node: &'a Node) -> Answer<'a> {
        match &node.kind {
            Kind::Attribute(name) => {
                let value = (self.source)(name);
                self.charge(node.place, value.as_ref().map_or(0, size))?;
                Ok(value.map(Cow::Owned))
            }
            Kind::Literal(value) => {
                self.charge(node.place, 0)?;
                Ok(Some(Cow::Borrowed(value)))
            }
            Kind::Word(word) => Ok(Some(Cow::Owned(Value::text(*word)))),
            Kind::Call(call) => {
                let answer =
                    (call.function.evaluate)(&Call { node: call, place: node.place, evaluation: self })?;
                let size = answer.as_deref().map_or(0, size);
                self.check_size(call.function.name, node.place, size)?;
                self.charge(node.place, size)?;
                Ok(answer)
            }
            Kind::Compare(comparison, sides) => {
                let (left, right) = (self.walk(&sides.0)?, self.walk(&sides.1)?);
                let holds = compare::holds(*comparison, left.as_deref(), right.as_deref());
                Ok(Some(Cow::Owned(Value::Boolean(holds))))
            }
            Kind::Concat(parts) => {
                let mut text = String::new();
                for part in parts {
                    if let Some(value) = self.walk(part)? {
                        text.push_str(&value.to_display());
                    }
                    self.check_size("&", node.place, text.len())?;
                }
                self.charge(node.place, text.len())?;
                Ok(Some(Cow::Owned(Value::Text(text))))
            }
        }
    }

    fn charge(&self, place: Place, bytes: usize) -> Result<(), Halt> {
        let cost = u32::try_from(bytes / BYTES_PER_STEP).unwrap_or(u32::MAX).saturating_add(1);
        let steps = self.steps.get().saturating_add(cost);
        self.steps.set(steps);
        if steps > MAX_STEPS { Err(fail(place, Fault::TooManySteps)) } else { Ok(()) }
    }

    fn check_size(&self, function: &'static str, place: Place, size: usize) -> Result<(), Halt> {
        if size > MAX_RESULT { Err(fail(place, Fault::TooLarge { function })) } else { Ok(()) }
    }
}

/// A function's view of its call.
pub(super) struct Call<'e, 'a> {
    node: &'a CallNode,
    place: Place,
    evaluation: &'e Evaluation<'e>,
}

impl<'e, 'a> Call<'e, 'a> {
    /// How many positions were given, empty ones included.
    pub(super) fn len(&self) -> usize {
        self.node.arguments.len()
    }

    /// Whether something stands at this position.
    pub(super) fn is_given(&self, at: usize) -> bool {
        self.node.arguments.get(at).is_some_and(Option::is_some)
    }

    /// The argument's value; null when the position is empty.
    pub(super) fn value(&self, at: usize) -> Answer<'a> {
        match self.node.arguments.get(at).and_then(Option::as_ref) {
            Some(node) => self.evaluation.walk(node),
            None => Ok(None),
        }
    }

    /// The argument as text; `None` when null.
    pub(super) fn text(&self, at: usize) -> Result<Option<Cow<'a, str>>, Halt> {
        Ok(self.value(at)?.map(into_text))
    }

    /// The argument as text; null reads as the empty one.
    pub(super) fn text_or_empty(&self, at: usize) -> Result<Cow<'a, str>, Halt> {
        Ok(self.text(at)?.unwrap_or(Cow::Borrowed("")))
    }

    /// The argument as a whole number, `None` when null. Texts of digits count.
    pub(super) fn optional_integer(&self, at: usize) -> Result<Option<i64>, Halt> {
        let Some(value) = self.value(at)? else { return Ok(None) };
        match value.as_ref() {
            Value::Integer(number) => Ok(Some(*number)),
            other => {
                let text = other.to_display();
                text.trim()
                    .parse()
                    .map(Some)
                    .map_err(|_| self.fault(at, format!("\"{}\" is no whole number", shorten(&text))))
            }
        }
    }

    /// The argument as a whole number.
    pub(super) fn integer(&self, at: usize) -> Result<i64, Halt> {
        self.optional_integer(at)?
            .ok_or_else(|| self.fault(at, "it has no value, but a whole number is needed"))
    }

    /// The argument as a date, `None` when null or empty. Texts are read as the original's `CDate` does.
    pub(super) fn date(&self, at: usize) -> Result<Option<DateTime>, Halt> {
        let Some(value) = self.value(at)?.filter(|value| !value.is_empty()) else { return Ok(None) };
        match value.as_ref() {
            Value::DateTime(date) => Ok(Some(*date)),
            other => {
                let today = self.today();
                let date = dotnet::date_parse::parse_date(&other.to_display(), today);
                date.map(Some).map_err(|error| self.fault(at, error.to_string()))
            }
        }
    }

    /// Applies a change to a text, or to each text of a list; null stays null.
    pub(super) fn map_text(&self, at: usize, change: &dyn Fn(&str) -> Result<String, Halt>) -> Answer<'a> {
        fn apply(value: &Value, change: &dyn Fn(&str) -> Result<String, Halt>) -> Result<Value, Halt> {
            match value {
                Value::List(items) => {
                    items.iter().map(|item| apply(item, change)).collect::<Result<_, _>>().map(Value::List)
                }
                other => change(&other.to_display()).map(Value::Text),
            }
        }
        let Some(value) = self.value(at)? else { return Ok(None) };
        // Charged by what goes in too: many short results can come of many values.
        self.evaluation.charge(self.place, size(&value))?;
        apply(&value, change).map(|value| Some(Cow::Owned(value)))
    }

    /// What the outside world says.
    pub(super) fn context(&self) -> &'e Context<'e> {
        self.evaluation.context
    }

    /// The day of [`Context::now`], in UTC.
    pub(super) fn today(&self) -> jiff::civil::Date {
        jiff::tz::Offset::UTC.to_datetime(self.context().now).date()
    }

    /// A number that no other call of this expression has, for randomness.
    pub(super) fn number(&self) -> u64 {
        self.node.number
    }

    /// What `prepare` made while parsing.
    pub(super) fn prepared(&self) -> Option<&'a Prepared> {
        self.node.prepared.as_ref()
    }

    /// The function.
    pub(super) fn function(&self) -> &'static Function {
        self.node.function
    }

    /// An argument that the function can't use.
    pub(super) fn fault(&self, at: usize, message: impl Into<String>) -> Halt {
        let parameter = self.function().parameter(at).map_or("argument", |parameter| parameter.name);
        let place =
            self.node.arguments.get(at).and_then(Option::as_ref).map_or(self.place, |node| node.place);
        let function = self.function().name;
        fail(place, Fault::Argument { function, parameter, message: message.into() })
    }

    /// A fault of the call as a whole.
    pub(super) fn fail(&self, fault: Fault) -> Halt {
        fail(self.place, fault)
    }

    /// Charges work that the function counts itself, as much as if it had handled so many bytes.
    pub(super) fn charge(&self, work: u64) -> Result<(), Halt> {
        self.evaluation.charge(self.place, usize::try_from(work).unwrap_or(usize::MAX))
    }

    /// Refuses a result that is growing too large, before it is whole.
    pub(super) fn check_size(&self, size: usize) -> Result<(), Halt> {
        self.evaluation.check_size(self.function().name, self.place, size)
    }
}

fn fail(place: Place, fault: Fault) -> Halt {
    Halt::Failed(EvaluationError { line: place.line, column: place.column, fault })
}

/// A text as an answer.
pub(super) fn text<'a>(text: impl Into<String>) -> Answer<'a> {
    Ok(Some(Cow::Owned(Value::Text(text.into()))))
}

/// A value as an answer.
pub(super) fn answer<'a>(value: Value) -> Answer<'a> {
    Ok(Some(Cow::Owned(value)))
}

/// How a value reads as text, without a copy where it is one.
pub(super) fn into_text(value: Cow<'_, Value>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(value) => value.to_display(),
        Cow::Owned(Value::Text(text)) => Cow::Owned(text),
        Cow::Owned(value) => Cow::Owned(value.to_display().into_owned()),
    }
}

/// The start of a text, for a message.
pub(super) fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

/// How much a value weighs, in bytes. Every value weighs something, so that a list of nothing does too.
fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Boolean(_) | Value::Integer(_) | Value::DateTime(_) => 8,
        Value::List(items) => items.iter().map(|item| size(item) + 1).sum(),
        Value::Object(object) => object.iter().map(|(key, part)| key.len() + part.to_string().len()).sum(),
    }
}
