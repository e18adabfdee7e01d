//! The tables, by family of functions.
mod case;
mod core;
mod date;
mod language;
mod list;
mod logic;
mod random;
mod replace;
mod text;

use super::*;

/// Every table.
const TABLES: &[&[Vector]] = &[
    core::VECTORS,
    case::VECTORS,
    date::VECTORS,
    language::VECTORS,
    list::VECTORS,
    logic::VECTORS,
    random::VECTORS,
    replace::VECTORS,
    text::VECTORS,
];

/// All vectors.
pub(super) fn all() -> impl Iterator<Item = &'static Vector> {
    TABLES.iter().copied().flatten()
}

#[test]
fn every_vector_gives_its_result() {
    TABLES.iter().for_each(|table| run(table));
}
