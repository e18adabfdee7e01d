//! What an administrator edits and the store keeps: rows, and what belongs to all of them.
use crate::object::ObjectKind;
use crate::scope::ScopingFilter;
use crate::vocabulary;

/// Where a row's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
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

vocabulary! {
    /// What a [`MappingSource`] is, as pages name it.
    pub enum SourceKind {
        /// An attribute.
        Direct = "Direct",
        /// A constant.
        Constant = "Constant",
        /// An expression.
        Expression = "Expression",
        /// Nothing.
        None = "None",
    }
}

impl MappingSource {
    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> SourceKind {
        match self {
            Self::Direct(_) => SourceKind::Direct,
            Self::Constant(_) => SourceKind::Constant,
            Self::Expression(_) => SourceKind::Expression,
            Self::None => SourceKind::None,
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
    /// When a row's value is written: Graph's `flowType`. Pages offer the first two.
    pub enum FlowType {
        /// Whenever it differs.
        Always = "Always",
        /// Only during object creation.
        ObjectAddOnly = "ObjectAddOnly",
        /// Values are added to a multi-valued attribute, none is taken away.
        MultiValueAddOnly = "MultiValueAddOnly",
        /// Only where the target has no value.
        ValueAddOnly = "ValueAddOnly",
        /// Only where the target has no value; the same as [`FlowType::ValueAddOnly`], under Graph's other
        /// word.
        AttributeAddOnly = "AttributeAddOnly",
    }
}

vocabulary! {
    /// Whether an unchanged value is written again: Graph's `flowBehavior`.
    pub enum FlowBehavior {
        /// Only when it changed.
        FlowWhenChanged = "FlowWhenChanged",
        /// With every update of the account, changed or not. By itself it causes none.
        FlowAlways = "FlowAlways",
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeMapping {
    /// Target path.
    pub target: String,
    /// Where the value comes from.
    pub source: MappingSource,
    /// Written on creation when the source has no value; for [`MappingSource::None`], whenever the target
    /// has none.
    pub default_value: Option<String>,
    /// When it is written.
    pub flow_type: FlowType,
    /// Whether an unchanged value is written again.
    pub flow_behavior: FlowBehavior,
    /// Matching precedence, from 1; `None` when accounts are not matched by it.
    pub matching_priority: Option<u32>,
    /// The clear flow: when the source loses its value, the target's value is removed. Off in the original.
    pub clear: bool,
    /// Graph's `exportMissingReferences`: a reference to an object without an account is sent as the
    /// source's id instead of being left out.
    pub export_missing_references: bool,
    /// What else a schema document said about the row; kept and given back.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl AttributeMapping {
    /// A row that always writes its source and does nothing else.
    #[must_use]
    pub fn new(source: MappingSource, target: &str) -> Self {
        Self {
            target: target.to_owned(),
            source,
            default_value: None,
            flow_type: FlowType::Always,
            flow_behavior: FlowBehavior::FlowWhenChanged,
            matching_priority: None,
            clear: false,
            export_missing_references: false,
            extra: serde_json::Map::new(),
        }
    }
}

/// Target Object Actions: Graph's `flowTypes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectMapping {
    /// For example *Synchronize Purser Users to Promapp*.
    pub name: String,
    /// Whether objects of this kind are provisioned.
    pub enabled: bool,
    /// What may be done in the target.
    pub actions: ObjectActions,
    /// The kind of source object.
    pub source_object: ObjectKind,
    /// The target object, as the target's directory names it: `User`.
    pub target_object: String,
    /// The source object scope; without groups everybody passes.
    pub scope: ScopingFilter,
    /// The rows, in the order in which pages show them.
    pub attributes: Vec<AttributeMapping>,
    /// What else a schema document said about the mapping; kept and given back.
    pub extra: serde_json::Map<String, serde_json::Value>,
}
