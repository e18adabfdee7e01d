//! From a record of the API to the one shape that this side knows.
use purser_domain::mapping::ObjectKind;
use purser_domain::plan::TargetObject;
use serde_json::{Map, Value, json};

/// Attributes that pass as they are.
const PLAIN: [&str; 8] =
    ["email", "name", "title", "disabled", "phone", "mobile_phone", "description", "last_login"];

/// The object in a record; `None` for what is none of ours: a personal group, or a record without an id.
pub(super) fn read(kind: ObjectKind, mut record: Map<String, Value>) -> Option<TargetObject> {
    let id = id_of(&record)?;
    if kind == ObjectKind::Group && is_true(record.get("is_user")) {
        return None;
    }
    let mut body = Map::new();
    body.insert("id".to_owned(), json!(id));
    for name in PLAIN {
        if let Some(value) = record.shift_remove(name).filter(|value| !is_nothing(value)) {
            body.insert(name.to_owned(), value);
        }
    }
    match kind {
        ObjectKind::User => read_user(&record, &mut body),
        ObjectKind::Group => {
            let members = record.get("memberships").and_then(Value::as_array);
            let ids = members.into_iter().flatten().filter_map(member_of);
            let members: Vec<Value> = ids.map(|(_, user)| json!({ "value": user })).collect();
            if !members.is_empty() {
                body.insert("members".to_owned(), Value::Array(members));
            }
        }
    }
    Some(TargetObject { id, body: Value::Object(body) })
}

fn read_user(record: &Map<String, Value>, body: &mut Map<String, Value>) {
    // Documented as a flag of every user, and left out by some answers.
    body.entry("disabled").or_insert(json!(false));
    for (theirs, ours) in [("role", "roles"), ("site", "site"), ("department", "department")] {
        if let Some(name) = record.get(theirs).and_then(name_of) {
            body.insert(ours.to_owned(), json!(name));
        }
    }
    if let Some(id) = record.get("reports_to").and_then(Value::as_object).and_then(id_of) {
        body.insert("reports_to".to_owned(), json!({ "value": id }));
    }
    let fields = record.get("custom_fields_values").and_then(Value::as_array);
    let fields: Vec<Value> = fields
        .into_iter()
        .flatten()
        .filter_map(|field| {
            let value = field.get("value").filter(|value| !is_nothing(value))?;
            Some(json!({ "name": field.get("name")?, "value": value }))
        })
        .collect();
    if !fields.is_empty() {
        body.insert("custom_fields".to_owned(), Value::Array(fields));
    }
}

/// The id of a record: a number, or in the documented examples its digits.
pub(super) fn id_of(record: &Map<String, Value>) -> Option<String> {
    match record.get("id")? {
        Value::Number(id) => Some(id.to_string()),
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        _ => None,
    }
}

/// Id of a membership and of its user.
pub(super) fn member_of(membership: &Value) -> Option<(String, String)> {
    let record = membership.as_object()?;
    let user = match record.get("user_id") {
        Some(Value::Number(id)) => Some(id.to_string()),
        Some(Value::String(id)) => Some(id.clone()),
        _ => record.get("user").and_then(Value::as_object).and_then(id_of),
    };
    Some((id_of(record)?, user?))
}

/// The name of something referred to: an object with a name, or the name itself.
fn name_of(value: &Value) -> Option<&str> {
    match value {
        Value::String(name) => Some(name.as_str()),
        Value::Object(object) => object.get("name")?.as_str(),
        _ => None,
    }
    .filter(|name| !name.is_empty())
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(str::is_empty)
}

fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true") || text == "1",
        Some(Value::Number(number)) => number.as_u64() == Some(1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn a_user_reads_in_our_shape_and_keeps_no_salt() {
        let user = read(
            ObjectKind::User,
            record(json!({
                "id": 7, "name": "Ann", "email": "ann@x.org", "disabled": false, "title": "", "salt": "s",
                "role": {"id": 1, "name": "Requester"}, "site": {"id": 2, "name": "Paris"}, "department": null,
                "reports_to": {"id": 9, "group_id": 3, "is_user": true, "name": "Bo"},
                "custom_fields_values": [{"id": 1, "name": "Cost centre", "value": "42"}, {"name": "Empty", "value": ""}],
            })),
        );
        assert_eq!(
            user.unwrap().body,
            json!({
                "id": "7", "email": "ann@x.org", "name": "Ann", "disabled": false, "roles": "Requester",
                "site": "Paris", "reports_to": {"value": "9"},
                "custom_fields": [{"name": "Cost centre", "value": "42"}],
            })
        );
    }

    #[test]
    fn personal_groups_do_not_exist_for_us() {
        for flag in [json!(true), json!("true"), json!(1)] {
            assert_eq!(
                read(ObjectKind::Group, record(json!({"id": 1, "name": "Ann", "is_user": flag}))),
                None
            );
        }
        let group = read(
            ObjectKind::Group,
            record(json!({"id": "5", "name": "Desk", "is_user": false,
                "memberships": [{"id": 70, "user_id": 7}, {"id": 80, "user": {"id": 8}}, {"id": 90}]})),
        );
        assert_eq!(
            group.unwrap().body,
            json!({"id": "5", "name": "Desk", "members": [{"value": "7"}, {"value": "8"}]})
        );
    }
}
