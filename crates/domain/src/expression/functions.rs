//! The functions of the expression language: one registry, which the parser, the evaluator, the expression
//! builder, the API and the documentation read.
//!
//! Semantics follow the reference that the product was asked to copy: names and text comparison are
//! case-sensitive, positions in a text count from 1, null in gives null out unless a function says
//! otherwise. Lengths count characters, so that no character is ever cut in two. Functions of texts work
//! on each value of a list where their remark says so.
//!
//! To add a function: one entry in the file of its family, with its examples, which are run as tests. It
//! evaluates its arguments through [`Call`](super::evaluate::Call), and only those that it needs. Then edge cases in
//! `tests/vectors`, and `cargo xtask docs`; tests say so when one of the two is missing. A new family is one
//! line in [`FAMILIES`].
mod case;
mod date;
mod encoding;
mod list;
mod logic;
mod number;
mod random;
mod replace;
mod roles;
mod text;
mod unique;

use super::function::Function;
use std::sync::LazyLock;

const FAMILIES: &[&[Function]] = &[
    case::FUNCTIONS,
    date::FUNCTIONS,
    encoding::FUNCTIONS,
    list::FUNCTIONS,
    logic::FUNCTIONS,
    number::FUNCTIONS,
    random::FUNCTIONS,
    replace::FUNCTIONS,
    roles::FUNCTIONS,
    text::FUNCTIONS,
    unique::FUNCTIONS,
];

static REGISTRY: LazyLock<Vec<&'static Function>> = LazyLock::new(|| {
    let mut functions: Vec<&Function> = FAMILIES.iter().copied().flatten().collect();
    functions.sort_by_key(|function| function.name);
    functions
});

/// Every function, by name.
#[must_use]
pub fn functions() -> &'static [&'static Function] {
    &REGISTRY
}

/// The function with exactly this name.
#[must_use]
pub fn find_function(name: &str) -> Option<&'static Function> {
    let at = REGISTRY.binary_search_by_key(&name, |function| function.name).ok()?;
    REGISTRY.get(at).copied()
}

pub(super) fn function_names() -> impl Iterator<Item = &'static str> {
    REGISTRY.iter().map(|function| function.name)
}
