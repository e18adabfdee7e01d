//! The filters that the fake server understands.
use serde_json::Value;

use crate::fake::Oddities;

/// Whether the object is one of those that the filter means. A filter that the server does not know means all.
pub(crate) fn matches(odd: &Oddities, filter: &str, object: &Value) -> bool {
    if let Some((group, member)) =
        filter.split_once(" and members eq ").filter(|(left, _)| left.starts_with("id eq "))
    {
        let is_group = equals(object, "id", group.trim_start_matches("id eq "));
        let members = object["members"].as_array().cloned().unwrap_or_default();
        let holds = members.iter().any(|one| one["value"] == decode(member));
        return is_group && holds && matches!(odd.members_read, "" | "byFilter");
    }
    if let Some((spelling, value)) = element(filter) {
        let known = odd.element_filter.is_empty() || odd.element_filter == spelling;
        let allowed = odd.filters.as_ref().is_none_or(|names| names.contains(&"emails"));
        let holds =
            || object["emails"].as_array().into_iter().flatten().any(|one| one["value"] == decode(&value));
        let heeded = known && allowed;
        return holds() || !heeded;
    }
    let Some((name, rest)) = filter.split_once(' ') else { return true };
    if odd.filters.as_ref().is_some_and(|names| !names.contains(&name)) {
        return true;
    }
    match rest.split_once(' ') {
        Some(("eq", value)) => equals(object, name, value),
        Some(("sw", value)) => {
            let start: String = serde_json::from_str(value).unwrap_or_default();
            object[name].as_str().is_some_and(|text| text.to_lowercase().starts_with(&start.to_lowercase()))
        }
        _ => true,
    }
}

/// The value in a filter, which is written as JSON.
fn decode(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn equals(object: &Value, name: &str, value: &str) -> bool {
    object[name].to_string().to_lowercase() == value.to_lowercase()
}

/// Spelling and value of a filter on an e-mail address.
fn element(filter: &str) -> Option<(&'static str, String)> {
    let forms = [
        ("inside", "emails[type eq \"work\" and value eq "),
        ("outside", "emails[type eq \"work\"].value eq "),
        ("plain", "emails.value eq "),
    ];
    forms
        .into_iter()
        .find_map(|(word, start)| Some((word, filter.strip_prefix(start)?.trim_end_matches(']').to_owned())))
}
