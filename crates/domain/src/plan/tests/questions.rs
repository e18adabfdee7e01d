//! Questions to the target: which account, which value, what is there?
use super::*;
use serde_json::json;

#[test]
fn an_account_of_somebody_else_is_refused() {
    let taken = Observed::Taken { target_id: "t4".to_owned(), other: "Ann".to_owned() };
    let Step::Decided(Decision::Note(Note::Refuse(refusal))) =
        plan(&compile(|_| {}), &kim(), &[ROLE], None, &taken)
    else {
        panic!()
    };
    assert_eq!(refusal.code, "DuplicateSourceEntries");
    assert_eq!(refusal.reason, "The account t4 that was found is already linked to Ann.");
}

#[test]
fn who_can_not_be_decided_is_left_as_they_are() {
    let (mapping, user, context) = (compile(|_| {}), kim(), Context::at(Timestamp::UNIX_EPOCH));
    let facts = ScopeFacts {
        scope: ScopeMode::All,
        default_access_counts: false,
        account_enabled: true,
        soft_deleted: false,
        roles: &[],
        filter: FilterVerdict::Undecidable("The pattern takes too long."),
    };
    let scope = decide_scope(&facts);
    assert!(!scope.in_scope);
    let references = References::default();
    let subject =
        Subject { source: Source::User(&user), scope: &scope, references, roles: &[], context: &context };
    for link in [None, Some(&created(&mapping, &user))] {
        let Step::Decided(Decision::Note(Note::Refuse(refusal))) =
            plan_object(&mapping, subject, link, &Observed::NotAsked)
        else {
            panic!()
        };
        assert_eq!(refusal.code, "ScopingFilterUndecidable");
        assert_eq!(refusal.reason, "The pattern takes too long.");
    }
}

#[test]
fn matching_asks_by_precedence() {
    let mapping = compile(|mapping| {
        mapping.attributes[0].matching_priority = Some(2);
        mapping.attributes[4].matching_priority = Some(1);
    });
    let Step::Ask(Question::Match(queries)) = plan(&mapping, &kim(), &[ROLE], None, &Observed::NotAsked)
    else {
        panic!()
    };
    let paths: Vec<&str> = queries.iter().map(|query| query.path.as_str()).collect();
    assert_eq!(paths, ["emails[type eq \"work\"].value", "userName"]);
}

#[test]
fn a_linked_account_is_read_before_something_missing_is_filled_in_and_then_never_again() {
    let mapping = with_row("nickName", direct("mailNickname"), |row| row.flow_type = FlowType::ValueAddOnly);
    let mut user = kim();
    let link = created(&mapping, &user);
    let plan_for =
        |user: &User, link: &Link, observed: &Observed| plan(&mapping, user, &[ROLE], Some(link), observed);
    // Nothing to fill in, nothing to ask.
    assert_eq!(reasons(&plan_for(&user, &link, &Observed::NotAsked)).1, [SkipReason::AlreadyExported]);
    user.attributes.mail_nickname = Some("kim".to_owned());
    let look = plan_for(&user, &link, &Observed::NotAsked);
    assert_eq!(look, Step::Ask(Question::Read { target_id: "t1".to_owned() }));
    // External id is a row of its own; only the nickname is of interest here.
    let body = json!({"externalId": "kim", "nickName": "Kimmy"});
    let seen = plan_for(&user, &link, &account("t1", body));
    assert_eq!(changes(&seen), [("externalId".to_owned(), None, Some(json!("kim")))]);
    let after = linked(&link, &seen);
    assert!(!after.exported.contains_key("nickName"), "it is theirs");
    assert_eq!(reasons(&plan_for(&user, &after, &Observed::NotAsked)).1, [SkipReason::AlreadyExported]);
    // An account without a nickname gets one.
    let filled = plan_for(&user, &link, &account("t1", json!({})));
    assert!(changes(&filled).contains(&("nickName".to_owned(), None, Some(json!("kim")))), "{filled:?}");
    let after = linked(&link, &filled);
    assert_eq!(reasons(&plan_for(&user, &after, &Observed::NotAsked)).1, [SkipReason::AlreadyExported]);
    // Whoever sees the account empty fills it in again.
    let emptied = plan_for(&user, &after, &account("t1", json!({})));
    assert_eq!(changes(&emptied), [("nickName".to_owned(), None, Some(json!("kim")))]);
}

#[test]
fn what_was_seen_is_remembered_even_when_nothing_is_sent() {
    let mapping = with_row("nickName", direct("city"), |row| row.flow_type = FlowType::AttributeAddOnly);
    let link = created(&mapping, &kim());
    let mut user = kim();
    user.attributes.city = Some("Bonn".to_owned());
    let action = plan(&mapping, &user, &[ROLE], Some(&link), &Observed::NotAsked);
    // The default mapping flows the city too, so that is exported first.
    let mut link = link;
    link.exported.insert("addresses[type eq \"work\"].locality".to_owned(), json!("Bonn"));
    assert!(matches!(action, Step::Ask(Question::Read { .. })), "{action:?}");
    let seen = plan(&mapping, &user, &[ROLE], Some(&link), &account("t1", json!({"nickName": "Kimmy"})));
    assert!(matches!(seen, Step::Decided(Decision::Note(Note::Remember { .. }))), "{seen:?}");
    let again = plan(&mapping, &user, &[ROLE], Some(&linked(&link, &seen)), &Observed::NotAsked);
    assert_eq!(reasons(&again).1, [SkipReason::AlreadyExported]);
}

#[test]
fn what_was_seen_is_not_ours_even_when_the_row_becomes_another() {
    let filling =
        with_row("nickName", direct("extensionAttribute1"), |row| row.flow_type = FlowType::ValueAddOnly);
    let clearing = with_row("nickName", direct("extensionAttribute1"), |row| row.clear = true);
    let mut user = kim();
    let link = created(&filling, &user);
    user.attributes.extension_attribute1 = Some("x".to_owned());
    let seen = account("t1", json!({"nickName": "Kimmy"}));
    let link = linked(&link, &plan(&filling, &user, &[ROLE], Some(&link), &seen));
    user.attributes.extension_attribute1 = None;
    let action = plan(&clearing, &user, &[ROLE], Some(&link), &Observed::NotAsked);
    assert_eq!(reasons(&action).1, [SkipReason::AlreadyExported]);
}

#[test]
fn without_update_nobody_looks_into_the_account() {
    let mut mapping = default_user_mapping();
    mapping.actions.update = false;
    let mut row = AttributeMapping::new(direct("employeeType"), "userType");
    row.flow_type = FlowType::ValueAddOnly;
    mapping.attributes.push(row);
    let mapping = CompiledMapping::compile(&mapping, TargetSchema::scim_user()).unwrap();
    let mut user = kim();
    let link = created(&mapping, &user);
    user.attributes.employee_type = Some("Staff".to_owned());
    let action = plan(&mapping, &user, &[ROLE], Some(&link), &Observed::NotAsked);
    assert_eq!(reasons(&action).1, [SkipReason::AlreadyExported]);
}
