//! Mappings: which attribute of a person goes where in the target.
//!
//! An [`ObjectMapping`] is what an administrator edits and the store keeps. It is compiled once a cycle
//! ([`CompiledMapping`]): names are resolved, expressions and paths parsed, so that evaluating one person
//! costs a few microseconds.
mod compile;
mod defaults;
mod evaluate;

pub(crate) use compile::Row;
pub use compile::{CompiledMapping, MappingError};
pub use defaults::default_user_mapping;
pub(crate) use evaluate::Sources;
pub use evaluate::{AttributeFailure, Desired, DesiredValue, Flow, MatchQuery};

use crate::vocabulary::vocabulary;
use serde::{Deserialize, Serialize};

/// The source that is computed from the scope: true when the account is to be disabled.
pub const IS_SOFT_DELETED: &str = "IsSoftDeleted";

/// Where a row's value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "type", content = "value")]
pub enum MappingSource {
    /// An attribute of the person.
    Direct(String),
    /// Always the same text.
    Constant(String),
    /// The result of an expression.
    Expression(String),
    /// Nothing; the default value is written where the target has none.
    None,
}

impl MappingSource {
    /// The kind as pages and the API name it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Direct(_) => "Direct",
            Self::Constant(_) => "Constant",
            Self::Expression(_) => "Expression",
            Self::None => "None",
        }
    }

    /// The attribute, constant or expression as it was entered.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Direct(text) | Self::Constant(text) | Self::Expression(text) => text,
            Self::None => "",
        }
    }
}

vocabulary! {
    /// When a row is applied.
    pub enum Apply {
        /// Always.
        Always = "always",
        /// Only during object creation.
        OnCreate = "onCreate",
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttributeMapping {
    /// Target path.
    pub target: String,
    /// Where the value comes from.
    pub source: MappingSource,
    /// Written on creation when the source has no value.
    #[serde(default)]
    pub default_value: Option<String>,
    /// When it is applied.
    pub apply: Apply,
    /// Matching precedence, from 1; `None` when accounts are not matched by it.
    #[serde(default)]
    pub matching_priority: Option<u32>,
}

/// Target Object Actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectActions {
    /// Accounts may be created.
    pub create: bool,
    /// Accounts may be changed, which includes disabling.
    pub update: bool,
    /// Accounts may be deleted.
    pub delete: bool,
}

impl Default for ObjectActions {
    fn default() -> Self {
        Self { create: true, update: true, delete: true }
    }
}

/// The mapping of one kind of object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectMapping {
    /// Key in URLs: `users`.
    pub key: String,
    /// For example *Synchronize Purser Users to Promapp*.
    pub name: String,
    /// Whether objects of this kind are provisioned.
    pub enabled: bool,
    /// What may be done in the target.
    pub actions: ObjectActions,
    /// The rows, in the order in which pages show them.
    pub attributes: Vec<AttributeMapping>,
}
