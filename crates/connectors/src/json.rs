//! Members of JSON objects, which servers spell in any case.
use serde_json::{Map, Value};

/// The member with this name, whatever its case.
pub(crate) fn find<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object
        .get(name)
        .or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}
