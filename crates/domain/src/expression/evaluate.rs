//! From a tree and a person to a value.
use super::{MAX_RESULT, Node};
use crate::value::Value;
use std::borrow::Cow;

/// Why an expression gave no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
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
}

/// A value on its way through the functions: literals are lent, everything else is owned. `None` is null.
pub(super) type Argument<'a> = Option<Cow<'a, Value>>;

/// Evaluates a tree.
pub(super) fn evaluate(
    node: &Node,
    source: &dyn Fn(&str) -> Option<Value>,
) -> Result<Option<Value>, EvaluationError> {
    Ok(walk(node, source)?.map(Cow::into_owned))
}

fn walk<'a>(node: &'a Node, source: &dyn Fn(&str) -> Option<Value>) -> Result<Argument<'a>, EvaluationError> {
    match node {
        Node::Attribute(name) => Ok(source(name).map(Cow::Owned)),
        Node::Literal(value) => Ok(Some(Cow::Borrowed(value))),
        Node::Call(function, arguments) => {
            let evaluate = |argument: &'a Option<Node>| match argument {
                Some(argument) => walk(argument, source),
                None => Ok(None),
            };
            let arguments = arguments.iter().map(evaluate).collect::<Result<Vec<_>, _>>()?;
            let result = (function.evaluate)(arguments)?;
            if result.as_deref().is_some_and(|value| size(value) > MAX_RESULT) {
                return Err(EvaluationError::TooLarge { function: function.name });
            }
            Ok(result)
        }
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Boolean(_) | Value::Integer(_) | Value::DateTime(_) => 8,
        Value::Object(object) => object.iter().map(|(key, part)| key.len() + part.to_string().len()).sum(),
        Value::List(items) => items.iter().map(size).sum(),
    }
}
