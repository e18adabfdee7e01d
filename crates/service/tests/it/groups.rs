use crate::fixture::{Fixture, admin, refused, token};
use purser_contract::assignment::AssignForm;
use purser_contract::directory::GroupForm;
use purser_contract::page::ListForm;
use purser_contract::problem::ProblemKind;
use purser_service::GroupPatch;
use purser_store::ChangeKind;

#[tokio::test]
async fn a_group_is_made_edited_and_a_stale_edit_is_refused() {
    let fixture = Fixture::new().await;
    let seen = fixture.add_group("Staff").await;
    let form = GroupForm {
        id: seen.id.clone(),
        generation: seen.generation,
        display_name: "Staff <all>".into(),
        description: "Everybody\r\nhere".into(),
        mail_nickname: "staff".into(),
    };
    let saved = fixture.portal.save_group(&admin(), form.clone()).await.unwrap();
    assert_eq!((saved.display_name.as_str(), saved.generation), ("Staff <all>", seen.generation + 1));
    let stale = GroupForm { display_name: "Mine".into(), ..form };
    let problem = refused(fixture.portal.save_group(&admin(), stale).await, ProblemKind::Conflict);
    assert_eq!(
        (problem.conflict[0].yours.as_str(), problem.conflict[0].theirs.as_str()),
        ("Mine", "Staff <all>")
    );
    let nameless = fixture.portal.save_group(&admin(), GroupForm::default()).await;
    assert_eq!(refused(nameless, ProblemKind::Invalid).field.as_deref(), Some("display_name"));
    let patch = GroupPatch { description: Some(None), ..GroupPatch::default() };
    assert_eq!(fixture.portal.patch_group(&token(), &seen.id, patch).await.unwrap().description, None);
}

#[tokio::test]
async fn members_of_an_assigned_group_reach_that_applications_change_feed_and_no_other() {
    let fixture = Fixture::new().await;
    let portal = &fixture.portal;
    let (app, other) = (fixture.add_application("App").await, fixture.add_application("Other").await);
    let group = fixture.add_group("Staff").await;
    let (ann, bo) = (fixture.add_user("ann@x.org", "Ann").await, fixture.add_user("bo@x.org", "Bo").await);

    let seq = fixture.last_seq().await;
    portal.add_members(&admin(), &group.id, &["ann@x.org".into()]).await.unwrap();
    assert_eq!(fixture.last_seq().await, seq, "nobody gains anything by a group that is assigned nowhere");

    let form = AssignForm {
        application_id: app.id.clone(),
        role_id: fixture.role(&app, "User").await,
        groups: vec![group.id.clone()],
        ..AssignForm::default()
    };
    portal.assign(&admin(), form).await.unwrap();
    assert_eq!(fixture.changes(&app, seq).await, [(ann.id.clone(), true, ChangeKind::Assignment)]);

    let seq = fixture.last_seq().await;
    let view = portal.add_members(&admin(), &group.id, &[bo.id.clone(), "ANN@x.org".into()]).await.unwrap();
    assert_eq!(view.member_count, 2);
    portal.remove_member(&admin(), &group.id, "ann@x.org").await.unwrap();
    portal.remove_member(&admin(), &group.id, "ann@x.org").await.unwrap();
    let membership = |id: &str| (id.to_owned(), true, ChangeKind::Membership);
    assert_eq!(fixture.changes(&app, seq).await, [membership(&bo.id), membership(&ann.id)]);
    assert_eq!(fixture.changes(&other, seq).await, []);
    // The group itself is provisioned too.
    assert_eq!(fixture.group_changes(&app, seq).await, [ChangeKind::Membership; 2]);
    assert_eq!(fixture.group_changes(&other, seq).await, []);

    let seq = fixture.last_seq().await;
    portal.delete_group(&admin(), &group.id).await.unwrap();
    assert_eq!(fixture.changes(&app, seq).await, [(bo.id, true, ChangeKind::Assignment)]);
    assert_eq!(portal.load_application(&admin(), &app.id).await.unwrap().assigned_groups, 0);
    assert_eq!(fixture.audit(1).await[0], ("Delete group".to_owned(), "Staff".to_owned()));
    refused(portal.load_group(&admin(), &group.id).await, ProblemKind::NotFound);
}

#[tokio::test]
async fn one_unknown_member_adds_nobody() {
    let fixture = Fixture::new().await;
    let group = fixture.add_group("Staff").await;
    fixture.add_user("ann@x.org", "Ann").await;
    let gone = fixture.add_user("bo@x.org", "Bo").await;
    fixture.portal.delete_user(&admin(), &gone.id).await.unwrap();
    for unknown in ["nobody@x.org", "bo@x.org"] {
        let members = ["ann@x.org".to_owned(), unknown.to_owned()];
        let problem =
            refused(fixture.portal.add_members(&admin(), &group.id, &members).await, ProblemKind::Invalid);
        assert!(problem.message.contains(unknown) && problem.field.as_deref() == Some("members"));
    }
    assert_eq!(fixture.portal.load_group(&admin(), &group.id).await.unwrap().member_count, 0);
    let nobody = fixture.portal.add_members(&admin(), &group.id, &[" ".into()]).await;
    refused(nobody, ProblemKind::Invalid);
}

#[tokio::test]
async fn groups_and_members_are_listed_by_name() {
    let fixture = Fixture::new().await;
    for name in ["Beta", "alpha", "Gamma"] {
        fixture.add_group(name).await;
    }
    let first = ListForm { size: 2, ..ListForm::default() };
    let page = fixture.portal.list_groups(&admin(), first).await.unwrap();
    let names: Vec<_> = page.items.iter().map(|row| row.display_name.as_str()).collect();
    assert_eq!((names, page.total), (vec!["alpha", "Beta"], Some(3)));
    let rest = ListForm { size: 2, after: page.next.unwrap(), ..ListForm::default() };
    let page = fixture.portal.list_groups(&admin(), rest).await.unwrap();
    assert_eq!((page.items[0].display_name.as_str(), page.next), ("Gamma", None));
    let records = fixture.portal.query_groups(&token(), ListForm::default()).await.unwrap();
    assert_eq!(records.items.len(), 3);

    let group = &records.items[0].group.id.to_string();
    let ann = fixture.add_user("ann@x.org", "Ann").await;
    fixture.portal.add_members(&admin(), group, std::slice::from_ref(&ann.id)).await.unwrap();
    let members = fixture.portal.list_members(&admin(), group, ListForm::default()).await.unwrap();
    assert_eq!(members.items[0].id, ann.id);
    let members = fixture.portal.query_members(&token(), group, ListForm::default()).await.unwrap();
    assert_eq!(members.items[0].id.to_string(), ann.id);
}
