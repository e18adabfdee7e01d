//! What rows say about people and groups.
use super::*;
use crate::attribute::SourceAttribute;
use crate::group::Group;
use crate::ids::{GroupId, RoleId, UserId};
use crate::mapping::default_user_mapping;
use crate::mapping::{AttributeMapping, MappingSource, References};
use crate::object::APP_ROLE_ASSIGNMENTS;
use crate::object::ObjectKind;
use crate::scope::AssignedRole;
use crate::target_schema::TargetSchema;
use crate::user::User;
use crate::user::{USER_ATTRIBUTES, UserAttributes};
use jiff::Timestamp;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A person whose every attribute holds its own name.
fn full_user() -> User {
    let mut attributes = UserAttributes::default();
    for attribute in USER_ATTRIBUTES {
        attribute.write(&mut attributes, Some(attribute.name.to_owned()));
    }
    User {
        id: UserId::from_uuid(Uuid::nil()),
        account_enabled: true,
        manager: Some(UserId::from_uuid(Uuid::max())),
        deleted_at: None,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        generation: 1,
        attributes,
    }
}

/// Evaluates for a person without roles, at no particular time.
fn evaluate(
    mapping: &CompiledMapping,
    user: &User,
    is_soft_deleted: bool,
    manager: Option<&str>,
) -> Result<Desired, Vec<AttributeFailure>> {
    let context = Context::at(Timestamp::UNIX_EPOCH);
    mapping.evaluate_rows(
        Reading {
            source: Some(Source::User(user)),
            is_soft_deleted,
            references: References {
                manager: manager.map(|account| Reference { source: Uuid::max(), account: Some(account) }),
                members: &[],
            },
            roles: &[],
            context: &context,
        },
        |_| true,
    )
}

fn spell(desired: &Desired) -> BTreeMap<&str, &Json> {
    desired.values.iter().map(|value| (value.target.as_str(), &value.value)).collect()
}

#[test]
fn every_row_of_the_default_mapping_carries_its_attribute() {
    let mapping = default_user_mapping();
    let compiled = CompiledMapping::compile(&mapping, TargetSchema::scim_user()).unwrap();
    let desired = evaluate(&compiled, &full_user(), false, Some("m1")).unwrap();
    let values = spell(&desired);
    assert_eq!(values.len(), 22);
    for row in &mapping.attributes {
        let expected = match (&row.source, row.target.as_str()) {
            (_, "active") => json!(true),
            (_, "name.formatted") => json!("givenName surname"),
            (MappingSource::Direct(name), _) if name == "manager" => json!({"value": "m1"}),
            (source, _) => json!(source.text()),
        };
        assert_eq!(values[row.target.as_str()], &expected);
    }
    let disabled = evaluate(&compiled, &full_user(), true, None).unwrap();
    assert_eq!(spell(&disabled)["active"], &json!(false));
    assert_eq!(disabled.values.len(), 21);
}

#[test]
fn attributes_without_a_value_are_not_exported() {
    let compiled = CompiledMapping::compile(&default_user_mapping(), TargetSchema::scim_user()).unwrap();
    let mut user = full_user();
    user.attributes =
        UserAttributes { surname: Some("Doe".to_owned()), city: Some(String::new()), ..Default::default() };
    let desired = evaluate(&compiled, &user, false, None).unwrap();
    let expected = BTreeMap::from([
        ("active", json!(true)),
        ("name.familyName", json!("Doe")),
        ("name.formatted", json!("Doe")),
    ]);
    assert_eq!(spell(&desired), expected.iter().map(|(path, value)| (*path, value)).collect());
    assert!(compiled.match_queries(&desired).is_empty());
}

#[test]
fn computed_sources_flow_directly_and_in_expressions() {
    let mut mapping = default_user_mapping();
    let row = |source, target: &str| AttributeMapping {
        target: target.to_owned(),
        source,
        matching_priority: None,
        ..mapping.attributes[1].clone()
    };
    let direct = |name: &str| MappingSource::Direct(name.to_owned());
    let joined = MappingSource::Expression("Join(\"|\", [id], [accountEnabled], [manager])".to_owned());
    let rows = [
        row(direct("objectId"), "nickName"),
        row(direct("accountEnabled"), "userType"),
        row(direct("IsSoftDeleted"), "profileUrl"),
        row(joined, "locale"),
    ];
    mapping.attributes.extend(rows);
    let compiled = CompiledMapping::compile(&mapping, TargetSchema::scim_user()).unwrap();
    let desired = evaluate(&compiled, &full_user(), true, Some("m1")).unwrap();
    let values = spell(&desired);
    assert_eq!(values["nickName"], &json!(Uuid::nil().to_string()));
    assert_eq!((values["userType"], values["profileUrl"]), (&json!("True"), &json!("True")));
    assert_eq!(values["locale"], &json!(format!("{}|True|m1", Uuid::nil())));
}

#[test]
fn matching_rows_ask_in_the_order_of_their_precedence() {
    let mut mapping = default_user_mapping();
    mapping.attributes[0].matching_priority = Some(2);
    mapping.attributes[18].matching_priority = Some(1);
    let compiled = CompiledMapping::compile(&mapping, TargetSchema::scim_user()).unwrap();
    let desired = evaluate(&compiled, &full_user(), false, None).unwrap();
    let asked: Vec<String> =
        compiled.match_queries(&desired).iter().map(|query| query.path.to_string()).collect();
    assert_eq!(asked, ["externalId", "userName"]);
}

#[test]
fn guests_flow_under_their_name_at_home_unless_the_raw_one_is_asked_for() {
    let mut mapping = default_user_mapping();
    let expression = |text: &str| MappingSource::Expression(text.to_owned());
    mapping.attributes.extend([
        AttributeMapping::new(MappingSource::Direct("originalUserPrincipalName".to_owned()), "nickName"),
        AttributeMapping::new(expression("Append([userPrincipalName], \"!\")"), "userType"),
        AttributeMapping::new(expression("Append([originalUserPrincipalName], \"!\")"), "locale"),
    ]);
    let compiled = CompiledMapping::compile(&mapping, TargetSchema::scim_user()).unwrap();
    let mut user = full_user();
    let stored = "kim_fabrikam.com#EXT#@contoso.com";
    user.attributes.user_principal_name = Some(stored.to_owned());
    let desired = evaluate(&compiled, &user, false, None).unwrap();
    let values = spell(&desired);
    assert_eq!((values["userName"], values["nickName"]), (&json!("kim@fabrikam.com"), &json!(stored)));
    assert_eq!(values["userType"], &json!("kim@fabrikam.com!"));
    assert_eq!(values["locale"], &json!(format!("{stored}!")));
}

#[test]
fn every_listed_source_can_be_mapped_and_read() {
    let user = full_user();
    let group = Group {
        id: GroupId::from_uuid(Uuid::max()),
        display_name: "Cooks".to_owned(),
        description: Some("They cook".to_owned()),
        mail_nickname: Some("cooks".to_owned()),
        generation: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    };
    let role =
        AssignedRole { id: RoleId::from_uuid(Uuid::nil()), value: None, display_name: "Admin".to_owned() };
    let context = Context::at(Timestamp::UNIX_EPOCH);
    let reference = Reference { source: Uuid::nil(), account: Some("m1") };
    for (kind, source) in
        [(ObjectKind::User, Source::User(&user)), (ObjectKind::Group, Source::Group(&group))]
    {
        // Roles are for the role functions alone.
        let mappable = SourceAttribute::all(kind).into_iter().filter(|one| one.name != APP_ROLE_ASSIGNMENTS);
        for SourceAttribute { name, .. } in mappable {
            let mut mapping = default_user_mapping();
            mapping.source_object = kind;
            let expression = MappingSource::Expression(format!("Join(\"\", [{name}])"));
            mapping.attributes = vec![AttributeMapping::new(expression, "nickName")];
            mapping.attributes[0].matching_priority = Some(1);
            let compiled = CompiledMapping::compile(&mapping, TargetSchema::scim_user()).unwrap();
            let references = References { manager: Some(reference), members: &[reference] };
            let roles = std::slice::from_ref(&role);
            let reading = Reading {
                source: Some(source),
                is_soft_deleted: false,
                references,
                roles,
                context: &context,
            };
            let desired = compiled.evaluate_rows(reading, |_| true).unwrap();
            assert_eq!(desired.values.len(), 1, "{kind} {name}");
        }
    }
}
