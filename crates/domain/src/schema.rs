//! A job's schema: the directories on both sides with their attributes, and the rules that say how
//! objects map. It is what Graph calls a `synchronizationSchema`, and it is stored and sent in Graph's
//! shape, so that documents exported elsewhere can be read, and what we don't know in them is kept.
//!
//! The way there and back ([`Schema::from_document`], [`Schema::to_document`]) loses nothing. `extra` holds
//! at each level the keys that are not modelled, and also a modelled key that was spelt differently from
//! how we would (`"flowTypes": "delete, add"`, a `source` with its parse tree). Such a spelling is given
//! back for as long as it still means what the model says, so an edit of a typed field leaves `extra`
//! alone.
//!
//! To model one more key: a field of the struct, a `Field` next to the others of its file, one line where
//! it is read and one where it is written.
mod defaults;
mod directory;
mod error;
mod field;
mod filter;
mod node;
mod parts;
mod rule;
#[cfg(test)]
mod tests;
mod validate;
mod word;

pub use crate::mapping::problem::{MappingProblem, ProblemCode, Severity};
pub use error::SchemaError;
pub use parts::{
    Directory, MAX_ATTRIBUTES, MAX_CLAUSES, MAX_FILTER_GROUPS, MAX_OBJECT_MAPPINGS, MAX_ROWS, OtherMapping,
    Rule, Schema,
};
pub use validate::validate;
