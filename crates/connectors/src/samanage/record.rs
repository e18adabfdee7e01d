//! From a record of the API to the one shape that this side knows.
use purser_domain::object::ObjectKind;
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
            let name = field.get("name").filter(|name| name.is_string())?;
            Some(match field.get("type_name").and_then(Value::as_str) {
                Some("User") => json!({ "name": name, "value": value, "user_value": value }),
                Some("Date") => json!({ "name": name, "value": as_sent(value) }),
                _ => json!({ "name": name, "value": value }),
            })
        })
        .collect();
    if !fields.is_empty() {
        body.insert("custom_fields".to_owned(), Value::Array(fields));
    }
}

/// A date in the form in which it is sent: `Jan 15, 2026` is `2026-01-15`.
fn as_sent(value: &Value) -> Value {
    let date = value.as_str().and_then(|text| jiff::civil::Date::strptime("%b %d, %Y", text).ok());
    date.map_or_else(|| value.clone(), |date| json!(date.to_string()))
}

/// The id of a record: a number, or in the documented examples its digits.
pub(super) fn id_of(record: &Map<String, Value>) -> Option<String> {
    digits(record.get("id")?)
}

/// Id of a membership and of its user.
pub(super) fn member_of(membership: &Value) -> Option<(String, String)> {
    let record = membership.as_object()?;
    let user = record.get("user_id").and_then(digits);
    let user = user.or_else(|| id_of(record.get("user")?.as_object()?));
    Some((id_of(record)?, user?))
}

/// An id, which is a number. What is none can't be asked for, and is no id.
fn digits(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => number.as_u64().map(|id| id.to_string()).or_else(|| {
            // Some writers of JSON know one kind of number only.
            let id = number.as_f64().filter(|id| id.fract() == 0.0 && (0.0..9e15).contains(id))?;
            Some(format!("{id:.0}"))
        }),
        Value::String(id) if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(id.clone())
        }
        _ => None,
    }
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
    fn an_id_is_a_number_in_whatever_form_and_nothing_else() {
        for (id, expected) in [
            (json!(7), Some("7")),
            (json!(7.0), Some("7")),
            (json!("7"), Some("7")),
            (json!(18_446_744_073_709_551_615_u64), Some("18446744073709551615")),
            (json!(7.5), None),
            (json!(-7), None),
            (json!(1e300), None),
            (json!(""), None),
            (json!("../1"), None),
            (json!(null), None),
            (json!([7]), None),
        ] {
            assert_eq!(digits(&id).as_deref(), expected, "{id}");
        }
    }

    #[test]
    fn odd_records_are_read_as_far_as_they_make_sense() {
        let user = json!({"id": 7, "role": {"name": null}, "site": "Paris", "department": [], "reports_to": {"id": -1},
            "disabled": null, "custom_fields_values": [null, 7, {"name": null, "value": 1}, {"value": 2},
            {"name": "Start", "value": "Jan 15, 2026", "type_name": "Date"}]});
        assert_eq!(
            read(ObjectKind::User, record(user)).unwrap().body,
            json!({"id": "7", "disabled": false, "site": "Paris",
                "custom_fields": [{"name": "Start", "value": "2026-01-15"}]})
        );
        let group = json!({"id": 5, "memberships": [null, {}, {"id": 1}, {"user_id": 2}, {"id": 3, "user_id": null}]});
        assert_eq!(read(ObjectKind::Group, record(group)).unwrap().body, json!({"id": "5"}));
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
