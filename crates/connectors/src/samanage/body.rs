//! What is written, in the API's write shape, and whether it arrived.
use purser_domain::object::ObjectKind;
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
                // A field of the type user is written with an object of its own.
                match field.shift_remove("user_value").filter(|user| !is_nothing(Some(user))) {
                    Some(Value::String(email)) => {
                        field.insert("user_value".to_owned(), json!({ "email": email }));
                    }
                    Some(user) => {
                        field.insert("user_value".to_owned(), user);
                    }
                    None => {
                        field.insert("value".to_owned(), value.unwrap_or_else(|| json!("")));
                    }
                }
                Value::Object(field)
            }
            other => other,
        })
        .collect();
    json!({ "custom_fields_value": elements })
}

/// The attributes of `wanted` that `body` does not have as they were meant.
///
/// Custom fields come back in other spellings than they were sent in: dates, numbers, yes and no.
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
                    let other = there.iter().find(|other| other.get("name") == field.get("name"));
                    let meant = field.get("user_value").or_else(|| field.get("value"));
                    match other.and_then(|other| other.get("value")) {
                        Some(_) if is_nothing(meant) => true,
                        Some(found) => !agrees(meant, found),
                        None => !is_nothing(meant),
                    }
                })
            }
            ("roles" | "site" | "department", value) if !is_nothing(Some(value)) => {
                let meant = name_in(value);
                found.and_then(Value::as_str).map(|name| name.trim().to_lowercase())
                    != meant.map(|name| name.to_lowercase())
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

/// Whether a custom field's value is the one that was meant, as far as that can be told.
fn agrees(meant: Option<&Value>, found: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.trim().to_lowercase()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    let (Some(meant), Some(found)) = (meant.and_then(text), text(found)) else { return true };
    let number = |text: &str| text.parse::<f64>().ok();
    let said = |text: &str| matches!(text, "true" | "false" | "yes" | "no" | "1" | "0");
    let date = |text: &str| text.get(..10).is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok());
    meant == found
        || (number(&meant).is_some() && number(&meant) == number(&found))
        || (said(&meant) && said(&found))
        || date(&meant)
}

fn is_nothing(value: Option<&Value>) -> bool {
    value.is_none_or(|value| value.is_null() || value.as_str().is_some_and(str::is_empty))
}

/// The name that a value means. A role may be written as the seed's *Connector limitations* want it:
/// `{"displayName":"role"}`, as an object or as its text.
pub(super) fn name_in(value: &Value) -> Option<String> {
    let of_object = |object: &Map<String, Value>| {
        ["displayName", "name", "value", "display"]
            .iter()
            .find_map(|key| object.get(*key)?.as_str().map(str::trim).filter(|name| !name.is_empty()))
            .map(str::to_owned)
    };
    match value {
        Value::Object(object) => of_object(object),
        Value::Array(elements) => elements.iter().find_map(name_in),
        Value::String(text) if text.trim_start().starts_with('{') => {
            of_object(serde_json::from_str::<Value>(text).ok()?.as_object()?)
        }
        Value::String(text) => Some(text.trim().to_owned()).filter(|name| !name.is_empty()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_may_be_a_name_or_what_the_seed_says() {
        for value in [
            json!("Administrator"),
            json!(" Administrator "),
            json!({"displayName": "Administrator"}),
            json!("{\"displayName\":\"Administrator\"}"),
            json!([{"primary": true, "value": "Administrator"}]),
        ] {
            assert_eq!(name_in(&value).as_deref(), Some("Administrator"), "{value}");
        }
        for nothing in [json!(""), json!(null), json!("{"), json!({}), json!(7), json!([])] {
            assert_eq!(name_in(&nothing), None, "{nothing}");
        }
    }

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
    fn custom_fields_of_the_type_user_are_written_with_an_address() {
        assert_eq!(
            shape("custom_fields", json!([{"name": "Owner", "user_value": "ann@x.org"}]), None),
            json!({"custom_fields_values": {"custom_fields_value": [
                {"name": "Owner", "user_value": {"email": "ann@x.org"}}]}})
        );
        assert_eq!(
            shape("custom_fields", json!([{"name": "Owner", "user_value": null}]), None),
            json!({"custom_fields_values": {"custom_fields_value": [{"name": "Owner", "value": ""}]}})
        );
    }

    #[test]
    fn a_custom_field_that_kept_its_old_value_was_ignored() {
        for (meant, found, ignored) in [
            (json!("43"), json!("42"), true),
            (json!("42"), json!("42.0"), false),
            (json!(true), json!("Yes"), false),
            (json!("2026-01-15"), json!("15/01/26"), false),
            (json!("Red"), json!("red"), false),
            (json!(null), json!("red"), true),
        ] {
            let wanted = json!({"custom_fields": [{"name": "A", "value": meant}]});
            let body = json!({"custom_fields": [{"name": "A", "value": found}]});
            let told = differences(TargetSchema::scim_user(), wanted.as_object().unwrap(), &body);
            assert_eq!(!told.is_empty(), ignored, "{wanted} {body}");
        }
    }

    #[test]
    fn a_site_may_be_given_as_a_role_may() {
        let wanted = json!({"site": {"displayName": "Paris"}, "department": " Sales "});
        let body = json!({"site": "paris", "department": "Sales"});
        assert!(differences(TargetSchema::scim_user(), wanted.as_object().unwrap(), &body).is_empty());
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
