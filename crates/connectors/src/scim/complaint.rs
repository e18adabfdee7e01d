//! What a target says about an error: in SCIM's shape, or in any of those that frameworks and gateways use instead.
use serde_json::{Map, Value};

use super::answer::{find, is_html};
use crate::http::Answer;

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
];

/// A target's own words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Complaint {
    /// SCIM's word for the reason; may be empty.
    pub(super) scim_type: String,
    /// One line without a full stop; may be empty.
    pub(super) detail: String,
    /// It stands on a web page.
    pub(super) is_page: bool,
}

impl Complaint {
    pub(super) fn read(answer: &Answer) -> Self {
        if is_html(answer) {
            return Self { detail: read_title(&answer.body), is_page: true, ..Self::default() };
        }
        let body = answer.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&answer.body);
        match serde_json::from_slice::<Value>(body) {
            Ok(json) => Self {
                scim_type: read_scim_type(&json, 0).unwrap_or_default(),
                detail: read_text(&json, 0).unwrap_or_default(),
                is_page: false,
            },
            Err(_) => Self { detail: read_plain(body), ..Self::default() },
        }
    }

    /// Whether it says that there is no PATCH, by whatever status.
    pub(super) fn is_about_missing_patch(&self) -> bool {
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

fn read_text(json: &Value, depth: u8) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    match json {
        Value::String(text) => Some(shorten(text)).filter(|text| !text.is_empty()),
        Value::Array(elements) => elements.iter().take(3).find_map(|element| read_text(element, depth + 1)),
        Value::Object(object) => PLACES
            .iter()
            .filter_map(|place| find(object, place))
            .find_map(|value| read_text(value, depth + 1))
            .or_else(|| read_fields(object, depth)),
        _ => None,
    }
}

/// `{"errors": {"userName": ["is too long"]}}`: attributes with what is wrong with them.
fn read_fields(object: &Map<String, Value>, depth: u8) -> Option<String> {
    if depth == 0 {
        return None;
    }
    let (name, value) =
        object.iter().find(|(_, value)| value.is_array() || value.is_object() || value.is_string())?;
    if ["code", "status", "type", "schemas", "instance", "traceId"].contains(&name.as_str()) {
        return None;
    }
    Some(shorten(&format!("{name}: {}", read_text(value, depth + 1)?)))
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
    use crate::exchange::Exchange;
    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;
    use std::time::Duration;

    fn read(body: &str) -> Complaint {
        let exchange = Exchange {
            method: "GET",
            path: "/".into(),
            status: Some(400),
            duration: Duration::ZERO,
            request_body: None,
            response_body: None,
        };
        let body = body.as_bytes().to_vec();
        Complaint::read(&Answer {
            status: StatusCode::BAD_REQUEST,
            headers: HeaderMap::new(),
            body,
            exchange,
        })
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
            "\u{feff}{\"msg\":\"too\\nlong\"}",
            "too long.",
            "<html><head><TITLE lang=en>too long</title>",
        ] {
            assert_eq!(read(body).detail, "too long", "{body}");
        }
        assert_eq!(
            read(r#"{"title":"Bad","errors":{"userName":["too long"]}}"#).detail,
            "userName: too long"
        );
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
