//! Every bound is reached, and no text makes the parser or the evaluator panic.
use super::*;

#[test]
fn the_text_is_bounded() {
    let longest = format!("\"{}\"", "é".repeat(MAX_LENGTH - 2));
    assert!(Expression::parse(&longest).is_ok());
    let error = Expression::parse(&format!("{longest} ")).unwrap_err();
    assert!(error.message.contains("10000"), "{error}");
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}[surname]{}", "Trim(".repeat(depth), ")".repeat(depth));
    let doe = evaluate(&nested(MAX_DEPTH), r#"{"surname": "Doe"}"#);
    assert_eq!(doe, Ok(Outcome::Value(Value::text("Doe"))));
    let error = Expression::parse(&nested(MAX_DEPTH + 1)).unwrap_err();
    assert!(error.message.contains("64 deep"), "{error}");
    let error = Expression::parse(&nested(1_600)).unwrap_err();
    assert!(error.message.contains("64 deep"), "{error}");
}

fn with_large(text: &str) -> Result<Outcome, EvaluationError> {
    let source = |name: &str| (name == "large").then(|| Value::text("x".repeat(MAX_RESULT - 1)));
    Expression::parse(text).unwrap().evaluate(&source, &Context::at(now()))
}

#[test]
fn results_are_bounded() {
    assert!(with_large(r#"Append([large], "x")"#).is_ok());
    for text in [
        r#"Append([large], "xx")"#,
        r#"Join("", [large], "xx")"#,
        r#"Replace([large], "x", , , "yy", , )"#,
        r#"ConvertToBase64([large])"#,
        r#"IIF("a" & [large] & "bc" = "x", 1, 2)"#,
    ] {
        let error = with_large(text).unwrap_err().to_string();
        assert!(error.contains("more than 65536 bytes") || error.contains("65"), "{text}: {error}");
    }
}

#[test]
fn work_is_bounded() {
    let copies = |count: usize| format!("IsNull(Join(\"\"{}))", ", Left(Trim([large]), 1)".repeat(count));
    assert!(with_large(&copies(8)).is_ok());
    let error = with_large(&copies(400)).unwrap_err();
    assert_eq!(error.fault, Fault::TooManySteps);
}

#[test]
fn what_is_not_chosen_is_not_evaluated() {
    for text in [
        r#"IIF("a" = "a", "x", Error("no"))"#,
        r#"Switch("a", Error("no"), "b", Error("no"), "a", "x")"#,
        r#"Coalesce("x", Error("no"))"#,
    ] {
        assert_eq!(evaluate(text, "{}"), Ok(Outcome::Value(Value::text("x"))), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_parser_or_the_evaluator_panic(
        text in "(Join|Left|Mid|Switch|IIF|Word|Item|Split|Replace|DateAdd|Trim|InStr|\\(|\\)|,|\"| |=|<>|&|&H1|\\[a\\]|\\[list\\]|-?[0-9]{1,3}|\\\\|.){0,24}",
    ) {
        if let Ok(expression) = Expression::parse(&text) {
            let source = |name: &str| match name {
                "a" => Some(Value::text("Zoë 👩‍🚀")),
                "list" => Some(Value::List(vec![Value::text("x"), Value::Integer(2)])),
                _ => None,
            };
            let _ = expression.evaluate(&source, &Context::at(now()));
            let _ = expression.to_graph();
        }
    }
}
