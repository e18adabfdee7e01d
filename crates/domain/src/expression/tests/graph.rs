//! Graph's tree of an expression.
use super::*;
use serde_json::json;

#[test]
fn a_tree_has_graphs_shape() {
    let text = r#"Replace(Mid([upn],1,8), "a", , , "b", , )"#;
    let constant = |text: &str| json!({"expression": format!("\"{text}\""), "name": text, "type": "Constant", "parameters": []});
    let attribute = json!({"expression": "[upn]", "name": "upn", "type": "Attribute", "parameters": []});
    let expected = json!({
        "expression": text,
        "name": "Replace",
        "type": "Function",
        "parameters": [
            {"key": "source", "value": {
                "expression": "Mid([upn], 1, 8)",
                "name": "Mid",
                "type": "Function",
                "parameters": [
                    {"key": "source", "value": attribute},
                    {"key": "start", "value": constant("1")},
                    {"key": "length", "value": constant("8")},
                ],
            }},
            {"key": "Find", "value": constant("a")},
            {"key": "Replacement", "value": constant("b")},
        ],
    });
    assert_eq!(Expression::parse(text).unwrap().to_graph(), expected);
}

#[test]
fn repeated_parameters_are_numbered() {
    let keys = |text: &str| -> Vec<String> {
        let tree = Expression::parse(text).unwrap().to_graph();
        let parameters = tree["parameters"].as_array().unwrap();
        parameters.iter().map(|parameter| parameter["key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys(r#"Join("", [a], [b])"#), ["separator", "source1", "source2"]);
    assert_eq!(keys(r#"Switch([a], , "b", "c", "d", "e")"#), ["source", "key1", "value1", "key2", "value2"]);
    assert_eq!(keys(r#"Switch([a], "x", "b", "c", )"#), ["source", "default value", "key1", "value1"]);
    assert_eq!(keys("SelectUniqueValue([a], [b])"), ["rule1", "rule2"]);
}

#[test]
fn words_and_operators_are_in_the_tree() {
    let tree = Expression::parse(r#"IIF([a] & "x" = "y", InStr([a], "b", 1, vbTextCompare), 0)"#)
        .unwrap()
        .to_graph();
    let condition = &tree["parameters"][0]["value"];
    assert_eq!((&condition["name"], &condition["expression"]), (&json!("="), &json!(r#"[a] & "x" = "y""#)));
    assert_eq!(condition["parameters"][0]["value"]["name"], "&");
    let word = &tree["parameters"][1]["value"]["parameters"][3]["value"];
    assert_eq!((&word["type"], &word["name"]), (&json!("Constant"), &json!("vbTextCompare")));
}
