//! References: managers of people, members of groups; and groups as such.
use super::*;
use crate::group::Group;
use crate::ids::GroupId;
use crate::mapping::ObjectActions;
use crate::object::ObjectKind;
use crate::scope::ScopingFilter;
use serde_json::json;

const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

#[test]
fn a_manager_flows_as_a_reference_once_there_is_an_account() {
    for clear in [false, true] {
        let (mapping, user) = (compile(|mapping| mapping.attributes[21].clear = clear), kim());
        let link = created(&mapping, &user);
        let plan = |link: &Link, manager| {
            plan_with_manager(&mapping, &user, &[ROLE], manager, Some(link), &Observed::NotAsked)
        };
        assert_eq!(reasons(&plan(&link, Some(None))).0, SkipCode::RedundantExport);
        let action = plan(&link, Some(Some("m1")));
        assert_eq!(changes(&action), [(MANAGER.to_owned(), None, Some(json!({"value": "m1"})))]);
        let link = linked(&link, &action);
        let lost = plan(&link, None);
        if clear {
            assert_eq!(changes(&lost), [(MANAGER.to_owned(), Some(json!({"value": "m1"})), None)]);
        } else {
            assert_eq!(reasons(&lost).0, SkipCode::RedundantExport);
        }
    }
}

#[test]
fn references_without_an_account_are_left_out_or_sent_as_they_are() {
    let user = kim();
    let (scope, context) = (scope_of(&user, &[ROLE]), Context::at(Timestamp::UNIX_EPOCH));
    let manager = Some(Reference { source: Uuid::from_u128(9), account: None });
    let references = References { manager, members: &[] };
    let subject =
        Subject { source: Source::User(&user), scope: &scope, references, roles: &[], context: &context };
    let mapping = compile(|_| {});
    let Step::Decided(Decision::Send(Write::Create(write))) =
        plan_object(&mapping, subject, None, &Observed::None)
    else {
        panic!()
    };
    assert!(!write.exported().contains_key(MANAGER));
    let mapping = compile(|mapping| mapping.attributes[21].export_missing_references = true);
    let Step::Decided(Decision::Send(Write::Create(write))) =
        plan_object(&mapping, subject, None, &Observed::None)
    else {
        panic!()
    };
    assert_eq!(write.exported()[MANAGER], json!({"value": Uuid::from_u128(9).to_string()}));
}

fn group_mapping(change: impl FnOnce(&mut ObjectMapping)) -> CompiledMapping {
    let mut mapping = ObjectMapping {
        name: "Groups".to_owned(),
        enabled: true,
        actions: ObjectActions::default(),
        source_object: ObjectKind::Group,
        target_object: "Group".to_owned(),
        scope: ScopingFilter::default(),
        attributes: vec![
            AttributeMapping {
                matching_priority: Some(1),
                ..AttributeMapping::new(direct("displayName"), "displayName")
            },
            AttributeMapping::new(direct("objectId"), "externalId"),
            AttributeMapping::new(direct("members"), "members"),
        ],
        extra: Map::new(),
    };
    change(&mut mapping);
    CompiledMapping::compile(&mapping, TargetSchema::scim_group()).unwrap()
}

fn cooks() -> Group {
    Group {
        id: GroupId::from_uuid(Uuid::from_u128(5)),
        display_name: "Cooks".to_owned(),
        description: None,
        mail_nickname: None,
        generation: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// Members by their account, if they have one.
fn plan_group(
    mapping: &CompiledMapping,
    members: &[Option<&str>],
    assigned: bool,
    link: Option<&Link>,
    observed: &Observed,
) -> Step {
    let (group, context) = (cooks(), Context::at(Timestamp::UNIX_EPOCH));
    let roles = [Entitlement { role: ROLE, via_group: None }];
    let roles = if assigned { &roles[..] } else { &[] };
    let scope = decide_scope(&ScopeFacts::of_group(ScopeMode::Assigned, false, roles, FilterVerdict::Passed));
    let members: Vec<Reference<'_>> = (1..)
        .zip(members)
        .map(|(number, account)| Reference { source: Uuid::from_u128(number), account: *account })
        .collect();
    let references = References { manager: None, members: &members };
    let subject =
        Subject { source: Source::Group(&group), scope: &scope, references, roles: &[], context: &context };
    plan_object(mapping, subject, link, observed)
}

fn member_changes(action: &Step) -> Vec<(ChangeKind, Value)> {
    match action {
        Step::Decided(Decision::Send(Write::Update { edit: Edit { changes, .. }, .. })) => changes
            .iter()
            .map(|change| {
                assert_eq!(change.path.as_str(), "members");
                let elements = if change.kind == ChangeKind::Remove { &change.old } else { &change.new };
                (change.kind, elements.clone().unwrap())
            })
            .collect(),
        other => panic!("{other:?}"),
    }
}

fn created_group(mapping: &CompiledMapping, members: &[Option<&str>]) -> Link {
    match plan_group(mapping, members, true, None, &Observed::None) {
        Step::Decided(Decision::Send(Write::Create(write))) => link_to(&kim(), write.exported()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_group_is_created_with_the_members_that_have_an_account() {
    let mapping = group_mapping(|_| {});
    assert!(mapping.reads_members() && !mapping.reads_manager());
    let link = created_group(&mapping, &[Some("a"), None, Some("c")]);
    let id = Uuid::from_u128(5).to_string();
    let expected =
        json!({"displayName": "Cooks", "externalId": id, "members": [{"value": "a"}, {"value": "c"}]});
    assert_eq!(Value::Object(link.exported), expected);
    let link = created_group(&mapping, &[None]);
    assert!(!link.exported.contains_key("members"));
}

#[test]
fn members_come_and_go_one_by_one() {
    let mapping = group_mapping(|_| {});
    let link = created_group(&mapping, &[Some("a"), Some("b")]);
    let plan = |members: &[Option<&str>], link: &Link| {
        plan_group(&mapping, members, true, Some(link), &Observed::NotAsked)
    };
    assert_eq!(reasons(&plan(&[Some("b"), None, Some("a")], &link)).1, [SkipReason::AlreadyExported]);
    let action = plan(&[Some("b"), Some("c")], &link);
    assert_eq!(
        member_changes(&action),
        [(ChangeKind::Remove, json!([{"value": "a"}])), (ChangeKind::Add, json!([{"value": "c"}]))]
    );
    let link = linked(&link, &action);
    assert_eq!(link.exported["members"], json!([{"value": "b"}, {"value": "c"}]));
    // The last ones go as well: an empty group is no source without a value.
    let action = plan(&[], &link);
    assert_eq!(member_changes(&action), [(ChangeKind::Remove, json!([{"value": "b"}, {"value": "c"}]))]);
    let link = linked(&link, &action);
    assert!(!link.exported.contains_key("members"));
    assert_eq!(reasons(&plan(&[], &link)).1, [SkipReason::AlreadyExported]);
}

#[test]
fn members_that_purser_never_exported_stay() {
    let mapping = group_mapping(|_| {});
    let body = json!({"displayName": "Cooks", "externalId": Uuid::from_u128(5).to_string(),
        "members": [{"value": "stranger"}, {"value": "a", "display": "Ann"}]});
    let action = plan_group(&mapping, &[Some("a"), Some("b")], true, None, &account("g", body));
    assert_eq!(member_changes(&action), [(ChangeKind::Add, json!([{"value": "b"}]))]);
    let Edit { exported_after, .. } = edit_of(&action);
    assert_eq!(exported_after["members"], json!([{"value": "a"}, {"value": "b"}]));
    let link = link_to(&kim(), exported_after.clone());
    let action = plan_group(&mapping, &[], true, Some(&link), &Observed::NotAsked);
    assert_eq!(member_changes(&action), [(ChangeKind::Remove, json!([{"value": "a"}, {"value": "b"}]))]);
}

#[test]
fn rows_that_only_add_members_remove_none() {
    let mapping = group_mapping(|mapping| mapping.attributes[2].flow_type = FlowType::MultiValueAddOnly);
    let link = created_group(&mapping, &[Some("a")]);
    let action = plan_group(&mapping, &[Some("b")], true, Some(&link), &Observed::NotAsked);
    assert_eq!(member_changes(&action), [(ChangeKind::Add, json!([{"value": "b"}]))]);
    let after = linked(&link, &action);
    assert_eq!(
        reasons(&plan_group(&mapping, &[], true, Some(&after), &Observed::NotAsked)).1,
        [SkipReason::AlreadyExported, SkipReason::KeepsLost]
    );
}

#[test]
fn groups_have_a_scope_and_are_deleted_when_they_are_gone() {
    let mapping = group_mapping(|_| {});
    let skipped = plan_group(&mapping, &[], false, None, &Observed::NotAsked);
    assert_eq!(reasons(&skipped).0, SkipCode::NotEffectivelyEntitled);
    let Step::Decided(Decision::Note(Note::Skip(skip))) = skipped else { panic!() };
    assert!(skip.describe(ObjectKind::Group, "Cooks").starts_with("The Group 'Cooks' will be skipped"));
    let link = created_group(&mapping, &[]);
    let left = plan_group(&mapping, &[], false, Some(&link), &Observed::NotAsked);
    assert_eq!(left, Step::Decided(Decision::Send(Write::Delete { target_id: "t1".to_owned() })));
    assert_eq!(
        deprovision(&mapping, &link),
        Step::Decided(Decision::Send(Write::Delete { target_id: "t1".to_owned() }))
    );
}

#[test]
fn a_group_that_was_there_before_or_may_not_be_deleted_is_let_go_as_it_is() {
    let keeping = group_mapping(|mapping| mapping.actions.delete = false);
    let ours = created_group(&keeping, &[Some("a")]);
    let theirs = Link { origin: Origin::Adopted, ..ours.clone() };
    for (mapping, link, why) in [
        (&keeping, &ours, SkipReason::DeleteOff),
        (&group_mapping(|_| {}), &theirs, SkipReason::WasThereBefore),
    ] {
        assert_eq!(reasons(&deprovision(mapping, link)).1, [why, SkipReason::GroupReleased]);
        let left = plan_group(mapping, &[Some("a")], false, Some(link), &Observed::NotAsked);
        let becomes = Some(Becomes::Disabled(DisableCause::Unassigned));
        let note = Note::Remember { exported_after: link.exported.clone(), becomes, kept: Vec::new() };
        assert_eq!(left, Decision::Note(note).into(), "nothing is sent");
        let released = linked(link, &left);
        let again = plan_group(mapping, &[], false, Some(&released), &Observed::NotAsked);
        assert_eq!(reasons(&again).1[0], SkipReason::GroupReleased);
        // Whoever left it meanwhile is taken out once it is managed again.
        let back = plan_group(mapping, &[], true, Some(&released), &Observed::NotAsked);
        assert_eq!(member_changes(&back), [(ChangeKind::Remove, json!([{"value": "a"}]))]);
    }
}

#[test]
fn a_group_with_a_hundred_thousand_members_is_compared_in_one_go() {
    let mapping = group_mapping(|_| {});
    let names: Vec<String> = (0..100_000).map(|number| format!("m{number}")).collect();
    let members: Vec<Option<&str>> = names.iter().map(|name| Some(name.as_str())).collect();
    let link = created_group(&mapping, &members[1..]);
    let action = plan_group(&mapping, &members[..99_999], true, Some(&link), &Observed::NotAsked);
    assert_eq!(
        member_changes(&action),
        [(ChangeKind::Remove, json!([{"value": "m99999"}])), (ChangeKind::Add, json!([{"value": "m0"}]))]
    );
}
