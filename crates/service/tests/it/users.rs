use crate::fixture::{Fixture, admin, form_of, refused, token, user_form};
use jiff::SignedDuration;
use purser_contract::assignment::AssignForm;
use purser_contract::directory::UserFilter;
use purser_contract::page::ListForm;
use purser_contract::problem::ProblemKind;
use purser_domain::user::UserAttributes;
use purser_service::UserPatch;
use purser_store::{ChangeKind, UserCondition, UserQuery};

#[tokio::test]
async fn names_with_quotes_markup_right_to_left_text_and_emoji_are_kept_as_typed() {
    let fixture = Fixture::new().await;
    for (number, name) in
        ["O'Brien \"Bo\"", "<script>alert(1)</script>", "مريم", "👩🏽‍💻 Zoë"].into_iter().enumerate()
    {
        let user = fixture.add_user(&format!("p{number}@example.org"), name).await;
        let found = fixture.portal.load_user(&admin(), &user.id).await.unwrap();
        assert_eq!(found.attributes["displayName"], name);
    }
}

#[tokio::test]
async fn what_breaks_a_rule_names_its_field_and_writes_nothing() {
    let fixture = Fixture::new().await;
    let mut long = user_form("ann@example.org", "Ann");
    long.attributes.insert("department".into(), "x".repeat(2_000));
    let mut control = user_form("ann@example.org", "Ann");
    control.attributes.insert("jobTitle".into(), "a\u{7}b".into());
    let mut unknown = user_form("ann@example.org", "Ann");
    unknown.attributes.insert("shoeSize".into(), "38".into());
    let mut manager = user_form("ann@example.org", "Ann");
    manager.manager = "nobody@example.org".into();
    let cases = [
        (user_form("", "Ann"), "userPrincipalName"),
        (user_form("ann", "Ann"), "userPrincipalName"),
        (user_form("ann@example.org", ""), "displayName"),
        (long, "department"),
        (control, "jobTitle"),
        (unknown, "shoeSize"),
        (manager, "manager"),
    ];
    for (form, field) in cases {
        let problem = refused(fixture.portal.save_user(&admin(), form).await, ProblemKind::Invalid);
        assert_eq!(problem.field.as_deref(), Some(field), "{problem}");
    }
    assert_eq!((fixture.last_seq().await, fixture.audit(5).await.len()), (0, 0));
}

#[tokio::test]
async fn a_sign_in_name_is_unique_in_any_case_and_among_the_deleted() {
    let fixture = Fixture::new().await;
    let ann = fixture.add_user("ann@example.org", "Ann").await;
    let again = fixture.portal.save_user(&admin(), user_form("ANN@Example.org", "Other")).await;
    let problem = refused(again, ProblemKind::Conflict);
    assert_eq!(problem.field.as_deref(), Some("userPrincipalName"));
    assert!(problem.message.contains("is taken by Ann"));
    fixture.portal.delete_user(&admin(), &ann.id).await.unwrap();
    let problem = refused(
        fixture.portal.save_user(&admin(), user_form("ann@example.org", "Other")).await,
        ProblemKind::Conflict,
    );
    assert!(problem.advice.contains("Users > Deleted users"), "{problem}");
}

#[tokio::test]
async fn a_stale_edit_is_refused_with_both_versions_and_nothing_is_written() {
    let fixture = Fixture::new().await;
    let seen = fixture.add_user("ann@example.org", "Ann").await;
    let mut first = form_of(&seen);
    first.attributes.insert("department".into(), "Sales".into());
    fixture.portal.save_user(&admin(), first).await.unwrap();
    let mut second = form_of(&seen);
    second.attributes.insert("displayName".into(), "Ann Lee".into());
    second.attributes.insert("department".into(), "Support".into());
    let problem = refused(fixture.portal.save_user(&token(), second).await, ProblemKind::Conflict);
    let rows: Vec<_> = problem
        .conflict
        .iter()
        .map(|row| (row.label.as_str(), row.yours.as_str(), row.theirs.as_str()))
        .collect();
    assert_eq!(rows, [("Display name", "Ann Lee", "Ann"), ("Department", "Support", "Sales")]);
    let stored = fixture.portal.load_user(&admin(), &seen.id).await.unwrap();
    assert_eq!((stored.attributes["displayName"].as_str(), stored.generation), ("Ann", seen.generation + 1));
}

#[tokio::test]
async fn saving_without_a_change_writes_nothing() {
    let fixture = Fixture::new().await;
    let ann = fixture.add_user("ann@example.org", "Ann").await;
    let mut address = form_of(&ann);
    address.attributes.insert("streetAddress".into(), "1 Main St\r\nFloor 2".into());
    let ann = fixture.portal.save_user(&admin(), address).await.unwrap();
    let (seq, audit) = (fixture.last_seq().await, fixture.audit(50).await.len());
    let mut again = form_of(&ann);
    again.attributes.insert("streetAddress".into(), "1 Main St\r\nFloor 2 ".into());
    let after = fixture.portal.save_user(&admin(), again).await.unwrap();
    assert_eq!(after.generation, ann.generation);
    assert_eq!((fixture.last_seq().await, fixture.audit(50).await.len()), (seq, audit));
}

#[tokio::test]
async fn every_event_of_a_persons_life_reaches_the_change_feed_and_the_audit_log() {
    let fixture = Fixture::new().await;
    let portal = &fixture.portal;
    let app = fixture.add_application("App").await;
    let start = fixture.last_seq().await;
    let ann = fixture.add_user("ann@example.org", "Ann").await;
    portal.set_user_enabled(&admin(), &ann.id, false).await.unwrap();
    portal.set_user_enabled(&admin(), &ann.id, true).await.unwrap();
    let mut edit = form_of(&portal.load_user(&admin(), &ann.id).await.unwrap());
    edit.attributes.insert("mail".into(), "ann@mail.example".into());
    portal.save_user(&admin(), edit).await.unwrap();
    portal.delete_user(&admin(), &ann.id).await.unwrap();
    portal.restore_user(&admin(), &ann.id).await.unwrap();
    portal.delete_user(&admin(), &ann.id).await.unwrap();
    portal.delete_user(&admin(), &ann.id).await.unwrap();
    portal.purge_user(&admin(), &ann.id).await.unwrap();

    let kinds: Vec<_> =
        fixture.changes(&app, start).await.into_iter().map(|(user, _, kind)| (user, kind)).collect();
    let expected = [
        ChangeKind::Created,
        ChangeKind::Updated,
        ChangeKind::Updated,
        ChangeKind::Updated,
        ChangeKind::SoftDeleted,
        ChangeKind::Restored,
        ChangeKind::SoftDeleted,
        ChangeKind::Deleted,
    ];
    assert_eq!(kinds, expected.map(|kind| (ann.id.clone(), kind)));
    let activities: Vec<_> = fixture.audit(8).await.into_iter().rev().map(|row| row.0).collect();
    assert_eq!(
        activities,
        [
            "Add user",
            "Disable account",
            "Enable account",
            "Update user",
            "Delete user",
            "Restore user",
            "Delete user",
            "Hard Delete user"
        ]
    );
    refused(portal.load_user(&admin(), &ann.id).await, ProblemKind::NotFound);
}

#[tokio::test]
async fn deleted_people_can_not_be_edited_and_present_ones_not_purged() {
    let fixture = Fixture::new().await;
    let ann = fixture.add_user("ann@example.org", "Ann").await;
    refused(fixture.portal.purge_user(&admin(), &ann.id).await, ProblemKind::Conflict);
    fixture.portal.delete_user(&admin(), &ann.id).await.unwrap();
    refused(fixture.portal.save_user(&admin(), form_of(&ann)).await, ProblemKind::Conflict);
    refused(fixture.portal.set_user_enabled(&admin(), &ann.id, true).await, ProblemKind::Conflict);
    refused(fixture.portal.load_user_record(&token(), &ann.id).await, ProblemKind::NotFound);
}

#[tokio::test]
async fn people_are_purged_after_thirty_days_and_their_reports_are_looked_at_again() {
    let fixture = Fixture::new().await;
    let portal = &fixture.portal;
    portal.keep_house().await.unwrap();
    let app = fixture.add_application("App").await;
    let boss = fixture.add_user("boss@example.org", "Boss").await;
    let mut form = user_form("ann@example.org", "Ann");
    form.manager = "BOSS@example.org".into();
    let ann = portal.save_user(&admin(), form).await.unwrap();
    assert_eq!(ann.manager_name.as_deref(), Some("Boss"));
    let deleted = portal.delete_user(&admin(), &boss.id).await.unwrap();
    assert_eq!(deleted.purge_at.as_deref(), Some("2026-03-31T08:00:00Z"));
    fixture.pass_days(29).await;
    fixture.clock.advance(SignedDuration::from_hours(23));
    let count = async |activity: &str| {
        fixture.audit_rows().await.iter().filter(|row| row.activity == activity).count()
    };
    portal.keep_house().await.unwrap();
    assert_eq!(count("Hard Delete user").await, 0);
    let seq = fixture.last_seq().await;
    fixture.clock.advance(SignedDuration::from_hours(2));
    portal.keep_house().await.unwrap();
    assert_eq!(count("Hard Delete user").await, 1);
    let changes = fixture.changes(&app, seq).await;
    assert!(changes.iter().any(|(user, _, kind)| *user == boss.id && *kind == ChangeKind::Deleted));
    assert!(changes.iter().any(|(user, _, kind)| *user == ann.id && *kind == ChangeKind::Reference));
    assert_eq!(portal.load_user(&admin(), &ann.id).await.unwrap().manager_id, None);
    portal.keep_house().await.unwrap();
}

#[tokio::test]
async fn nobody_manages_themselves() {
    let fixture = Fixture::new().await;
    let ann = fixture.add_user("ann@example.org", "Ann").await;
    let mut form = form_of(&ann);
    form.manager = ann.id.clone();
    assert_eq!(
        refused(fixture.portal.save_user(&admin(), form).await, ProblemKind::Invalid).field.as_deref(),
        Some("manager")
    );
}

#[tokio::test]
async fn who_reports_to_somebody_deleted_can_still_be_edited() {
    let fixture = Fixture::new().await;
    let boss = fixture.add_user("boss@example.org", "Boss").await;
    let mut form = user_form("ann@example.org", "Ann");
    form.manager = boss.id.clone();
    let ann = fixture.portal.save_user(&admin(), form).await.unwrap();
    fixture.portal.delete_user(&admin(), &boss.id).await.unwrap();
    let mut edit = form_of(&ann);
    edit.attributes.insert("department".into(), "Sales".into());
    let ann = fixture.portal.save_user(&admin(), edit).await.unwrap();
    assert_eq!(ann.manager_id, Some(boss.id.clone()));
    let mut other = user_form("bo@example.org", "Bo");
    other.manager = boss.id;
    refused(fixture.portal.save_user(&admin(), other).await, ProblemKind::Invalid);
}

#[tokio::test]
async fn lists_go_page_by_page_and_search_by_name() {
    let fixture = Fixture::new().await;
    for number in 0..5 {
        fixture.add_user(&format!("p{number}@example.org"), &format!("Person {number}")).await;
    }
    fixture.add_user("zoe@example.org", "Zoë").await;
    let mut names = Vec::new();
    let mut form = ListForm { size: 2, ..ListForm::default() };
    loop {
        let page = fixture.portal.list_users(&admin(), UserFilter::Present, form.clone()).await.unwrap();
        assert_eq!(page.total, Some(6));
        names.extend(page.items.into_iter().map(|row| row.display_name));
        let Some(next) = page.next else { break };
        form.after = next;
    }
    assert_eq!(names, ["Person 0", "Person 1", "Person 2", "Person 3", "Person 4", "Zoë"]);
    let found = ListForm { search: "zo".into(), ..ListForm::default() };
    let found = fixture.portal.list_users(&admin(), UserFilter::Present, found).await.unwrap();
    assert_eq!(found.items[0].user_principal_name, "zoe@example.org");
    let damaged = ListForm { after: "###".into(), ..ListForm::default() };
    refused(fixture.portal.list_users(&admin(), UserFilter::Present, damaged).await, ProblemKind::Invalid);
}

#[tokio::test]
async fn the_api_creates_patches_and_queries_people() {
    let fixture = Fixture::new().await;
    let portal = &fixture.portal;
    let boss = fixture.add_user("boss@example.org", "Boss").await;
    let attributes = UserAttributes {
        user_principal_name: Some("ann@example.org".into()),
        display_name: Some("Ann".into()),
        ..UserAttributes::default()
    };
    let ann = portal.create_user_from(&token(), attributes, true, Some(&boss.id)).await.unwrap();
    let patch = UserPatch {
        attributes: [("mobilePhone".to_owned(), Some("555".to_owned()))].into(),
        account_enabled: Some(false),
    };
    let patched = portal.patch_user(&token(), "ANN@example.org", patch).await.unwrap();
    assert_eq!((patched.attributes.get("mobile"), patched.account_enabled), (Some("555"), false));
    assert_eq!(
        portal.load_manager(&token(), "ann@example.org").await.unwrap().unwrap().id.to_string(),
        boss.id
    );
    portal.set_manager(&token(), "ann@example.org", None).await.unwrap();
    assert_eq!(portal.load_manager(&token(), "ann@example.org").await.unwrap(), None);
    let by_name = |attribute: &str| UserQuery {
        conditions: vec![UserCondition::Equals {
            attribute: attribute.into(),
            value: "ANN@example.org".into(),
        }],
    };
    let page = portal.query_users(&token(), &by_name("userPrincipalName"), "", 0).await.unwrap();
    assert_eq!((page.items.len(), page.items[0].id, page.total), (1, ann.id, Some(1)));
    refused(portal.query_users(&token(), &by_name("shoeSize"), "", 0).await, ProblemKind::Invalid);
}

#[tokio::test]
async fn a_persons_page_shows_each_application_once() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("App").await;
    let (ann, group) = (fixture.add_user("ann@example.org", "Ann").await, fixture.add_group("Staff").await);
    fixture.portal.add_members(&admin(), &group.id, std::slice::from_ref(&ann.id)).await.unwrap();
    let form = AssignForm {
        application_id: app.id.clone(),
        role_id: fixture.role(&app, "User").await,
        users: vec![ann.id.clone()],
        groups: vec![group.id],
    };
    fixture.portal.assign(&admin(), form).await.unwrap();
    let view = fixture.portal.load_user(&admin(), &ann.id).await.unwrap();
    assert_eq!(view.applications.len(), 1);
    assert_eq!((view.applications[0].display_name.as_str(), view.applications[0].link_state), ("App", None));
    assert_eq!(view.groups[0].display_name, "Staff");
}
