//! Bodies of whole objects: for a create, and for targets without PATCH.
use purser_domain::object::ObjectKind;
use purser_domain::path::{PathFilter, TargetPath};
use purser_domain::plan::{Change, WriteValue};
use serde_json::{Map, Value, json};

use super::dialect::{blank, spell};
use crate::json::find;
use crate::profile::Profile;

/// The schema of every user.
pub(super) const CORE_USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of every group.
pub(super) const CORE_GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// The schema of every object of this kind.
pub(super) const fn core_schema(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::User => CORE_USER,
        ObjectKind::Group => CORE_GROUP,
    }
}

/// The body that creates an object with these values.
pub(super) fn created<'w>(
    kind: ObjectKind,
    values: impl IntoIterator<Item = &'w WriteValue>,
    profile: &Profile,
) -> Value {
    let mut schemas = vec![Value::from(core_schema(kind))];
    for schema in
        profile.scim.always_schemas.iter().filter(|schema| !schema.eq_ignore_ascii_case(core_schema(kind)))
    {
        schemas.push(Value::from(schema.as_str()));
    }
    let mut body = json!({ "schemas": schemas });
    for value in values {
        value.path.write(&mut body, spell(&value.path, &value.value, profile));
    }
    name_schemas(&mut body);
    body
}

/// The object as it should be put back: everything that `current` has, with the changes made.
pub(super) fn replaced<'c>(
    kind: ObjectKind,
    current: &Value,
    changes: impl IntoIterator<Item = &'c Change>,
    profile: &Profile,
) -> Value {
    let mut body = current.clone();
    for change in changes {
        match change.apply(change.path.find(&body)) {
            Some(value) => change.path.write(&mut body, spell(&change.path, &value, profile)),
            None => match (blank(&change.path, profile), change.path.find(&body)) {
                (Some(nothing), Some(_)) => change.path.write(&mut body, nothing),
                _ => clear(&mut body, &change.path),
            },
        }
    }
    if let Some(object) = body.as_object_mut() {
        // The target's own: read-only in RFC 7643, and some servers refuse to be sent them.
        object.retain(|name, _| {
            let is_its_own = kind == ObjectKind::User && name.eq_ignore_ascii_case("groups");
            !is_its_own && !name.eq_ignore_ascii_case("meta")
        });
        if find(object, "schemas").is_none() {
            object.insert("schemas".to_owned(), json!([core_schema(kind)]));
        }
    }
    name_schemas(&mut body);
    body
}

/// Takes away what stands at `path`, with the element or object around it when nothing of worth is left.
fn clear(body: &mut Value, path: &TargetPath) {
    let Some(mut place) = body.as_object_mut() else { return };
    if let Some(extension) = path.extension() {
        let Some(inner) = find_mut(place, extension).and_then(Value::as_object_mut) else { return };
        place = inner;
    }
    let Some(attribute) = find_mut(place, path.attribute()) else { return };
    let emptied = match (path.filter(), path.sub(), attribute) {
        (None, None, _) => true,
        (None, Some(sub), Value::Object(object)) => {
            remove(object, sub);
            object.is_empty()
        }
        (Some(filter), Some(sub), Value::Array(elements)) => {
            for element in elements.iter_mut().filter(|element| filter.fits(element)) {
                if let Some(object) = element.as_object_mut() {
                    remove(object, sub);
                }
            }
            // What is left may be no more than the label of a value that is gone.
            elements.retain(|element| !filter.fits(element) || has_worth(element, filter));
            elements.is_empty()
        }
        _ => false,
    };
    if emptied {
        remove(place, path.attribute());
    }
}

fn has_worth(element: &Value, filter: &PathFilter) -> bool {
    let is_label = |name: &str| {
        ["type", "primary", "display"].contains(&name)
            || filter.clauses().iter().any(|clause| clause.attribute().eq_ignore_ascii_case(name))
    };
    element
        .as_object()
        .is_none_or(|object| object.iter().any(|(name, value)| !value.is_null() && !is_label(name)))
}

fn find_mut<'a>(object: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Value> {
    object.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn remove(object: &mut Map<String, Value>, name: &str) {
    object.retain(|key, _| !key.eq_ignore_ascii_case(name));
}

/// Adds to `schemas` the extensions that the body uses.
fn name_schemas(body: &mut Value) {
    let Some(object) = body.as_object_mut() else { return };
    let used: Vec<String> = object
        .iter()
        .filter(|(name, value)| {
            value.is_object() && name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:"))
        })
        .map(|(name, _)| name.clone())
        .collect();
    let Some(Value::Array(schemas)) = find_mut(object, "schemas") else { return };
    for urn in used {
        if !schemas.iter().any(|schema| schema.as_str().is_some_and(|text| text.eq_ignore_ascii_case(&urn))) {
            schemas.push(Value::String(urn));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::ScimProfile;
    use purser_domain::plan::NewObject;
    use std::sync::Arc;

    const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

    fn path(text: &str) -> Arc<TargetPath> {
        Arc::new(TargetPath::parse(text).unwrap())
    }

    fn change(text: &str, new: Option<Value>) -> Change {
        Change::set(path(text), None, new)
    }

    #[test]
    fn a_create_names_the_extensions_that_it_uses_and_no_others() {
        let value = |text: &str, value| WriteValue::new(path(text), value);
        let write = NewObject { values: vec![value("userName", json!("kim")), value("active", json!(true))] };
        assert_eq!(
            created(ObjectKind::User, &write.values, &Profile::default()),
            json!({"schemas": [CORE_USER], "userName": "kim", "active": true})
        );
        let write = NewObject { values: vec![value(MANAGER, json!({"value": "7"}))] };
        assert_eq!(
            created(ObjectKind::User, &write.values, &Profile::default())["schemas"],
            json!([CORE_USER, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"])
        );
    }

    #[test]
    fn schemas_that_a_target_always_wants_are_named() {
        let profile = Profile {
            scim: ScimProfile {
                always_schemas: vec!["urn:x:y".into(), CORE_GROUP.into()],
                ..ScimProfile::default()
            },
            ..Profile::default()
        };
        assert_eq!(created(ObjectKind::Group, &[], &profile), json!({"schemas": [CORE_GROUP, "urn:x:y"]}));
    }

    #[test]
    fn what_is_put_back_is_emptied_in_the_targets_way() {
        let current = json!({"schemas": [CORE_USER], "title": "Chef"});
        let changes = [change("title", None), change("nickName", None)];
        for (clear, title) in
            [(crate::profile::Clear::Null, json!(null)), (crate::profile::Clear::EmptyText, json!(""))]
        {
            let profile =
                Profile { scim: ScimProfile { clear, ..ScimProfile::default() }, ..Profile::default() };
            let after = replaced(ObjectKind::User, &current, &changes, &profile);
            assert_eq!(after, json!({"schemas": [CORE_USER], "title": title}));
        }
    }

    #[test]
    fn booleans_become_texts_where_the_profile_says_so() {
        let write = NewObject { values: vec![WriteValue::new(path("active"), json!(false))] };
        let profile = Profile {
            scim: ScimProfile { booleans_as_text: true, ..ScimProfile::default() },
            ..Profile::default()
        };
        assert_eq!(created(ObjectKind::User, &write.values, &profile)["active"], json!("False"));
    }

    #[test]
    fn what_is_put_back_keeps_what_nobody_changed() {
        let current = json!({
            "id": "1", "userName": "kim", "nickName": "K", "title": "Chef",
            "emails": [{"type": "work", "value": "a"}, {"type": "home", "value": "b"}],
            "name": {"givenName": "Kim"},
            "meta": {"version": "1"}, "groups": [{"value": "g"}],
        });
        let changes = [
            change("title", None),
            change("emails[type eq \"work\"].value", None),
            change("name.givenName", None),
            change("phoneNumbers[type eq \"fax\"].value", None),
            change(&format!("{MANAGER}.value"), None),
            change(MANAGER, Some(json!({"value": "7"}))),
        ];
        assert_eq!(
            replaced(ObjectKind::User, &current, &changes, &Profile::default()),
            json!({
                "id": "1", "userName": "kim", "nickName": "K",
                "emails": [{"type": "home", "value": "b"}],
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "7"}},
                "schemas": [CORE_USER, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
            })
        );
    }

    #[test]
    fn an_element_with_nothing_left_but_what_its_filter_says_goes() {
        let current = json!({"schemas": [CORE_USER], "codes": [{"kind": "x", "code": "1"}, {"kind": "y", "code": "2"}]});
        let after = replaced(
            ObjectKind::User,
            &current,
            &[change("codes[kind eq \"x\"].code", None)],
            &Profile::default(),
        );
        assert_eq!(after["codes"], json!([{"kind": "y", "code": "2"}]));
    }

    #[test]
    fn clearing_where_the_shape_is_another_leaves_the_account_alone() {
        let current = json!({"schemas": [CORE_USER], "emails": "kim@x", "name": "Kim"});
        let changes = [change("emails[type eq \"work\"].value", None), change("name.givenName", None)];
        assert_eq!(replaced(ObjectKind::User, &current, &changes, &Profile::default()), current);
    }
}
