use crate::fixture::{Fixture, admin, fields, refused, token};
use jiff::SignedDuration;
use purser_contract::page::ListForm;
use purser_contract::problem::ProblemKind;
use purser_contract::provisioning::{ProvisioningForm, ProvisioningView, QuarantineView};
use purser_domain::ids::{CycleId, JobId};
use purser_domain::job::{JobCode, ProvisioningState, QuarantineCode};
use purser_service::SecretForm;
use purser_store::{CycleCounts, CycleKind, JobSpec, ObservedGenerations, Quarantine, RunningCycle};
use std::collections::BTreeMap;
use uuid::Uuid;

const URL: &str = "https://scim.example.com/v2";

/// The form that the blade shows, filled in so that it can be switched on.
fn complete(view: &ProvisioningView) -> ProvisioningForm {
    ProvisioningForm {
        application_id: view.application_id.clone(),
        generation: view.generation,
        mode: "Automatic".into(),
        tenant_url: URL.into(),
        credentials: fields(&[("SecretToken", "t0ken")]),
        provisioning_status: "off".into(),
        scope: "assigned".into(),
        ..ProvisioningForm::default()
    }
}

async fn blade(fixture: &Fixture) -> ProvisioningView {
    let app = fixture.add_application("App").await;
    fixture.portal.load_provisioning(&admin(), &app.id).await.unwrap()
}

async fn spec(fixture: &Fixture, view: &ProvisioningView) -> JobSpec {
    fixture.store.load_spec(view.job_id.parse().unwrap()).await.unwrap()
}

#[tokio::test]
async fn the_blade_is_saved_switched_on_and_off_with_the_originals_words_in_the_audit_log() {
    let fixture = Fixture::new().await;
    let seen = blade(&fixture).await;
    assert_eq!(seen.status.code, JobCode::NotConfigured);
    let saved = fixture.portal.save_provisioning(&admin(), complete(&seen)).await.unwrap();
    assert_eq!((saved.mode.as_str(), saved.mode_locked, saved.configured), ("Automatic", true, true));
    assert_eq!((saved.tenant_url.as_str(), saved.status.code.as_str()), (URL, "NotRun"));
    assert_eq!(saved.status.sentence, "Ready. Switch provisioning on to start the initial cycle.");

    let on = ProvisioningForm {
        provisioning_status: "on".into(),
        credentials: BTreeMap::new(),
        ..complete(&saved)
    };
    let on = fixture.portal.save_provisioning(&admin(), on).await.unwrap();
    assert_eq!((on.enabled, on.status.code.as_str()), (true, "Active"));
    assert_eq!(on.status.sentence, "Waiting for the initial cycle to start.");
    fixture.portal.pause_job(&token(), &on.job_id).await.unwrap();
    let off = fixture.portal.load_job_status(&token(), &on.job_id).await.unwrap();
    assert_eq!(off.code, JobCode::NotRun);
    fixture.portal.start_job(&token(), &on.application_id).await.unwrap();
    fixture.portal.restart_job(&token(), &on.job_id).await.unwrap();
    let activities: Vec<_> = fixture.audit(5).await.into_iter().rev().map(|row| row.0).collect();
    assert_eq!(
        activities,
        [
            "Update provisioning setting or credentials",
            "Enable/start provisioning configuration",
            "Disable/pause provisioning configuration",
            "Enable/start provisioning configuration",
            "Enable/restart provisioning configuration",
        ]
    );
    let everything = format!("{:?}", fixture.portal.list_audit(&admin(), ListForm::default()).await.unwrap());
    assert!(everything.contains("Secret Token") && !everything.contains("t0ken"));
    let token = fixture.store.read_secret(on.application_id.parse().unwrap(), "SecretToken").await.unwrap();
    assert_eq!(token.unwrap().expose(), "t0ken");
}

#[tokio::test]
async fn on_needs_automatic_mode_a_url_and_a_token() {
    let fixture = Fixture::new().await;
    let seen = blade(&fixture).await;
    let on = ProvisioningForm { provisioning_status: "on".into(), ..complete(&seen) };
    let cases = [
        (ProvisioningForm { tenant_url: String::new(), ..on.clone() }, "tenant_url"),
        (ProvisioningForm { tenant_url: "scim.example.com".into(), ..on.clone() }, "tenant_url"),
        (ProvisioningForm { credentials: BTreeMap::new(), ..on.clone() }, "SecretToken"),
        (ProvisioningForm { notify_on_failure: Some("true".into()), ..on.clone() }, "notification_email"),
        (ProvisioningForm { notification_email: "nobody".into(), ..on.clone() }, "notification_email"),
        (ProvisioningForm { scope: "some".into(), ..on.clone() }, "scope"),
        (ProvisioningForm { mode: "Sometimes".into(), ..on.clone() }, "mode"),
        (ProvisioningForm { provisioning_status: "maybe".into(), ..on }, "provisioning_status"),
    ];
    for (form, field) in cases {
        let problem = refused(fixture.portal.save_provisioning(&admin(), form).await, ProblemKind::Invalid);
        assert_eq!(problem.field.as_deref(), Some(field), "{problem}");
    }
    refused(fixture.portal.start_job(&admin(), &seen.job_id).await, ProblemKind::Invalid);
    assert_eq!(spec(&fixture, &seen).await.generation, seen.generation, "nothing was written");
}

#[tokio::test]
async fn mode_does_not_go_back_to_manual() {
    let fixture = Fixture::new().await;
    let saved = fixture.portal.save_provisioning(&admin(), complete(&blade(&fixture).await)).await.unwrap();
    let manual = ProvisioningForm { mode: "Manual".into(), ..complete(&saved) };
    let problem = refused(fixture.portal.save_provisioning(&admin(), manual).await, ProblemKind::Invalid);
    assert_eq!(problem.field.as_deref(), Some("mode"));
    assert!(problem.advice.contains("Off"));
}

#[tokio::test]
async fn a_stale_save_shows_both_versions_in_the_blades_words() {
    let fixture = Fixture::new().await;
    let seen = fixture.portal.save_provisioning(&admin(), complete(&blade(&fixture).await)).await.unwrap();
    let first = ProvisioningForm { scope: "all".into(), ..complete(&seen) };
    fixture.portal.save_provisioning(&admin(), first).await.unwrap();
    let second = ProvisioningForm { tenant_url: "https://scim.example.com/v3".into(), ..complete(&seen) };
    let problem = refused(fixture.portal.save_provisioning(&admin(), second).await, ProblemKind::Conflict);
    let rows: Vec<_> = problem
        .conflict
        .iter()
        .map(|row| (row.label.as_str(), row.yours.as_str(), row.theirs.as_str()))
        .collect();
    assert_eq!(
        rows,
        [
            ("Tenant URL", "https://scim.example.com/v3", URL),
            ("Scope", "Sync only assigned users and groups", "Sync all users and groups"),
            ("Secret Token", "(the one you entered)", "(the stored one)"),
        ]
    );
    let stored = fixture.portal.load_provisioning(&admin(), &seen.application_id).await.unwrap();
    assert_eq!((stored.tenant_url.as_str(), stored.scope.as_str()), (URL, "all"));
}

#[tokio::test]
async fn scope_url_and_restart_have_everything_looked_at_again_and_other_settings_do_not() {
    let fixture = Fixture::new().await;
    let mut view =
        fixture.portal.save_provisioning(&admin(), complete(&blade(&fixture).await)).await.unwrap();
    let keep = |view: &ProvisioningView| ProvisioningForm { credentials: BTreeMap::new(), ..complete(view) };
    let before = spec(&fixture, &view).await.mapping_generation;
    let steps: [(ProvisioningForm, i64); 3] = [
        (ProvisioningForm { notification_email: "ops@example.com".into(), ..keep(&view) }, 0),
        (ProvisioningForm { scope: "all".into(), ..keep(&view) }, 1),
        (ProvisioningForm { scope: "all".into(), tenant_url: format!("{URL}/x"), ..keep(&view) }, 2),
    ];
    for (form, raised) in steps {
        let form = ProvisioningForm { generation: view.generation, ..form };
        view = fixture.portal.save_provisioning(&admin(), form).await.unwrap();
        assert_eq!(spec(&fixture, &view).await.mapping_generation, before + raised);
    }
    fixture.portal.restart_job(&admin(), &view.job_id).await.unwrap();
    assert_eq!(spec(&fixture, &view).await.mapping_generation, before + 3);
    let same = ProvisioningForm { scope: "all".into(), tenant_url: format!("{URL}/x"), ..keep(&view) };
    let current = fixture.portal.load_provisioning(&admin(), &view.application_id).await.unwrap();
    let same = ProvisioningForm { generation: current.generation, ..same };
    let after = fixture.portal.save_provisioning(&admin(), same).await.unwrap();
    assert_eq!(after.generation, current.generation, "the same again writes nothing");
}

#[tokio::test]
async fn a_stored_token_never_goes_to_another_host() {
    let fixture = Fixture::new().await;
    let saved = fixture.portal.save_provisioning(&admin(), complete(&blade(&fixture).await)).await.unwrap();
    let elsewhere = ProvisioningForm {
        tenant_url: "https://evil.example.net/v2".into(),
        credentials: BTreeMap::new(),
        ..complete(&saved)
    };
    let problem =
        refused(fixture.portal.save_provisioning(&admin(), elsewhere.clone()).await, ProblemKind::Invalid);
    assert_eq!(problem.field.as_deref(), Some("SecretToken"));
    let base = [SecretForm { key: "BaseAddress".into(), value: "https://evil.example.net".into() }];
    refused(fixture.portal.set_secrets(&token(), &saved.application_id, &base).await, ProblemKind::Invalid);
    let entered = ProvisioningForm { credentials: fields(&[("SecretToken", "another")]), ..elsewhere };
    fixture.portal.save_provisioning(&admin(), entered).await.unwrap();
}

#[tokio::test]
async fn the_apis_secrets_set_url_token_and_scope_and_never_show_the_token() {
    let fixture = Fixture::new().await;
    let seen = blade(&fixture).await;
    let secret = |key: &str, value: &str| SecretForm { key: key.into(), value: value.into() };
    let all = [secret("BaseAddress", URL), secret("SecretToken", "Bearer t0ken"), secret("SyncAll", "true")];
    let view = fixture.portal.set_secrets(&token(), &seen.application_id, &all).await.unwrap();
    assert_eq!(
        (view.mode.as_str(), view.tenant_url.as_str(), view.scope.as_str()),
        ("Automatic", URL, "all")
    );
    let listed = fixture.portal.list_secrets(&token(), &seen.application_id).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|secret| (secret.key.as_str(), secret.value.as_str())).collect();
    assert_eq!(
        listed,
        [
            ("BaseAddress", URL),
            ("SyncAll", "true"),
            ("AuthenticationType", "secretToken"),
            ("SecretToken", "*"),
        ]
    );
    let unknown = [secret("Password", "x")];
    refused(fixture.portal.set_secrets(&token(), &seen.application_id, &unknown).await, ProblemKind::Invalid);
    assert!(!format!("{all:?}").contains("t0ken"));
}

#[tokio::test]
async fn quarantine_is_told_with_its_reason_its_advice_and_the_next_attempt() {
    let fixture = Fixture::new().await;
    let seen = blade(&fixture).await;
    let on = ProvisioningForm { provisioning_status: "on".into(), ..complete(&seen) };
    fixture.portal.save_provisioning(&admin(), on).await.unwrap();
    let (job, owner) = (seen.job_id.parse::<JobId>().unwrap(), Uuid::from_u128(1));
    let now = fixture.portal.clock().now();
    let later = now + SignedDuration::from_mins(5);
    assert!(fixture.store.acquire_lease(job, owner, later, now).await.unwrap());
    let quarantine = Quarantine {
        code: QuarantineCode::InvalidCredentials,
        reason: "The target refused the token.".into(),
        advice: "Make a new one.".into(),
        cure: None,
        since: now,
        attempts: 1,
        tried_at: now,
        next_attempt_at: later,
    };
    fixture.store.set_quarantine(job, owner, Some(&quarantine)).await.unwrap();
    let status = fixture.portal.load_job_status(&token(), &seen.job_id).await.unwrap();
    assert!(
        status.sentence.ends_with("It is tried again now with the new configuration."),
        "{}",
        status.sentence
    );
    let spec = spec(&fixture, &seen).await;
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
    fixture.store.begin_cycle(job, owner, &cycle, observed).await.unwrap();
    let status = fixture.portal.load_job_status(&token(), &seen.job_id).await.unwrap();
    assert_eq!(status.code, JobCode::Quarantine);
    assert_eq!(
        status.sentence,
        "In quarantine because the target refused the token. Next attempt at 1 Mar 2026, 08:05:00 UTC."
    );
    let shown = QuarantineView {
        code: QuarantineCode::InvalidCredentials,
        reason: "The target refused the token. Make a new one.".to_owned(),
        cure: None,
        next_attempt_at: Some("2026-03-01T08:05:00Z".to_owned()),
    };
    assert_eq!(status.quarantine, Some(shown));
    let page = fixture.portal.list_applications(&admin(), ListForm::default()).await.unwrap();
    assert_eq!(page.items[0].provisioning, ProvisioningState::Quarantine);
}
