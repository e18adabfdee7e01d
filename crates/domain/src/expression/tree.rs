//! What an expression is made of once it is parsed.
use super::compare::Comparison;
use super::fault::Place;
use super::function::{Function, Prepared};
use crate::value::Value;

/// A part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) kind: Kind,
}

/// What a part is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// `[name]`.
    Attribute(String),
    /// `"text"` or `42`.
    Literal(Value),
    /// One of the words that a parameter takes, such as `vbTextCompare`.
    Word(&'static str),
    /// `Name(…)`.
    Call(Box<CallNode>),
    /// `left = right`, in a condition.
    Compare(Comparison, Box<(Node, Node)>),
    /// `"t-" & [alias]`; never fewer than two.
    Concat(Vec<Node>),
}

/// A call of a function.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CallNode {
    pub(super) function: &'static Function,
    /// The how-many-th call of the expression it is, so that each random one draws its own chance.
    pub(super) number: u64,
    /// `None` where a position is left empty.
    pub(super) arguments: Vec<Option<Node>>,
    /// What could be made ready while parsing, such as a regular expression.
    pub(super) prepared: Option<Prepared>,
}

impl Node {
    /// The parts directly below, in their order.
    pub(super) fn children(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::Attribute(_) | Kind::Literal(_) | Kind::Word(_) => Vec::new(),
            Kind::Call(call) => call.arguments.iter().flatten().collect(),
            Kind::Compare(_, sides) => vec![&sides.0, &sides.1],
            Kind::Concat(parts) => parts.iter().collect(),
        }
    }

    /// Visits this part and everything below it, in the order of the text. Nesting is bounded by the parser.
    pub(super) fn visit<'a>(&'a self, visitor: &mut dyn FnMut(&'a Node)) {
        visitor(self);
        for child in self.children() {
            child.visit(visitor);
        }
    }

    /// Whether the text itself says what it is.
    pub(super) fn is_literal(&self) -> bool {
        matches!(self.kind, Kind::Literal(_) | Kind::Word(_))
    }

    /// The call, if it is one.
    pub(super) fn as_call(&self) -> Option<&CallNode> {
        match &self.kind {
            Kind::Call(call) => Some(call),
            _ => None,
        }
    }
}
