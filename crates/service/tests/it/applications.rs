use crate::fixture::{Fixture, admin, refused, token};
use purser_contract::application::{CreateApplicationForm, PropertiesForm};
use purser_contract::assignment::{AssignForm, UnassignForm};
use purser_contract::page::ListForm;
use purser_contract::problem::ProblemKind;
use purser_domain::object::ObjectKind;
use purser_store::ChangeKind;

#[tokio::test]
async fn the_gallery_is_searched_by_name_publisher_and_category() {
    let fixture = Fixture::new().await;
    let all = fixture.portal.list_templates(&token(), "").unwrap();
    assert!(all.iter().any(|template| template.display_name == "Promapp"));
    let found = fixture.portal.list_templates(&token(), "AIRst").unwrap();
    assert_eq!(found.iter().map(|template| template.display_name.as_str()).collect::<Vec<_>>(), ["Airstack"]);
    assert_eq!(fixture.portal.load_template(&token(), &found[0].id).unwrap(), found[0]);
    refused(fixture.portal.load_template(&token(), "nonsense"), ProblemKind::NotFound);
}

#[tokio::test]
async fn a_new_application_has_two_roles_the_default_mapping_and_is_not_on() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("Wiki \"<b>\" 🦊").await;
    assert_eq!((app.display_name.as_str(), app.assigned_users), ("Wiki \"<b>\" 🦊", 0));
    let roles = fixture.portal.list_roles(&admin(), &app.id).await.unwrap();
    let roles: Vec<_> = roles.iter().map(|role| (role.display_name.as_str(), role.counts)).collect();
    assert_eq!(roles, [("User", true), ("Default Access", false)]);
    let blade = fixture.portal.load_provisioning(&admin(), &app.id).await.unwrap();
    assert_eq!((blade.mode.as_str(), blade.enabled, blade.scope.as_str()), ("Manual", false, "assigned"));
    assert_eq!((blade.mappings.len(), blade.mappings[0].key.as_str()), (2, "users"));
    let mapping = fixture.portal.load_mapping(&admin(), &app.id, "users").await.unwrap();
    assert_eq!(mapping.actions, ["Create", "Update", "Delete"]);
    let matching: Vec<_> =
        mapping.attributes.iter().filter(|row| row.matching_precedence == Some(1)).collect();
    assert_eq!((matching.len(), matching[0].target.as_str()), (1, "userName"));
    refused(fixture.portal.load_mapping(&admin(), &app.id, "devices").await, ProblemKind::NotFound);
    let activities: Vec<_> = fixture.audit(2).await.into_iter().map(|row| row.0).collect();
    assert_eq!(activities, ["Add provisioning configuration", "Add service principal"]);
}

#[tokio::test]
async fn applications_need_a_template_and_a_name() {
    let fixture = Fixture::new().await;
    let nothing = fixture.portal.create_application(&admin(), CreateApplicationForm::default()).await;
    assert_eq!(refused(nothing, ProblemKind::Invalid).field.as_deref(), Some("template_id"));
    let template_id = fixture.portal.list_templates(&admin(), "").unwrap()[0].id.clone();
    let form = CreateApplicationForm { template_id, display_name: "x".repeat(257) };
    let long = fixture.portal.create_application(&admin(), form).await;
    assert_eq!(refused(long, ProblemKind::Invalid).field.as_deref(), Some("display_name"));
}

#[tokio::test]
async fn properties_are_edited_and_a_stale_edit_is_refused() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("App").await;
    let form = PropertiesForm {
        id: app.id.clone(),
        generation: app.generation,
        display_name: "App 2".into(),
        notes: "line\r\nline".into(),
    };
    let saved = fixture.portal.save_properties(&admin(), form.clone()).await.unwrap();
    assert_eq!((saved.display_name.as_str(), saved.notes.as_str()), ("App 2", "line\nline"));
    let problem =
        refused(fixture.portal.save_properties(&admin(), form.clone()).await, ProblemKind::Conflict);
    assert!(problem.conflict.is_empty(), "both versions say the same");
    let long = PropertiesForm { generation: saved.generation, notes: "x".repeat(1_025), ..form };
    let problem = refused(fixture.portal.save_properties(&admin(), long).await, ProblemKind::Invalid);
    assert_eq!(problem.field.as_deref(), Some("notes"));
}

#[tokio::test]
async fn assigning_and_unassigning_reach_the_change_feed_once() {
    let fixture = Fixture::new().await;
    let portal = &fixture.portal;
    let app = fixture.add_application("App").await;
    let (ann, group) = (fixture.add_user("ann@x.org", "Ann").await, fixture.add_group("Staff").await);
    let seq = fixture.last_seq().await;
    let form = AssignForm {
        application_id: app.id.clone(),
        role_id: fixture.role(&app, "User").await,
        users: vec![ann.id.clone()],
        groups: vec![group.id.clone()],
    };
    let held = portal.assign(&admin(), form.clone()).await.unwrap();
    assert_eq!(
        (held.len(), held[0].detail.as_str(), held[1].principal_type.as_str()),
        (2, "ann@x.org", "Group")
    );
    let again = portal.assign(&admin(), form).await.unwrap();
    assert_eq!(again, held, "who has the role keeps the assignment");
    assert_eq!(fixture.changes(&app, seq).await, [(ann.id.clone(), true, ChangeKind::Assignment)]);

    let listed = portal.list_assignments(&admin(), &app.id, ListForm::default()).await.unwrap();
    assert_eq!((listed.items.len(), listed.total), (2, Some(2)));
    let picker =
        portal.list_principals(&admin(), &app.id, ObjectKind::User, ListForm::default()).await.unwrap();
    assert!(picker.items[0].assigned);
    let picker =
        portal.list_principals(&admin(), &app.id, ObjectKind::Group, ListForm::default()).await.unwrap();
    assert_eq!((picker.items[0].assigned, picker.items[0].detail.as_str()), (true, "0 members"));

    let seq = fixture.last_seq().await;
    let form = UnassignForm {
        application_id: app.id.clone(),
        assignments: held.iter().map(|row| row.id.clone()).collect(),
    };
    assert_eq!(portal.unassign(&admin(), form.clone()).await.unwrap(), 2);
    assert_eq!(portal.unassign(&admin(), form).await.unwrap(), 0);
    assert_eq!(fixture.changes(&app, seq).await, [(ann.id, true, ChangeKind::Assignment)]);
    let activities: Vec<_> = fixture.audit(2).await.into_iter().map(|row| row.0).collect();
    assert_eq!(activities, ["Remove app role assignment from group", "Remove app role assignment from user"]);
}

#[tokio::test]
async fn an_assignment_needs_somebody_and_a_role_of_this_application() {
    let fixture = Fixture::new().await;
    let (app, other) = (fixture.add_application("App").await, fixture.add_application("Other").await);
    let ann = fixture.add_user("ann@x.org", "Ann").await;
    let form = |role: String, users: Vec<String>| AssignForm {
        application_id: app.id.clone(),
        role_id: role,
        users,
        ..AssignForm::default()
    };
    let nobody = fixture.portal.assign(&admin(), form(fixture.role(&app, "User").await, vec![])).await;
    assert_eq!(refused(nobody, ProblemKind::Invalid).field.as_deref(), Some("users"));
    for role in [String::new(), fixture.role(&other, "User").await] {
        let wrong = fixture.portal.assign(&admin(), form(role, vec![ann.id.clone()])).await;
        assert_eq!(refused(wrong, ProblemKind::Invalid).field.as_deref(), Some("role_id"));
    }
    let unknown = form(fixture.role(&app, "User").await, vec![ann.id.clone(), "nobody@x.org".into()]);
    refused(fixture.portal.assign(&admin(), unknown).await, ProblemKind::NotFound);
    let listed = fixture.portal.list_assignments(&admin(), &app.id, ListForm::default()).await.unwrap();
    assert_eq!(listed.items, []);
}

#[tokio::test]
async fn a_deleted_application_is_gone_with_all_that_belongs_to_it() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("App").await;
    let job = fixture.portal.load_provisioning(&admin(), &app.id).await.unwrap().job_id;
    fixture.portal.delete_application(&admin(), &app.id).await.unwrap();
    refused(fixture.portal.load_application(&admin(), &app.id).await, ProblemKind::NotFound);
    refused(fixture.portal.load_job_status(&admin(), &job).await, ProblemKind::NotFound);
    let page = fixture.portal.list_applications(&admin(), ListForm::default()).await.unwrap();
    assert_eq!((page.items.len(), page.total), (0, Some(0)));
    let entries = fixture.portal.list_audit(&admin(), ListForm::default()).await.unwrap().items;
    let entry = entries.iter().find(|entry| entry.activity == "Delete provisioning configuration").unwrap();
    assert!(entry.details.iter().any(|(_, value)| value.contains("left as they are")));
}
