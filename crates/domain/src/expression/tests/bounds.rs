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

#[test]
fn the_deepest_nesting_fits_a_small_stack() {
    let nested = |depth: usize| format!("{}[large]{}", "Trim(".repeat(depth), ")".repeat(depth));
    let work = move || {
        let source = |name: &str| (name == "large").then(|| Value::text("x"));
        let expression = Expression::parse(&nested(MAX_DEPTH)).unwrap();
        assert!(expression.evaluate(&source, &Context::at(now())).is_ok());
        assert!(expression.attributes() == ["large"] && expression.clone().spell().len() > MAX_DEPTH);
        let _ = expression.to_graph();
        assert!(Expression::parse(&nested(MAX_DEPTH + 1)).is_err());
        let conditions =
            format!("{}1{}", "IIF([large] = \"x\" & ".repeat(MAX_DEPTH), ", 1, 2)".repeat(MAX_DEPTH));
        let parsed = Expression::parse(&conditions).unwrap();
        parsed.evaluate(&source, &Context::at(now())).unwrap();
    };
    // Half of the browser's stack, in a build that is not optimised.
    std::thread::Builder::new().stack_size(512 * 1024).spawn(work).unwrap().join().unwrap();
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
fn results_of_many_values_are_bounded_together() {
    let items = vec![Value::text("x"); 100_000];
    let source = |name: &str| match name {
        "many" => Some(Value::List(items.clone())),
        "large" => Some(Value::text("x".repeat(MAX_RESULT - 1))),
        _ => None,
    };
    // A list of these would be 6 GB, so it must be refused before it is made.
    let error =
        Expression::parse("Count(Append([many], [large]))").unwrap().evaluate(&source, &Context::at(now()));
    assert_eq!(error.unwrap_err().fault, Fault::TooLarge { function: "Append" });
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

    #[test]
    fn odd_arguments_never_panic_and_always_give_the_same(
        function in 0..functions().len(),
        arguments in proptest::collection::vec(
            proptest::sample::select(vec![
                "[a]", "[list]", "[number]", "[missing]", "\"\"", "\"d\"", "-1", "9223372036854775807",
                "[a] = \"x\"", "", "&HF", "[object]", "[many]", "vbTextCompare", "UTF8",
            ]),
            0..8,
        ),
    ) {
        let source = |name: &str| match name {
            "a" => Some(Value::text("İ 👩‍🚀,a=b\\")),
            "number" => Some(Value::Integer(i64::MIN)),
            "list" => Some(Value::List(vec![Value::Boolean(true)])),
            "many" => Some(Value::List(vec![Value::Boolean(true), Value::List(vec![Value::text("b")])])),
            "object" => Value::from_json(&serde_json::json!({"id": 5, "value": "x"})),
            _ => None,
        };
        let text = format!("{}({})", functions()[function].name, arguments.join(", "));
        if let Ok(expression) = Expression::parse(&text) {
            let first = expression.evaluate(&source, &Context::at(now()));
            proptest::prop_assert_eq!(first, expression.evaluate(&source, &Context::at(now())));
        }
    }
}
