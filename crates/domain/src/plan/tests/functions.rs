//! Rows whose function decides how their value is written.
use super::*;
use crate::scope::AssignedRole;
use serde_json::json;

fn subject_with<'a>(
    user: &'a User,
    scope: &'a Scope,
    roles: &'a [AssignedRole],
    context: &'a Context<'a>,
) -> Subject<'a> {
    Subject { source: Source::User(user), scope, references: References::default(), roles, context }
}

fn settled(action: &Step) {
    assert_eq!(reasons(action).1.first(), Some(&SkipReason::AlreadyExported));
}

#[test]
fn a_random_value_is_drawn_once_and_each_row_has_dice_of_its_own() {
    let mapping = compile(|mapping| {
        mapping.attributes.push(AttributeMapping::new(expression("Guid()"), "nickName"));
        mapping.attributes.push(AttributeMapping::new(expression("Guid()"), "userType"));
    });
    let (user, scope) = (kim(), scope_of(&kim(), &[ROLE]));
    let draw = |seed: u8| {
        let context = Context { seed: [seed; 32], ..Context::at(Timestamp::UNIX_EPOCH) };
        let subject = subject_with(&user, &scope, &[], &context);
        match plan_object(&mapping, subject, None, &Observed::None) {
            Step::Decided(Decision::Send(Write::Create(write))) => write.exported(),
            other => panic!("{other:?}"),
        }
    };
    let (one, other) = (draw(1), draw(2));
    assert_ne!(one["nickName"], one["userType"]);
    assert_ne!(one["nickName"], other["nickName"]);
    assert_eq!(one, draw(1));
    // Other dice later on change nothing.
    settled(&plan(&mapping, &user, &[ROLE], Some(&link_to(&user, one)), &Observed::NotAsked));
    // A row that came later fills what is missing, and an adopted account keeps what it has.
    let old = created(&compile(|_| {}), &user);
    let look = plan(&mapping, &user, &[ROLE], Some(&old), &Observed::NotAsked);
    assert!(matches!(look, Step::Ask(Question::Read { .. })), "{look:?}");
    let seen = plan(&mapping, &user, &[ROLE], Some(&old), &account("t1", json!({"nickName": "K"})));
    let paths: Vec<_> = changes(&seen).into_iter().map(|(path, ..)| path).collect();
    assert_eq!(paths, ["userType"]);
    settled(&plan(&mapping, &user, &[ROLE], Some(&linked(&old, &seen)), &Observed::NotAsked));
}

#[test]
fn a_unique_value_is_asked_for_on_creation_only() {
    let choose = r#"SelectUniqueValue([givenName], Append([givenName], "2"))"#;
    let mapping = with_row("nickName", expression(choose), |row| row.flow_type = FlowType::ObjectAddOnly);
    let user = kim();
    let ask = |observed: &Observed| plan(&mapping, &user, &[ROLE], None, observed);
    assert!(matches!(ask(&Observed::NotAsked), Step::Ask(Question::Match(_))));
    let Step::Ask(Question::Choose(questions)) = ask(&Observed::None) else { panic!() };
    assert_eq!(questions[0].candidates, [json!("Kim"), json!("Kim2")]);
    let chosen = |value: Option<&str>| {
        let value = value.map(|value| json!(value));
        Observed::Chosen(vec![Choice { path: questions[0].path.clone(), value }])
    };
    let Step::Decided(Decision::Send(Write::Create(write))) = ask(&chosen(Some("Kim2"))) else { panic!() };
    assert_eq!(write.exported()["nickName"], json!("Kim2"));
    let Step::Decided(Decision::Note(Note::Refuse(refusal))) = ask(&chosen(None)) else { panic!() };
    assert_eq!(refusal.code, "NoUniqueValue");
    let link = link_to(&user, write.exported());
    settled(&plan(&mapping, &user, &[ROLE], Some(&link), &Observed::NotAsked));
    let adopted = plan(&mapping, &user, &[ROLE], None, &account("t", json!({"userName": "kim@contoso.com"})));
    assert!(changes(&adopted).iter().all(|(path, ..)| path != "nickName"), "{adopted:?}");
}

#[test]
fn redacted_values_flow_and_are_shown_nowhere() {
    let mapping = with_row("nickName", expression("Redact([department])"), |_| {});
    let mut user = kim();
    let Step::Decided(Decision::Send(Write::Create(write))) =
        plan(&mapping, &user, &[ROLE], None, &Observed::None)
    else {
        panic!()
    };
    assert_eq!(write.exported()["nickName"], json!("Sales"));
    let shown = write.modified().into_iter().find(|property| property.name == "nickName").unwrap();
    assert_eq!(shown.new.as_deref(), Some("[Redact]"));
    let link = link_to(&user, write.exported());
    user.attributes.department = Some("IT".to_owned());
    let action = plan(&mapping, &user, &[ROLE], Some(&link), &Observed::NotAsked);
    let Edit { changes, .. } = edit_of(&action);
    let change = changes.iter().find(|change| change.path.as_str() == "nickName").unwrap();
    let shown = change.modified();
    assert_eq!((shown.old.as_deref(), shown.new.as_deref()), (Some("[Redact]"), Some("[Redact]")));

    let wrong = compile(|mapping| mapping.attributes[1].source = expression("Redact([department])"));
    let Step::Decided(Decision::Note(Note::Refuse(refusal))) =
        plan(&wrong, &kim(), &[ROLE], None, &Observed::NotAsked)
    else {
        panic!()
    };
    assert!(!refusal.reason.contains("Sales") && refusal.reason.contains("active"), "{}", refusal.reason);
    let matched = compile(|mapping| {
        mapping.attributes[0].source = expression("Redact([userPrincipalName])");
    });
    let several = plan(&matched, &kim(), &[ROLE], None, &Observed::Several(2));
    let Step::Decided(Decision::Note(Note::Refuse(refusal))) = several else { panic!() };
    assert!(refusal.reason.contains("[Redact]") && !refusal.reason.contains("kim@"), "{}", refusal.reason);
}

#[test]
fn an_ignored_row_is_left_out_altogether() {
    let source = || expression("IgnoreFlowIfNullOrEmpty([jobTitle])");
    let mapping = with_row("nickName", source(), |row| {
        row.clear = true;
        row.default_value = Some("none".to_owned());
    });
    let mut user = kim();
    assert!(!created(&mapping, &user).exported.contains_key("nickName"));
    user.attributes.job_title = Some("Cook".to_owned());
    let link = created(&mapping, &user);
    assert_eq!(link.exported["nickName"], json!("Cook"));
    user.attributes.job_title = None;
    settled(&plan(&mapping, &user, &[ROLE], Some(&link), &Observed::NotAsked));
}

#[test]
fn the_assertive_role_function_replaces_and_the_others_only_add() {
    let role = |number, name: &str| AssignedRole {
        id: RoleId::from_uuid(Uuid::from_u128(number)),
        value: Some(name.to_owned()),
        display_name: name.to_owned(),
    };
    let (admin, cook) = (role(1, "Admin"), role(2, "Cook"));
    let (user, scope) = (kim(), scope_of(&kim(), &[ROLE]));
    let context = Context::at(Timestamp::UNIX_EPOCH);
    for (function, kind) in [
        ("AssertiveAppRoleAssignmentsComplex", ChangeKind::Set),
        ("AppRoleAssignmentsComplex", ChangeKind::Add),
    ] {
        let mapping = with_row("roles", expression(&format!("{function}([appRoleAssignments])")), |_| {});
        assert!(mapping.uses_roles());
        let plan_for = |roles: &[AssignedRole], link: Option<&Link>, observed: &Observed| {
            plan_object(&mapping, subject_with(&user, &scope, roles, &context), link, observed)
        };
        let first = [admin.clone()];
        let Step::Decided(Decision::Send(Write::Create(write))) = plan_for(&first, None, &Observed::None)
        else {
            panic!()
        };
        let link = link_to(&user, write.exported());
        settled(&plan_for(&first, Some(&link), &Observed::NotAsked));
        let second = [cook.clone()];
        let action = plan_for(&second, Some(&link), &Observed::NotAsked);
        let Edit { changes, exported_after, .. } = edit_of(&action);
        assert_eq!((changes.len(), changes[0].kind), (1, kind), "{function}");
        assert_eq!(changes[0].new.as_ref().unwrap()[0]["value"], json!("Cook"));
        let left = exported_after["roles"].as_array().unwrap().len();
        assert_eq!(left, if kind == ChangeKind::Set { 1 } else { 2 });
        settled(&plan_for(&second, Some(&linked(&link, &action)), &Observed::NotAsked));
    }
}

#[test]
fn a_mapping_knows_whether_it_reads_the_clock() {
    assert!(!compile(|_| {}).reads_clock());
    assert!(with_row("nickName", expression("CStr(Now())"), |_| {}).reads_clock());
    let once = with_row("nickName", expression("CStr(Now())"), |row| row.flow_type = FlowType::ObjectAddOnly);
    assert!(!once.reads_clock());
}
#[test]
fn lists_are_sets_and_add_only_rows_take_nothing_away() {
    let split = || expression("Split([extensionAttribute1], \";\")");
    let user = |text: &str| {
        let mut user = kim();
        user.attributes.extension_attribute1 = (!text.is_empty()).then(|| text.to_owned());
        user
    };
    let adding = with_row("roles", split(), |row| row.flow_type = FlowType::MultiValueAddOnly);
    let link = created(&adding, &user("a;b"));
    assert_eq!(link.exported["roles"], json!([{"value": "a"}, {"value": "b"}]));
    for unchanged in ["b;a", "a", "", "b;b;a"] {
        settled(&plan(&adding, &user(unchanged), &[ROLE], Some(&link), &Observed::NotAsked));
    }
    let action = plan(&adding, &user("c;a"), &[ROLE], Some(&link), &Observed::NotAsked);
    let Edit { changes: found, exported_after, .. } = edit_of(&action);
    assert_eq!((found[0].kind, &found[0].new), (ChangeKind::Add, &Some(json!([{"value": "c"}]))));
    assert_eq!(exported_after["roles"], json!([{"value": "a"}, {"value": "b"}, {"value": "c"}]));
    let body = json!({"userName": "kim@contoso.com", "roles": [{"value": "x"}, {"value": "b", "type": "t"}]});
    let adopted = plan(&adding, &user("a;b"), &[ROLE], None, &account("t", body));
    let roles = changes(&adopted).into_iter().find(|(path, ..)| path == "roles");
    assert_eq!(roles, Some(("roles".to_owned(), None, Some(json!([{"value": "a"}])))));
    assert_eq!(linked(&link, &adopted).exported["roles"], json!([{"value": "b"}, {"value": "a"}]));

    let replacing = with_row("roles", split(), |_| {});
    let link = created(&replacing, &user("a;b"));
    settled(&plan(&replacing, &user("b;a"), &[ROLE], Some(&link), &Observed::NotAsked));
    let action = plan(&replacing, &user("c"), &[ROLE], Some(&link), &Observed::NotAsked);
    let Edit { changes: found, .. } = edit_of(&action);
    assert_eq!((found[0].kind, &found[0].new), (ChangeKind::Set, &Some(json!([{"value": "c"}]))));
}
