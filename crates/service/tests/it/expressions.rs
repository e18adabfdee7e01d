use crate::fixture::{Fixture, admin, refused, token};
use purser_contract::problem::ProblemKind;
use purser_contract::schema::{ExpressionForm, ExpressionTargetForm, ExpressionTestForm, ExpressionView};
use purser_domain::expression::OutcomeKind;
use serde_json::{Value, json};

/// Tries an expression on these properties.
async fn try_out(expression: &str, properties: &[(&str, Value)]) -> ExpressionView {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("App").await;
    let form = ExpressionForm {
        application_id: app.id,
        expression: expression.to_owned(),
        properties: properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        target: None,
    };
    fixture.portal.parse_expression(&token(), form).await.unwrap()
}

#[tokio::test]
async fn an_expression_is_evaluated_on_what_was_given() {
    let properties = [("givenName", json!("Ada")), ("surname", json!("Lovelace"))];
    let view = try_out("Join(\" \", [givenName], [surname], [givenName])", &properties).await;
    assert!(view.parsed && view.evaluated());
    assert_eq!((view.outcome, view.values), (Some(OutcomeKind::Value), vec!["Ada Lovelace Ada".to_owned()]));
    assert_eq!(view.attributes, ["givenName", "surname"], "each once");
    assert_eq!(view.tree.unwrap()["name"], "Join");
    let missing = try_out("[mail]", &[]).await;
    assert_eq!((missing.outcome, missing.values.len()), (Some(OutcomeKind::Null), 0));
}

#[tokio::test]
async fn what_is_wrong_with_an_expression_is_told_with_its_place() {
    let view = try_out("Join(\",\",\n  Swich([mail]))", &[]).await;
    assert!(!view.parsed && !view.evaluated());
    let error = view.error.unwrap();
    assert_eq!((error.code.as_str(), error.line, error.column), ("ExpressionParseError", 2, 3));
    assert!(error.message.contains("Switch"), "{}", error.message);
    let view = try_out("Left([mail], [mail])", &[("mail", json!("a@b.c"))]).await;
    assert!(view.parsed && !view.evaluated());
    assert_eq!(view.error.unwrap().code, "ExpressionEvaluationError");
}

#[tokio::test]
async fn a_value_is_fitted_to_its_target() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("App").await;
    let form = |expression: &str, kind: &str| ExpressionForm {
        application_id: app.id.clone(),
        expression: expression.to_owned(),
        target: Some(ExpressionTargetForm { kind: kind.to_owned(), ..ExpressionTargetForm::default() }),
        ..ExpressionForm::default()
    };
    let view =
        fixture.portal.parse_expression(&admin(), form("Join(\"\", \"4\", \"2\")", "Integer")).await.unwrap();
    assert_eq!(view.values, ["42"]);
    let view =
        fixture.portal.parse_expression(&admin(), form("Join(\"\", \"4\", \"x\")", "Integer")).await.unwrap();
    assert!(view.parsed && !view.evaluated());
    assert_eq!(view.error.unwrap().code, "ValueDoesNotFit");
    refused(fixture.portal.parse_expression(&admin(), form("[mail]", "Number")).await, ProblemKind::Invalid);
    let many = ExpressionForm {
        properties: (0..1_001).map(|at| (format!("a{at}"), Value::Null)).collect(),
        ..form("[mail]", "")
    };
    refused(fixture.portal.parse_expression(&admin(), many).await, ProblemKind::Invalid);
    let nowhere = ExpressionForm { application_id: "nothing".to_owned(), ..ExpressionForm::default() };
    refused(fixture.portal.parse_expression(&admin(), nowhere).await, ProblemKind::NotFound);
}

#[tokio::test]
async fn the_default_domain_is_the_organisations() {
    let view = try_out("DefaultDomain()", &[]).await;
    assert_eq!(view.values, ["contoso.com"]);
}

#[tokio::test]
async fn an_expression_is_tested_on_fields_or_on_a_person() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("App").await;
    fixture.add_user("ada@example.com", "Ada").await;
    let form = ExpressionTestForm {
        application_id: app.id,
        expression: "Join(\"|\", [displayName], [proxies], [mail])".to_owned(),
        names: vec!["displayName".to_owned(), "proxies".to_owned()],
        values: vec!["<Typed>".to_owned(), "[\"a\", \"b\"]".to_owned()],
        ..ExpressionTestForm::default()
    };
    let typed = fixture.portal.test_expression(&admin(), form.clone()).await.unwrap();
    assert_eq!(typed.result.values, ["<Typed>|a|b"]);
    let names: Vec<&str> = typed.samples.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["displayName", "proxies", "mail"], "a field for each attribute");

    let person = ExpressionTestForm { user: "ADA@example.com".to_owned(), ..form.clone() };
    let person = fixture.portal.test_expression(&admin(), person).await.unwrap();
    assert_eq!(person.samples[0], ("displayName".to_owned(), "Ada".to_owned()));
    assert_eq!(person.result.values, ["Ada"]);
    let nobody = ExpressionTestForm { user: "nobody@example.com".to_owned(), ..form.clone() };
    let problem = refused(fixture.portal.test_expression(&admin(), nobody).await, ProblemKind::NotFound);
    assert_eq!(problem.field.as_deref(), Some("user"));

    let broken = ExpressionTestForm { expression: "Join(".to_owned(), ..form };
    let broken = fixture.portal.test_expression(&admin(), broken).await.unwrap();
    assert!(broken.result.error.is_some());
    assert_eq!(broken.samples[0].1, "<Typed>", "what was typed stays");
}

#[tokio::test]
async fn functions_and_operators_are_listed_with_what_they_take() {
    let fixture = Fixture::new().await;
    let functions = fixture.portal.list_functions(&token()).unwrap();
    let join = functions.iter().find(|function| function.name == "Join").unwrap();
    assert!(join.signature.starts_with("Join("), "{}", join.signature);
    assert!(join.parameters[0].required && !join.parameters[0].repeated);
    assert!(join.parameters.last().unwrap().repeated);
    for function in &functions {
        assert!(!function.summary.is_empty() && !function.examples.is_empty(), "{}", function.name);
    }
    let operators = fixture.portal.list_filter_operators(&token()).unwrap();
    let equals = operators.iter().find(|operator| operator.name == "EQUALS").unwrap();
    assert_eq!(equals.arity, "Binary");
    assert!(operators.iter().any(|operator| operator.name == "IS NULL" && operator.arity == "Unary"));
}
