//! Expressions tried out before they are saved, and what can be said in them and in scoping filters.
//!
//! Nothing here reads or writes more than the directory: an expression is evaluated with the very rules of a cycle, on
//! values that were typed in.
use crate::caller::{Caller, Right};
use crate::error::{Result, invalid};
use crate::job::load_job_of;
use crate::portal::Portal;
use crate::sample_object::SampleObject;
use crate::user_fields::load_person;
use purser_contract::schema::{
    ExpressionErrorView, ExpressionForm, ExpressionTargetForm, ExpressionView, FilterOperatorView,
    FunctionExampleView, FunctionParameterView, FunctionView,
};
use purser_domain::expression::{Context, Expression, FUNCTIONS, Function, Outcome};
use purser_domain::schema::{AttributeType, Mutability};
use purser_domain::scope::OPERATORS;
use purser_domain::target_schema::TargetRule;
use purser_domain::value::{Value, display_json};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

/// Most attributes that an expression can be tried on; it could not read more.
const MAX_PROPERTIES: usize = 1_000;

impl Portal {
    /// Parses an expression and evaluates it on sample values. What is wrong with the expression stands in the view; it
    /// is no failure of the use-case.
    ///
    /// `Guid` and `RandomString` give something else each time: the job's own chance is a secret. Nothing is asked of
    /// the target, so `SelectUniqueValue` finds its first value free.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the caller may not read, there is no such application, or the input breaks a rule.
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

    /// The values that a person has for these attributes, to try an expression on. Missing ones are null.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the caller may not read, or there is no such user.
    pub async fn sample_user(
        &self,
        caller: &Caller,
        user: &str,
        attributes: &[String],
    ) -> Result<Vec<(String, Json)>> {
        caller.may(Right::Read)?;
        let user = load_person(self.store(), user).await?;
        let value = |name: &String| user.source_value(name).map_or(Json::Null, Json::from);
        Ok(attributes.iter().take(MAX_PROPERTIES).map(|name| (name.clone(), value(name))).collect())
    }

    /// The functions of the expression language, by name.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the caller may not read.
    pub fn list_functions(&self, caller: &Caller) -> Result<Vec<FunctionView>> {
        caller.may(Right::Read)?;
        let mut functions: Vec<FunctionView> = FUNCTIONS.iter().map(view_function).collect();
        functions.sort_by_key(|function| function.name.to_lowercase());
        Ok(functions)
    }

    /// The operators of scoping filters.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the caller may not read.
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
    let mut attributes: Vec<String> = Vec::new();
    for name in expression.attributes() {
        if !attributes.iter().any(|known| known == name) {
            attributes.push(name.to_owned());
        }
    }
    let read = ExpressionView {
        parsed: true,
        tree: Some(expression.to_graph()),
        attributes,
        ..ExpressionView::default()
    };
    let failed = |error: ExpressionErrorView| ExpressionView { error: Some(error), ..read.clone() };
    match expression.evaluate(&|name| object.value(name), context) {
        Err(error) => failed(error_view("ExpressionEvaluationError", error.to_string(), error.line, error.column)),
        Ok(Outcome::Null) => {
            ExpressionView { evaluated: true, outcome: "null".to_owned(), ..read }
        }
        Ok(Outcome::Ignored) => {
            ExpressionView { evaluated: true, outcome: "ignored".to_owned(), ..read }
        }
        Ok(Outcome::Value(value)) => match fit(value, rule) {
            Ok(values) => ExpressionView { evaluated: true, outcome: "value".to_owned(), values, ..read },
            Err(message) => {
                let message = format!("The value does not fit the target attribute: it {message}.");
                failed(error_view("ValueDoesNotFit", message, 1, 1))
            }
        },
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

fn read_target(form: &ExpressionTargetForm) -> std::result::Result<TargetRule, purser_contract::problem::Problem> {
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
    todo!()
}
