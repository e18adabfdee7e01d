use super::*;
use crate::mapping::default_user_mapping;
use crate::value::Value;
use serde_json::{Map, json};

const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

fn path(text: &str) -> TargetPath {
    TargetPath::parse(text).unwrap()
}

fn rule(text: &str) -> TargetRule {
    TargetRule::of(&path(text))
}

fn of_kind(kind: AttributeType) -> TargetRule {
    TargetRule { kind, ..rule("title") }
}

fn attribute(name: &str, kind: AttributeType) -> AttributeDefinition {
    let title = TargetSchema::scim_user().find("title").unwrap();
    AttributeDefinition { name: name.to_owned(), kind, ..title.clone() }
}

fn schema_of(attributes: Vec<AttributeDefinition>) -> TargetSchema {
    TargetSchema::from_definition(&ObjectDefinition {
        name: "User".to_owned(),
        attributes,
        extra: Map::new(),
    })
}

#[test]
fn every_target_of_the_default_mapping_is_in_the_default_list() {
    let schema = TargetSchema::scim_user();
    for row in default_user_mapping().attributes {
        let found = schema.find(&row.target).unwrap_or_else(|| panic!("{} is missing", row.target));
        assert_eq!(found.name, row.target);
    }
    let required = |schema: &TargetSchema| -> Vec<String> {
        schema.attributes().iter().filter(|a| a.required).map(|a| a.name.clone()).collect()
    };
    assert_eq!(required(schema), ["userName"]);
    assert_eq!(required(TargetSchema::scim_group()), ["displayName"]);
}

#[test]
fn every_name_in_the_default_lists_is_a_path_in_canonical_spelling_and_there_once() {
    for schema in [TargetSchema::scim_user(), TargetSchema::scim_group()] {
        for attribute in schema.attributes() {
            assert_eq!(path(&attribute.name).as_str(), attribute.name);
        }
        assert_eq!(schema.paths.len(), schema.attributes().len());
    }
}

#[test]
fn an_attribute_is_found_however_its_path_is_spelled() {
    let schema = TargetSchema::scim_user();
    for (spelling, name) in [
        ("USERNAME", "userName"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName", "userName"),
        ("emails[ TYPE eq \"Work\" ].Value", "emails[type eq \"work\"].value"),
        ("roles[primary eq true].value", "roles[primary eq \"True\"].value"),
        ("URN:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:user:Manager", MANAGER),
    ] {
        assert_eq!(schema.find(spelling).map(|a| a.name.as_str()), Some(name), "{spelling}");
    }
    assert_eq!(schema.find("shoeSize"), None);
    assert_eq!(schema.find("no [ path"), None);
}

#[test]
fn the_targets_own_list_comes_first_then_what_is_well_known_then_text() {
    let own = schema_of(vec![
        attribute("active", AttributeType::String),
        attribute("hired", AttributeType::DateTime),
    ]);
    assert!(own.has_list());
    assert_eq!(own.rule(&path("active")).kind, AttributeType::String);
    assert_eq!(own.rule(&path("hired")).kind, AttributeType::DateTime);
    assert_eq!(own.rule(&path(MANAGER)).kind, AttributeType::Reference);
    assert!(own.rule(&path("members")).multivalued);
    let unknown = own.rule(&path("shoeSize"));
    assert_eq!((unknown.kind, unknown.known, unknown.exact_case), (AttributeType::String, false, true));
    assert!(!schema_of(Vec::new()).has_list());
}

#[test]
fn values_of_complex_attributes_stand_in_an_object_where_the_target_has_such() {
    let own = schema_of(vec![
        attribute("roles", AttributeType::String),
        AttributeDefinition {
            extra: json!({"metadata": [{"key": "ComplexObjectDefinition", "value": "x"}]})
                .as_object()
                .unwrap()
                .clone(),
            ..attribute("costCenter", AttributeType::String)
        },
        attribute("managerId", AttributeType::Reference),
    ]);
    let coerce = |name: &str| own.rule(&path(name)).coerce(Value::text("x"));
    assert_eq!(coerce("roles"), Ok(json!("x")));
    assert_eq!(coerce("costCenter"), Ok(json!({"value": "x"})));
    assert_eq!(coerce("managerId"), Ok(json!({"value": "x"})));
    assert_eq!(coerce("emails"), Ok(json!([{"value": "x"}])));
    assert_eq!(rule("roles").coerce(Value::text("x")), Ok(json!([{"value": "x"}])));
    assert_eq!(rule("roles[primary eq \"True\"].value").coerce(Value::text("x")), Ok(json!("x")));
}

#[test]
fn another_element_of_a_listed_attribute_follows_its_rule() {
    assert!(!rule("emails[type eq \"school\"].value").exact_case);
    assert!(rule("phoneNumbers[type eq \"school\"].value").exact_case);
    let own = schema_of(vec![attribute("flags[type eq \"a\"].value", AttributeType::Boolean)]);
    assert_eq!(own.rule(&path("flags[type eq \"b\"].value")).kind, AttributeType::Boolean);
    assert_eq!(own.rule(&path("flags[type eq \"b\"].display")).kind, AttributeType::String);
}

#[test]
fn values_take_the_shape_that_the_target_wants() {
    assert_eq!(rule("active").coerce(Value::text("True")), Ok(json!(true)));
    assert_eq!(rule("active").coerce(Value::text(" false ")), Ok(json!(false)));
    assert_eq!(rule("urn:ietf:params:scim:schemas:core:2.0:User:active").kind, AttributeType::Boolean);
    assert_eq!(rule(MANAGER).coerce(Value::text("42")), Ok(json!({"value": "42"})));
    assert_eq!(rule(&format!("{MANAGER}.value")).coerce(Value::text("42")), Ok(json!("42")));
    assert_eq!(rule("title").coerce(Value::Boolean(true)), Ok(json!("True")));
    assert_eq!(rule("title").coerce(Value::Integer(5)), Ok(json!("5")));
    let number = of_kind(AttributeType::Integer);
    assert_eq!(number.coerce(Value::text(" -12 ")), Ok(json!(-12)));
    assert_eq!(number.coerce(Value::Integer(i64::MAX)), Ok(json!(i64::MAX)));
    let date = of_kind(AttributeType::DateTime);
    let noon = jiff::civil::date(2026, 1, 31).at(12, 0, 0, 0);
    assert_eq!(date.coerce(Value::DateTime(noon)), Ok(json!("2026-01-31T12:00:00Z")));
    assert_eq!(date.coerce(Value::text("2026-01-31T13:30:00+01:30")), Ok(json!("2026-01-31T12:00:00Z")));
    assert_eq!(date.coerce(Value::text("2026-01-31")), Ok(json!("2026-01-31T00:00:00Z")));
    let bytes = of_kind(AttributeType::Binary);
    assert_eq!(bytes.coerce(Value::text("AP8=")), Ok(json!("AP8=")));
    assert_eq!(rule("x509Certificates").coerce(Value::text("AP8=")), Ok(json!([{"value": "AP8="}])));
}

#[test]
fn what_does_not_fit_is_refused_with_the_value_in_the_sentence() {
    for (kind, text, part) in [
        (AttributeType::Boolean, "1", "True or False"),
        (AttributeType::Boolean, "maybe", "\"maybe\""),
        (AttributeType::Integer, "1.5", "a whole number"),
        (AttributeType::Integer, "9223372036854775808", "a whole number"),
        (AttributeType::Integer, "", "a whole number"),
        (AttributeType::DateTime, "yesterday", "a date such as"),
        (AttributeType::DateTime, "2026-02-30T00:00:00Z", "a date such as"),
        (AttributeType::Binary, "not base64!", "base64"),
    ] {
        let error = of_kind(kind).coerce(Value::text(text)).unwrap_err();
        assert!(error.contains(part), "{text}: {error}");
    }
    let object = Value::Object(json!({"a": 1}).as_object().unwrap().clone());
    assert!(rule("active").coerce(object).is_err());
    let long = of_kind(AttributeType::Integer).coerce(Value::text("é".repeat(500))).unwrap_err();
    assert!(long.chars().count() < 120, "{long}");
}

#[test]
fn lists_go_where_several_values_fit() {
    let list = |texts: &[&str]| Value::List(texts.iter().map(|text| Value::text(*text)).collect());
    assert_eq!(rule("title").coerce(list(&["a"])), Ok(json!("a")));
    let error = rule("title").coerce(list(&["a", "b"])).unwrap_err();
    assert!(error.contains("a list of 2 values"), "{error}");
    assert!(rule("title").coerce(list(&[])).is_err());
    assert_eq!(rule("shoeSizes").coerce(list(&["a", "b"])), Ok(json!(["a", "b"])));
    assert_eq!(rule("members").coerce(list(&["1", "2"])), Ok(json!([{"value": "1"}, {"value": "2"}])));
    assert_eq!(rule("members").coerce(Value::text("1")), Ok(json!([{"value": "1"}])));
    assert!(rule(MANAGER).coerce(list(&["1", "2"])).is_err());
    assert!(rule("members").coerce(Value::List(vec![list(&["1"])])).is_err());
}

#[test]
fn objects_stay_what_they_are() {
    let role = json!({"primary": false, "value": "Admin"});
    let object = Value::Object(role.as_object().unwrap().clone());
    assert_eq!(rule("roles").coerce(Value::List(vec![object.clone()])), Ok(json!([role])));
    assert_eq!(rule("custom").coerce(object), Ok(role));
    // What the documentation has people enter as the default value of roles.
    assert_eq!(
        rule("roles").coerce(Value::text("{\"displayName\":\"role\"}")),
        Ok(json!([{"displayName": "role"}]))
    );
    assert_eq!(rule("roles").coerce(Value::text("{no JSON")), Ok(json!([{"value": "{no JSON"}])));
}

#[test]
fn answers_that_mean_the_same_agree() {
    assert!(rule("active").agrees(&json!(true), &json!("True")));
    assert!(!rule("active").agrees(&json!(true), &json!("maybe")));
    assert!(rule(MANAGER).agrees(&json!({"value": "42"}), &json!({"value": "42", "displayName": "Kim"})));
    assert!(rule(MANAGER).agrees(&json!({"value": "42"}), &json!("42")));
    assert!(rule(MANAGER).agrees(&json!({"value": "42"}), &json!([{"value": 42, "$ref": "x"}])));
    assert!(!rule(MANAGER).agrees(&json!({"value": "42"}), &json!({"value": "43"})));
    assert!(!rule(MANAGER).agrees(&json!({"value": "42"}), &json!({"displayName": "42"})));
    assert!(rule("externalId").agrees(&json!("42"), &json!(42)));
    let date = of_kind(AttributeType::DateTime);
    assert!(date.agrees(&json!("2026-01-31T12:00:00Z"), &json!("2026-01-31T13:00:00.000+01:00")));
    assert!(!date.agrees(&json!("2026-01-31T12:00:00Z"), &json!("2026-01-31T12:00:01Z")));
    assert!(!date.agrees(&json!("x"), &json!("y")));
    let number = of_kind(AttributeType::Integer);
    assert!(number.agrees(&json!(7), &json!("7")) && !number.agrees(&json!(7), &json!(8)));
    assert!(of_kind(AttributeType::Binary).agrees(&json!("AP8="), &json!("AP8")));
}

#[test]
fn a_change_of_case_counts_where_the_attribute_says_so() {
    assert!(rule("userName").agrees(&json!("Kim@x"), &json!("kim@X")));
    assert!(rule("emails[type eq \"work\"].value").agrees(&json!("Kim@x"), &json!("kim@x")));
    assert!(!rule("displayName").agrees(&json!("Kim"), &json!("kim")));
    assert!(rule("userName").matches(&json!("Kim@x"), &json!("kim@X")));
    assert!(!rule("externalId").matches(&json!("Kim"), &json!("kim")));
}

#[test]
fn lists_compare_as_sets() {
    let members = rule("members");
    let desired = json!([{"value": "1"}, {"value": "2"}]);
    assert!(
        members.agrees(&desired, &json!([{"value": "2", "display": "B"}, {"value": "1"}, {"value": "1"}]))
    );
    assert!(!members.agrees(&desired, &json!([{"value": "1"}])));
    assert!(!members.agrees(&desired, &json!([{"value": "1"}, {"value": "2"}, {"value": "3"}])));
    assert!(!members.agrees(&desired, &json!([])));
    assert!(!members.agrees(&desired, &json!("1")));
    let roles = rule("roles");
    let role = json!([{"primary": false, "value": "Admin", "type": "a"}]);
    assert!(roles.agrees(&role, &json!([{"primary": "False", "value": "Admin", "type": "a", "$ref": "x"}])));
    assert!(!roles.agrees(&role, &json!([{"primary": true, "value": "Admin", "type": "a"}])));
    assert!(members.matches(&json!({"value": "2"}), &desired));
}

#[test]
fn long_lists_are_compared_quickly_and_hostile_ones_not_for_ever() {
    let ids = |order: &mut dyn Iterator<Item = u32>| {
        json!(order.map(|id| json!({"value": id.to_string()})).collect::<Vec<_>>())
    };
    assert!(rule("members").agrees(&ids(&mut (0..50_000)), &ids(&mut (0..50_000).rev())));
    let alike = |count: u32| {
        json!((0..count).map(|at| json!({"value": "x", "type": at.to_string()})).collect::<Vec<_>>())
    };
    assert!(!rule("roles").agrees(&alike(20_000), &alike(20_001)));
}
