//! SCIM's filters and paths: parsing, printing, and whether a filter holds for a resource.
//!
//! The first part is the filter or path, the second the resource as JSON.
use super::input;
use purser_domain::scim::{AttributePath, Filter, MAX_LENGTH, Path, SyntaxError};
use serde_json::Value as Json;

/// Reads a text as a filter and as a path.
pub fn check(input: &[u8]) {
    let input = String::from_utf8_lossy(input);
    let parts = input::split(&input);
    let text = parts.first().copied().unwrap_or_default();
    let resource: Option<Json> = parts.get(1).and_then(|text| serde_json::from_str(text).ok());
    match Filter::parse(text) {
        Ok(filter) => check_filter(&filter, &resource.unwrap_or_else(|| serde_json::json!({}))),
        Err(error) => check_place(&error, text),
    }
    match Path::parse(text) {
        Ok(path) => {
            let printed = path.to_string();
            if fits(&printed) {
                assert_eq!(Path::parse(&printed).as_ref(), Ok(&path), "{printed} reads back");
            }
        }
        Err(error) => check_place(&error, text),
    }
}

fn check_filter(filter: &Filter, resource: &Json) {
    let printed = filter.to_string();
    if fits(&printed) {
        assert_eq!(Filter::parse(&printed).as_ref(), Ok(filter), "{printed} reads back");
    }
    for exact in [true, false] {
        let exact_case = |_: &AttributePath| exact;
        let holds = filter.matches(resource, &exact_case);
        assert_eq!(filter.matches(resource, &exact_case), holds, "the same resource, the same answer");
        let negated = filter.clone().negate();
        assert_eq!(negated.matches(resource, &exact_case), !holds, "not means not");
        let printed = negated.to_string();
        if fits(&printed) {
            assert_eq!(Filter::parse(&printed).as_ref().ok(), Some(&negated), "{printed} reads back");
        }
    }
}

/// What is printed may be longer than what was read: a control character takes one character there, and
/// six here.
fn fits(printed: &str) -> bool {
    printed.chars().count() <= MAX_LENGTH
}

fn check_place(error: &SyntaxError, text: &str) {
    let end = text.chars().count() + 1;
    assert!((1..=end).contains(&error.column), "the text ends at {end}: {error}");
    assert!(!error.message.is_empty());
}
