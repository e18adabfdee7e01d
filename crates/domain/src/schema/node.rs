//! The source of a row as documents spell it: a tree of nodes
//! `{expression, name, type, parameters: [{key, value: node}]}`.
//!
//! `expression` says it all as text, and is what is read; the tree is looked at only where the text is
//! missing.
use super::error::shorten;
use super::field::describe;
use super::word::{present, read_optional_text};
use crate::expression::{Expression, MAX_DEPTH};
use crate::mapping::MappingSource;
use serde_json::{Map, Value as Json, json};

const TYPES: [&str; 3] = ["Attribute", "Constant", "Function"];

/// Reads a row's source; a missing one and null are [`MappingSource::None`].
pub(super) fn read_source(json: Option<&Json>) -> Result<MappingSource, String> {
    let Some(json) = present(json) else { return Ok(MappingSource::None) };
    let Json::Object(node) = json else {
        return Err(format!("must be an object or null, but is {}.", describe(json)));
    };
    let expression = read_part(node, "expression")?;
    let name = read_part(node, "name")?;
    let trimmed = expression.as_deref().map(str::trim).unwrap_or_default();
    match read_type(node, trimmed)? {
        "Attribute" => {
            let bracketed = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            let name = bracketed.or(name.as_deref()).or(expression.as_deref());
            let name = name.ok_or("is an Attribute, but neither its expression nor its name says which.")?;
            Ok(MappingSource::Direct(name.trim().to_owned()))
        }
        "Constant" => {
            let text = expression.as_deref().map(|text| unquote(text).unwrap_or_else(|| text.to_owned()));
            let text = text.or(name).ok_or("is a Constant without an expression.")?;
            Ok(MappingSource::Constant(text))
        }
        _ if trimmed.is_empty() => Ok(MappingSource::Expression(spell_node(json, 0)?)),
        _ => Ok(MappingSource::Expression(expression.unwrap_or_default())),
    }
}

/// Writes a row's source.
pub(super) fn write_source(source: &MappingSource) -> Option<Json> {
    Some(match source {
        MappingSource::None => Json::Null,
        MappingSource::Direct(name) => write_node("Attribute", name, &format!("[{name}]"), json!([])),
        MappingSource::Constant(text) => write_node("Constant", text, &quote(text), json!([])),
        MappingSource::Expression(text) => {
            let (name, parameters) = outline(text);
            write_node("Function", &name, text, parameters)
        }
    })
}

fn write_node(kind: &str, name: &str, expression: &str, parameters: Json) -> Json {
    json!({ "expression": expression, "name": name, "type": kind, "parameters": parameters })
}

/// The outermost function of an expression and its arguments as nodes; of a text that is no expression, only
/// what looks like the function.
fn outline(text: &str) -> (String, Json) {
    let name = || text.split_once('(').map_or("", |(name, _)| name.trim()).to_owned();
    match Expression::parse(text) {
        Ok(expression) => {
            let mut tree = expression.to_graph();
            (expression.function().map_or_else(name, str::to_owned), tree["parameters"].take())
        }
        Err(_) => (name(), json!([])),
    }
}

fn read_part(node: &Map<String, Json>, key: &str) -> Result<Option<String>, String> {
    read_optional_text(node.get(key)).map_err(|message| format!("can't be read: its {key} {message}"))
}

/// The type of a node; where a document leaves it out, what its text looks like.
fn read_type(node: &Map<String, Json>, expression: &str) -> Result<&'static str, String> {
    match read_part(node, "type")? {
        Some(word) => {
            let found = TYPES.iter().find(|known| known.eq_ignore_ascii_case(word.trim()));
            found.copied().ok_or_else(|| {
                let known = TYPES.join(", ");
                format!("has the unknown type \"{}\"; it must be one of {known}.", shorten(&word))
            })
        }
        None if expression.starts_with('[') => Ok("Attribute"),
        None if expression.starts_with('"') => Ok("Constant"),
        None if expression.contains('(') => Ok("Function"),
        None => Err(format!("has no type; it must be one of {}.", TYPES.join(", "))),
    }
}

/// The text in quotes, as expressions write it.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What a text in quotes says; `None` when it is not one such text.
fn unquote(expression: &str) -> Option<String> {
    let inner = expression.trim().strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some('"' | '\\')) | ('"', Some('"')) => text.extend(characters.next()),
            ('"', _) => return None,
            _ => text.push(character),
        }
    }
    // Of a lone quote both ends were the same one; of `"\"` the last is part of the text.
    (expression.trim().len() > 1 && quote_is_closed(inner)).then_some(text)
}

fn quote_is_closed(inner: &str) -> bool {
    inner.chars().rev().take_while(|character| *character == '\\').count() % 2 == 0
}

/// The text of a node that only has its parts.
fn spell_node(json: &Json, depth: usize) -> Result<String, String> {
    const BROKEN: &str = "is a Function without an expression, and its parameters can't be read as one.";
    let node = json.as_object().filter(|_| depth <= MAX_DEPTH).ok_or(BROKEN)?;
    let expression = read_part(node, "expression")?.unwrap_or_default();
    let name = read_part(node, "name")?.unwrap_or_default();
    if !expression.trim().is_empty() {
        return Ok(expression);
    }
    match read_type(node, "")? {
        "Attribute" => Ok(format!("[{name}]")),
        "Constant" => Ok(quote(&name)),
        _ if name.is_empty() => Err(BROKEN.to_owned()),
        _ => {
            let parameters = present(node.get("parameters")).map(|json| json.as_array().ok_or(BROKEN));
            let arguments = parameters.transpose()?.map_or(&[][..], Vec::as_slice).iter().map(|parameter| {
                let value = present(parameter.get("value"));
                value.map_or_else(|| Ok(String::new()), |value| spell_node(value, depth + 1))
            });
            Ok(format!("{name}({})", arguments.collect::<Result<Vec<_>, _>>()?.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes_and_backslashes_of_a_constant_are_escaped_and_read_back() {
        assert_eq!(unquote(r#""Company name: \"Contoso\"""#).unwrap(), r#"Company name: "Contoso""#);
        assert_eq!(unquote(r#""a\\""#).unwrap(), r"a\");
        for plain in ["", "\"", "abc", r#""abc"#, r#""abc\""#, r#""a"b""#] {
            assert_eq!(unquote(plain), None, "{plain}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_source_says_it_reads_back(text in any::<String>(), name in "[a-zA-Z0-9_.]{1,9}") {
            let sources = [
                MappingSource::None,
                MappingSource::Direct(name.clone()),
                MappingSource::Constant(text.clone()),
                MappingSource::Expression(format!("{name}({text}")),
            ];
            for source in sources {
                prop_assert_eq!(read_source(write_source(&source).as_ref()), Ok(source));
            }
        }
    }
}
