//! Target paths: parsing them, and reading and writing where they point.
//!
//! The first part is the path, the second a JSON document, the third the value that is written.
use super::input;
use purser_domain::path::{PathFilter, TargetPath};
use serde_json::Value as Json;

/// Parses a path, prints it, and writes through it.
pub fn check(input: &[u8]) {
    let input = String::from_utf8_lossy(input);
    let parts = input::split(&input);
    let json = |at: usize| parts.get(at).and_then(|text| serde_json::from_str(text).ok());
    let Ok(path) = TargetPath::parse(parts.first().copied().unwrap_or_default()) else { return };
    assert_eq!(TargetPath::parse(path.as_str()).as_ref(), Ok(&path), "its own text reads back");
    let mut body: Json = json(1).unwrap_or_else(|| serde_json::json!({}));
    let value: Json = json(2).unwrap_or_else(|| Json::from("value"));
    assert_eq!(path.read(&body).as_ref(), path.find(&body), "reading copies what is found");
    path.write(&mut body, value.clone());
    let found = path.read(&body);
    // `emails[type eq "work"].type` can be written so that it is not the work one any more.
    let is_picked_by = |filter: &PathFilter| {
        let is_it = |sub| filter.clauses().iter().any(|clause| clause.attribute().eq_ignore_ascii_case(sub));
        path.sub().is_some_and(is_it)
    };
    if path.filter().is_some_and(is_picked_by) {
        return;
    }
    assert_eq!(found, Some(value.clone()).filter(|value| !value.is_null()), "what is written can be read");
    let once = body.clone();
    path.write(&mut body, value);
    assert_eq!(body, once, "writing twice is writing once");
}
