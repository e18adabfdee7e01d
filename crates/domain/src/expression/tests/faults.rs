//! Texts that are no expressions: what is said, and where.
use super::*;

#[test]
fn faults_are_told_with_their_place_and_what_to_do() {
    for (text, line, column, part) in [
        ("", 1, 1, "must stand a function"),
        ("Swich([a], , \"b\", \"c\")", 1, 1, "`Swich` is not a function; did you mean `Switch`?"),
        ("switch([a], , \"b\", \"c\")", 1, 1, "did you mean `Switch`?"),
        ("Jion(\" \", [a])", 1, 1, "did you mean `Join`?"),
        ("Tirm([a])", 1, 1, "did you mean `Trim`?"),
        ("Swtich([a], , \"b\", \"c\")", 1, 1, "did you mean `Switch`?"),
        ("Frobnicate([a])", 1, 1, "`Frobnicate` is not a function."),
        ("Join(\" \",\n  Lefft([a], 1))", 2, 3, "did you mean `Left`?"),
        ("Join(\" \", [a]", 1, 1, "no closing bracket"),
        ("Join(\" \" [a])", 1, 10, "comma or a closing bracket, but there is the attribute [a]"),
        ("Join(\" \")", 1, 1, "at least one source"),
        ("Join( , [a])", 1, 1, "needs its separator"),
        ("Left([a])", 1, 1, "needs its number of characters"),
        ("Left([a], 1, 2)", 1, 14, "at most 2 arguments"),
        ("Guid(1)", 1, 6, "takes no arguments"),
        ("Switch([a], \"x\", \"b\")", 1, 1, "in pairs"),
        ("Switch([a], \"x\")", 1, 1, "at least one key and value"),
        ("SelectUniqueValue([a])", 1, 1, "at least two rules"),
        ("Trim", 1, 1, "must follow in brackets"),
        ("[a] [b]", 1, 5, "remove the rest"),
        ("[a", 1, 1, "closing bracket"),
        ("[ ]", 1, 1, "no attribute name"),
        ("\"a", 1, 1, "closing quote"),
        ("Trim(\u{201c}a\u{201d})", 1, 6, "straight double quotes"),
        ("Left([a], 1.5)", 1, 11, "no whole number"),
        ("Left([a], 99999999999999999999)", 1, 11, "no whole number"),
        ("BitAnd(&HZZ, 1)", 1, 8, "no hexadecimal number"),
        ("BitAnd(&HFFFFFFFFFFFFFFFFF, 1)", 1, 8, "no hexadecimal number"),
        ("Trim([a]) = 1", 1, 11, "only in the condition of IIF or CBool"),
        ("Trim([a] = 1)", 1, 10, "only in the condition of IIF or CBool"),
        ("IIF([a] = , 1, 2)", 1, 11, "must stand a function"),
        (
            "Left([a], \"x\")",
            1,
            11,
            "Left wants a whole number as its number of characters, but there is \"x\"",
        ),
        ("Left([a], IsNull([b]))", 1, 11, "IsNull, which gives True or False"),
        ("Left([a], [b] & \"1\")", 0, 0, ""),
        ("InStr([a], [b], 1, vbSomething)", 1, 20, "possible are vbBinaryCompare, vbTextCompare"),
        (
            "InStr([a], [b], 1, \"x\")",
            1,
            20,
            "one of the words vbBinaryCompare, vbTextCompare as its compare type, but there is \"x\"",
        ),
        ("  \n ", 2, 2, "must stand a function"),
        ("Contains([a], \"b\")", 1, 1, "`Contains` is not a function."),
        ("Trim(displayName)", 1, 6, "an attribute is written [displayName], a text \"displayName\""),
        ("Trimm", 1, 1, "did you mean `Trim`?"),
        ("DefaultDomain([a])", 1, 15, "takes no arguments"),
        ("IIF([a] = 1 = 2, \"\", \"\")", 1, 13, "a comma or a closing bracket, but there is `=`"),
        ("[a] &", 1, 6, "must stand a function"),
        ("{}", 1, 1, "no meaning"),
        ("&H-5", 1, 1, "no hexadecimal number"),
        ("-&HF", 1, 1, "no whole number"),
        ("Item([a], 0)", 1, 11, "Item counts values from 1, but there is 0"),
        ("Item([a], -1)", 1, 11, "Item counts values from 1, but there is -1"),
        ("SingleAppRoleAssignment([a] & [b])", 1, 25, "texts joined by &"),
        ("Append([a],\n\t\"é😀\", [c])", 2, 8, "at most 2 arguments"),
        ("AppRoleAssignments(\"x\")", 1, 20, "[appRoleAssignments]"),
        ("UTF8", 1, 1, "`UTF8` is not a function"),
        ("Trim([a]) # x", 1, 11, "no meaning"),
        ("é€", 1, 1, "€"),
    ] {
        if part.is_empty() {
            assert!(Expression::parse(text).is_ok(), "{text}");
            continue;
        }
        let Err(error) = Expression::parse(text) else { panic!("{text} is no fault") };
        assert!(error.to_string().contains(part) || part == "€", "{text}: {error}");
        assert!(part == "€" || (error.line, error.column) == (line, column), "{text}: {error}");
    }
}

#[test]
fn a_fault_while_evaluating_names_place_function_parameter_and_value() {
    let error =
        evaluate("Join(\" \",\n  Left([givenName], [surname]))", r#"{"givenName": "Kim", "surname": "Doe"}"#);
    let said = "line 2, column 21: Left can't use its number of characters: \"Doe\" is no whole number";
    assert_eq!(error.unwrap_err().to_string(), said);
}

#[test]
fn commas_after_the_last_argument_mean_nothing() {
    for text in [
        "Trim([a], )",
        "Left([a], 1, , )",
        "Replace([a], \"b\", , , \"c\", , )",
        "Replace([a], \"b\", , , \"c\")",
        "DefaultDomain( )",
        "DefaultDomain(,)",
        "Switch([a], , \"b\", \"c\", )",
    ] {
        assert!(Expression::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn a_fault_of_a_redacted_expression_does_not_show_what_an_attribute_holds() {
    let object = r#"{"a": "x", "secret": "hunter2", "many": ["hunter2", "b"], "number": -4711}"#;
    for (text, part) in [
        ("Left(Redact([a]), [secret])", "Left can't use its number of characters: it is not a whole number"),
        ("Redact(CDate([secret]))", "CDate can't use its expression: it is not a date that fits here"),
        ("Mid(Redact([a]), [number], 1)", "not shown, because it is redacted"),
        (r#"Redact(Replace([a], , Append("(", [secret]), , "", , ))"#, "not shown, because it is redacted"),
        ("Redact(Left([many], [many]))", "there are 2 values"),
        (r#"IIF([many] = "x", Redact([a]), "")"#, "= can't use its left side: a single value is needed"),
        ("Redact(Error([secret]))", "its message is not shown"),
        (r#"Redact(Error("Call the helpdesk."))"#, "Call the helpdesk."),
        ("Redact(Mid([a], 0, 1))", "it is 0, but must be at least 1"),
    ] {
        let said = evaluate(text, object).unwrap_err().to_string();
        assert!(said.contains(part), "{text}: {said}");
        assert!(!said.contains("hunter2") && !said.contains("4711"), "{text}: {said}");
    }
}
