//! Custom fields, which are written in one shape and read in another.
//!
//! Written: `{"custom_fields_value": [{"name": …, "value": …} or {"name": …, "user_value": {"email": …}}]}`.
//! Read: `[{"id": …, "custom_field_id": …, "name": …, "value": …, "type_name": …}]`.
use hyper::StatusCode;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::answers::Refusal;
use super::options::{Misshapen, SamanageOptions};
use super::store::{CustomValues, Field, Store};
use super::words::FieldType;

/// What was written, as it is read. Fields that never had a value are not there; cleared ones are, with an empty one.
pub(super) fn write(store: &Store, values: &CustomValues) -> Value {
    let write = |(field, (id, value)): (&u64, &(u64, String))| {
        let Field { name, kind } = store.fields.get(field)?;
        let kind = kind.name();
        Some(json!({"id": id, "custom_field_id": field, "name": name, "value": value, "type_name": kind}))
    };
    values.iter().filter_map(write).collect()
}

/// Takes over what a request has in `custom_fields_values`. Fields that don't exist and values that don't fit their
/// field are ignored, as the service does: only reading back tells.
pub(super) fn apply(
    store: &mut Store,
    values: &mut CustomValues,
    sent: &Map<String, Value>,
    options: &SamanageOptions,
) -> Result<(), Refusal> {
    let Some(sent) = sent.get("custom_fields_values") else { return Ok(()) };
    let Some(Value::Array(items)) = sent.get("custom_fields_value") else {
        return match options.misshapen {
            Misshapen::Ignored => Ok(()),
            Misshapen::ServerError => {
                Err(Refusal::Status(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong."))
            }
        };
    };
    for item in items {
        let name = item["name"].as_str().unwrap_or_default();
        let Some((field, kind)) = find(store, name) else { continue };
        let Some(value) = read(store, kind, item) else { continue };
        let id = values.get(&field).map(|(id, _)| *id);
        let id = id.unwrap_or_else(|| store.next_id());
        values.insert(field, (id, value));
    }
    Ok(())
}

fn find(store: &Store, name: &str) -> Option<(u64, FieldType)> {
    store.fields.iter().find(|(_, field)| field.name == name).map(|(id, field)| (*id, field.kind))
}

/// The value as it is kept; `None` if it does not fit.
fn read(store: &Store, kind: FieldType, item: &Value) -> Option<String> {
    let text = match &item["value"] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    match (kind, text) {
        (_, Some(text)) if text.is_empty() => Some(text),
        (FieldType::User, _) => {
            let user = store.find_by_email(item["user_value"]["email"].as_str()?)?;
            store.users.get(&user).map(|user| user.email.clone())
        }
        (FieldType::Text, text) => text,
        (FieldType::Number, text) => text.filter(|text| text.parse::<f64>().is_ok()),
        (FieldType::Checkbox, text) => match text?.as_str() {
            "true" | "1" => Some("true".to_owned()),
            "false" | "0" => Some("false".to_owned()),
            _ => None,
        },
        (FieldType::Date, text) => {
            let text = text?;
            let date = text.parse::<Date>().or_else(|_| Date::strptime(DATE, &text)).ok()?;
            Some(date.strftime(DATE).to_string())
        }
    }
}

/// How dates come back, whatever they were sent as: `Jan 15, 2026`.
const DATE: &str = "%b %d, %Y";
