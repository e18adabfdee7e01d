//! PATCH (RFC 7644, section 3.5.2), as strict as the stricter servers: a path into an element that is not there is
//! refused with `noTarget`.
use std::collections::HashSet;

use serde_json::{Map, Value};

use super::path::{Path, holds, slot};

/// Why a PATCH was refused: `scimType` and detail.
pub(super) type Refused = (&'static str, String);

/// What servers do differently in lists.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Manners {
    /// What is there already is added all the same.
    pub(super) blindly: bool,
    /// The list is put in the place of the other.
    pub(super) replaces: bool,
    /// What is not there may be removed.
    pub(super) forgives: bool,
}

/// Carries out all operations, or none.
pub(super) fn apply(body: &mut Value, request: &Value, manners: Manners) -> Result<(), Refused> {
    let operations = request
        .as_object()
        .and_then(|request| super::path::get(request, "Operations"))
        .and_then(Value::as_array)
        .ok_or(("invalidSyntax", "Operations is missing".to_owned()))?;
    let mut after = body.clone();
    for operation in operations {
        let verb = operation["op"].as_str().unwrap_or_default().to_ascii_lowercase();
        let path = match operation["path"].as_str() {
            Some(text) => {
                Some(Path::parse(text).ok_or_else(|| ("invalidPath", format!("not a path: {text}")))?)
            }
            None => None,
        };
        let value = operation.get("value");
        match (verb.as_str(), path, value) {
            ("add" | "replace", None, Some(Value::Object(members))) => {
                // A member may be a path, as in the requests of Entra ID.
                for (name, value) in members {
                    let is_extension = name.starts_with("urn:") && name.ends_with(":User");
                    if let (true, Some(inner)) = (is_extension, value.as_object()) {
                        merge(object(slot(object(&mut after), name)), inner);
                        continue;
                    }
                    let path =
                        Path::parse(name).ok_or_else(|| ("invalidPath", format!("not a path: {name}")))?;
                    write(&mut after, &path, value, None)?;
                }
            }
            ("add", Some(path), Some(value)) => write(&mut after, &path, value, Some(manners))?,
            ("replace", Some(path), Some(value)) => write(&mut after, &path, value, None)?,
            ("remove", Some(path), _) => match remove(&mut after, &path) {
                Err(("noTarget", _)) if manners.forgives => {}
                other => other?,
            },
            ("remove", None, _) => return Err(("noTarget", "remove needs a path".to_owned())),
            ("add" | "replace", _, _) => return Err(("invalidValue", format!("{verb} needs a value"))),
            _ => return Err(("invalidSyntax", format!("unknown operation \"{verb}\""))),
        }
    }
    *body = after;
    Ok(())
}

fn write(body: &mut Value, path: &Path, value: &Value, manners: Option<Manners>) -> Result<(), Refused> {
    let place = match &path.schema {
        Some(schema) => object(slot(object(body), schema)),
        None => object(body),
    };
    let attribute = slot(place, &path.attribute);
    let Some(conditions) = &path.element else {
        match (&path.sub, &mut *attribute, value) {
            (Some(sub), _, _) => *slot(object(attribute), sub) = value.clone(),
            (None, Value::Array(list), Value::Array(more))
                if manners.is_some_and(|manners| !manners.replaces) =>
            {
                let blindly = manners.is_some_and(|manners| manners.blindly);
                let known: HashSet<String> = list.iter().map(key).collect();
                list.extend(more.iter().filter(|element| blindly || !known.contains(&key(element))).cloned());
            }
            (None, Value::Object(object), Value::Object(members)) => merge(object, members),
            _ => *attribute = value.clone(),
        }
        return Ok(());
    };
    let elements = attribute.as_array_mut().map_or(&mut [][..], Vec::as_mut_slice);
    let mut hit = false;
    for element in elements.iter_mut().filter(|element| holds(conditions, element)) {
        hit = true;
        match (&path.sub, value) {
            (Some(sub), value) => *slot(object(element), sub) = value.clone(),
            (None, Value::Object(members)) => merge(object(element), members),
            (None, _) => return Err(("invalidValue", "an element must be an object".to_owned())),
        }
    }
    if hit { Ok(()) } else { Err(no_target(path)) }
}

fn remove(body: &mut Value, path: &Path) -> Result<(), Refused> {
    let place = match &path.schema {
        Some(schema) => object(slot(object(body), schema)),
        None => object(body),
    };
    let Some(conditions) = &path.element else {
        match &path.sub {
            Some(sub) => drop_member(object(slot(place, &path.attribute)), sub),
            None => drop_member(place, &path.attribute),
        }
        return Ok(());
    };
    let attribute = slot(place, &path.attribute);
    let Some(elements) = attribute.as_array_mut() else { return Err(no_target(path)) };
    if !elements.iter().any(|element| holds(conditions, element)) {
        return Err(no_target(path));
    }
    match &path.sub {
        Some(sub) => elements
            .iter_mut()
            .filter(|element| holds(conditions, element))
            .for_each(|element| drop_member(object(element), sub)),
        None => elements.retain(|element| !holds(conditions, element)),
    }
    Ok(())
}

/// What an element of a list is known by.
fn key(element: &Value) -> String {
    match element.as_object() {
        Some(object) if object.len() == 1 => {
            object.get("value").map_or_else(|| element.to_string(), Value::to_string)
        }
        _ => element.to_string(),
    }
}

fn no_target(path: &Path) -> Refused {
    ("noTarget", format!("no element of {} matches", path.attribute))
}

fn merge(into: &mut Map<String, Value>, members: &Map<String, Value>) {
    for (name, value) in members {
        *slot(into, name) = value.clone();
    }
}

fn drop_member(object: &mut Map<String, Value>, name: &str) {
    object.retain(|key, _| !key.eq_ignore_ascii_case(name));
}

fn object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(object) => object,
        _ => unreachable!("made an object just above"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn patched(body: Value, operations: Value) -> Result<Value, &'static str> {
        let mut body = body;
        apply(&mut body, &json!({ "Operations": operations }), Manners::default())
            .map_err(|(kind, _)| kind)?;
        Ok(body)
    }

    #[test]
    fn an_element_that_is_not_there_is_no_target() {
        let operations = json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "a"}]);
        assert_eq!(patched(json!({}), operations.clone()), Err("noTarget"));
        assert_eq!(
            patched(json!({"emails": [{"type": "Work", "value": "x"}]}), operations),
            Ok(json!({"emails": [{"type": "Work", "value": "a"}]}))
        );
    }

    #[test]
    fn a_refused_operation_undoes_those_before_it() {
        let mut body = json!({"title": "a"});
        let request = json!({"Operations": [
            {"op": "Replace", "path": "title", "value": "b"},
            {"op": "remove", "path": "emails[type eq \"work\"]"},
        ]});
        assert!(apply(&mut body, &request, Manners::default()).is_err());
        assert_eq!(body, json!({"title": "a"}));
    }

    #[test]
    fn extensions_lie_in_an_object_of_their_own() {
        let operations = json!([{"op": "add", "path": "urn:x:2.0:User:manager", "value": {"value": "7"}}]);
        assert_eq!(
            patched(json!({}), operations),
            Ok(json!({"urn:x:2.0:User": {"manager": {"value": "7"}}}))
        );
    }
}
