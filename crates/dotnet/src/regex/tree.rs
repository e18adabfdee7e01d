//! What a pattern says, as a tree.
use super::class::Class;

/// A part of a pattern.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// Matches without taking a character.
    Empty,
    /// One character; when it folds, in either case.
    Character { character: char, folds: bool },
    /// One character out of a set.
    Class(Class),
    /// A condition on the place.
    Assert(Assertion),
    /// `( … )`, whose match is kept.
    Capture { key: GroupKey, node: Box<Node> },
    /// One after the other.
    Sequence(Vec<Node>),
    /// The first that fits.
    Alternatives(Vec<Node>),
    /// Several times. `greedy`: as often as possible first.
    Repeat { node: Box<Node>, least: u32, most: Option<u32>, greedy: bool },
    /// `(?= …)`, `(?! …)`, `(?<= …)`, `(?<! …)`.
    Look { node: Box<Node>, behind: bool, negative: bool },
    /// `(?> …)`: what matched once stays.
    Atomic(Box<Node>),
    /// What a group matched, again. `position` is where the pattern says so.
    Reference { to: ReferenceKey, folds: bool, position: usize },
    /// `(?(group)yes|no)`.
    Conditional { group: String, yes: Box<Node>, no: Box<Node>, position: usize },
}

/// A condition on a place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assertion {
    /// `\A`, and `^` when not multi-line.
    Start,
    /// `^` when multi-line.
    LineStart,
    /// `\z`.
    End,
    /// `\Z`, and `$` when not multi-line: the end, or before a line feed that ends the text.
    EndOrLastLineFeed,
    /// `$` when multi-line.
    LineEnd,
    /// `\b`.
    WordBoundary,
    /// `\B`.
    NoWordBoundary,
    /// `\G`: where the search began.
    SearchStart,
}

/// How a group is called in the pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GroupKey {
    /// The how-manieth group without a name, from 1.
    Unnamed(u32),
    /// A name; one of digits only is a number.
    Named(String),
}

/// What a reference points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ReferenceKey {
    /// `\12`: a group of that number, or else a character by its octal number.
    Digits(String),
    /// `\k<name>`.
    Named(String),
}
