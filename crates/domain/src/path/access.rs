//! Reading and writing the place that a path names in a JSON object.
//!
//! Names compare without regard to case, as SCIM demands. Writing makes what is missing on the way, and
//! replaces what has the wrong shape.
use super::{PathFilter, TargetPath};
use crate::scim::{Literal, get};
use serde_json::{Map, Value};

impl TargetPath {
    /// What stands at this path; `None` when nothing does, or null.
    #[must_use]
    pub fn read(&self, object: &Value) -> Option<Value> {
        self.find(object).cloned()
    }

    /// Like [`TargetPath::read`], without a copy.
    #[must_use]
    pub fn find<'a>(&self, object: &'a Value) -> Option<&'a Value> {
        let mut place = object.as_object()?;
        if let Some(extension) = self.extension() {
            place = get(place, extension)?.as_object()?;
        }
        let mut found = get(place, self.attribute())?;
        if let Some(filter) = &self.filter {
            found = match found {
                Value::Array(elements) => elements.iter().find(|element| filter.fits(element))?,
                element if filter.fits(element) => element,
                _ => return None,
            };
        }
        if let Some(sub) = self.sub() {
            found = get(found.as_object()?, sub)?;
        }
        (!found.is_null()).then_some(found)
    }

    /// Writes a value at this path. A new element of a multi-valued attribute gets what its filter says;
    /// the work e-mail address becomes the primary one unless another is.
    pub fn write(&self, object: &mut Value, value: Value) {
        let mut place = as_object(object);
        if let Some(extension) = self.extension() {
            place = as_object(entry(place, extension));
        }
        let slot = entry(place, self.attribute());
        let slot = match &self.filter {
            None => slot,
            Some(filter) => self.element(slot, filter),
        };
        match self.sub() {
            None => *slot = value,
            Some(sub) => *entry(as_object(slot), sub) = value,
        }
    }

    fn element<'a>(&self, slot: &'a mut Value, filter: &PathFilter) -> &'a mut Value {
        if !slot.is_array() {
            *slot = Value::Array(Vec::new());
        }
        // Made an array just above; an empty array is the harmless answer to what can't happen.
        let Value::Array(elements) = slot else { return slot };
        let at = elements.iter().position(|element| filter.fits(element)).unwrap_or_else(|| {
            let mut element = filter.to_json();
            let has_primary = elements.iter().any(|other| other.get("primary") == Some(&Value::Bool(true)));
            if self.is_work_email() && !has_primary && !filter.names_primary() {
                element["primary"] = Value::Bool(true);
            }
            elements.push(element);
            elements.len() - 1
        });
        &mut elements[at]
    }

    fn is_work_email(&self) -> bool {
        let is_work = |filter: &PathFilter| {
            filter.clauses().iter().any(|clause| {
                clause.attribute().eq_ignore_ascii_case("type")
                    && matches!(clause.value(), Literal::Text(text) if text.eq_ignore_ascii_case("work"))
            })
        };
        self.attribute().eq_ignore_ascii_case("emails") && self.filter.as_ref().is_some_and(is_work)
    }
}

fn entry<'a>(object: &'a mut Map<String, Value>, name: &str) -> &'a mut Value {
    let key = if object.contains_key(name) {
        name.to_owned()
    } else {
        object.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned().unwrap_or_else(|| name.to_owned())
    };
    object.entry(key).or_insert(Value::Null)
}

fn as_object(value: &mut Value) -> &mut Map<String, Value> {
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
    use proptest::prelude::*;
    use serde_json::json;

    fn path(text: &str) -> TargetPath {
        TargetPath::parse(text).unwrap()
    }

    #[test]
    fn writing_builds_the_objects_and_arrays_on_the_way() {
        let mut body = json!({});
        path("name.givenName").write(&mut body, json!("Zoë"));
        path("name.familyName").write(&mut body, json!("O'Brien"));
        path("emails[type eq \"work\"].value").write(&mut body, json!("zoe@x"));
        path("phoneNumbers[type eq \"work\"].value").write(&mut body, json!("1"));
        path("phoneNumbers[type eq \"fax\"].value").write(&mut body, json!("2"));
        path("urn:x:2.0:User:department").write(&mut body, json!("Sales"));
        let expected = json!({
            "name": {"givenName": "Zoë", "familyName": "O'Brien"},
            "emails": [{"type": "work", "primary": true, "value": "zoe@x"}],
            "phoneNumbers": [{"type": "work", "value": "1"}, {"type": "fax", "value": "2"}],
            "urn:x:2.0:User": {"department": "Sales"},
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn there_is_one_primary_address_only() {
        let mut body = json!({"emails": [{"type": "home", "value": "a", "primary": true}]});
        path("emails[type eq \"work\"].value").write(&mut body, json!("b"));
        assert_eq!(body["emails"][1], json!({"type": "work", "value": "b"}));
    }

    #[test]
    fn a_filter_of_several_clauses_makes_and_finds_one_element() {
        let home = path("emails[type eq \"home\" and primary eq \"True\"].value");
        let mut body = json!({"emails": [{"type": "home", "value": "a", "primary": false}]});
        assert_eq!(home.read(&body), None);
        home.write(&mut body, json!("b"));
        assert_eq!(body["emails"][1], json!({"type": "home", "primary": true, "value": "b"}));
        assert_eq!(home.read(&body), Some(json!("b")));
    }

    #[test]
    fn names_compare_without_regard_to_case() {
        let mut body = json!({"Emails": [{"TYPE": "Work", "Value": "a"}], "username": null});
        let work = path("emails[type eq \"work\"].value");
        assert_eq!(work.read(&body), Some(json!("a")));
        work.write(&mut body, json!("b"));
        assert_eq!(body["Emails"], json!([{"TYPE": "Work", "Value": "b"}]));
        assert_eq!(path("userName").read(&body), None);
    }

    #[test]
    fn filters_on_a_boolean_fit_either_spelling() {
        let mut body = json!({"roles": [{"primary": true, "value": "a"}]});
        assert_eq!(path("roles[primary eq \"True\"].value").read(&body), Some(json!("a")));
        body = json!({});
        path("roles[primary eq \"True\"].value").write(&mut body, json!("b"));
        assert_eq!(body, json!({"roles": [{"primary": true, "value": "b"}]}));
    }

    #[test]
    fn reading_where_nothing_is_gives_nothing() {
        let body = json!({"name": "flat", "emails": [], "addresses": [1, "x", null]});
        for text in [
            "name.givenName",
            "emails[type eq \"work\"].value",
            "addresses[type eq \"work\"].city",
            "urn:x:y:z",
        ] {
            assert_eq!(path(text).read(&body), None, "{text}");
            assert_eq!(path(text).read(&json!("no object")), None);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(
            text in prop_oneof![
                Just("userName"), Just("name.givenName"), Just("emails[type eq \"work\"].value"),
                Just("addresses[type eq \"work\"].locality"), Just("roles[primary eq true].value"),
                Just("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"),
                Just("urn:ietf:params:scim:schemas:core:2.0:User:title"),
            ],
            value in ".{0,20}",
            start in prop_oneof![
                Just(json!({})), Just(json!({"name": 3, "emails": {"type": "work"}})), Just(json!(null)),
                Just(json!({"addresses": [{"type": "home"}], "USERNAME": "x", "roles": ["a"]})),
            ],
        ) {
            let path = path(text);
            let mut body = start;
            path.write(&mut body, json!(value.clone()));
            prop_assert_eq!(path.read(&body), Some(json!(value)));
            let once = body.clone();
            path.write(&mut body, json!(value));
            prop_assert_eq!(body, once);
        }
    }
}
