use crate::fixture::{Fixture, admin, fields, refused};
use purser_contract::problem::ProblemKind;
use purser_contract::provisioning::{ProvisioningForm, TestConnectionForm};
use purser_testkit::{Fault, FaultRule, GroupRules, ScimTarget, TargetOptions};

fn form(app: &str, url: &str, token: &str) -> TestConnectionForm {
    TestConnectionForm {
        application_id: app.into(),
        tenant_url: url.into(),
        credentials: fields(&[("SecretToken", token)]),
        ..TestConnectionForm::default()
    }
}

#[tokio::test]
async fn good_credentials_are_told_in_the_originals_words() {
    let fixture = Fixture::on_loopback().await;
    let target = ScimTarget::start(TargetOptions::default()).await.unwrap();
    let app = fixture.add_application("Wiki").await;
    let view = fixture
        .portal
        .test_connection(&admin(), form(&app.id, &target.base_url(), target.token()))
        .await
        .unwrap();
    assert!(view.ok, "{view:?}");
    assert_eq!(view.title, "Testing connection to Wiki");
    assert_eq!(view.message, "The supplied credentials are authorized to enable provisioning.");
    assert!(view.detail.contains("GET /scim/v2/Users?filter="), "{}", view.detail);
    assert!(!view.detail.contains(target.token()));
    assert_eq!(target.count(), 0);
}

#[tokio::test]
async fn an_application_without_groups_passes_once_their_mapping_is_switched_off() {
    let fixture = Fixture::on_loopback().await;
    let groups = GroupRules { present: false, ..GroupRules::default() };
    let target = ScimTarget::start(TargetOptions { groups, ..TargetOptions::default() }).await.unwrap();
    let app = fixture.add_application("Wiki").await;
    let caller = admin();
    let tested = form(&app.id, &target.base_url(), target.token());
    let view = fixture.portal.test_connection(&caller, tested.clone()).await.unwrap();
    assert!(!view.ok && view.advice.contains("mapping of groups off"), "{view:?}");
    fixture.portal.switch_mapping(&caller, &app.id, "groups", false).await.unwrap();
    let switched = fixture.portal.load_schema(&caller, &app.id).await.unwrap();
    assert!(switched.document.to_string().contains("\"enabled\":false"), "{}", switched.document);
    assert!(fixture.portal.test_connection(&caller, tested).await.unwrap().ok);
    refused(fixture.portal.switch_mapping(&caller, &app.id, "devices", true).await, ProblemKind::NotFound);
}

#[tokio::test]
async fn empty_fields_mean_what_is_stored_but_not_for_another_host() {
    let fixture = Fixture::on_loopback().await;
    let target = ScimTarget::start(TargetOptions::default()).await.unwrap();
    let other = ScimTarget::start(TargetOptions::default()).await.unwrap();
    let app = fixture.add_application("Wiki").await;
    let problem =
        refused(fixture.portal.test_connection(&admin(), form(&app.id, "", "")).await, ProblemKind::Invalid);
    assert_eq!(problem.field.as_deref(), Some("tenant_url"));
    let save = ProvisioningForm {
        application_id: app.id.clone(),
        generation: 1,
        mode: "Automatic".into(),
        tenant_url: target.base_url(),
        credentials: fields(&[("SecretToken", target.token())]),
        ..ProvisioningForm::default()
    };
    fixture.portal.save_provisioning(&admin(), save).await.unwrap();
    assert!(fixture.portal.test_connection(&admin(), form(&app.id, "", "")).await.unwrap().ok);
    let elsewhere = fixture.portal.test_connection(&admin(), form(&app.id, &other.base_url(), "")).await;
    assert_eq!(refused(elsewhere, ProblemKind::Invalid).field.as_deref(), Some("SecretToken"));
    other.keep_journal(true);
    assert!(other.journal().is_empty());
}

#[tokio::test]
async fn each_way_of_failing_says_what_happened_and_what_to_try() {
    let fixture = Fixture::on_loopback().await;
    let target = ScimTarget::start(TargetOptions::default()).await.unwrap();
    let app = fixture.add_application("Wiki").await;
    let wrong =
        fixture.portal.test_connection(&admin(), form(&app.id, &target.base_url(), "wrong")).await.unwrap();
    assert!(
        !wrong.ok && wrong.message.starts_with("You appear to have entered invalid credentials."),
        "{wrong:?}"
    );
    target.break_with(FaultRule::always(Fault::Html));
    let html = fixture
        .portal
        .test_connection(&admin(), form(&app.id, &target.base_url(), target.token()))
        .await
        .unwrap();
    assert!(!html.ok && html.message.starts_with("The credentials could not be validated."), "{html:?}");
    assert!(!html.advice.is_empty() && html.detail.contains("Error code: "));
    let dead = "http://127.0.0.1:1/scim";
    let dead = fixture.portal.test_connection(&admin(), form(&app.id, dead, "x")).await.unwrap();
    assert!(!dead.ok && !dead.advice.is_empty(), "{dead:?}");
}

#[tokio::test]
async fn private_addresses_are_refused_unless_the_operator_allows_them() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("Wiki").await;
    for url in ["http://127.0.0.1:8880/scim", "https://169.254.169.254/latest", "https://[::1]/scim"] {
        let view = fixture.portal.test_connection(&admin(), form(&app.id, url, "x")).await.unwrap();
        assert!(!view.ok && !view.advice.is_empty(), "{view:?}");
    }
    let refused_url = fixture.portal.test_connection(&admin(), form(&app.id, "not a url", "x")).await;
    assert_eq!(refused(refused_url, ProblemKind::Invalid).field.as_deref(), Some("tenant_url"));
}
