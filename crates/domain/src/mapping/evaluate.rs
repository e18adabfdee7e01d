//! What a compiled mapping says about one person.
use super::compile::{CompiledMapping, Row, RowSource};
use super::{FlowType, IS_SOFT_DELETED};
use crate::expression::{Context, Outcome};
use crate::path::TargetPath;
use crate::user::User;
use crate::value::Value;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// When a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Whenever it differs.
    Always,
    /// On creation only.
    OnCreate,
    /// On creation, and when an account is adopted that has nothing there.
    WhenEmpty,
}

/// One value that the account should have.
#[derive(Debug, Clone, PartialEq)]
pub struct DesiredValue {
    /// Index of the mapping's row.
    pub row: usize,
    /// Where.
    pub target: Arc<TargetPath>,
    /// What, in the target's shape.
    pub value: Json,
    /// When.
    pub flow: Flow,
}

/// Everything that the account should have, in the order of the rows. Rows without a value are missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    /// The values.
    pub values: Vec<DesiredValue>,
}

/// A question to the target: which accounts have this value here?
#[derive(Debug, Clone, PartialEq)]
pub struct MatchQuery {
    /// The attribute.
    pub path: Arc<TargetPath>,
    /// The value.
    pub value: Json,
}

/// A row that could not be evaluated for this person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{target}: {message}")]
pub struct AttributeFailure {
    /// Target path of the row.
    pub target: String,
    /// What is wrong.
    pub message: String,
}

/// What rows read.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    pub(crate) user: &'a User,
    pub(crate) is_soft_deleted: bool,
    /// The manager's account in the target; a manager without one counts as none.
    pub(crate) manager_target: Option<&'a str>,
}

impl CompiledMapping {
    /// Evaluates every row for a person.
    ///
    /// # Errors
    /// Every row that could not be evaluated.
    pub fn evaluate(
        &self,
        user: &User,
        is_soft_deleted: bool,
        manager_target: Option<&str>,
    ) -> Result<Desired, Vec<AttributeFailure>> {
        self.evaluate_rows(Sources { user, is_soft_deleted, manager_target }, |_| true)
    }

    /// Evaluates some rows.
    pub(crate) fn evaluate_rows(
        &self,
        sources: Sources<'_>,
        wanted: impl Fn(&Row) -> bool,
    ) -> Result<Desired, Vec<AttributeFailure>> {
        let mut values = Vec::with_capacity(self.rows.len());
        let mut failures = Vec::new();
        for (at, row) in self.rows.iter().enumerate().filter(|(_, row)| wanted(row)) {
            match row.evaluate(sources) {
                Ok(None) => {}
                Ok(Some((value, flow))) => {
                    values.push(DesiredValue { row: at, target: Arc::clone(&row.path), value, flow });
                }
                Err(message) => {
                    failures.push(AttributeFailure { target: row.path.to_string(), message });
                }
            }
        }
        if failures.is_empty() { Ok(Desired { values }) } else { Err(failures) }
    }

    /// The questions by which the person's account is looked for, by precedence. Rows without a value
    /// ask nothing.
    #[must_use]
    pub fn match_queries(&self, desired: &Desired) -> Vec<MatchQuery> {
        let find = |at: &usize| desired.values.iter().find(|value| value.row == *at);
        let ask =
            |value: &DesiredValue| MatchQuery { path: Arc::clone(&value.target), value: value.value.clone() };
        self.matching.iter().filter_map(find).map(ask).collect()
    }
}

impl Row {
    fn evaluate(&self, sources: Sources<'_>) -> Result<Option<(Json, Flow)>, String> {
        let user = sources.user;
        let value = match &self.source {
            RowSource::Text(attribute) => match attribute.read(&user.attributes) {
                // The common case goes without a detour over `Value`.
                Some(text) if !text.is_empty() && self.rule.is_plain_text() => Some(json!(text)),
                text => self.coerce(text.map(Value::text))?,
            },
            RowSource::ObjectId => self.coerce(Some(Value::Text(user.id.to_string())))?,
            RowSource::AccountEnabled => self.coerce(Some(Value::Boolean(user.account_enabled)))?,
            RowSource::Manager => self.coerce(sources.manager_target.map(Value::text))?,
            RowSource::IsSoftDeleted => self.coerce(Some(Value::Boolean(sources.is_soft_deleted)))?,
            RowSource::Constant(value) => Some(value.clone()),
            RowSource::Expression(expression) => {
                let read = |name: &str| sources.read(name);
                let context = Context::at(jiff::Timestamp::UNIX_EPOCH);
                let outcome = expression.evaluate(&read, &context).map_err(|error| error.to_string())?;
                self.coerce(Outcome::into_value(outcome))?
            }
            RowSource::Nothing => None,
        };
        let flow = match self.flow_type {
            FlowType::ObjectAddOnly => Flow::OnCreate,
            _ => Flow::Always,
        };
        Ok(match (value, &self.default, &self.source) {
            (Some(value), ..) => Some((value, flow)),
            (None, Some(default), RowSource::Nothing) => Some((default.clone(), Flow::WhenEmpty)),
            (None, Some(default), _) => Some((default.clone(), Flow::OnCreate)),
            (None, None, _) => None,
        })
    }

    /// Shapes a value for the target. An empty one is no value: it is not exported.
    fn coerce(&self, value: Option<Value>) -> Result<Option<Json>, String> {
        value.filter(|value| !value.is_empty()).map(|value| self.rule.coerce(value)).transpose()
    }
}

impl Sources<'_> {
    fn read(&self, name: &str) -> Option<Value> {
        match name {
            // Text, not a boolean, since Switch compares with "True" and "False".
            IS_SOFT_DELETED => Some(Value::text(if self.is_soft_deleted { "True" } else { "False" })),
            "manager" => self.manager_target.map(Value::text),
            _ => self.user.source_value(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AttributeMapping, CompiledMapping, MappingSource, default_user_mapping};
    use super::*;
    use crate::ids::UserId;
    use crate::user::{USER_ATTRIBUTES, UserAttributes};
    use jiff::Timestamp;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    /// A person whose every attribute holds its own name.
    fn full_user() -> User {
        let mut attributes = UserAttributes::default();
        for attribute in USER_ATTRIBUTES {
            attribute.write(&mut attributes, Some(attribute.name.to_owned()));
        }
        User {
            id: UserId::from_uuid(Uuid::nil()),
            account_enabled: true,
            manager: Some(UserId::from_uuid(Uuid::max())),
            deleted_at: None,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            generation: 1,
            attributes,
        }
    }

    fn spell(desired: &Desired) -> BTreeMap<&str, &Json> {
        desired.values.iter().map(|value| (value.target.as_str(), &value.value)).collect()
    }

    #[test]
    fn every_row_of_the_default_mapping_carries_its_attribute() {
        let mapping = default_user_mapping();
        let compiled = CompiledMapping::compile(&mapping).unwrap();
        let desired = compiled.evaluate(&full_user(), false, Some("m1")).unwrap();
        let values = spell(&desired);
        assert_eq!(values.len(), 22);
        for row in &mapping.attributes {
            let expected = match (&row.source, row.target.as_str()) {
                (_, "active") => json!(true),
                (_, "name.formatted") => json!("givenName surname"),
                (MappingSource::Direct(name), _) if name == "manager" => json!({"value": "m1"}),
                (source, _) => json!(source.text()),
            };
            assert_eq!(values[row.target.as_str()], &expected);
        }
        let disabled = compiled.evaluate(&full_user(), true, None).unwrap();
        assert_eq!(spell(&disabled)["active"], &json!(false));
        assert_eq!(disabled.values.len(), 21);
    }

    #[test]
    fn attributes_without_a_value_are_not_exported() {
        let compiled = CompiledMapping::compile(&default_user_mapping()).unwrap();
        let mut user = full_user();
        user.attributes = UserAttributes {
            surname: Some("Doe".to_owned()),
            city: Some(String::new()),
            ..Default::default()
        };
        let desired = compiled.evaluate(&user, false, None).unwrap();
        let expected = BTreeMap::from([
            ("active", json!(true)),
            ("name.familyName", json!("Doe")),
            ("name.formatted", json!("Doe")),
        ]);
        assert_eq!(spell(&desired), expected.iter().map(|(path, value)| (*path, value)).collect());
        assert!(compiled.match_queries(&desired).is_empty());
    }

    #[test]
    fn computed_sources_flow_directly_and_in_expressions() {
        let mut mapping = default_user_mapping();
        let row = |source, target: &str| AttributeMapping {
            target: target.to_owned(),
            source,
            matching_priority: None,
            ..mapping.attributes[1].clone()
        };
        let direct = |name: &str| MappingSource::Direct(name.to_owned());
        let joined = MappingSource::Expression("Join(\"|\", [id], [accountEnabled], [manager])".to_owned());
        let rows = [
            row(direct("objectId"), "nickName"),
            row(direct("accountEnabled"), "userType"),
            row(direct("IsSoftDeleted"), "profileUrl"),
            row(joined, "locale"),
        ];
        mapping.attributes.extend(rows);
        let compiled = CompiledMapping::compile(&mapping).unwrap();
        let desired = compiled.evaluate(&full_user(), true, Some("m1")).unwrap();
        let values = spell(&desired);
        assert_eq!(values["nickName"], &json!(Uuid::nil().to_string()));
        assert_eq!((values["userType"], values["profileUrl"]), (&json!("True"), &json!("True")));
        assert_eq!(values["locale"], &json!(format!("{}|True|m1", Uuid::nil())));
    }

    #[test]
    fn matching_rows_ask_in_the_order_of_their_precedence() {
        let mut mapping = default_user_mapping();
        mapping.attributes[0].matching_priority = Some(2);
        mapping.attributes[18].matching_priority = Some(1);
        let compiled = CompiledMapping::compile(&mapping).unwrap();
        let desired = compiled.evaluate(&full_user(), false, None).unwrap();
        let asked: Vec<String> =
            compiled.match_queries(&desired).iter().map(|query| query.path.to_string()).collect();
        assert_eq!(asked, ["externalId", "userName"]);
    }
}
