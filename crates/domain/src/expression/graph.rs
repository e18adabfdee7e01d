//! Expressions as Graph's synchronization API spells them: a tree of nodes
//! `{expression, name, type, parameters: [{key, value: node}]}`, both ways.
use super::tree::{CallNode, Kind, Node};
use super::{Expression, MAX_DEPTH, MAX_LENGTH};
use crate::value::Value;
use serde_json::{Value as Json, json};

/// A node that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct GraphNodeError(&'static str);

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
            let arguments: Vec<String> = call.arguments.iter().map(spell).collect();
            format!("{}({})", call.function.name, arguments.join(", "))
        }
    }
}

/// A text as a literal.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Rebuilds an expression's text from a node, for documents whose nodes have no `expression`.
///
/// # Errors
/// When the node is no tree of attributes, constants and functions, or is too deep or too long.
pub fn text_from_graph(node: &Json) -> Result<String, GraphNodeError> {
    let mut text = String::new();
    rebuild(node, 0, &mut text)?;
    Ok(text)
}

fn rebuild(node: &Json, depth: usize, text: &mut String) -> Result<(), GraphNodeError> {
    if depth > MAX_DEPTH {
        return Err(GraphNodeError("the expression's tree is nested too deeply"));
    }
    let part = |key: &str| node.get(key).and_then(Json::as_str).filter(|part| !part.trim().is_empty());
    let (name, expression) = (part("name"), part("expression"));
    match part("type").ok_or(GraphNodeError("a node of the expression's tree has no type"))? {
        "Function" => {
            let name = name.ok_or(GraphNodeError("a function of the expression's tree has no name"))?;
            text.push_str(name);
            text.push('(');
            let parameters = node.get("parameters").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
            for (at, parameter) in parameters.iter().enumerate() {
                if at > 0 {
                    text.push_str(", ");
                }
                match parameter.get("value") {
                    None | Some(Json::Null) => {}
                    Some(value) => rebuild(value, depth + 1, text)?,
                }
            }
            text.push(')');
        }
        "Attribute" => match (name, expression) {
            (Some(name), _) => text.push_str(&format!("[{name}]")),
            (None, Some(expression)) => text.push_str(expression),
            (None, None) => return Err(GraphNodeError("an attribute of the expression's tree has no name")),
        },
        "Constant" => match (expression, node.get("name").and_then(Json::as_str)) {
            (Some(expression), _) if expression.starts_with('"') => text.push_str(expression),
            (Some(plain), _) | (None, Some(plain)) => text.push_str(&quote(plain)),
            (None, None) => return Err(GraphNodeError("a constant of the expression's tree has no value")),
        },
        _ => return Err(GraphNodeError("a node is neither Attribute, Constant nor Function")),
    }
    if text.len() > MAX_LENGTH * 4 {
        return Err(GraphNodeError("the expression's tree is too long"));
    }
    Ok(())
}
