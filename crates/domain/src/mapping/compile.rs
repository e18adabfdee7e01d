//! Checks a mapping and makes it quick to evaluate.
use super::evaluate::Flow;
use super::object_mapping::{
    AttributeMapping, FlowBehavior, FlowType, MappingSource, ObjectActions, ObjectMapping,
};
use super::problem::{MappingProblem, ProblemCode, Severity};
use super::runnable::check_runnable;
use crate::attribute::{AttributeType, Mutability};
use crate::expression::Expression;
use crate::group::GroupAttribute;
use crate::object::APP_ROLE_ASSIGNMENTS;
use crate::object::IS_SOFT_DELETED;
use crate::object::ObjectKind;
use crate::path::TargetPath;
use crate::target_schema::{TargetRule, TargetSchema};
use crate::user::UserAttribute;
use crate::value::Value;
use serde_json::Value as Json;
use std::sync::Arc;

/// The functions whose roles are added to those that the account has (section 3.8 of the fact sheet).
const ADDING_FUNCTIONS: [&str; 2] = ["SingleAppRoleAssignment", "AppRoleAssignmentsComplex"];

/// A mapping, ready to be evaluated. Cheap to share, not meant to be cloned.
#[derive(Debug)]
pub struct CompiledMapping {
    pub(super) rows: Vec<Row>,
    /// Rows that match, by precedence.
    pub(super) matching: Vec<usize>,
    enabled: bool,
    actions: ObjectActions,
    kind: ObjectKind,
}

/// A compiled row.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) path: Arc<TargetPath>,
    pub(crate) rule: TargetRule,
    pub(super) source: RowSource,
    /// The default value in the target's shape.
    pub(crate) default: Option<Json>,
    /// When a value of the source is written.
    pub(crate) flow: Flow,
    /// When the default value is written.
    pub(super) default_flow: Flow,
    /// A source without a value removes the target's.
    pub(crate) clear: bool,
    /// Sent along with every update.
    pub(crate) always: bool,
    /// A reference to an object without an account is sent as the source's id.
    pub(super) export_missing: bool,
    /// Logs must not show the value.
    pub(crate) redacted: bool,
    /// Its value comes from chance.
    pub(super) random: bool,
    /// It picks the first of several values that nobody has.
    pub(super) unique: bool,
    /// Its value says whether the account is disabled.
    pub(crate) reads_soft_deleted: bool,
    /// It reads nothing else, so it can be evaluated for an object that is gone.
    pub(crate) reads_only_soft_deleted: bool,
}

/// Where a compiled row's value comes from.
#[derive(Debug)]
pub(super) enum RowSource {
    UserText(&'static UserAttribute),
    GroupText(&'static GroupAttribute),
    /// A guest's name is read as it is at home.
    PrincipalName,
    ObjectId,
    AccountEnabled,
    Manager,
    Members,
    IsSoftDeleted,
    Constant(Json),
    Expression(Expression),
    Nothing,
}

impl CompiledMapping {
    /// Checks and compiles a mapping.
    ///
    /// # Errors
    /// Everything that keeps it from being evaluated, row by row: what [`check_runnable`] finds.
    pub fn compile(mapping: &ObjectMapping, target: &TargetSchema) -> Result<Self, Vec<MappingProblem>> {
        let mut problems = check_runnable(mapping, target);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut rows = Vec::with_capacity(mapping.attributes.len());
        for (at, attribute) in mapping.attributes.iter().enumerate() {
            match compile_row(attribute, mapping.source_object, target) {
                Ok(row) => rows.push(row),
                Err((code, message)) => {
                    problems.push(MappingProblem { severity: Severity::Error, row: Some(at), code, message });
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let priority = |at: &usize| mapping.attributes[*at].matching_priority;
        let mut matching: Vec<usize> = (0..rows.len()).filter(|at| priority(at).is_some()).collect();
        matching.sort_by_key(priority);
        let (enabled, actions, kind) = (mapping.enabled, mapping.actions, mapping.source_object);
        Ok(Self { rows, matching, enabled, actions, kind })
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

    /// The kind of source object.
    #[must_use]
    pub fn kind(&self) -> ObjectKind {
        self.kind
    }

    /// The target paths, in the order of the rows.
    pub fn targets(&self) -> impl Iterator<Item = &Arc<TargetPath>> {
        self.rows.iter().map(|row| &row.path)
    }

    /// Whether some row flows the person's manager, so that a manager's account matters.
    #[must_use]
    pub fn reads_manager(&self) -> bool {
        self.reads("manager", |source| matches!(source, RowSource::Manager))
    }

    /// Whether some row flows the group's members, so that their accounts matter.
    #[must_use]
    pub fn reads_members(&self) -> bool {
        self.reads("members", |source| matches!(source, RowSource::Members))
    }

    /// Whether some row flows the person's roles, so that they must be read.
    #[must_use]
    pub fn uses_roles(&self) -> bool {
        self.reads(APP_ROLE_ASSIGNMENTS, |_| false)
    }

    /// Whether time alone can change what some row says, so that everybody must be looked at again once in a while.
    /// A row that flows only once does not count.
    #[must_use]
    pub fn reads_clock(&self) -> bool {
        self.rows.iter().any(|row| match &row.source {
            RowSource::Expression(expression) => row.flow != Flow::OnCreate && expression.reads_clock(),
            _ => false,
        })
    }

    fn reads(&self, name: &str, direct: impl Fn(&RowSource) -> bool) -> bool {
        self.rows.iter().any(|row| match &row.source {
            RowSource::Expression(expression) => expression.attributes().contains(&name),
            source => direct(source),
        })
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// What has been checked is checked again where it is read, so that no row is compiled from a misreading.
type Fault = (ProblemCode, String);

fn compile_row(attribute: &AttributeMapping, kind: ObjectKind, target: &TargetSchema) -> Result<Row, Fault> {
    let path = TargetPath::parse(&attribute.target)
        .map_err(|error| (ProblemCode::UnreadableTarget, error.to_string()))?;
    let rule = target.rule(&path);
    let coerce = |text: &str, code| {
        let value = rule.coerce(Value::text(text));
        value.map_err(|message| (code, format!("The value for {path} {message}.")))
    };
    let source = match &attribute.source {
        MappingSource::Direct(name) => compile_direct(name, kind)?,
        MappingSource::Constant(text) => RowSource::Constant(coerce(text, ProblemCode::UnfitConstant)?),
        MappingSource::Expression(text) => RowSource::Expression(
            Expression::parse(text).map_err(|error| (ProblemCode::ExpressionError, error.to_string()))?,
        ),
        MappingSource::None => RowSource::Nothing,
    };
    let default = attribute.default_value.as_deref().filter(|text| !text.is_empty());
    let default = default.map(|text| coerce(text, ProblemCode::UnfitDefaultValue)).transpose()?;
    let matches = attribute.matching_priority.is_some();
    let mut row = Row {
        rule,
        default,
        flow: Flow::Always,
        default_flow: Flow::OnCreate,
        clear: false,
        always: attribute.flow_behavior == FlowBehavior::FlowAlways,
        export_missing: attribute.export_missing_references,
        redacted: false,
        random: false,
        unique: false,
        reads_soft_deleted: matches!(source, RowSource::IsSoftDeleted),
        reads_only_soft_deleted: matches!(source, RowSource::IsSoftDeleted),
        path: Arc::new(path),
        source,
    };
    let mut adds = false;
    if let RowSource::Expression(expression) = &row.source {
        let attributes = expression.attributes();
        row.redacted = expression.is_redacted();
        row.random = expression.is_random();
        row.unique = expression.selects_unique();
        row.reads_soft_deleted = attributes.contains(&IS_SOFT_DELETED);
        row.reads_only_soft_deleted = row.reads_soft_deleted
            && attributes.iter().all(|name| *name == IS_SOFT_DELETED)
            && !expression.reads_clock();
        adds = expression.function().is_some_and(|name| ADDING_FUNCTIONS.contains(&name));
    }
    row.flow = flow_of(attribute.flow_type, &row, adds);
    // Rows that only add or only fill in leave to the target what it has, and without the value that they are
    // matched by accounts would be lost.
    let has_source = !matches!(row.source, RowSource::Nothing);
    row.clear = attribute.clear && !matches && has_source && row.flow == Flow::Always;
    if attribute.flow_type != FlowType::ObjectAddOnly && matches!(row.source, RowSource::Nothing) {
        row.default_flow = Flow::WhenEmpty;
    }
    Ok(row)
}

/// When a row's value is written, from what Graph calls its flow type and from what the value is.
fn flow_of(flow_type: FlowType, row: &Row, adds: bool) -> Flow {
    match flow_type {
        FlowType::ObjectAddOnly => Flow::OnCreate,
        _ if row.unique || row.rule.mutability == Mutability::Immutable => Flow::OnCreate,
        FlowType::ValueAddOnly | FlowType::AttributeAddOnly => Flow::WhenEmpty,
        // Another roll of the dice is no news.
        _ if row.random => Flow::WhenEmpty,
        FlowType::MultiValueAddOnly if row.rule.multivalued => Flow::AddElements,
        FlowType::MultiValueAddOnly => Flow::WhenEmpty,
        FlowType::Always if adds && row.rule.multivalued => Flow::AddElements,
        FlowType::Always if row.rule.multivalued && row.rule.kind == AttributeType::Reference => {
            Flow::SyncElements
        }
        FlowType::Always => Flow::Always,
    }
}

fn compile_direct(name: &str, kind: ObjectKind) -> Result<RowSource, Fault> {
    let source = match (kind, name) {
        (_, IS_SOFT_DELETED) => Some(RowSource::IsSoftDeleted),
        (_, "objectId" | "id") => Some(RowSource::ObjectId),
        (ObjectKind::User, "accountEnabled") => Some(RowSource::AccountEnabled),
        (ObjectKind::User, "manager") => Some(RowSource::Manager),
        (ObjectKind::User, "userPrincipalName") => Some(RowSource::PrincipalName),
        (ObjectKind::User, "originalUserPrincipalName") => {
            UserAttribute::find("userPrincipalName").map(RowSource::UserText)
        }
        (ObjectKind::User, _) => UserAttribute::find(name).map(RowSource::UserText),
        (ObjectKind::Group, "members") => Some(RowSource::Members),
        (ObjectKind::Group, _) => GroupAttribute::find(name).map(RowSource::GroupText),
    };
    source.ok_or_else(|| {
        (ProblemCode::UnknownSourceAttribute, format!("{kind} objects have no attribute {name}."))
    })
}

#[cfg(test)]
mod tests {
    use super::super::default_user_mapping;
    use super::*;

    fn compile(change: impl FnOnce(&mut ObjectMapping)) -> Result<CompiledMapping, Vec<MappingProblem>> {
        let mut mapping = default_user_mapping();
        change(&mut mapping);
        CompiledMapping::compile(&mapping, TargetSchema::scim_user())
    }

    #[test]
    fn the_default_mapping_compiles() {
        let mapping = default_user_mapping();
        assert_eq!(mapping.attributes.len(), 22);
        let compiled = CompiledMapping::compile(&mapping, TargetSchema::scim_user()).unwrap();
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
        let mut rows: Vec<_> = errors.iter().map(|error| error.row).collect();
        rows.dedup();
        assert_eq!(rows, [0, 1, 2, 3, 4, 5, 18, 22].map(Some));
        assert!(errors[0].message.contains("did you mean userPrincipalName?"), "{}", errors[0]);
        assert!(errors[5].message.contains("no attribute nothingLikeIt."), "{}", errors[5]);
        assert!(errors[7..].iter().any(|error| error.message.contains("True or False")), "{errors:?}");
    }

    #[test]
    fn some_row_must_match() {
        let errors = compile(|mapping| mapping.attributes[0].matching_priority = None).unwrap_err();
        assert_eq!(errors.iter().map(|error| error.row).collect::<Vec<_>>(), [None]);
    }
}
