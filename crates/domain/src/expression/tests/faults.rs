//! Texts that are no expressions: what is said, and where.
use super::*;

#[test]
fn faults_are_told_with_their_place_and_what_to_do() {
    for (text, line, column, part) in [
        ("", 1, 1, "must stand a function"),
        ("Swich([a], , \"b\", \"c\")", 1, 1, "`Swich` is not a function; did you mean `Switch`?"),
        ("switch([a], , \"b\", \"c\")", 1, 1, "did you mean `Switch`?"),
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
        ("InStr([a], [b], 1, \"vbTextCompare\")", 1, 20, "one of the words"),
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
    for text in ["Trim([a], )", "Left([a], 1, , )", "Replace([a], \"b\", , , \"c\", , )"] {
        assert!(Expression::parse(text).is_ok(), "{text}");
    }
}
