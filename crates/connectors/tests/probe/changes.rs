//! Operations of PATCH, as the fake server carries them out.
use axum::response::Response;
use serde_json::{Value, json};

use crate::fake::{Oddities, refuse};

/// Carries out one operation of a PATCH, or refuses it.
pub(crate) fn patch(object: &mut Value, odd: &Oddities, users: bool, operation: &Value) -> Option<Response> {
    let op = operation["op"].as_str().unwrap_or_default();
    if odd.capitals && !op.starts_with(char::is_uppercase) {
        return None;
    }
    let op = op.to_lowercase();
    let value = operation.get("value").cloned();
    let Some(path) = operation.get("path").and_then(Value::as_str) else {
        for (name, value) in value.as_ref().and_then(Value::as_object).into_iter().flatten() {
            put(object, name, Some(value.clone()));
        }
        return None;
    };
    if path.starts_with("members") {
        return patch_members(object, odd, &op, path, value.unwrap_or_default());
    }
    if users && odd.pathless && op == "replace" {
        return None;
    }
    if odd.text_booleans && value.as_ref().is_some_and(Value::is_boolean) {
        return Some(refuse(400, "active must be a text"));
    }
    let allowed = if odd.clear.is_empty() { "remove" } else { odd.clear };
    let form = match (op.as_str(), &value) {
        ("remove", _) => "remove",
        (_, Some(Value::Null)) => "null",
        (_, Some(Value::String(text))) if text.is_empty() => "emptyText",
        _ => {
            put(object, path, value);
            return None;
        }
    };
    if form != allowed {
        return Some(refuse(400, "a value can't be taken away like that"));
    }
    put(object, path, None);
    None
}

fn put(object: &mut Value, path: &str, value: Option<Value>) {
    let (place, name) = match path.rsplit_once(':') {
        Some((extension, name)) => {
            if object.get(extension).is_none() {
                object[extension] = json!({});
            }
            (&mut object[extension], name)
        }
        None => (object, path),
    };
    if let Some(place) = place.as_object_mut() {
        match value {
            Some(value) => place.insert(name.to_owned(), value),
            None => place.remove(name),
        };
    }
}

fn patch_members(object: &mut Value, odd: &Oddities, op: &str, path: &str, value: Value) -> Option<Response> {
    let mut members: Vec<Value> = object["members"].as_array().cloned().unwrap_or_default();
    let form = match (op, path.contains('[')) {
        ("add", _) => {
            members.extend(value.as_array().cloned().unwrap_or_default());
            object["members"] = json!(members);
            return None;
        }
        ("remove", true) => "filteredPath",
        ("remove", false) => "valueArray",
        _ => "replace",
    };
    if !odd.member_removal.is_empty() && odd.member_removal != form {
        return Some(refuse(400, "members don't go like that"));
    }
    match form {
        "filteredPath" => members.retain(|member| !path.contains(&member["value"].to_string())),
        "valueArray" => {
            let gone: Vec<Value> = value.as_array().cloned().unwrap_or_default();
            members.retain(|member| !gone.iter().any(|one| one["value"] == member["value"]));
        }
        _ => members = value.as_array().cloned().unwrap_or_default(),
    }
    object["members"] = json!(members);
    None
}
