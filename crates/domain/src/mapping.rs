//! Mappings: which attribute of a person goes where in the target.
//!
//! An [`ObjectMapping`] is what an administrator edits and the store keeps. It is compiled once a cycle
//! ([`CompiledMapping`]): names are resolved, expressions and paths parsed, so that evaluating one person
//! costs a few microseconds.
mod compile;
mod defaults;
mod evaluate;
mod object_mapping;
pub(crate) mod problem;
mod runnable;
mod subject;

pub use compile::CompiledMapping;
pub(crate) use compile::Row;
pub use defaults::default_user_mapping;
pub use evaluate::{AttributeFailure, Choice, Desired, DesiredValue, Flow, MatchQuery, UniqueQuestion};
pub use object_mapping::{
    AttributeMapping, FlowBehavior, FlowType, MappingSource, ObjectActions, ObjectMapping, SourceKind,
};
pub use runnable::check_runnable;
pub(crate) use runnable::{CheckedRow, check_rows};
pub(crate) use subject::Reading;
pub use subject::{Reference, References, Source, Subject};
