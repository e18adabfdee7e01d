//! Checks a mapping and makes it quick to evaluate.
use super::{AttributeMapping, FlowType, IS_SOFT_DELETED, MappingSource, ObjectActions, ObjectMapping};
use crate::expression::{Expression, find_nearest};
use crate::path::TargetPath;
use crate::target_schema::TargetRule;
use crate::user::{COMPUTED_ATTRIBUTES, USER_ATTRIBUTES, UserAttribute};
use crate::value::Value;
use serde_json::Value as Json;
use std::collections::HashSet;
use std::sync::Arc;

/// What is wrong with a mapping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MappingError {
    /// The row, from 0; `None` when the mapping as a whole is to blame.
    pub row: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
}

/// A mapping, ready to be evaluated. Cheap to share, not meant to be cloned.
#[derive(Debug)]
pub struct CompiledMapping {
    pub(super) rows: Vec<Row>,
    /// Rows that match, by precedence.
    pub(super) matching: Vec<usize>,
    enabled: bool,
    actions: ObjectActions,
}

/// A compiled row.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) path: Arc<TargetPath>,
    pub(crate) rule: TargetRule,
    pub(super) source: RowSource,
    /// The default value in the target's shape.
    pub(super) default: Option<Json>,
    pub(crate) flow_type: FlowType,
    pub(crate) matches: bool,
    /// Its value says whether the account is disabled.
    pub(crate) reads_soft_deleted: bool,
}

/// Where a compiled row's value comes from.
#[derive(Debug)]
pub(super) enum RowSource {
    Text(&'static UserAttribute),
    ObjectId,
    AccountEnabled,
    Manager,
    IsSoftDeleted,
    Constant(Json),
    Expression(Expression),
    Nothing,
}

impl CompiledMapping {
    /// Checks and compiles a mapping.
    ///
    /// # Errors
    /// Everything that is wrong with it, row by row.
    pub fn compile(mapping: &ObjectMapping) -> Result<Self, Vec<MappingError>> {
        let mut rows = Vec::with_capacity(mapping.attributes.len());
        let mut errors = Vec::new();
        let mut targets = HashSet::new();
        for (at, attribute) in mapping.attributes.iter().enumerate() {
            let compiled = compile_row(attribute).and_then(|row| {
                if targets.insert(row.path.as_str().to_lowercase()) {
                    Ok(row)
                } else {
                    Err(format!("{} is mapped twice; remove one of the two rows.", row.path))
                }
            });
            match compiled {
                Ok(row) => rows.push(row),
                Err(message) => errors.push(MappingError { row: Some(at), message }),
            }
        }
        if !mapping.attributes.iter().any(|attribute| attribute.matching_priority.is_some()) {
            let message = "No row matches objects. Let one with a unique value, such as userName, match.";
            errors.push(MappingError { row: None, message: message.to_owned() });
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let priority = |at: &usize| mapping.attributes[*at].matching_priority;
        let mut matching: Vec<usize> = (0..rows.len()).filter(|at| priority(at).is_some()).collect();
        matching.sort_by_key(priority);
        Ok(Self { rows, matching, enabled: mapping.enabled, actions: mapping.actions })
    }

    /// Whether objects of this kind are provisioned at all.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// What may be done in the target.
    #[must_use]
    pub fn actions(&self) -> ObjectActions {
        self.actions
    }

    /// The target paths, in the order of the rows.
    pub fn targets(&self) -> impl Iterator<Item = &Arc<TargetPath>> {
        self.rows.iter().map(|row| &row.path)
    }

    /// Whether some row flows the person's manager, so that a manager's account matters.
    #[must_use]
    pub fn reads_manager(&self) -> bool {
        self.rows.iter().any(|row| match &row.source {
            RowSource::Manager => true,
            RowSource::Expression(expression) => expression.attributes().contains(&"manager"),
            _ => false,
        })
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }
}

fn compile_row(attribute: &AttributeMapping) -> Result<Row, String> {
    let path = TargetPath::parse(&attribute.target).map_err(|error| error.to_string())?;
    let target = path.to_string();
    if target.eq_ignore_ascii_case("id") {
        return Err("id is given by the target and can't be mapped.".to_owned());
    }
    let rule = TargetRule::of(&path);
    let coerce = |text: &str| {
        rule.coerce(Value::text(text)).map_err(|message| format!("The value for {target} {message}."))
    };
    let (source, reads_soft_deleted) = match &attribute.source {
        MappingSource::Direct(name) => compile_direct(name)?,
        MappingSource::Constant(text) => (RowSource::Constant(coerce(text)?), false),
        MappingSource::Expression(text) => {
            let expression = Expression::parse(text)
                .map_err(|error| format!("The expression for {target} can't be read: {error}"))?;
            for name in expression.attributes() {
                compile_direct(name)?;
            }
            let reads = expression.attributes().contains(&IS_SOFT_DELETED);
            (RowSource::Expression(expression), reads)
        }
        MappingSource::None => (RowSource::Nothing, false),
    };
    let default = attribute.default_value.as_deref().filter(|text| !text.is_empty());
    Ok(Row {
        path: Arc::new(path),
        rule,
        source,
        default: default.map(coerce).transpose()?,
        flow_type: attribute.flow_type,
        matches: attribute.matching_priority.is_some(),
        reads_soft_deleted,
    })
}

fn compile_direct(name: &str) -> Result<(RowSource, bool), String> {
    let source = match name {
        "objectId" | "id" => RowSource::ObjectId,
        "accountEnabled" => RowSource::AccountEnabled,
        "manager" => RowSource::Manager,
        IS_SOFT_DELETED => return Ok((RowSource::IsSoftDeleted, true)),
        _ => match UserAttribute::find(name) {
            Some(attribute) => RowSource::Text(attribute),
            None => return Err(describe_unknown(name)),
        },
    };
    Ok((source, false))
}

fn describe_unknown(name: &str) -> String {
    let names = USER_ATTRIBUTES.iter().flat_map(|attribute| [attribute.name, attribute.graph_name]);
    let candidates = names.chain(COMPUTED_ATTRIBUTES.iter().copied()).chain([IS_SOFT_DELETED]);
    match find_nearest(name, candidates) {
        Some(nearest) => format!("Users have no attribute {name}; did you mean {nearest}?"),
        None => format!("Users have no attribute {name}."),
    }
}

#[cfg(test)]
mod tests {
    use super::super::default_user_mapping;
    use super::*;

    fn compile(change: impl FnOnce(&mut ObjectMapping)) -> Result<CompiledMapping, Vec<MappingError>> {
        let mut mapping = default_user_mapping();
        change(&mut mapping);
        CompiledMapping::compile(&mapping)
    }

    #[test]
    fn the_default_mapping_compiles() {
        let mapping = default_user_mapping();
        assert_eq!(mapping.attributes.len(), 22);
        let compiled = CompiledMapping::compile(&mapping).unwrap();
        assert!(compiled.reads_manager());
    }

    #[test]
    fn everything_wrong_with_a_mapping_is_told_at_once() {
        let errors = compile(|mapping| {
            mapping.attributes[0].source = MappingSource::Direct("userPrincipleName".to_owned());
            mapping.attributes[1].source = MappingSource::Expression("Join(\" \")".to_owned());
            mapping.attributes[2].target = "display [name".to_owned();
            mapping.attributes[3].target = "USERNAME".to_owned();
            mapping.attributes[4].target = "id".to_owned();
            mapping.attributes[5].source = MappingSource::Expression("Trim([nothingLikeIt])".to_owned());
            mapping.attributes[6].target = "externalid".to_owned();
            mapping.attributes.push(AttributeMapping {
                target: "urn:ietf:params:scim:schemas:core:2.0:User:active".to_owned(),
                source: MappingSource::Constant("perhaps".to_owned()),
                ..mapping.attributes[7].clone()
            });
        })
        .unwrap_err();
        let rows: Vec<_> = errors.iter().map(|error| error.row).collect();
        assert_eq!(rows, [0, 1, 2, 4, 5, 18, 22].map(Some));
        assert!(errors[0].message.contains("did you mean userPrincipalName?"), "{}", errors[0]);
        assert!(errors[4].message.contains("no attribute nothingLikeIt."), "{}", errors[4]);
        assert!(errors[6].message.contains("True or False"), "{}", errors[6]);
    }

    #[test]
    fn some_row_must_match() {
        let errors = compile(|mapping| mapping.attributes[0].matching_priority = None).unwrap_err();
        assert_eq!(errors.iter().map(|error| error.row).collect::<Vec<_>>(), [None]);
    }
}
