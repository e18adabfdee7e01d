//! What is written, in the API's write shape, and whether it arrived.
use purser_domain::mapping::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::target_schema::TargetSchema;
use serde_json::{Map, Value, json};

/// Bodies stand in the singular of what they are.
pub(super) fn wrapped(wrapper: &str, fields: Map<String, Value>) -> Value {
    let mut body = Map::new();
    body.insert(wrapper.to_owned(), Value::Object(fields));
    Value::Object(body)
}

/// Puts one attribute into the write shape. `resolved`: the name as the catalogue has it, for roles, sites and
/// departments. `null` clears: with an empty text, as the API's document says, or with `null` where it refers to
/// something.
pub(super) fn put(
    kind: ObjectKind,
    fields: &mut Map<String, Value>,
    attribute: &str,
    value: &Value,
    resolved: Option<String>,
) {
    let (name, value) = match (kind, attribute) {
        (ObjectKind::User, "roles") => ("role", refer(resolved)),
        (ObjectKind::User, "site" | "department") => (attribute, refer(resolved)),
        (ObjectKind::User, "reports_to") => ("reports_to", refer_to_user(value)),
        (_, "custom_fields") => ("custom_fields_values", custom_fields(value)),
        (_, "members" | "id") => return,
        _ if value.is_null() => (attribute, json!("")),
        _ => (attribute, value.clone()),
    };
    fields.insert(name.to_owned(), value);
}

fn refer(name: Option<String>) -> Value {
    name.map_or(Value::Null, |name| json!({ "name": name }))
}

fn refer_to_user(value: &Value) -> Value {
    let id = match value {
        Value::Object(object) => object.get("value"),
        Value::String(_) => Some(value),
        _ => None,
    };
    match id.and_then(Value::as_str).filter(|id| !id.is_empty()) {
        // Ids are numbers in all observed answers, whatever the document's examples show.
        Some(id) => json!({ "id": id.parse::<u64>().map_or_else(|_| json!(id), |id| json!(id)) }),
        None => Value::Null,
    }
}

/// An array on the way out, an object with the singular key around it on the way in.
fn custom_fields(value: &Value) -> Value {
    let elements = match value {
        Value::Array(elements) => elements.clone(),
        _ => Vec::new(),
    };
    let elements: Vec<Value> = elements
        .into_iter()
        .map(|element| match element {
            Value::Object(mut field) => {
                let value = field.shift_remove("value").filter(|value| !value.is_null());
                field.insert("value".to_owned(), value.unwrap_or_else(|| json!("")));
                Value::Object(field)
            }
            other => other,
        })
        .collect();
    json!({ "custom_fields_value": elements })
}

/// The attributes of `wanted` that `body` does not have as they were meant.
///
/// Dates come back in another spelling than they were sent in; such a custom field counts as arrived when there is
/// anything at all.
pub(super) fn differences(
    schema: &TargetSchema,
    wanted: &Map<String, Value>,
    body: &Value,
) -> Map<String, Value> {
    let differs = |name: &str, value: &Value| {
        let Ok(path) = TargetPath::parse(name) else { return false };
        let found = path.find(body);
        match (name, value) {
            ("custom_fields", Value::Array(fields)) => {
                let there = found.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                fields.iter().any(|field| {
                    let has = there.iter().any(|other| other.get("name") == field.get("name"));
                    has == is_nothing(field.get("value"))
                })
            }
            ("roles", value) => {
                let meant = super::names::name_in(value);
                found.and_then(Value::as_str).map(str::to_lowercase) != meant.map(|name| name.to_lowercase())
            }
            (_, value) if is_nothing(Some(value)) => found.is_some_and(|found| !is_nothing(Some(found))),
            (_, value) => found.is_none_or(|found| !schema.rule(&path).agrees(value, found)),
        }
    };
    wanted
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "members" | "id"))
        .filter(|(name, value)| differs(name, value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn is_nothing(value: Option<&Value>) -> bool {
    value.is_none_or(|value| value.is_null() || value.as_str().is_some_and(str::is_empty))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(attribute: &str, value: Value, resolved: Option<&str>) -> Value {
        let mut fields = Map::new();
        put(ObjectKind::User, &mut fields, attribute, &value, resolved.map(str::to_owned));
        Value::Object(fields)
    }

    #[test]
    fn references_are_written_as_objects_and_cleared_with_null() {
        assert_eq!(
            shape("roles", json!("requester"), Some("Requester")),
            json!({"role": {"name": "Requester"}})
        );
        assert_eq!(shape("site", Value::Null, None), json!({"site": null}));
        assert_eq!(shape("reports_to", json!({"value": "9"}), None), json!({"reports_to": {"id": 9}}));
        assert_eq!(shape("reports_to", Value::Null, None), json!({"reports_to": null}));
    }

    #[test]
    fn texts_are_cleared_with_an_empty_text() {
        assert_eq!(shape("title", Value::Null, None), json!({"title": ""}));
    }

    #[test]
    fn custom_fields_have_another_shape_when_written() {
        assert_eq!(
            shape(
                "custom_fields",
                json!([{"name": "Cost centre", "value": "42"}, {"name": "Badge", "value": null}]),
                None
            ),
            json!({"custom_fields_values": {"custom_fields_value": [
                {"name": "Cost centre", "value": "42"}, {"name": "Badge", "value": ""}]}})
        );
    }

    #[test]
    fn what_was_ignored_is_found_and_respelt_dates_are_not_taken_for_it() {
        let wanted = json!({"title": "Chef", "phone": "", "disabled": true,
            "custom_fields": [{"name": "Start", "value": "2026-01-15"}, {"name": "Badge", "value": "7"}]});
        let body = json!({"title": "Cook", "disabled": true,
            "custom_fields": [{"name": "Start", "value": "Jan 15, 2026"}]});
        let ignored = differences(TargetSchema::scim_user(), wanted.as_object().unwrap(), &body);
        assert_eq!(ignored.keys().collect::<Vec<_>>(), ["title", "custom_fields"]);
    }
}
