use crate::fixture::{Fixture, admin, fields, refused, token};
use purser_contract::application::ApplicationView;
use purser_contract::assignment::AssignForm;
use purser_contract::problem::ProblemKind;
use purser_contract::profile::{ProbeForm, ProbeView, ProfileForm};
use purser_contract::provisioning::{ProvisioningForm, TestConnectionForm};
use purser_domain::job::ProbeState;
use purser_testkit::{Kind, PatchStyle, SamanageOptions, SamanageTarget, ScimTarget, TargetOptions};
use serde_json::json;
use std::time::Duration;

async fn connect(fixture: &Fixture, app: &ApplicationView, url: &str, secret: &str) {
    let view = fixture.portal.load_provisioning(&admin(), &app.id).await.unwrap();
    let form = ProvisioningForm {
        application_id: app.id.clone(),
        generation: view.generation,
        mode: "Automatic".into(),
        tenant_url: url.into(),
        credentials: fields(&[("SecretToken", secret)]),
        ..ProvisioningForm::default()
    };
    fixture.portal.save_provisioning(&admin(), form).await.unwrap();
}

async fn samanage() -> (Fixture, SamanageTarget, ApplicationView) {
    let fixture = Fixture::on_loopback().await;
    let target = SamanageTarget::start(SamanageOptions::default()).await.unwrap();
    let app = fixture.add_application_of("Samanage", "Desk").await;
    connect(&fixture, &app, &target.base_url(), target.token()).await;
    (fixture, target, app)
}

#[tokio::test]
async fn roles_of_the_application_appear_vanish_and_come_back() {
    let (fixture, target, app) = samanage().await;
    let portal = &fixture.portal;
    let found = portal.refresh_roles(&admin(), &app.id).await.unwrap();
    assert!(found.told, "{found:?}");
    let names = async || {
        let roles = portal.list_roles(&admin(), &app.id).await.unwrap();
        roles.into_iter().map(|role| (role.display_name, role.missing_since.is_some())).collect::<Vec<_>>()
    };
    assert!(names().await.contains(&("Administrator".into(), false)), "{:?}", names().await);
    let id =
        target.insert(Kind::Roles, json!({"name": "Auditor", "description": "Reads everything."})).unwrap();
    let found = portal.refresh_roles(&admin(), &app.id).await.unwrap();
    assert_eq!((found.added.as_slice(), found.missing.len()), (&["Auditor".to_owned()][..], 0));
    let roles = portal.list_roles(&admin(), &app.id).await.unwrap();
    let auditor = roles.iter().find(|role| role.display_name == "Auditor").unwrap().clone();
    assert_eq!(auditor.description, "Reads everything.");
    assert!(auditor.imported && !auditor.value.is_empty());
    let user = fixture.add_user("ann@example.com", "Ann").await;
    let form = AssignForm {
        application_id: app.id.clone(),
        role_id: auditor.id.clone(),
        users: vec![user.id],
        groups: Vec::new(),
    };
    portal.assign(&admin(), form.clone()).await.unwrap();

    assert!(target.remove(Kind::Roles, id));
    let found = portal.refresh_roles(&admin(), &app.id).await.unwrap();
    assert_eq!(found.missing, ["Auditor"]);
    assert_eq!(names().await.last().unwrap(), &("Auditor".to_owned(), true), "shown last");
    let page = portal.list_assignments(&admin(), &app.id, Default::default()).await.unwrap();
    assert!(page.items[0].role.missing_since.is_some(), "whoever holds it keeps it, and it shows");
    let bob = fixture.add_user("bob@example.com", "Bob").await;
    let again = AssignForm { users: vec![bob.id], ..form };
    let problem = refused(portal.assign(&admin(), again.clone()).await, ProblemKind::Invalid);
    assert_eq!(problem.message, "The role Auditor is no longer in Desk.");

    target.insert(Kind::Roles, json!({"name": "Auditor"})).unwrap();
    let found = portal.refresh_roles(&admin(), &app.id).await.unwrap();
    assert_eq!(found.returned, ["Auditor"]);
    portal.assign(&admin(), again).await.unwrap();
    let again = portal.refresh_roles(&admin(), &app.id).await.unwrap();
    assert_eq!(again.message, "The roles of Desk are up to date.");
    let imports = fixture.audit(50).await;
    assert!(imports.iter().filter(|(activity, _)| activity == "Import app roles").count() >= 3);
}

#[tokio::test]
async fn a_passed_test_of_the_stored_credentials_imports_roles_and_a_test_of_others_does_not() {
    let (fixture, _target, app) = samanage().await;
    let other = SamanageTarget::start(SamanageOptions::default()).await.unwrap();
    other.insert(Kind::Roles, json!({"name": "Somewhere else"})).unwrap();
    let portal = &fixture.portal;
    let stored = TestConnectionForm { application_id: app.id.clone(), ..TestConnectionForm::default() };
    let tested = portal.test_connection(&admin(), stored).await.unwrap();
    assert!(
        tested.ok && tested.detail.contains("roles of Desk") || tested.detail.contains("Roles of Desk"),
        "{tested:?}"
    );
    let elsewhere = TestConnectionForm {
        application_id: app.id.clone(),
        tenant_url: other.base_url(),
        credentials: fields(&[("SecretToken", other.token())]),
        ..TestConnectionForm::default()
    };
    assert!(portal.test_connection(&admin(), elsewhere).await.unwrap().ok);
    let roles = portal.list_roles(&admin(), &app.id).await.unwrap();
    assert!(roles.iter().all(|role| role.display_name != "Somewhere else" && role.missing_since.is_none()));
}

#[tokio::test]
async fn a_setting_of_its_own_is_checked_kept_shown_and_taken_back() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("Wiki").await;
    let portal = &fixture.portal;
    let save = |settings: &[(&str, &str)], take_back: &[&str]| ProfileForm {
        application_id: app.id.clone(),
        settings: fields(settings),
        take_back: take_back.iter().map(|name| (*name).to_owned()).collect(),
        ..ProfileForm::default()
    };
    for wrong in [("pach", "true"), ("page_size", "\"many\""), ("page_size", "{"), ("paging", "\"sideways\"")]
    {
        refused(portal.save_profile(&admin(), save(&[wrong], &[])).await, ProblemKind::Invalid);
    }
    let view =
        portal.save_profile(&admin(), save(&[("page_size", "20"), ("patch", "true")], &[])).await.unwrap();
    let own: Vec<_> = view.settings.iter().filter(|setting| setting.own).collect();
    assert_eq!(own.len(), 1, "what is as the gallery says is nothing of its own: {own:?}");
    assert_eq!((own[0].name.as_str(), own[0].value.as_str()), ("page_size", "20"));
    assert!(own[0].gallery_value.as_deref() == Some("100") && !own[0].sentence.is_empty(), "{own:?}");
    let entry = format!("{:?}", portal.list_audit(&admin(), Default::default()).await.unwrap().items[0]);
    assert!(entry.contains("Update target profile") && entry.contains("100 → 20"), "{entry}");
    let stale = ProfileForm { generation: view.generation - 1, ..save(&[("page_size", "30")], &[]) };
    refused(portal.save_profile(&admin(), stale).await, ProblemKind::Conflict);
    let view = portal.save_profile(&token(), save(&[], &["page_size"])).await.unwrap();
    assert!(view.settings.iter().all(|setting| !setting.own));
}

async fn probe_of(fixture: &Fixture, app: &ApplicationView, depth: &str) -> ProbeView {
    let form = ProbeForm { application_id: app.id.clone(), depth: depth.into() };
    fixture.portal.start_probe(&admin(), form).await.unwrap();
    let looking = async {
        loop {
            let view = fixture.portal.load_probe(&admin(), &app.id).await.unwrap();
            if view.state != ProbeState::Running {
                return view;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), looking).await.unwrap()
}

#[tokio::test]
async fn the_probe_runs_in_the_background_and_what_it_proposes_is_applied_only_when_told() {
    let fixture = Fixture::on_loopback().await;
    let options = TargetOptions { patch: PatchStyle::Missing, ..TargetOptions::default() };
    let target = ScimTarget::start(options).await.unwrap();
    let app = fixture.add_application("Wiki").await;
    let form = ProbeForm { application_id: app.id.clone(), depth: "full".into() };
    refused(fixture.portal.start_probe(&admin(), form).await, ProblemKind::Invalid);
    connect(&fixture, &app, &target.base_url(), target.token()).await;
    assert_eq!(fixture.portal.load_probe(&admin(), &app.id).await.unwrap().state, ProbeState::None);
    let view = probe_of(&fixture, &app, "full").await;
    assert_eq!(view.state, ProbeState::Done, "{view:?}");
    assert!(view.requests > 5 && !view.steps.is_empty() && view.left_behind.is_empty(), "{view:?}");
    assert_eq!(target.count(), 0, "the throw-away user is gone");
    let spec = fixture.store.find_spec_of(app.id.parse().unwrap()).await.unwrap().unwrap();
    assert!(spec.profile.is_empty(), "nothing is applied by itself");
    assert!(!format!("{view:?}").contains(target.token()));
    let settings = view.proposals.iter().map(|found| (found.setting.clone(), found.value.clone())).collect();
    let apply = ProfileForm { application_id: app.id.clone(), settings, ..ProfileForm::default() };
    fixture.portal.save_profile(&admin(), apply).await.unwrap();
    let after = fixture.portal.load_probe(&admin(), &app.id).await.unwrap();
    assert!(after.proposals.iter().all(|proposal| proposal.applied), "{after:?}");
}

#[tokio::test]
async fn a_probe_that_fails_says_why_and_another_one_can_be_begun() {
    let fixture = Fixture::on_loopback().await;
    let target = ScimTarget::start(TargetOptions::default()).await.unwrap();
    let app = fixture.add_application("Wiki").await;
    connect(&fixture, &app, &target.base_url(), "wrong").await;
    let view = probe_of(&fixture, &app, "read").await;
    assert!(view.state == ProbeState::Failed && !view.failure.is_empty() && view.read_only, "{view:?}");
    connect(&fixture, &app, &target.base_url(), target.token()).await;
    assert_eq!(probe_of(&fixture, &app, "read").await.state, ProbeState::Done);
}

#[tokio::test]
async fn discovery_without_credentials_is_refused_and_with_them_only_adds() {
    let fixture = Fixture::on_loopback().await;
    let target = ScimTarget::start(TargetOptions::default()).await.unwrap();
    let app = fixture.add_application("Wiki").await;
    refused(fixture.portal.discover_attributes(&admin(), &app.id).await, ProblemKind::Invalid);
    connect(&fixture, &app, &target.base_url(), target.token()).await;
    let before = fixture.portal.load_schema(&admin(), &app.id).await.unwrap();
    let first = fixture.portal.discover_attributes(&admin(), &app.id).await.unwrap();
    let after = fixture.portal.load_schema(&admin(), &app.id).await.unwrap();
    assert_eq!(before.document["synchronizationRules"], after.document["synchronizationRules"]);
    let again = fixture.portal.discover_attributes(&admin(), &app.id).await.unwrap();
    assert!(again.added.is_empty() && again.told == first.told, "{again:?}");
}
