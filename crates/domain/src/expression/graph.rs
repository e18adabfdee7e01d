//! Expressions as Graph's synchronization API spells them: a tree of nodes
//! `{expression, name, type, parameters: [{key, value: node}]}`. The way back is `schema::node`.
use super::Expression;
use super::tree::{CallNode, Kind, Node};
use crate::value::Value;
use serde_json::{Value as Json, json};

impl Expression {
    /// The parsed tree as Graph answers it.
    #[must_use]
    pub fn to_graph(&self) -> Json {
        let mut node = shape(&self.root);
        // At the top it is what was entered, not our own spelling of it.
        node["expression"] = json!(self.text);
        node
    }

    /// The expression in our own spelling: what the tree says, without the entered text's white space.
    #[must_use]
    pub fn spell(&self) -> String {
        spell(&self.root)
    }
}

fn shape(node: &Node) -> Json {
    let (kind, name, parameters) = match &node.kind {
        Kind::Attribute(name) => ("Attribute", name.clone(), Vec::new()),
        Kind::Literal(value) => ("Constant", value.to_display().into_owned(), Vec::new()),
        Kind::Word(word) => ("Constant", (*word).to_owned(), Vec::new()),
        Kind::Call(call) => ("Function", call.function.name.to_owned(), shape_arguments(call)),
        Kind::Compare(comparison, sides) => {
            let sides = vec![parameter("left", &sides.0), parameter("right", &sides.1)];
            ("Function", comparison.as_str().to_owned(), sides)
        }
        Kind::Concat(parts) => {
            let parts = parts.iter().enumerate();
            let parts = parts.map(|(at, part)| parameter(&format!("source{}", at + 1), part)).collect();
            ("Function", "&".to_owned(), parts)
        }
    };
    json!({ "expression": spell_in_tree(node), "name": name, "type": kind, "parameters": parameters })
}

fn parameter(key: &str, node: &Node) -> Json {
    json!({ "key": key, "value": shape(node) })
}

fn shape_arguments(call: &CallNode) -> Vec<Json> {
    let fixed = call.function.parameters.len().saturating_sub(1);
    let repeats = call.function.parameters.last().is_some_and(|last| last.need == super::Need::Repeated);
    let arguments = call.arguments.iter().enumerate();
    let shaped = arguments.filter_map(|(at, argument)| {
        let declared = call.function.parameter(at)?;
        let key = match (call.function.name, declared.name) {
            // The two keys that are known of the original.
            ("Replace", "old value") => "Find".to_owned(),
            ("Replace", "replacement value") => "Replacement".to_owned(),
            // Keys and values come in pairs.
            ("Switch", _) if at >= fixed => {
                let name = if (at - fixed).is_multiple_of(2) { "key" } else { "value" };
                format!("{name}{}", (at - fixed) / 2 + 1)
            }
            (_, name) if repeats && at >= fixed => format!("{name}{}", at + 1 - fixed),
            (_, name) => name.to_owned(),
        };
        Some(parameter(&key, argument.as_ref()?))
    });
    shaped.collect()
}

/// As [`spell`]; but a number is a constant in quotes in the original's trees.
fn spell_in_tree(node: &Node) -> String {
    match &node.kind {
        Kind::Literal(value) => quote(&value.to_display()),
        _ => spell(node),
    }
}

fn spell(node: &Node) -> String {
    match &node.kind {
        Kind::Attribute(name) => format!("[{name}]"),
        Kind::Literal(Value::Integer(number)) => number.to_string(),
        Kind::Literal(value) => quote(&value.to_display()),
        Kind::Word(word) => (*word).to_owned(),
        Kind::Compare(comparison, sides) => {
            format!("{} {} {}", spell(&sides.0), comparison.as_str(), spell(&sides.1))
        }
        Kind::Concat(parts) => parts.iter().map(spell).collect::<Vec<_>>().join(" & "),
        Kind::Call(call) => {
            let spell = |argument: &Option<Node>| argument.as_ref().map(spell).unwrap_or_default();
            if call.function.is_word {
                return call.function.name.to_owned();
            }
            let arguments: Vec<String> = call.arguments.iter().map(spell).collect();
            format!("{}({})", call.function.name, arguments.join(", "))
        }
    }
}

/// A text as a literal.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
