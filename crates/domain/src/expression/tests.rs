//! Vectors: what each function gives for which person.
use super::*;

fn person(name: &str) -> Option<Value> {
    Some(match name {
        "userPrincipalName" => Value::text("John.Doe@contoso.com"),
        "givenName" => Value::text("John"),
        "surname" => Value::text("Doe"),
        "state" => Value::text("QLD"),
        "preferredLanguage" => Value::text("EN-US"),
        "UserID" => Value::text("jsmith"),
        "enabled" => Value::Boolean(true),
        "IsSoftDeleted" => Value::text("False"),
        "zoe" => Value::text("Zoë👩‍🚀 "),
        "empty" => Value::text(""),
        "proxyAddresses" => Value::List(vec![Value::text(" a "), Value::text(""), Value::text("b")]),
        "large" => Value::text("x".repeat(MAX_RESULT - 1)),
        _ => return None,
    })
}

fn evaluate(text: &str) -> Result<Option<Value>, EvaluationError> {
    Expression::parse(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .evaluate(&person, &Context::at(jiff::Timestamp::UNIX_EPOCH))
        .map(Outcome::into_value)
}

/// Expression and result; `None` is null.
const VECTORS: &[(&str, Option<&str>)] = &[
    (r#"Append([userPrincipalName], ".test")"#, Some("John.Doe@contoso.com.test")),
    (r#"Append([missing], ".test")"#, None),
    ("Coalesce([mail],[userPrincipalName])", Some("John.Doe@contoso.com")),
    (r#"Coalesce([mail], "")"#, Some("")),
    ("Coalesce([mail], [manager])", None),
    (r#"Join(" ", [givenName], [surname])"#, Some("John Doe")),
    (r#"Join(" ", [missing], [surname])"#, Some("Doe")),
    (r#"Join(" ", [empty], [missing])"#, Some("")),
    (r#"Join("-", [proxyAddresses], [surname])"#, Some(" a -b-Doe")),
    (r#"Left("John Doe", 3)"#, Some("Joh")),
    (r#"Left("John", 0)"#, Some("")),
    (r#"Left("John", -1)"#, Some("John")),
    (r#"Left("John", 99)"#, Some("John")),
    ("Left([missing], 3)", Some("")),
    ("Left([zoe], 3)", Some("Zoë")),
    ("Mid([userPrincipalName], 1, 8)", Some("John.Doe")),
    (r#"Append(Mid([givenName], 1, 3), Mid([surname], 1, 5))"#, Some("JohDoe")),
    ("Mid([surname], 3, 9)", Some("e")),
    ("Mid([surname], 9, 9)", Some("")),
    (r#"Mid([surname], "2", "1")"#, Some("o")),
    ("Mid([missing], 1, 1)", None),
    (r#"Not("True")"#, Some("False")),
    ("Not([IsSoftDeleted])", Some("True")),
    ("Not([enabled])", Some("False")),
    (r#"Not("true")"#, Some("True")),
    ("Not([missing])", Some("True")),
    (r#"Replace([preferredLanguage], "-", , , "_", , )"#, Some("EN_US")),
    (r#"Replace([userPrincipalName], "@contoso.com", , ,"", ,)"#, Some("John.Doe")),
    (r#"Replace([UserID],"<username>", , , , , "<username>@contoso.com")"#, Some("jsmith@contoso.com")),
    (r#"Replace([UserID], "", , , "x", , )"#, Some("jsmith")),
    (r#"Replace([missing], "a", , , "b", , )"#, None),
    (r#"Switch([IsSoftDeleted], , "False", "True", "True", "False")"#, Some("True")),
    (r#"Switch(Not([IsSoftDeleted]), , "False", "True", "True", "False")"#, Some("False")),
    (r#"Switch([enabled], , "False", "no", "True", "yes")"#, Some("yes")),
    (
        r#"Switch([state], "Australia/Sydney", "NSW", "Australia/Sydney","QLD", "Australia/Brisbane", "SA", "Australia/Adelaide")"#,
        Some("Australia/Brisbane"),
    ),
    (r#"Switch([missing], "Default Value", "true", "1", "", "0")"#, Some("0")),
    (r#"Switch([state],[state],"","Other")"#, Some("QLD")),
    (r#"Switch([missing],[missing],"","Other")"#, Some("Other")),
    (r#"Switch([state], , "qld", "x")"#, None),
    (r#"Switch([state], "x", "QLD", )"#, None),
    (r#"ToLower(Join("@", Join(".", [givenName], [surname]), "contoso.com"))"#, Some("john.doe@contoso.com")),
    (r#"ToUpper("straße")"#, Some("STRASSE")),
    ("ToUpper([missing])", None),
    (r#"Trim(" Test ")"#, Some("Test")),
    ("Trim([zoe])", Some("Zoë👩‍🚀")),
    (r#"Join("", Trim([proxyAddresses]))"#, Some("ab")),
    (r#""Company name: \"Contoso\"""#, Some("Company name: \"Contoso\"")),
    (r#""a ""quoted"" word""#, Some("a \"quoted\" word")),
    (r#""[()\\s-]+ \d""#, Some("[()\\s-]+ \\d")),
    ("[givenName]", Some("John")),
    ("[missing]", None),
    ("-10", Some("-10")),
    (" Trim (\n [ givenName ] )", Some("John")),
];

#[test]
fn every_vector_gives_its_result() {
    for (text, expected) in VECTORS {
        let value = evaluate(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(value.as_ref().map(Value::to_display).as_deref(), *expected, "{text}");
    }
}

#[test]
fn every_function_has_vectors_a_sentence_and_an_example_that_parses() {
    for function in FUNCTIONS {
        let call = format!("{}(", function.name);
        assert!(VECTORS.iter().any(|(text, _)| text.contains(&call)), "{} has no vector", function.name);
        assert!(function.sentence.ends_with('.'), "{}", function.name);
        assert!(Expression::parse(function.example).is_ok(), "{}", function.example);
    }
    assert!(FUNCTIONS.is_sorted_by_key(|function| function.name));
}

#[test]
fn faults_are_told_with_their_place_and_what_to_do() {
    for (text, line, column, part) in [
        ("", 1, 1, "must stand a function"),
        ("Swich([a], , \"b\", \"c\")", 1, 1, "did you mean Switch?"),
        ("switch([a], , \"b\", \"c\")", 1, 1, "did you mean Switch?"),
        ("Frobnicate([a])", 1, 1, "no function Frobnicate."),
        ("Join(\" \",\n  Lefft([a], 1))", 2, 3, "did you mean Left?"),
        ("Join(\" \", [a]", 1, 1, "no closing bracket"),
        ("Join(\" \" [a])", 1, 10, "comma"),
        ("Join(\" \")", 1, 1, "at least one source"),
        ("Join( , [a])", 1, 1, "needs its separator"),
        ("Left([a])", 1, 1, "needs its number of characters"),
        ("Left([a], 1, 2)", 1, 1, "at most 2 arguments"),
        ("Switch([a], \"x\", \"b\")", 1, 1, "in pairs"),
        ("Switch([a], \"x\")", 1, 1, "at least one key and value"),
        ("Replace([a], \"b\", \"c\", , \"d\", , )", 1, 1, "can't take a regular expression yet"),
        ("Trim", 1, 1, "must follow in brackets"),
        ("[a] [b]", 1, 5, "remove the rest"),
        ("[a", 1, 1, "closing bracket"),
        ("[ ]", 1, 1, "no attribute name"),
        ("\"a", 1, 1, "closing quote"),
        ("Trim(\u{201c}a\u{201d})", 1, 6, "straight double quotes"),
        ("Left([a], 1.5)", 1, 11, "no whole number"),
        ("Left([a], 99999999999999999999)", 1, 11, "no whole number"),
        ("Trim([a]) = 1", 1, 11, "no meaning"),
    ] {
        let error = Expression::parse(text).unwrap_err();
        assert!(error.message.contains(part), "{text}: {error}");
        assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
    }
}

#[test]
fn an_argument_that_does_not_fit_is_named() {
    let error = evaluate(r#"Left([givenName], [surname])"#).unwrap_err().to_string();
    assert_eq!(error, "Left can't use its number of characters: \"Doe\" is no whole number");
    assert!(evaluate("Mid([givenName], 0, 1)").is_err());
    assert!(evaluate("Mid([givenName], -9223372036854775808, 1)").is_err());
    assert!(evaluate("Mid([givenName], 1, -1)").is_err());
}

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
    assert_eq!(evaluate(&nested(MAX_DEPTH)), Ok(Some(Value::text("Doe"))));
    let error = Expression::parse(&nested(MAX_DEPTH + 1)).unwrap_err();
    assert!(error.message.contains("64 deep"), "{error}");
}

#[test]
fn results_are_bounded() {
    assert!(evaluate(r#"Append([large], "x")"#).is_ok());
    let too_large = |function| Err(EvaluationError::TooLarge { function });
    assert_eq!(evaluate(r#"Append([large], "xx")"#), too_large("Append"));
    assert_eq!(evaluate(r#"Join("", [large], "xx")"#), too_large("Join"));
    assert_eq!(evaluate(r#"Replace([large], "x", , , "yy", , )"#), too_large("Replace"));
}

#[test]
fn an_expression_knows_the_attributes_that_it_reads() {
    let expression = Expression::parse(r#"Join([a], "b", Trim([c]), [a])"#).unwrap();
    assert_eq!(expression.attributes(), ["a", "c", "a"]);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_parser_or_the_evaluator_panic(
        text in "(Join|Left|Mid|Switch|Trim|Replace|\\(|\\)|,|\"| |\\[a\\]|\\[givenName\\]|-?[0-9]{1,3}|\\\\|.){0,24}",
    ) {
        if let Ok(expression) = Expression::parse(&text) {
            let _ = expression.evaluate(&person, &Context::at(jiff::Timestamp::UNIX_EPOCH));
        }
    }
}
