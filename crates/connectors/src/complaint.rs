//! What a target says about an error: in SCIM's shape, or in any of those that frameworks and gateways use instead.
use serde_json::{Map, Value};

use crate::http::Answer;
use crate::json::find;

/// Longest text taken over, in characters.
const MAX_TEXT: usize = 300;
/// How much of a body without structure is looked at, in bytes.
const MAX_PLAIN: usize = 4096;
/// How deep a text is looked for.
const MAX_DEPTH: u8 = 4;

/// Where a reason stands, the best place first.
const PLACES: &[&str] = &[
    "detail",
    "Errors",
    "message",
    "error",
    "odata.error",
    "error_description",
    "description",
    "detailMessage",
    "errorMessage",
    "msg",
    "reason",
    "title",
    "value",
    "messages",
    "base",
];

/// Where the attribute stands that a reason is about.
const NAMES: &[&str] =
    &["attribute", "attributeName", "field", "fieldName", "property", "param", "pointer", "path", "source"];
/// What stands beside reasons and is no attribute.
const OTHERS: &[&str] = &["code", "status", "type", "schemas", "instance", "traceId"];

/// A target's own words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Complaint {
    /// SCIM's word for the reason; may be empty.
    pub(crate) scim_type: String,
    /// One line without a full stop; may be empty.
    pub(crate) detail: String,
    /// The attribute that a member of the answer names, as far as there is one.
    pub(crate) named: Option<String>,
    /// It stands on a web page.
    pub(crate) is_page: bool,
}

impl Complaint {
    pub(crate) fn read(answer: &Answer) -> Self {
        if answer.is_page() {
            return Self { detail: read_title(&answer.body), is_page: true, ..Self::default() };
        }
        read_body(&answer.body)
    }

    /// Whether it says that there is no PATCH, by whatever status.
    pub(crate) fn is_about_missing_patch(&self) -> bool {
        let detail = self.detail.to_lowercase();
        let missing = ["not supported", "unsupported", "not implemented", "not allowed", "does not support"];
        let says = |words: &[&str]| words.iter().any(|word| detail.contains(word));
        says(&missing)
            && says(&[
                "patch method",
                "http patch",
                "method patch",
                "patch is",
                "patch request",
                "does not support patch",
                "method not",
            ])
    }
}

/// What a body says that is no web page.
pub(crate) fn read_body(body: &[u8]) -> Complaint {
    match serde_json::from_slice::<Value>(body) {
        Ok(json) => Complaint {
            scim_type: read_scim_type(&json, 0).unwrap_or_default(),
            detail: read_text(&json, 0).unwrap_or_default(),
            named: read_name(&json, 0),
            is_page: false,
        },
        Err(_) => Complaint { detail: read_plain(body), ..Complaint::default() },
    }
}

fn read_text(json: &Value, depth: u8) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    match json {
        Value::String(text) => Some(shorten(text)).filter(|text| !text.is_empty()),
        Value::Array(elements) => {
            join(elements.iter().take(3).filter_map(|element| read_text(element, depth + 1)))
        }
        Value::Object(object) => {
            let text = PLACES
                .iter()
                .filter_map(|place| Some((*place, find(object, place)?)))
                // A list stands behind an attribute of that name.
                .filter(|(place, value)| {
                    !(value.is_array() && matches!(*place, "title" | "value" | "description"))
                })
                .find_map(|(_, value)| read_text(value, depth + 1));
            match (text, name_in(object)) {
                (Some(text), Some(name)) if !text.contains(&name) => {
                    Some(shorten(&format!("{name}: {text}")))
                }
                (text, _) => text.or_else(|| read_fields(object, depth)),
            }
        }
        _ => None,
    }
}

/// `{"errors": {"userName": ["is too long"]}}`: attributes with what is wrong with them. At the top, where anything may
/// stand, only those with a list.
fn read_fields(object: &Map<String, Value>, depth: u8) -> Option<String> {
    let fields = object.iter().filter(|(name, value)| {
        let says = value.is_array() || (depth > 0 && (value.is_object() || value.is_string()));
        says && !OTHERS.contains(&name.as_str())
    });
    let said =
        fields.take(3).filter_map(|(name, value)| Some(format!("{name}: {}", read_text(value, depth + 1)?)));
    join(said)
}

fn join(texts: impl Iterator<Item = String>) -> Option<String> {
    let texts: Vec<String> = texts.collect();
    (!texts.is_empty()).then(|| shorten(&texts.join(", ")))
}

/// The attribute that the first reason names in a member of its own.
fn read_name(json: &Value, depth: u8) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    match json {
        Value::Array(elements) => elements.iter().take(3).find_map(|element| read_name(element, depth + 1)),
        Value::Object(object) => name_in(object).or_else(|| {
            ["error", "errors", "detail"].iter().find_map(|place| read_name(find(object, place)?, depth + 1))
        }),
        _ => None,
    }
}

fn name_in(object: &Map<String, Value>) -> Option<String> {
    NAMES.iter().find_map(|name| match find(object, name)? {
        // Of the request, or of the program.
        Value::String(text) if *name == "source" || (*name == "path" && text.starts_with('/')) => None,
        Value::String(text) => Some(text.trim_matches('/').replace('/', ".")).filter(|text| is_path(text)),
        Value::Object(inner) => name_in(inner),
        _ => None,
    })
}

fn is_path(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '_' | '-' | '[' | ']' | '"' | ' '))
}

fn read_scim_type(json: &Value, depth: u8) -> Option<String> {
    if depth > 2 {
        return None;
    }
    match json {
        Value::Array(elements) => {
            elements.iter().take(3).find_map(|element| read_scim_type(element, depth + 1))
        }
        Value::Object(object) => {
            let own = find(object, "scimType").and_then(Value::as_str).map(shorten);
            let inner = |name| find(object, name).and_then(|inner| read_scim_type(inner, depth + 1));
            own.filter(|text| !text.is_empty()).or_else(|| inner("error")).or_else(|| inner("errors"))
        }
        _ => None,
    }
}

fn read_plain(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(MAX_PLAIN)]);
    if text.chars().take(MAX_TEXT).any(|c| c == '\u{fffd}' || (c.is_control() && !c.is_whitespace())) {
        return String::new();
    }
    shorten(&text)
}

fn read_title(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(MAX_PLAIN)]);
    let lower = text.to_ascii_lowercase();
    let title = lower
        .find("<title")
        .and_then(|at| lower[at..].find('>').map(|end| at + end + 1))
        .and_then(|start| lower[start..].find('<').map(|end| &text[start..start + end]));
    title.map(shorten).unwrap_or_default()
}

/// One line, at most 300 characters, without the full stop that the sentence around it brings.
fn shorten(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_TEXT).collect();
    line.trim().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Complaint {
        read_body(body.as_bytes())
    }

    #[test]
    fn reasons_are_found_in_the_shapes_that_servers_use() {
        for body in [
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"too long.","status":"400"}"#,
            r#"{"Errors":[{"description":"too long","code":400}]}"#,
            r#"{"error":{"code":"x","message":{"lang":"en","value":"too long"}}}"#,
            r#"{"odata.error":{"code":"x","message":{"value":"too long"}}}"#,
            r#"{"errors":["too long"]}"#,
            r#"[{"message":"too long"}]"#,
            r#"{"type":"about:blank","title":"Bad Request","detail":"too long"}"#,
            r#"{"status":400,"error":{"errors":[{"message":"too long"}]}}"#,
            "\"too long\"",
            "{\"msg\":\"too\\nlong\"}",
            "too long.",
        ] {
            assert_eq!(read(body).detail, "too long", "{body}");
        }
        assert_eq!(
            read(r#"{"title":"Bad","errors":{"userName":["too long"]}}"#).detail,
            "userName: too long"
        );
    }

    #[test]
    fn a_page_says_what_its_title_says() {
        assert_eq!(read_title(b"<html><head><TITLE lang=en>too long</title>"), "too long");
    }

    #[test]
    fn each_attribute_stands_before_what_is_wrong_with_it() {
        for (body, expected) in [
            (r#"{"errors":{"title":["odd"]}}"#, "title: odd"),
            (
                r#"{"errors":{"userName":["too long"],"title":["odd","old"]}}"#,
                "userName: too long, title: odd, old",
            ),
            (r#"{"email":["has already been taken"]}"#, "email: has already been taken"),
            (r#"{"errors":[{"field":"title","message":"odd"},{"message":"x"}]}"#, "title: odd, x"),
            (r#"{"messages":{"message":"no"}}"#, "no"),
            (r#"{"error":"Email can't be blank"}"#, "Email can't be blank"),
        ] {
            assert_eq!(read(body).detail, expected, "{body}");
        }
    }

    #[test]
    fn scims_own_word_is_found_and_nonsense_says_nothing() {
        assert_eq!(read(r#"{"error":{"scimType":"uniqueness"}}"#).scim_type, "uniqueness");
        for body in [
            "",
            "{}",
            "[]",
            "null",
            "7",
            "\u{0}\u{1}",
            "{\"detail\":{\"detail\":{\"detail\":{\"detail\":{\"detail\":{\"detail\":\"x\"}}}}}}",
        ] {
            assert_eq!(read(body), Complaint::default(), "{body:?}");
        }
        assert!(read(&"[".repeat(100_000)).detail.len() <= MAX_TEXT);
    }

    #[test]
    fn a_missing_patch_is_told_from_a_patch_that_is_refused() {
        for body in ["PATCH is not supported", "HTTP PATCH not implemented here", "Unsupported: method PATCH"]
        {
            assert!(read(body).is_about_missing_patch(), "{body}");
        }
        for body in ["The patch operation 'add' is not supported for groups", "title not supported"] {
            assert!(!read(body).is_about_missing_patch(), "{body}");
        }
    }
}
