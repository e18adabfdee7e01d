use crate::fixture::{Fixture, admin, fields, refused, token};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use purser_contract::application::ApplicationView;
use purser_contract::page::ListForm;
use purser_contract::problem::ProblemKind;
use purser_contract::provisioning::{ProvisioningForm, ProvisioningView, TestConnectionForm};
use purser_domain::ids::AppId;
use purser_domain::secret::Secret;
use purser_service::SecretForm;
use purser_testkit::{OAuthOptions, OAuthServer};

const URL: &str = "https://scim.example.com/v2";

async fn load(fixture: &Fixture, app: &ApplicationView) -> ProvisioningView {
    fixture.portal.load_provisioning(&admin(), &app.id).await.unwrap()
}

/// The blade's form with these fields under Admin Credentials.
fn form(view: &ProvisioningView, method: &str, entered: &[(&str, &str)]) -> ProvisioningForm {
    ProvisioningForm {
        application_id: view.application_id.clone(),
        generation: view.generation,
        mode: "Automatic".into(),
        tenant_url: if view.tenant_url.is_empty() { URL.into() } else { view.tenant_url.clone() },
        credential_method: method.into(),
        credentials: fields(entered),
        ..ProvisioningForm::default()
    }
}

async fn names(fixture: &Fixture, app: &ApplicationView) -> Vec<String> {
    let id: AppId = app.id.parse().unwrap();
    fixture.store.list_secret_names(id).await.unwrap().into_keys().collect()
}

async fn stored(fixture: &Fixture, app: &ApplicationView, key: &str) -> Option<String> {
    let value = fixture.store.read_secret(app.id.parse().unwrap(), key).await.unwrap();
    value.map(|value| value.expose().to_owned())
}

#[tokio::test]
async fn the_blade_draws_the_methods_of_the_gallery_file_and_shows_what_is_no_secret() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("Wiki").await;
    let view = load(&fixture, &app).await;
    let methods: Vec<_> = view.credentials.methods.iter().map(|method| method.id.as_str()).collect();
    assert!(methods.starts_with(&["secretToken"]) && methods.contains(&"clientCredentials"), "{methods:?}");
    assert_eq!(view.credentials.method, "secretToken");
    let entered = [
        ("Oauth2TokenExchangeUri", "https://login.example.com/token"),
        ("Oauth2ClientId", "purser"),
        ("clientCredentials.Oauth2ClientSecret", "s3cret value"),
    ];
    let saved =
        fixture.portal.save_provisioning(&admin(), form(&view, "clientCredentials", &entered)).await.unwrap();
    assert!(saved.configured, "{saved:?}");
    assert_eq!(saved.credentials.method, "clientCredentials");
    let method = saved.credentials.methods.iter().find(|method| method.id == "clientCredentials").unwrap();
    let shown = |key: &str| {
        let field = method.fields.iter().find(|field| field.key == key).unwrap();
        (field.value.as_str(), field.stored, field.secret)
    };
    assert_eq!(shown("Oauth2ClientId"), ("purser", true, false));
    assert_eq!(shown("Oauth2ClientSecret"), ("", true, true));
    assert!(!format!("{saved:?}").contains("s3cret"));
    let audit = format!("{:?}", fixture.portal.list_audit(&admin(), ListForm::default()).await.unwrap());
    assert!(audit.contains("Client Secret") && !audit.contains("s3cret"), "{audit}");
}

#[tokio::test]
async fn a_field_that_breaks_its_format_is_refused_by_name_and_nothing_is_written() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("Wiki").await;
    let view = load(&fixture, &app).await;
    for (method, key, value) in [
        ("secretToken", "SecretToken", "two words"),
        ("clientCredentials", "Oauth2TokenExchangeUri", "http://login.example.com/token"),
        ("clientCredentials", "Oauth2ClientId", "a\u{7}b"),
        ("magic", "credential_method", ""),
    ] {
        let save = fixture.portal.save_provisioning(&admin(), form(&view, method, &[(key, value)])).await;
        assert_eq!(refused(save, ProblemKind::Invalid).field.as_deref(), Some(key), "{method} {key}");
    }
    assert!(names(&fixture, &app).await.is_empty());
}

#[tokio::test]
async fn another_method_takes_away_the_secrets_of_the_one_before_only_once_it_is_saved() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("Wiki").await;
    let view = load(&fixture, &app).await;
    let portal = &fixture.portal;
    let view = portal
        .save_provisioning(&admin(), form(&view, "secretToken", &[("SecretToken", "t0ken")]))
        .await
        .unwrap();
    let half = portal.save_provisioning(&admin(), form(&view, "basic", &[("UserName", "ann")])).await;
    let problem = refused(half, ProblemKind::Invalid);
    assert_eq!(problem.field.as_deref(), Some("Password"), "{problem}");
    assert_eq!(stored(&fixture, &app, "SecretToken").await.as_deref(), Some("t0ken"), "kept until then");
    let whole = [("UserName", "ann"), ("Password", " p w ")];
    let view = portal.save_provisioning(&admin(), form(&view, "basic", &whole)).await.unwrap();
    assert_eq!(names(&fixture, &app).await, ["Password", "UserName"]);
    assert_eq!(stored(&fixture, &app, "Password").await.as_deref(), Some(" p w "));
    let none = portal.save_provisioning(&admin(), form(&view, "none", &[])).await.unwrap();
    assert!(none.configured && names(&fixture, &app).await.is_empty());
}

#[tokio::test]
async fn superseded_credentials_go_on_working_until_a_token_takes_their_place() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application_of("Samanage", "Samanage").await;
    let new = load(&fixture, &app).await;
    assert_eq!(new.credentials.methods.len(), 1, "a new application is not offered the old method");
    assert_eq!(new.tenant_url, "https://api.samanage.com");
    assert!(!new.cautions.is_empty() && new.tenant_url_choices.len() == 3);

    // An application that was set up before.
    let id: AppId = app.id.parse().unwrap();
    let now = fixture.portal.clock().now();
    let tx = fixture.store.begin().await.unwrap();
    let mut spec = tx.find_spec_of(id).await.unwrap().unwrap();
    spec.credential_method = "adminCredentials".into();
    tx.update_spec(&spec, spec.generation).await.unwrap();
    tx.write_secret(id, "UserName", &Secret::new("ann@example.com"), now).await.unwrap();
    tx.write_secret(id, "Password", &Secret::new("pass word"), now).await.unwrap();
    tx.commit().await.unwrap();

    let old = load(&fixture, &app).await;
    assert_eq!(old.credentials.method, "adminCredentials");
    assert_eq!(old.credentials.successor.as_deref(), Some("secretToken"));
    assert_eq!(old.credentials.methods.len(), 2, "both the old fields and the Secret Token are shown");
    let portal = &fixture.portal;
    let kept = [("adminCredentials.UserName", "ann@example.com"), ("adminCredentials.Password", "")];
    let on = ProvisioningForm {
        provisioning_status: "on".into(),
        ..form(&old, "adminCredentials", &[kept[0], kept[1], ("secretToken.SecretToken", "")])
    };
    let on = portal.save_provisioning(&admin(), on).await.unwrap();
    assert!(on.enabled, "old credentials that are there go on working");
    assert_eq!(names(&fixture, &app).await, ["Password", "UserName"]);

    let entered = [kept[0], kept[1], ("secretToken.SecretToken", "eyJ.t0ken")];
    let done = portal.save_provisioning(&admin(), form(&on, "adminCredentials", &entered)).await.unwrap();
    assert_eq!(done.credentials.method, "secretToken");
    assert_eq!((done.credentials.methods.len(), &done.credentials.successor), (1, &None));
    assert_eq!(names(&fixture, &app).await, ["SecretToken"]);
}

#[tokio::test]
async fn no_stored_secret_goes_to_another_host_by_whichever_address_it_is_led_there() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("Wiki").await;
    let view = load(&fixture, &app).await;
    let portal = &fixture.portal;
    let entered = [
        ("Oauth2TokenExchangeUri", "https://login.example.com/token"),
        ("Oauth2ClientId", "purser"),
        ("Oauth2ClientSecret", "s3cret"),
    ];
    let view = portal.save_provisioning(&admin(), form(&view, "clientCredentials", &entered)).await.unwrap();
    let led = [("Oauth2TokenExchangeUri", "https://evil.example/token"), ("Oauth2ClientId", "purser")];
    let save = portal.save_provisioning(&admin(), form(&view, "clientCredentials", &led)).await;
    let problem = refused(save, ProblemKind::Invalid);
    assert_eq!(problem.field.as_deref(), Some("Oauth2ClientSecret"), "{problem}");
    let test = TestConnectionForm {
        application_id: app.id.clone(),
        credential_method: "clientCredentials".into(),
        credentials: fields(&led),
        ..TestConnectionForm::default()
    };
    refused(portal.test_connection(&admin(), test).await, ProblemKind::Invalid);
    let keys = led.map(|(key, value)| SecretForm { key: key.into(), value: value.into() });
    refused(portal.set_secrets(&token(), &app.id, &keys).await, ProblemKind::Invalid);

    // Not by way of no address at all either.
    let emptied = ProvisioningForm { tenant_url: String::new(), ..form(&view, "clientCredentials", &[]) };
    let view = portal.save_provisioning(&admin(), emptied).await.unwrap();
    let moved = ProvisioningForm {
        tenant_url: "https://evil.example/v2".into(),
        ..form(&view, "clientCredentials", &[])
    };
    refused(portal.save_provisioning(&admin(), moved).await, ProblemKind::Invalid);
    // Another path of the same host is no other host.
    let path =
        [("Oauth2TokenExchangeUri", "https://login.example.com/v2/token"), ("Oauth2ClientSecret", "s3cret")];
    portal.save_provisioning(&admin(), form(&view, "clientCredentials", &path)).await.unwrap();
}

fn jwt(exp: i64) -> String {
    format!("eyJhbGciOiJub25lIn0.{}.c2ln", URL_SAFE_NO_PAD.encode(format!("{{\"exp\":{exp}}}")))
}

#[tokio::test]
async fn ends_are_typed_in_or_read_from_the_token_and_warned_of_everywhere() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("Wiki").await;
    let (portal, now) = (&fixture.portal, fixture.portal.clock().now());
    let in_days = |days: i64| now + SignedDuration::from_hours(24 * days);
    let view = load(&fixture, &app).await;
    let token = jwt(in_days(10).as_second());
    let view = portal
        .save_provisioning(&admin(), form(&view, "secretToken", &[("SecretToken", &token)]))
        .await
        .unwrap();
    assert_eq!(view.credentials.methods[0].fields[0].expires_on, "2026-03-11");
    assert_eq!(view.credentials.expiry[0].stage, 14);
    assert!(view.credentials.expiry[0].message.contains("expires on 11 Mar 2026, in 10 days"));
    let page = portal.list_applications(&admin(), ListForm::default()).await.unwrap();
    assert_eq!(page.items[0].expiry.as_ref().unwrap().stage, 14);
    let listed = portal.list_secrets(&admin(), &app.id).await.unwrap();
    let entry = listed.iter().find(|secret| secret.key == "SecretToken").unwrap();
    assert_eq!(entry.ends_at.as_deref(), Some("2026-03-11T08:00:00Z"));
    assert!(entry.warning.is_some() && entry.value == "*");

    // The page sends the day back that it shows: that is no change.
    let same = ProvisioningForm { expires: fields(&[("SecretToken", "2026-03-11")]), ..form(&view, "", &[]) };
    let same = portal.save_provisioning(&admin(), same).await.unwrap();
    assert_eq!(same.generation, view.generation);
    let typed =
        ProvisioningForm { expires: fields(&[("SecretToken", "2026-03-02")]), ..form(&view, "", &[]) };
    let typed = portal.save_provisioning(&admin(), typed).await.unwrap();
    assert_eq!(typed.credentials.expiry[0].stage, 1);
    fixture.clock.set(in_days(3));
    assert_eq!(load(&fixture, &app).await.credentials.expiry[0].stage, 0, "ended is told, too");
    let wrong = ProvisioningForm { expires: fields(&[("SecretToken", "soon")]), ..form(&typed, "", &[]) };
    let problem = refused(portal.save_provisioning(&admin(), wrong).await, ProblemKind::Invalid);
    assert_eq!(problem.field.as_deref(), Some("expires.SecretToken"));
    // A new token without an end of its own does not inherit the old one's.
    let new = ProvisioningForm {
        expires: fields(&[("SecretToken", "2026-03-02")]),
        ..form(&typed, "", &[("SecretToken", "plain")])
    };
    let new = portal.save_provisioning(&admin(), new).await.unwrap();
    assert!(new.credentials.expiry.is_empty());
    assert_eq!(new.credentials.methods[0].fields[0].expires_on, "");
}

#[tokio::test]
async fn the_api_takes_the_keys_of_each_method_and_names_them_when_one_is_unknown() {
    let fixture = Fixture::on_loopback().await;
    let server = OAuthServer::start(OAuthOptions::default()).await.unwrap();
    let app = fixture.add_application("Wiki").await;
    let secret = |key: &str, value: &str| SecretForm { key: key.into(), value: value.into() };
    let all = [
        secret("BaseAddress", &server.tenant_url()),
        secret("AuthenticationType", "clientCredentials"),
        secret("Oauth2TokenExchangeUri", &server.token_url()),
        secret("Oauth2ClientId", "purser"),
        secret("Oauth2ClientSecret", "cl1ent-s3cret"),
    ];
    let tried = fixture.portal.form_of_secrets(&token(), &app.id, &all).await.unwrap();
    let tried = fixture.portal.test_connection(&token(), tried).await.unwrap();
    assert!(tried.ok, "{tried:?}");
    assert!(names(&fixture, &app).await.is_empty(), "a test leaves nothing behind");
    let view = fixture.portal.set_secrets(&token(), &app.id, &all).await.unwrap();
    assert_eq!((view.credentials.method.as_str(), view.configured), ("clientCredentials", true));
    let saved = TestConnectionForm { application_id: app.id.clone(), ..TestConnectionForm::default() };
    assert!(fixture.portal.test_connection(&token(), saved).await.unwrap().ok);
    let lacking = fixture.portal.form_of_secrets(&token(), &app.id, &all[..4]).await.unwrap();
    let problem = refused(fixture.portal.test_connection(&token(), lacking).await, ProblemKind::Invalid);
    assert_eq!(problem.field.as_deref(), Some("Oauth2ClientSecret"), "nothing stored stands in");
    let unknown = [secret("AppKey", "x")];
    let problem =
        refused(fixture.portal.set_secrets(&token(), &app.id, &unknown).await, ProblemKind::Invalid);
    assert!(problem.message.contains("AppKey") && problem.advice.contains("UserName"), "{problem}");
    // Without a type, the keys tell which method is meant.
    let basic = [secret("UserName", "ann"), secret("Password", "pw")];
    let view = fixture.portal.set_secrets(&token(), &app.id, &basic).await;
    let view = view.unwrap();
    assert_eq!(view.credentials.method, "basic");
}

#[tokio::test]
async fn a_refused_form_is_kept_without_its_secrets() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("Wiki").await;
    let view = load(&fixture, &app).await;
    let entered = [
        ("Oauth2ClientId", "purser"),
        ("clientCredentials.Oauth2ClientSecret", "s3cret"),
        ("SecretToken", "t0ken"),
        ("Nonsense", "x"),
    ];
    let kept = fixture.portal.strip_secrets(form(&view, "clientCredentials", &entered));
    assert_eq!(kept.credentials, fields(&[("Oauth2ClientId", "purser")]));
    let nowhere = ProvisioningForm { application_id: "nothing".into(), ..form(&view, "", &entered) };
    assert_eq!(fixture.portal.strip_secrets(nowhere).credentials, kept.credentials);
}
