//! When a row's value is written.
use super::*;
use crate::attribute::{AttributeDefinition, AttributeType, Mutability};
use crate::mapping::FlowBehavior;
use serde_json::json;

const TITLE: &str = "title";

fn update(mapping: &CompiledMapping, user: &User, link: &Link) -> Step {
    plan(mapping, user, &[ROLE], Some(link), &Observed::NotAsked)
}

fn is_settled(mapping: &CompiledMapping, user: &User, link: &Link) {
    assert_eq!(reasons(&update(mapping, user, link)).1.first(), Some(&SkipReason::AlreadyExported));
}

#[test]
fn defaults_are_written_on_creation_only() {
    let mapping =
        with_row("nickName", direct("companyName"), |row| row.default_value = Some("none".to_owned()));
    let mut user = kim();
    let link = created(&mapping, &user);
    assert_eq!(link.exported["nickName"], json!("none"));
    is_settled(&mapping, &user, &link);
    user.attributes.company_name = Some("Contoso".to_owned());
    let action = update(&mapping, &user, &link);
    assert_eq!(changes(&action), [("nickName".to_owned(), Some(json!("none")), Some(json!("Contoso")))]);
    let link = linked(&link, &action);
    user.attributes.company_name = None;
    is_settled(&mapping, &user, &link);
    let found = account("t", json!({"userName": "kim@contoso.com"}));
    let adopted = plan(&mapping, &user, &[ROLE], None, &found);
    assert!(changes(&adopted).iter().all(|(path, ..)| path != "nickName"), "{adopted:?}");
}

#[test]
fn on_creation_rows_have_no_say_afterwards_not_even_by_failing() {
    let mapping = with_row("userType", direct("city"), |row| row.flow_type = FlowType::ObjectAddOnly);
    let mut user = kim();
    user.attributes.city = Some("Bonn".to_owned());
    let link = created(&mapping, &user);
    assert_eq!(link.exported["userType"], json!("Bonn"));
    user.attributes.city = Some("Ulm".to_owned());
    let action = update(&mapping, &user, &link);
    assert!(changes(&action).iter().all(|(path, ..)| path != "userType"), "{action:?}");

    let failing = compile(|mapping| {
        mapping.attributes[1].source = direct("department");
        mapping.attributes[1].flow_type = FlowType::ObjectAddOnly;
    });
    let refused = plan(&failing, &user, &[ROLE], None, &Observed::NotAsked);
    assert!(matches!(refused, Step::Decided(Decision::Note(Note::Refuse(_)))), "{refused:?}");
    is_settled(&failing, &kim(), &created(&compile(|_| {}), &kim()));
}

#[test]
fn a_row_without_a_source_fills_what_is_empty_and_leaves_what_is_not() {
    let mapping = with_row("timezone", MappingSource::None, |row| row.default_value = Some("UTC".to_owned()));
    let user = kim();
    assert_eq!(created(&mapping, &user).exported["timezone"], json!("UTC"));
    let adopt = |body| plan(&mapping, &user, &[ROLE], None, &account("t", body));
    let theirs = adopt(json!({"userName": "kim@contoso.com", "timezone": "CET"}));
    assert!(changes(&theirs).iter().all(|(path, ..)| path != "timezone"), "{theirs:?}");
    let empty = adopt(json!({"userName": "kim@contoso.com"}));
    assert!(changes(&empty).contains(&("timezone".to_owned(), None, Some(json!("UTC")))), "{empty:?}");
}

#[test]
fn a_source_that_loses_its_value_changes_nothing_unless_the_row_clears() {
    for (clear, expected) in [(false, None), (true, Some((TITLE.to_owned(), Some(json!("Cook")), None)))] {
        let mapping = compile(|mapping| mapping.attributes[3].clear = clear);
        let mut user = kim();
        user.attributes.job_title = Some("Cook".to_owned());
        let link = created(&mapping, &user);
        user.attributes.job_title = None;
        let action = update(&mapping, &user, &link);
        match expected {
            None => {
                assert_eq!(reasons(&action).1, [SkipReason::AlreadyExported, SkipReason::KeepsLost]);
            }
            Some(expected) => {
                assert_eq!(changes(&action), [expected]);
                let link = linked(&link, &action);
                assert_eq!(link.exported.get(TITLE), None);
                is_settled(&mapping, &user, &link);
            }
        }
    }
}

#[test]
fn a_clear_flow_takes_away_neither_a_default_nor_what_was_never_exported_nor_a_matching_value() {
    let mapping = compile(|mapping| {
        mapping.attributes[0].clear = true;
        mapping.attributes[3].clear = true;
        mapping.attributes[3].default_value = Some("Staff".to_owned());
    });
    let mut user = kim();
    let link = created(&mapping, &user);
    assert_eq!(link.exported[TITLE], json!("Staff"));
    user.attributes.user_principal_name = None;
    is_settled(&mapping, &user, &link);
    let found = account("t", json!({"userName": "kim@contoso.com", "title": "Theirs"}));
    let action = plan(&mapping, &kim(), &[ROLE], None, &found);
    assert!(changes(&action).iter().all(|(path, ..)| path != TITLE), "{action:?}");
    is_settled(&mapping, &kim(), &linked(&link, &action));
    // Once the source has had a value of its own, losing it clears.
    user = kim();
    user.attributes.job_title = Some("Cook".to_owned());
    let cook = linked(&link, &update(&mapping, &user, &link));
    assert_eq!(changes(&update(&mapping, &kim(), &cook)), [(TITLE.to_owned(), Some(json!("Cook")), None)]);
}

#[test]
fn flow_always_goes_along_with_every_update_and_causes_none() {
    let mapping = compile(|mapping| mapping.attributes[2].flow_behavior = FlowBehavior::FlowAlways);
    let mut user = kim();
    let link = created(&mapping, &user);
    is_settled(&mapping, &user, &link);
    user.attributes.job_title = Some("Cook".to_owned());
    let action = update(&mapping, &user, &link);
    let name = json!("Kim \"K\" O'Brien");
    let expected = [
        (TITLE.to_owned(), None, Some(json!("Cook"))),
        ("displayName".to_owned(), Some(name.clone()), Some(name)),
    ];
    assert_eq!(changes(&action), expected);
    is_settled(&mapping, &user, &linked(&link, &action));
}

#[test]
fn case_alone_is_a_change_only_where_the_target_tells_case_apart() {
    let (mapping, mut user) = (compile(|_| {}), kim());
    let link = created(&mapping, &user);
    user.attributes.user_principal_name = Some("Kim@Contoso.com".to_owned());
    user.attributes.mail = Some("KIM@contoso.com".to_owned());
    is_settled(&mapping, &user, &link);
    user.attributes.department = Some("SALES".to_owned());
    assert_eq!(changes(&update(&mapping, &user, &link)).len(), 1);
    let body = json!({"userName": "KIM@CONTOSO.COM", "active": true});
    let adopted = plan(&mapping, &user, &[ROLE], None, &account("t", body));
    assert!(changes(&adopted).iter().all(|(path, ..)| path != "userName"), "{adopted:?}");
}

#[test]
fn a_row_that_only_fills_in_never_overwrites() {
    let mapping = with_row("nickName", direct("city"), |row| row.flow_type = FlowType::ValueAddOnly);
    let mut user = kim();
    user.attributes.city = Some("Bonn".to_owned());
    let link = created(&mapping, &user);
    assert_eq!(link.exported["nickName"], json!("Bonn"));
    user.attributes.city = Some("Ulm".to_owned());
    let action = update(&mapping, &user, &link);
    assert!(changes(&action).iter().all(|(path, ..)| path != "nickName"), "{action:?}");
    let found = account("t", json!({"userName": "kim@contoso.com", "nickName": "Kimmy"}));
    let adopted = plan(&mapping, &user, &[ROLE], None, &found);
    assert!(changes(&adopted).iter().all(|(path, ..)| path != "nickName"), "{adopted:?}");
}

#[test]
fn what_can_not_be_read_is_written_on_creation_and_never_looked_for() {
    let attribute = AttributeDefinition {
        name: "pin".to_owned(),
        kind: AttributeType::String,
        anchor: false,
        required: false,
        multivalued: false,
        case_exact: true,
        mutability: Mutability::WriteOnly,
        extra: Map::new(),
    };
    let mut definition = TargetSchema::scim_user().definition().clone();
    definition.attributes.push(attribute);
    let mut mapping = default_user_mapping();
    mapping.attributes.push(AttributeMapping {
        flow_type: FlowType::ValueAddOnly,
        ..AttributeMapping::new(direct("extensionAttribute1"), "pin")
    });
    let mapping = CompiledMapping::compile(&mapping, &TargetSchema::from_definition(&definition)).unwrap();
    let mut user = kim();
    user.attributes.extension_attribute1 = Some("1234".to_owned());
    assert_eq!(created(&mapping, &user).exported["pin"], json!("1234"));
    is_settled(&mapping, &user, &created(&compile(|_| {}), &user));
    let adopted = plan(&mapping, &user, &[ROLE], None, &account("t", json!({"userName": "kim@contoso.com"})));
    assert!(changes(&adopted).iter().all(|(path, ..)| path != "pin"), "{adopted:?}");
}
