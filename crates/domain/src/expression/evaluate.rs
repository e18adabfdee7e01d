//! From a tree and a person to a value.
//!
//! Arguments are evaluated when a function asks for them, so what an `IIF` or a `Switch` does not choose
//! costs nothing and can't fail. Nesting is bounded by the parser, work by [`MAX_STEPS`].
use super::bounds::{MAX_RESULT, MAX_STEPS};
use super::compare::{self, Comparison};
use super::context::Context;
use super::convert::{pick_single, read_text};
use super::fault::{Fault, Halt, Place, fail, refuse};
use super::function::{Function, Prepared, Type};
use super::tree::{CallNode, Kind, Node};
use crate::value::Value;
use jiff::civil::{Date, DateTime};
use purser_dotnet::date_parse::parse_date;
use std::borrow::Cow;
use std::cell::Cell;

/// Bytes that a function may handle for one step.
const BYTES_PER_STEP: usize = 64;

/// A value on its way through the functions: literals are lent, everything else is owned. `None` is null.
pub(super) type Argument<'a> = Option<Cow<'a, Value>>;

/// What a function answers.
pub(super) type Answer<'a> = Result<Argument<'a>, Halt>;

/// One evaluation of an expression.
pub(super) struct Evaluation<'e> {
    source: &'e dyn Fn(&str) -> Option<Value>,
    context: &'e Context<'e>,
    /// Whether faults must not quote what attributes hold.
    redacted: bool,
    steps: Cell<u32>,
}

impl<'e> Evaluation<'e> {
    pub(super) fn new(
        source: &'e dyn Fn(&str) -> Option<Value>,
        context: &'e Context<'e>,
        redacted: bool,
    ) -> Self {
        Self { source, context, redacted, steps: Cell::new(0) }
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
            Kind::Compare(comparison, sides) => self.compare(*comparison, sides),
            Kind::Concat(parts) => self.concatenate(node, parts),
        }
    }

    // Apart from `walk`, so that its frame stays small: it is the one that nests.
    fn compare<'a>(&self, comparison: Comparison, sides: &'a (Node, Node)) -> Answer<'a> {
        let left = self.walk_side(comparison, "left side", &sides.0)?;
        let right = self.walk_side(comparison, "right side", &sides.1)?;
        let holds = match (left, right) {
            (Some(left), Some(right)) => compare::holds(comparison, &left, &right, self.today()),
            _ => false,
        };
        Ok(Some(Cow::Owned(Value::Boolean(holds))))
    }

    fn concatenate<'a>(&self, node: &'a Node, parts: &'a [Node]) -> Answer<'a> {
        let mut text = String::new();
        for part in parts {
            if let Some(value) = self.walk(part)? {
                self.push_part(node, part, &mut text, value)?;
            }
        }
        self.charge(node.place, text.len())?;
        Ok(Some(Cow::Owned(Value::Text(text))))
    }

    fn push_part(
        &self,
        node: &Node,
        part: &Node,
        text: &mut String,
        value: Cow<'_, Value>,
    ) -> Result<(), Halt> {
        let piece = read_text(value).map_err(|message| refuse("&", "operand", part.place, message))?;
        text.push_str(&piece.unwrap_or_default());
        self.check_size("&", node.place, text.len())
    }

    /// One side of a comparison: a single value that is not empty, or nothing.
    fn walk_side<'a>(&self, comparison: Comparison, side: &'static str, node: &'a Node) -> Answer<'a> {
        match self.walk(node)? {
            Some(value) => read_side(comparison, side, node, value),
            None => Ok(None),
        }
    }

    /// The day of [`Context::now`], in UTC.
    fn today(&self) -> Date {
        jiff::tz::Offset::UTC.to_datetime(self.context.now).date()
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

    /// The argument as a single value: of a list its only one; null when there is none.
    pub(super) fn single(&self, at: usize) -> Answer<'a> {
        match self.value(at)? {
            Some(value) => pick_single(value).map_err(|message| self.refuse(at, message)),
            None => Ok(None),
        }
    }

    /// The argument as a single text; `None` when null.
    pub(super) fn text(&self, at: usize) -> Result<Option<Cow<'a, str>>, Halt> {
        match self.value(at)? {
            Some(value) => read_text(value).map_err(|message| self.refuse(at, message)),
            None => Ok(None),
        }
    }

    /// The argument as one of the words that its parameter takes; `None` when null or empty.
    pub(super) fn word(&self, at: usize) -> Result<Option<Cow<'a, str>>, Halt> {
        let Some(word) = self.text(at)?.filter(|word| !word.is_empty()) else { return Ok(None) };
        match self.function().parameter(at).map(|parameter| parameter.kind) {
            Some(kind @ Type::Word(words)) if !words.contains(&word.as_ref()) => {
                Err(self.fault(at, format!("\"{}\" is not {}", shorten(&word), kind.describe())))
            }
            _ => Ok(Some(word)),
        }
    }

    /// The argument as text; null reads as the empty one.
    pub(super) fn text_or_empty(&self, at: usize) -> Result<Cow<'a, str>, Halt> {
        Ok(self.text(at)?.unwrap_or(Cow::Borrowed("")))
    }

    /// The argument as a whole number, `None` when null. Texts of digits count.
    pub(super) fn optional_integer(&self, at: usize) -> Result<Option<i64>, Halt> {
        let Some(value) = self.single(at)? else { return Ok(None) };
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
            .ok_or_else(|| self.refuse(at, "it has no value, but a whole number is needed"))
    }

    /// The argument as a date, `None` when null or empty. Texts are read as the original's `CDate` does.
    pub(super) fn date(&self, at: usize) -> Result<Option<DateTime>, Halt> {
        let Some(value) = self.single(at)?.filter(|value| !value.is_empty()) else { return Ok(None) };
        match value.as_ref() {
            Value::DateTime(date) => Ok(Some(*date)),
            other => {
                let date = parse_date(&other.to_display(), self.today());
                date.map(Some).map_err(|error| self.fault(at, error.to_string()))
            }
        }
    }

    /// Applies a change to a text, or to each text of a list; null stays null.
    pub(super) fn map_text(&self, at: usize, change: &dyn Fn(&str) -> Result<String, Halt>) -> Answer<'a> {
        fn apply(value: &Value, change: &dyn Fn(&Value) -> Result<Value, Halt>) -> Result<Value, Halt> {
            match value {
                Value::List(items) => {
                    items.iter().map(|item| apply(item, change)).collect::<Result<_, _>>().map(Value::List)
                }
                single => change(single),
            }
        }
        let Some(value) = self.value(at)? else { return Ok(None) };
        // Charged by what goes in too: many short results can come of many values.
        self.evaluation.charge(self.place, size(&value))?;
        let total = Cell::new(0usize);
        let change_one = |single: &Value| {
            let text = read_text(Cow::Borrowed(single)).map_err(|message| self.refuse(at, message))?;
            let changed = change(&text.unwrap_or_default())?;
            // The results together: a long suffix on each of many values must not be made in full first.
            total.set(total.get().saturating_add(changed.len()));
            self.check_size(total.get())?;
            Ok(Value::Text(changed))
        };
        apply(&value, &change_one).map(|value| Some(Cow::Owned(value)))
    }

    /// What the outside world says.
    pub(super) fn context(&self) -> &'e Context<'e> {
        self.evaluation.context
    }

    /// The day of [`Context::now`], in UTC.
    pub(super) fn today(&self) -> Date {
        self.evaluation.today()
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

    /// Whether faults must not quote this argument: of a redacted expression everything but what it says itself.
    pub(super) fn hides(&self, at: usize) -> bool {
        let literal = self.node.arguments.get(at).and_then(Option::as_ref).is_some_and(Node::is_literal);
        self.evaluation.redacted && !literal
    }

    /// An argument that the function can't use. Of a redacted expression the message is not shown, because it
    /// may quote the value.
    pub(super) fn fault(&self, at: usize, message: impl Into<String>) -> Halt {
        match self.function().parameter(at) {
            Some(parameter) if self.hides(at) => {
                let wanted = parameter.kind.describe();
                self.refuse(
                    at,
                    format!("it is not {wanted} that fits here, and not shown, because it is redacted"),
                )
            }
            _ => self.refuse(at, message),
        }
    }

    /// As [`Self::fault`], with a message that does not quote the value.
    pub(super) fn refuse(&self, at: usize, message: impl Into<String>) -> Halt {
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

fn read_side<'a>(
    comparison: Comparison,
    side: &'static str,
    node: &'a Node,
    value: Cow<'a, Value>,
) -> Answer<'a> {
    let blame = |message| refuse(comparison.as_str(), side, node.place, message);
    let single = pick_single(value).map_err(blame)?.filter(|value| !value.is_empty());
    match single {
        Some(object) if matches!(object.as_ref(), Value::Object(_)) => {
            let id = read_text(object).map_err(blame)?.filter(|id| !id.is_empty());
            Ok(id.map(|id| Cow::Owned(Value::Text(id.into_owned()))))
        }
        other => Ok(other),
    }
}

/// A text as an answer.
pub(super) fn text<'a>(text: impl Into<String>) -> Answer<'a> {
    Ok(Some(Cow::Owned(Value::Text(text.into()))))
}

/// A value as an answer.
pub(super) fn answer<'a>(value: Value) -> Answer<'a> {
    Ok(Some(Cow::Owned(value)))
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
