//! Which operations come of which changes.
use super::*;
use crate::profile::ScimProfile;
use std::sync::Arc;

const WORK_EMAIL: &str = "emails[type eq \"work\"].value";
const CITY: &str = "addresses[type eq \"work\"].locality";
const STREET: &str = "addresses[type eq \"work\"].streetAddress";

fn change(path: &str, old: Option<&str>, new: Option<&str>) -> Change {
    let path = Arc::new(TargetPath::parse(path).unwrap());
    Change::set(path, old.map(|old| json!(old)), new.map(|new| json!(new)))
}

fn operations(changes: &[Change], current: Option<&Value>) -> Value {
    body(changes, current, &Profile::default()).unwrap().map_or(json!([]), |body| body["Operations"].clone())
}

#[test]
fn plain_attributes_are_added_replaced_and_removed_in_one_request() {
    let changes = [
        change("title", None, Some("Chef")),
        change("name.givenName", Some("a"), Some("b")),
        change("displayName", Some("x"), None),
    ];
    assert_eq!(
        body(&changes, None, &Profile::default()).unwrap().unwrap(),
        json!({"schemas": [PATCH_OP], "Operations": [
            {"op": "add", "path": "title", "value": "Chef"},
            {"op": "replace", "path": "name.givenName", "value": "b"},
            {"op": "remove", "path": "displayName"},
        ]})
    );
}

#[test]
fn an_element_that_may_or_may_not_exist_has_to_be_read_first() {
    let changes = [change(WORK_EMAIL, None, Some("a@x"))];
    assert_eq!(body(&changes, None, &Profile::default()), Err(MustRead));
}

#[test]
fn an_absent_element_is_added_whole_and_once() {
    let changes = [change(STREET, None, Some("Main 1")), change(CITY, None, Some("Bonn"))];
    assert_eq!(
        operations(&changes, Some(&json!({}))),
        json!([{"op": "add", "path": "addresses",
            "value": [{"type": "work", "streetAddress": "Main 1", "locality": "Bonn"}]}])
    );
}

#[test]
fn an_added_work_address_is_the_primary_one_unless_another_is() {
    let changes = [change(WORK_EMAIL, None, Some("a@x"))];
    let value = |current: Value| operations(&changes, Some(&current))[0]["value"].clone();
    assert_eq!(value(json!({})), json!([{"type": "work", "primary": true, "value": "a@x"}]));
    let home = json!({"emails": [{"type": "home", "value": "b", "primary": true}]});
    assert_eq!(value(home), json!([{"type": "work", "value": "a@x"}]));
}

#[test]
fn values_inside_an_existing_element_are_addressed_by_their_filter() {
    let changes = [change(STREET, Some("Main 1"), Some("Main 2")), change(CITY, None, Some("Bonn"))];
    let expected = json!([
        {"op": "replace", "path": STREET, "value": "Main 2"},
        {"op": "add", "path": CITY, "value": "Bonn"},
    ]);
    assert_eq!(operations(&changes, None), expected);
    let current = json!({"addresses": [{"type": "work", "streetAddress": "Main 1"}]});
    assert_eq!(operations(&changes, Some(&current)), expected);
}

#[test]
fn a_cleared_value_takes_its_element_along_and_a_cleared_city_only_itself() {
    assert_eq!(
        operations(&[change(WORK_EMAIL, Some("a@x"), None)], None),
        json!([{"op": "remove", "path": "emails[type eq \"work\"]"}])
    );
    assert_eq!(
        operations(&[change(CITY, Some("Bonn"), None)], None),
        json!([{"op": "remove", "path": CITY}])
    );
}

#[test]
fn what_is_gone_already_is_not_removed_again() {
    let changes = [
        change(WORK_EMAIL, Some("a@x"), None),
        change(CITY, Some("Bonn"), None),
        change("title", Some("Chef"), None),
    ];
    let current = json!({"addresses": [{"type": "work"}]});
    assert_eq!(body(&changes, Some(&current), &Profile::default()), Ok(None));
}

#[test]
fn elements_of_a_list_come_together_and_go_one_by_one() {
    let list = |kind, old, new| Change {
        kind,
        ..Change::set(Arc::new(TargetPath::parse("members").unwrap()), old, new)
    };
    let changes = [
        list(ChangeKind::Remove, Some(json!([{"value": "a\"b"}, {"value": "c"}])), None),
        list(ChangeKind::Add, None, Some(json!([{"value": "d"}, {"value": "e"}]))),
    ];
    assert_eq!(
        operations(&changes, None),
        json!([
            {"op": "remove", "path": "members[value eq \"a\\\"b\"]"},
            {"op": "remove", "path": "members[value eq \"c\"]"},
            {"op": "add", "path": "members", "value": [{"value": "d"}, {"value": "e"}]},
        ])
    );
    let texts = [list(ChangeKind::Remove, Some(json!(["x"])), None)];
    assert_eq!(operations(&texts, None), json!([{"op": "remove", "path": "members", "value": ["x"]}]));
}

#[test]
fn values_without_a_filter_may_go_into_one_operation_without_a_path() {
    let changes = [
        change("displayName", Some("a"), Some("b")),
        change(WORK_EMAIL, Some("a@x"), Some("b@x")),
        change("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber", None, Some("7")),
        change("title", Some("Chef"), None),
    ];
    let profile = Profile {
        scim: ScimProfile { pathless_replace: true, ..ScimProfile::default() },
        ..Profile::default()
    };
    assert_eq!(
        body(&changes, None, &profile).unwrap().unwrap()["Operations"],
        json!([
            {"op": "remove", "path": "title"},
            {"op": "replace", "path": WORK_EMAIL, "value": "b@x"},
            {"op": "replace", "value": {
                "displayName": "b",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": "7",
            }},
        ])
    );
}

#[test]
fn what_is_cleared_is_removed_emptied_or_nulled() {
    let changes = [change("title", Some("Chef"), None), change(WORK_EMAIL, Some("a@x"), None)];
    for (clear, value) in [(Clear::EmptyText, json!("")), (Clear::Null, json!(null))] {
        let profile = Profile { scim: ScimProfile { clear, ..ScimProfile::default() }, ..Profile::default() };
        assert_eq!(
            body(&changes, None, &profile).unwrap().unwrap()["Operations"],
            json!([
                {"op": "replace", "path": "title", "value": value},
                {"op": "replace", "path": WORK_EMAIL, "value": value},
            ])
        );
    }
}

#[test]
fn members_come_together_and_go_by_path_or_by_value() {
    let members = [json!({"value": "a\"b", "display": "A"}), json!({"value": "c"})];
    let profile = Profile::default();
    assert_eq!(
        remove_members(&members, false, &profile)["Operations"],
        json!([
            {"op": "remove", "path": "members[value eq \"a\\\"b\"]"},
            {"op": "remove", "path": "members[value eq \"c\"]"},
        ])
    );
    assert_eq!(
        remove_members(&members, true, &profile)["Operations"],
        json!([{"op": "remove", "path": "members", "value": [{"value": "a\"b"}, {"value": "c"}]}])
    );
    assert_eq!(
        add_members(&members[1..], &profile)["Operations"],
        json!([{"op": "add", "path": "members", "value": [{"value": "c"}]}])
    );
}

#[test]
fn the_profile_decides_how_operations_and_booleans_are_spelled() {
    let profile = Profile {
        scim: ScimProfile { capitalised_operations: true, booleans_as_text: true, ..ScimProfile::default() },
        ..Profile::default()
    };
    let path = Arc::new(TargetPath::parse("active").unwrap());
    let changes = [Change::set(path, Some(json!(true)), Some(json!(false)))];
    assert_eq!(
        body(&changes, None, &profile).unwrap().unwrap()["Operations"],
        json!([{"op": "Replace", "path": "active", "value": "False"}])
    );
}

#[test]
fn a_role_that_is_another_now_takes_the_one_before_along_in_the_older_way_too() {
    let profile = Profile {
        scim: ScimProfile { roles: RolesShape::Legacy, ..ScimProfile::default() },
        ..Profile::default()
    };
    let changes = [change("roles[primary eq \"True\"].value", Some("Admin"), Some("User"))];
    let verbs = |current: Option<&Value>| -> Vec<Value> {
        let body = body(&changes, current, &profile).unwrap().unwrap();
        body["Operations"].as_array().unwrap().iter().map(|one| one["path"].clone()).collect()
    };
    assert_eq!(verbs(None), ["roles[value eq \"Admin\"]", "roles"]);
    assert_eq!(verbs(Some(&json!({"roles": [{"value": "Other"}]}))), ["roles"]);
    let cleared = [change("roles[primary eq \"True\"].value", Some("Admin"), None)];
    assert_eq!(
        body(&cleared, None, &profile).unwrap().unwrap()["Operations"],
        json!([{"op": "remove", "path": "roles[value eq \"Admin\"]"}])
    );
}
