//! The registry: complete, in order, and true.
use super::*;
use serde_json::Value as Json;

/// How a call of it begins.
fn spelled(function: &Function) -> String {
    if function.is_word { function.name.to_owned() } else { format!("{}(", function.name) }
}

#[test]
fn every_example_of_every_function_gives_what_it_says() {
    for function in functions() {
        assert!(!function.examples.is_empty(), "{} has no example", function.name);
        for example in function.examples {
            assert!(example.expression.contains(&spelled(function)), "{}", example.expression);
            match (evaluate(example.expression, example.object), example.gives) {
                (Ok(Outcome::Value(value)), Gives::Value(wanted)) => {
                    assert_eq!(print(value), wanted, "{}", example.expression);
                }
                (Ok(Outcome::Value(_)), Gives::Varies(form)) => assert!(!form.is_empty()),
                (Ok(Outcome::Null | Outcome::Ignored | Outcome::ObjectIgnored), Gives::Nothing)
                | (Err(_), Gives::Error) => {}
                (found, wanted) => panic!("{}: {found:?}, not {wanted:?}", example.expression),
            }
        }
    }
}

#[test]
fn every_function_is_described_and_has_vectors() {
    for function in functions() {
        let name = function.name;
        assert!(function.sentence.ends_with('.'), "{name}");
        assert!(function.remark.is_empty() || function.remark.ends_with('.'), "{name}");
        assert!(vectors::all().any(|(text, ..)| text.contains(&spelled(function))), "{name} has no vector");
        let last = function.parameters.len().saturating_sub(1);
        let repeated = |at: usize| function.parameters[at].need == Need::Repeated;
        assert!((0..last).all(|at| !repeated(at)), "{name}: only the last parameter can be repeated");
    }
    assert!(functions().windows(2).all(|pair| pair[0].name < pair[1].name), "a name is there twice");
}

#[test]
fn the_page_about_the_language_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/expressions.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(page == documentation::render(), "docs/expressions.md is not what `cargo xtask docs` writes");
}

#[test]
fn an_expression_knows_what_it_reads() {
    let parse = |text: &str| Expression::parse(text).unwrap();
    let expression = parse(r#"Join([a], "b", Trim([c]), IIF([d] = "x", [a], "y" & [e]))"#);
    assert_eq!(expression.attributes(), ["a", "c", "d", "a", "e"]);
    assert_eq!(expression.function(), Some("Join"));
    assert!(parse("Append(Redact([a]), \"x\")").is_redacted());
    assert!(parse("SelectUniqueValue([a], [b])").selects_unique());
    assert!(parse("AppRoleAssignments([appRoleAssignments])").uses_roles());
    assert!(!expression.is_redacted() && !expression.selects_unique() && !expression.uses_roles());
}

#[test]
fn candidates_are_all_values_in_their_order() {
    let expression = Expression::parse(r#"SelectUniqueValue([a], [none], Append([a], "1"))"#).unwrap();
    let source = |name: &str| (name == "a").then(|| Value::text("kim"));
    let found = expression.candidates(&source, &Context::at(now())).unwrap();
    assert_eq!(found.unwrap(), [Value::text("kim"), Value::text("kim1")]);
    let ignoring = Expression::parse("SelectUniqueValue([a], IgnoreObjectFlow)").unwrap();
    assert_eq!(ignoring.candidates(&source, &Context::at(now())).unwrap(), None);
}

#[test]
fn a_value_that_is_taken_makes_way_for_the_next() {
    let text =
        r#"SelectUniqueValue("John.Smith@contoso.com", "J.Smith@contoso.com", "Jo.Smith@contoso.com")"#;
    let select = |taken: &[&str]| {
        let is_taken = |value: &str| taken.contains(&value);
        evaluate_with(text, "{}", &Context { is_taken: &is_taken, ..Context::at(now()) })
    };
    let gives = |value: &str| Ok(Outcome::Value(Value::text(value)));
    assert_eq!(select(&["John.Smith@contoso.com"]), gives("J.Smith@contoso.com"));
    assert_eq!(select(&["John.Smith@contoso.com", "J.Smith@contoso.com"]), gives("Jo.Smith@contoso.com"));
    let all = ["John.Smith@contoso.com", "J.Smith@contoso.com", "Jo.Smith@contoso.com"];
    assert!(select(&all).unwrap_err().to_string().contains("each of the values"));
}

#[test]
fn the_tree_is_that_of_the_api() {
    let text = r#"Replace(Mid([mail], 1, 20), "@", , , "_", , )"#;
    let tree = Expression::parse(text).unwrap().to_graph();
    assert_eq!(tree["expression"], text);
    assert_eq!((&tree["name"], &tree["type"]), (&Json::from("Replace"), &Json::from("Function")));
    let keys: Vec<_> =
        tree["parameters"].as_array().unwrap().iter().map(|part| part["key"].clone()).collect();
    assert_eq!(keys, ["source", "Find", "Replacement"]);
    let mid = &tree["parameters"][0]["value"];
    assert_eq!(mid["parameters"][1]["value"]["expression"], "\"1\"");
    assert_eq!(mid["parameters"][1]["value"]["type"], "Constant");
    assert_eq!(
        mid["parameters"][0]["value"],
        serde_json::json!({
            "expression": "[mail]", "name": "mail", "type": "Attribute", "parameters": [],
        })
    );
}

#[test]
fn our_own_spelling_means_the_same() {
    for (text, ..) in vectors::all() {
        let parsed = Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let spelt = parsed.spell();
        let again = Expression::parse(&spelt).unwrap_or_else(|error| panic!("{spelt}: {error}"));
        assert_eq!(again.spell(), spelt, "{text}");
    }
}
