//! Expressions tried out before they are saved, and what can be said in them and in scoping filters.
//!
//! Nothing here reads or writes more than the directory: an expression is evaluated with the very rules of a cycle, on
//! values that were typed in.
use crate::caller::{Caller, Right};
use crate::directory::user_fields::load_person;
use crate::error::{Checked, Result, ServiceError, invalid};
use crate::portal::Portal;
use crate::provisioning::sample_object::SampleObject;
use crate::provisioning::spec::load_job_of;
use purser_contract::schema::{
    ExpressionErrorView, ExpressionForm, ExpressionTargetForm, ExpressionTestForm, ExpressionTestView,
    ExpressionView, FilterOperatorView, FunctionExampleView, FunctionParameterView, FunctionView,
};
use purser_domain::attribute::{AttributeType, Mutability};
use purser_domain::expression::{
    Context, Example, Expression, Function, Gives, Need, Outcome, OutcomeKind, Parameter, functions,
};
use purser_domain::object::IS_SOFT_DELETED;
use purser_domain::scope::OPERATORS;
use purser_domain::target_schema::TargetRule;
use purser_domain::user::{User, strip_guest_suffix};
use purser_domain::value::{Value, display_json};
use serde_json::{Map, Value as Json};
use std::collections::HashSet;
use uuid::Uuid;

/// Most attributes that an expression can be tried on; it could not read more.
const MAX_PROPERTIES: usize = 1_000;

impl Portal {
    /// Parses an expression and evaluates it on sample values. What is wrong with the expression stands in the view; it
    /// is no failure of the use-case.
    ///
    /// `Guid` and `RandomString` give something else each time: the job's own chance is a secret. Nothing is asked of
    /// the target, so `SelectUniqueValue` finds its first value free.
    pub async fn parse_expression(&self, caller: &Caller, form: ExpressionForm) -> Result<ExpressionView> {
        caller.may(Right::Read)?;
        load_job_of(self.store(), &form.application_id).await?;
        if form.properties.len() > MAX_PROPERTIES {
            return Err(invalid(format!("An expression is tried on at most {MAX_PROPERTIES} attributes."))
                .field("properties")
                .into());
        }
        let rule = form.target.as_ref().map(read_target).transpose()?;
        let properties: Map<String, Json> = form.properties.into_iter().collect();
        let seed = [*Uuid::new_v4().as_bytes(), *Uuid::new_v4().as_bytes()].concat();
        let context = Context {
            seed: seed.first_chunk().copied().unwrap_or_default(),
            default_domain: self.deps.default_domain.as_deref(),
            ..Context::at(self.now())
        };
        Ok(try_expression(&form.expression, &SampleObject::new(&properties), &context, rule))
    }

    /// Tries an expression out on what the page's fields hold, or on a person of the directory.
    pub async fn test_expression(
        &self,
        caller: &Caller,
        form: ExpressionTestForm,
    ) -> Result<ExpressionTestView> {
        caller.may(Right::Read)?;
        let reads = Expression::parse(&form.expression).map(|parsed| list_attributes(&parsed));
        // Fields of an expression that can't be read stay as they are, so that nothing typed is lost over a comma.
        let names = reads.unwrap_or_else(|_| form.names.iter().take(MAX_PROPERTIES).cloned().collect());
        let person = match form.user.trim() {
            "" => None,
            user => Some(load_person(self.store(), user).await.map_err(|error| match error {
                ServiceError::Refused(problem) => problem.field("user").into(),
                fault => fault,
            })?),
        };
        let typed = |name: &String| {
            let at = form.names.iter().position(|known| known == name)?;
            form.values.get(at).cloned()
        };
        let samples: Vec<(String, String)> = names
            .into_iter()
            .map(|name| {
                let value = match &person {
                    Some(person) => spell_sample(read_person(person, &name)),
                    None => typed(&name).unwrap_or_default(),
                };
                (name, value)
            })
            .collect();
        let properties = samples.iter().map(|(name, value)| (name.clone(), read_sample(value))).collect();
        let form = ExpressionForm {
            application_id: form.application_id,
            expression: form.expression,
            properties,
            target: None,
        };
        let result = self.parse_expression(caller, form).await?;
        Ok(ExpressionTestView { samples, result })
    }

    /// The functions of the expression language, by name.
    pub fn list_functions(&self, caller: &Caller) -> Result<Vec<FunctionView>> {
        caller.may(Right::Read)?;
        Ok(functions().iter().map(|function| view_function(function)).collect())
    }

    /// The operators of scoping filters.
    pub fn list_filter_operators(&self, caller: &Caller) -> Result<Vec<FilterOperatorView>> {
        caller.may(Right::Read)?;
        let view = |operator: &purser_domain::scope::OperatorDefinition| FilterOperatorView {
            name: operator.operator.as_str().to_owned(),
            arity: operator.arity.as_str().to_owned(),
            multivalued: operator.multivalued.as_str().to_owned(),
            attribute_types: operator.types.iter().map(|kind| kind.as_str().to_owned()).collect(),
            summary: operator.sentence.to_owned(),
        };
        Ok(OPERATORS.iter().map(view).collect())
    }
}

/// Evaluates an expression, and fits what it gives to a target.
fn try_expression(
    text: &str,
    object: &SampleObject,
    context: &Context<'_>,
    rule: Option<TargetRule>,
) -> ExpressionView {
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) => {
            let error = error_view("ExpressionParseError", error.message, error.line, error.column);
            return ExpressionView { error: Some(error), ..ExpressionView::default() };
        }
    };
    let read = ExpressionView {
        parsed: true,
        tree: Some(expression.to_graph()),
        attributes: list_attributes(&expression),
        ..ExpressionView::default()
    };
    let failed = |error: ExpressionErrorView| ExpressionView { error: Some(error), ..read.clone() };
    match expression.evaluate(&|name| object.value(name), context) {
        Err(error) => {
            failed(error_view("ExpressionEvaluationError", error.fault.to_string(), error.line, error.column))
        }
        Ok(Outcome::Null) => ExpressionView { outcome: Some(OutcomeKind::Null), ..read },
        Ok(Outcome::Ignored) => ExpressionView { outcome: Some(OutcomeKind::Ignored), ..read },
        Ok(Outcome::ObjectIgnored) => ExpressionView { outcome: Some(OutcomeKind::ObjectIgnored), ..read },
        Ok(Outcome::Value(value)) => match fit(value, rule) {
            Ok(values) => ExpressionView { outcome: Some(OutcomeKind::Value), values, ..read },
            Err(message) => {
                let message = format!("The value does not fit the target attribute: it {message}.");
                failed(error_view("ValueDoesNotFit", message, 1, 1))
            }
        },
    }
}

/// The attributes that an expression reads, each once.
fn list_attributes(expression: &Expression) -> Vec<String> {
    let mut seen = HashSet::new();
    let names = expression.attributes().into_iter().filter(|name| seen.insert(*name));
    names.map(str::to_owned).collect()
}

/// What a mapping would read of a person.
fn read_person(person: &User, name: &str) -> Option<Value> {
    if name == IS_SOFT_DELETED {
        // Out of scope is the other cause; it depends on the application's assignments and is not asked here.
        return Some(Value::Boolean(person.deleted_at.is_some() || !person.account_enabled));
    }
    match (name, person.source_value(name)) {
        ("userPrincipalName", Some(Value::Text(name))) => Some(Value::text(strip_guest_suffix(&name))),
        (_, value) => value,
    }
}

/// A sample value as its field shows it.
fn spell_sample(value: Option<Value>) -> String {
    match value {
        None => String::new(),
        Some(value @ (Value::List(_) | Value::Object(_))) => Json::from(value).to_string(),
        Some(value) => value.to_display().into_owned(),
    }
}

/// What stands in a field.
fn read_sample(text: &str) -> Json {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Json::Null;
    }
    match serde_json::from_str(trimmed) {
        Ok(json @ (Json::Array(_) | Json::Object(_))) => json,
        _ => Json::String(text.to_owned()),
    }
}

fn fit(value: Value, rule: Option<TargetRule>) -> std::result::Result<Vec<String>, String> {
    let display = |value: &Value| value.to_display().into_owned();
    let Some(rule) = rule else {
        return Ok(match &value {
            Value::List(items) => items.iter().map(display).collect(),
            single => vec![display(single)],
        });
    };
    Ok(match rule.coerce(value)? {
        Json::Array(items) => items.iter().map(display_json).collect(),
        single => vec![display_json(&single)],
    })
}

fn read_target(form: &ExpressionTargetForm) -> Checked<TargetRule> {
    let kind = match form.kind.trim() {
        "" => AttributeType::String,
        text => text.parse().map_err(|_| {
            let shown: String = text.chars().take(80).collect();
            invalid(format!("There is no attribute type \"{shown}\"."))
                .advice("The types are String, Integer, Reference, Binary, Boolean and DateTime.")
                .field("type")
        })?,
    };
    Ok(TargetRule {
        kind,
        multivalued: form.multivalued,
        exact_case: true,
        required: false,
        mutability: Mutability::ReadWrite,
        nested: false,
        known: true,
    })
}

fn error_view(code: &str, message: String, line: u32, column: u32) -> ExpressionErrorView {
    ExpressionErrorView { code: code.to_owned(), message, line, column }
}

fn view_function(function: &Function) -> FunctionView {
    FunctionView {
        name: function.name.to_owned(),
        summary: function.sentence.to_owned(),
        remark: function.remark.to_owned(),
        signature: function.signature(),
        parameters: function.parameters.iter().map(view_parameter).collect(),
        examples: function.examples.iter().map(view_example).collect(),
    }
}

fn view_parameter(parameter: &Parameter) -> FunctionParameterView {
    FunctionParameterView {
        name: parameter.name.to_owned(),
        required: parameter.need != Need::Optional,
        kind: parameter.kind.graph_name().to_owned(),
        repeated: parameter.need == Need::Repeated,
    }
}

fn view_example(example: &Example) -> FunctionExampleView {
    let result = match example.gives {
        Gives::Value(value) => value.to_owned(),
        Gives::Nothing => "no value".to_owned(),
        Gives::Error => "an error".to_owned(),
        Gives::Varies(form) => format!("something else each time, like {form}"),
    };
    FunctionExampleView {
        expression: example.expression.to_owned(),
        object: example.object.to_owned(),
        result,
    }
}
