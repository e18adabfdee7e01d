//! `…/jobs/{job}/schema/functions`, `…/filterOperators` and `…/parseExpression`: what can be said in mappings and
//! scoping filters, and what an expression comes to.

use purser_contract::schema::{
    ExpressionForm, ExpressionTargetForm, ExpressionView, FilterOperatorView, FunctionView,
};
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, ok},
    body::{Body, JobOf, Object, Properties, wrong_type},
    odata::Plain,
    route::routes,
};
use crate::fault::Fault;

routes! {
    GET "/servicePrincipals/{id}/synchronization/jobs/{job}/schema/functions" => list_functions;
    GET "/servicePrincipals/{id}/synchronization/jobs/{job}/schema/filterOperators" => list_filter_operators;
    POST "/servicePrincipals/{id}/synchronization/jobs/{job}/schema/parseExpression" => parse_expression;
}

async fn list_functions(JobOf { portal, caller, .. }: JobOf, Plain(query): Plain) -> Answer {
    let functions = portal.list_functions(&caller)?;
    Ok(query.whole("Collection(microsoft.graph.attributeMappingFunctionSchema)", functions, shape_function))
}

async fn list_filter_operators(JobOf { portal, caller, .. }: JobOf, Plain(query): Plain) -> Answer {
    let operators = portal.list_filter_operators(&caller)?;
    Ok(query.whole("Collection(microsoft.graph.filterOperatorSchema)", operators, shape_operator))
}

/// 200 also for an expression that can't be read: that is the answer to the question.
async fn parse_expression(
    JobOf { portal, caller, application, .. }: JobOf,
    Plain(query): Plain,
    Body(body): Object,
) -> Answer {
    let form = read_form(body, &application)?;
    let view = portal.parse_expression(&caller, form).await?;
    let mut answer = shape_answer(view);
    answer["@odata.context"] =
        format!("{}/$metadata#microsoft.graph.parseExpressionResponse", query.base()).into();
    ok(answer)
}

fn read_form(body: Map<String, Value>, application: &str) -> Result<ExpressionForm, Fault> {
    let mut body = Properties::new("parseExpression", body);
    let expression = body.take_required_text("expression")?;
    let input = body.take("testInputObject");
    let target = body.take("targetAttributeDefinition");
    body.finish()?;
    Ok(ExpressionForm {
        application_id: application.to_owned(),
        expression,
        properties: read_properties(input)?,
        target: read_target(target)?,
    })
}

fn read_properties(input: Option<Value>) -> Result<Vec<(String, Value)>, Fault> {
    let Some(input) = take_object("testInputObject", input)? else { return Ok(Vec::new()) };
    let mut input = Properties::new("expressionInputObject", input);
    // The definition says which attributes there could be; the properties say which there are.
    take_object("definition", input.take("definition"))?;
    let properties = match input.take("properties") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(properties)) => properties,
        Some(_) => return Err(wrong_type("properties", "a list of keys with values")),
    };
    input.finish()?;
    let read = |property: Value| {
        let Value::Object(property) = property else {
            return Err(wrong_type("properties", "a list of keys with values"));
        };
        let mut property = Properties::new("stringKeyObjectValuePair", property);
        let key = property.take_required_text("key")?;
        let value = property.take("value").unwrap_or_default();
        property.finish()?;
        Ok((key, value))
    };
    properties.into_iter().map(read).collect()
}

fn read_target(definition: Option<Value>) -> Result<Option<ExpressionTargetForm>, Fault> {
    let Some(definition) = take_object("targetAttributeDefinition", definition)? else { return Ok(None) };
    // An attribute's definition has a dozen properties; these are the ones that a value is fitted to.
    let mut definition = Properties::new("attributeDefinition", definition);
    let text = |value: Option<Option<String>>| value.flatten().unwrap_or_default();
    let target = ExpressionTargetForm {
        name: text(definition.take_text("name")?),
        kind: text(definition.take_text("type")?),
        multivalued: definition.take_boolean("multivalued")?.unwrap_or_default(),
    };
    Ok(Some(target))
}

fn take_object(name: &str, value: Option<Value>) -> Result<Option<Map<String, Value>>, Fault> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(wrong_type(name, "an object")),
    }
}

fn shape_function(function: FunctionView) -> Value {
    let parameters: Vec<Value> = function
        .parameters
        .into_iter()
        .map(|parameter| {
            json!({
                "name": parameter.name,
                "required": parameter.required,
                "type": parameter.kind,
                "allowMultipleOccurrences": parameter.repeated,
            })
        })
        .collect();
    json!({ "name": function.name, "parameters": parameters })
}

fn shape_operator(operator: FilterOperatorView) -> Value {
    json!({
        "id": operator.name,
        "name": operator.name,
        "arity": operator.arity,
        "multivaluedComparisonType": operator.multivalued,
        "supportedAttributeTypes": operator.attribute_types,
    })
}

fn shape_answer(view: ExpressionView) -> Value {
    let evaluated = view.evaluated();
    let error = view.error.map(|error| {
        let place = format!("line {}, column {}", error.line, error.column);
        json!({
            "code": error.code,
            "message": format!("{place}: {}", error.message),
            "target": place,
            "innerError": null,
            "details": [],
        })
    });
    json!({
        "parsingSucceeded": view.parsed,
        "evaluationSucceeded": evaluated,
        "evaluationResult": view.values,
        "parsedExpression": view.tree,
        "error": error,
    })
}
