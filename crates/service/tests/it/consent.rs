use crate::fixture::{Fixture, admin, fields, refused, token};
use jiff::SignedDuration;
use purser_contract::application::ApplicationView;
use purser_contract::problem::ProblemKind;
use purser_contract::provisioning::{ProvisioningForm, TestConnectionForm};
use purser_domain::ids::{AdminId, CycleId};
use purser_domain::job::QuarantineCode;
use purser_service::{Caller, ConsentAnswer};
use purser_store::{
    Clock, CycleCounts, CycleKind, ObservedGenerations, Quarantine, RunningCycle, SystemClock,
};
use purser_testkit::{OAuthOptions, OAuthServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;
use uuid::Uuid;

const BACK: &str = "http://purser.test/oauth/callback";

/// An application whose credentials are entered and not consented to.
async fn ready(server: &OAuthServer) -> (Fixture, ApplicationView) {
    let fixture = Fixture::on_loopback().await;
    // The tokens' server lives by the world's clock.
    fixture.clock.set(SystemClock.now());
    let app = fixture.add_application("Wiki").await;
    let view = fixture.portal.load_provisioning(&admin(), &app.id).await.unwrap();
    let form = ProvisioningForm {
        application_id: app.id.clone(),
        generation: view.generation,
        mode: "Automatic".into(),
        tenant_url: server.tenant_url(),
        credential_method: "authorizationCode".into(),
        credentials: fields(&[
            ("Oauth2AuthorizationUri", &server.authorization_url()),
            ("Oauth2TokenExchangeUri", &server.token_url()),
            ("Oauth2ClientId", "purser"),
            ("Oauth2ClientSecret", "cl1ent-s3cret"),
        ]),
        ..ProvisioningForm::default()
    };
    fixture.portal.save_provisioning(&admin(), form).await.unwrap();
    (fixture, app)
}

/// What the browser comes back with after the administrator consented.
async fn consent(url: &str) -> ConsentAnswer {
    let url = Url::parse(url).unwrap();
    let address = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "GET {}?{} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n",
        url.path(),
        url.query().unwrap()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
    let back = Url::parse(location.trim()).unwrap();
    assert!(location.starts_with(BACK));
    let value = |name: &str| {
        let found = back.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    ConsentAnswer { state: value("state"), code: value("code"), ..ConsentAnswer::default() }
}

async fn given(fixture: &Fixture, app: &ApplicationView) -> bool {
    let view = fixture.portal.load_provisioning(&admin(), &app.id).await.unwrap();
    view.credentials.consent.unwrap().given
}

#[tokio::test]
async fn a_consent_gives_tokens_that_provisioning_works_with() {
    let server = OAuthServer::start(OAuthOptions::default()).await.unwrap();
    let (fixture, app) = ready(&server).await;
    let portal = &fixture.portal;
    assert!(!given(&fixture, &app).await);
    let problem = refused(portal.start_job(&admin(), &app.id).await, ProblemKind::Invalid);
    assert!(problem.message.contains("consent") && problem.advice.contains("Authorize"), "{problem}");
    let begun = portal.begin_consent(&admin(), &app.id, BACK).await.unwrap();
    assert!(begun.url.contains("code_challenge=") && begun.host == "127.0.0.1");
    let answer = consent(&begun.url).await;
    assert_eq!(portal.finish_consent(&admin(), &app.id, &begun.state, &answer).await.unwrap(), "Wiki");
    assert!(given(&fixture, &app).await);
    let saved = TestConnectionForm { application_id: app.id.clone(), ..TestConnectionForm::default() };
    let tested = portal.test_connection(&admin(), saved).await.unwrap();
    assert!(tested.ok, "{tested:?}");
    assert!(portal.start_job(&admin(), &app.id).await.is_ok());
    let listed = portal.list_secrets(&admin(), &app.id).await.unwrap();
    let access = listed.iter().find(|secret| secret.key == "Oauth2AccessToken").unwrap();
    assert!(access.value == "*" && access.ends_at.is_some());
    assert!(listed.iter().all(|secret| !secret.key.starts_with("Purser.")));
    let audit = fixture.audit(2).await;
    assert!(audit.iter().any(|(activity, _)| activity == "Consent to application"), "{audit:?}");

    // Other tokens belong to another client.
    let view = portal.load_provisioning(&admin(), &app.id).await.unwrap();
    let other = ProvisioningForm {
        application_id: app.id.clone(),
        generation: view.generation,
        tenant_url: server.tenant_url(),
        credentials: fields(&[("Oauth2ClientId", "somebody else")]),
        ..ProvisioningForm::default()
    };
    portal.save_provisioning(&admin(), other).await.unwrap();
    assert!(!given(&fixture, &app).await, "tokens of another client are gone");
}

#[tokio::test]
async fn an_access_token_is_refreshed_and_the_new_tokens_are_kept() {
    let server = OAuthServer::start(OAuthOptions::default()).await.unwrap();
    let (fixture, app) = ready(&server).await;
    let portal = &fixture.portal;
    let begun = portal.begin_consent(&admin(), &app.id, BACK).await.unwrap();
    let answer = consent(&begun.url).await;
    portal.finish_consent(&admin(), &app.id, &begun.state, &answer).await.unwrap();
    let id = app.id.parse().unwrap();
    let before = fixture.store.read_secret(id, "Oauth2RefreshToken").await.unwrap();
    server.end_access_token();
    let saved = || TestConnectionForm { application_id: app.id.clone(), ..TestConnectionForm::default() };
    assert!(portal.test_connection(&admin(), saved()).await.unwrap().ok);
    let after = fixture.store.read_secret(id, "Oauth2RefreshToken").await.unwrap();
    assert!(after.is_some() && after != before, "the server forgot the old refresh token");
    server.revoke();
    let failed = portal.test_connection(&admin(), saved()).await.unwrap();
    assert!(!failed.ok && failed.advice.contains("Press Authorize"), "{failed:?}");
}

#[tokio::test]
async fn a_consent_has_ended_when_a_cycle_needed_another_whatever_the_advice_says() {
    let server = OAuthServer::start(OAuthOptions::default()).await.unwrap();
    let (fixture, app) = ready(&server).await;
    let (portal, store) = (&fixture.portal, &fixture.store);
    let begun = portal.begin_consent(&admin(), &app.id, BACK).await.unwrap();
    let answer = consent(&begun.url).await;
    portal.finish_consent(&admin(), &app.id, &begun.state, &answer).await.unwrap();
    let spec = store.find_spec_of(app.id.parse().unwrap()).await.unwrap().unwrap();
    let (owner, now) = (Uuid::from_u128(1), portal.clock().now());
    let later = now + SignedDuration::from_mins(5);
    assert!(store.acquire_lease(spec.job_id, owner, later, now).await.unwrap());
    let cycle = RunningCycle {
        id: CycleId::from_uuid(Uuid::from_u128(2)),
        kind: CycleKind::Initial,
        cursor: None,
        start_seq: 0,
        started_at: now,
        processed: 0,
        total: 0,
        processed_groups: 0,
        total_groups: 0,
        counts: CycleCounts::default(),
    };
    let observed =
        ObservedGenerations { generation: spec.generation, mapping_generation: spec.mapping_generation };
    store.begin_cycle(spec.job_id, owner, &cycle, observed).await.unwrap();
    for (code, advice, ended) in [
        (QuarantineCode::InvalidCredentials, "Press Authorize, or do not.", false),
        (QuarantineCode::ConsentRequired, "", true),
    ] {
        let quarantine = Quarantine {
            code,
            reason: "It does not work.".into(),
            advice: advice.into(),
            cure: None,
            since: now,
            attempts: 1,
            tried_at: now,
            next_attempt_at: later,
        };
        store.set_quarantine(spec.job_id, owner, Some(&quarantine)).await.unwrap();
        let view = portal.load_provisioning(&admin(), &app.id).await.unwrap();
        assert_eq!(view.credentials.consent.unwrap().ended, ended, "{code}");
    }
}

#[tokio::test]
async fn what_comes_back_counts_once_for_who_began_it_and_with_its_own_state() {
    let server = OAuthServer::start(OAuthOptions::default()).await.unwrap();
    let (fixture, app) = ready(&server).await;
    let portal = &fixture.portal;
    let other = Caller::Administrator { id: AdminId::from_uuid(Uuid::from_u128(9)), name: "Eve".into() };
    let begin = async || {
        let begun = portal.begin_consent(&admin(), &app.id, BACK).await.unwrap();
        let answer = consent(&begun.url).await;
        (begun.state, answer)
    };
    let (state, answer) = begin().await;
    refused(portal.finish_consent(&other, &app.id, &state, &answer).await, ProblemKind::Conflict);
    // Whatever came of it, it is used up.
    refused(portal.finish_consent(&admin(), &app.id, &state, &answer).await, ProblemKind::Conflict);
    let (state, answer) = begin().await;
    let forged = ConsentAnswer { state: "forged".into(), ..answer.clone() };
    refused(portal.finish_consent(&admin(), &app.id, &state, &forged).await, ProblemKind::Conflict);
    let (_, answer) = begin().await;
    let wrong = portal.finish_consent(&admin(), &app.id, "another session's", &answer).await;
    refused(wrong, ProblemKind::Conflict);
    let (first, first_answer) = begin().await;
    let _ = begin().await;
    let stale = portal.finish_consent(&admin(), &app.id, &first, &first_answer).await;
    refused(stale, ProblemKind::Conflict);
    let (state, answer) = begin().await;
    fixture.clock.set(SystemClock.now() + SignedDuration::from_mins(11));
    let late =
        refused(portal.finish_consent(&admin(), &app.id, &state, &answer).await, ProblemKind::Conflict);
    assert!(late.message.contains("10 minutes"), "{late}");
    assert!(!given(&fixture, &app).await);
    refused(portal.begin_consent(&token(), &app.id, BACK).await, ProblemKind::Forbidden);
}

#[tokio::test]
async fn a_refusal_of_the_provider_is_told_in_words() {
    let server = OAuthServer::start(OAuthOptions::default()).await.unwrap();
    let (fixture, app) = ready(&server).await;
    let portal = &fixture.portal;
    let begun = portal.begin_consent(&admin(), &app.id, BACK).await.unwrap();
    let answer = ConsentAnswer {
        state: begun.state.clone(),
        error: "access_denied".into(),
        error_description: "The user said no.".into(),
        ..ConsentAnswer::default()
    };
    let problem =
        refused(portal.finish_consent(&admin(), &app.id, &begun.state, &answer).await, ProblemKind::Target);
    assert!(problem.message.contains("The consent was refused for Wiki (access_denied: The user said no.)"));
    let begun = portal.begin_consent(&admin(), &app.id, BACK).await.unwrap();
    let nonsense = ConsentAnswer { code: "made-up".into(), ..consent(&begun.url).await };
    let problem =
        refused(portal.finish_consent(&admin(), &app.id, &begun.state, &nonsense).await, ProblemKind::Target);
    assert!(!problem.advice.is_empty(), "{problem}");
    let plain = fixture.add_application("Plain").await;
    refused(portal.begin_consent(&admin(), &plain.id, BACK).await, ProblemKind::Invalid);
}
