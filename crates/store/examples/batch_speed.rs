//! Prints what the hot path of a cycle costs, and a commit of one change: `cargo xtask bench store`.
//!
//! Each round is a page of 500 new accounts: intents, the page's reads, and the batch with links and log rows. All is
//! measured twice: as the store writes (`synchronous=FULL`: a commit returns when it is on the disk), and with
//! `NORMAL`, which may lose the newest commits in a power cut. `PURSER_BENCH_FOLDER` names a folder on the disk to
//! measure; without it, it is the one for temporary files, which may be in memory.
#![expect(clippy::print_stdout, reason = "printing figures is all it does")]

use anyhow::Result;
use purser_domain::{
    ids::{AppId, ChangeId, CycleId, JobId, LinkId, UserId},
    log::{LogAction, LogDetail, LogStatus, ModifiedProperty, Step, StepKind},
    object::ObjectKind,
    plan::{Link, LinkState, Origin},
    scope::ScopeMode,
    user::{User, UserAttributes},
};
use purser_store::{
    Application, Batch, Clock, Intent, JobMode, JobSpec, LogEntry, Progress, Store, StoreConfig, SystemClock,
    new_id,
};
use sea_orm::ConnectionTrait;
use std::time::{Duration, Instant};
use uuid::Uuid;

const PAGE: usize = 500;
const ROUNDS: usize = 40;
const OWNER: Uuid = Uuid::from_u128(1);

/// Changes that are committed one by one.
const SINGLES: usize = 200;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    println!("                                      FULL     NORMAL    price of FULL");
    let (full, normal) = (measure("FULL").await?, measure("NORMAL").await?);
    for ((what, full), (_, normal)) in full.iter().zip(&normal) {
        println!("{what:32} {full:7.2} ms {normal:7.2} ms {:+10.2} ms", full - normal);
    }
    Ok(())
}

/// Milliseconds for each thing, with that setting of SQLite's `synchronous`.
async fn measure(synchronous: &str) -> Result<[(String, f64); 4]> {
    let folder = match std::env::var_os("PURSER_BENCH_FOLDER") {
        Some(parent) => tempfile::tempdir_in(parent)?,
        None => tempfile::tempdir()?,
    };
    let database_url = format!("sqlite:{}?mode=rwc", folder.path().join("purser.db").display());
    let store = Store::open(&StoreConfig { database_url, master_key: [1; 32] }).await?;
    purser_migrations::migrate(store.connection()).await?;
    // There is one connection that writes, so this holds for all that follows.
    store.connection().execute_unprepared(&format!("PRAGMA synchronous = {synchronous}")).await?;
    let spec = prepare(&store).await?;
    let (mut opening, mut reading, mut writing) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let mut after = None;
    for round in 0..ROUNDS {
        let start = Instant::now();
        let users = store.page_users(after, PAGE as u64).await?;
        let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
        store.find_links(spec.job_id, &ids).await?;
        store.find_entitlements(spec.application_id, &ids).await?;
        reading += start.elapsed();
        after = ids.last().copied();

        let intents: Vec<Intent> = ids.iter().map(|user| intent(*user)).collect();
        let start = Instant::now();
        store.open_intents(spec.job_id, OWNER, CycleId::from_uuid(OWNER), &intents).await?;
        opening += start.elapsed();

        let batch = Batch {
            links_upsert: users.iter().map(|user| link(spec.job_id, user)).collect(),
            logs: users.iter().map(|user| entry(&spec, user)).collect(),
            intents_done: ids.into_iter().map(Into::into).collect(),
            progress: Some(Progress {
                cursor: after.map(Into::into),
                processed: (round * PAGE) as u64,
                ..Progress::default()
            }),
            ..Batch::default()
        };
        let start = Instant::now();
        store.commit_batch(spec.job_id, OWNER, batch).await?;
        writing += start.elapsed();
    }
    let mut single = Duration::ZERO;
    for mut user in store.page_users(None, SINGLES as u64).await? {
        user.attributes.city = Some("Zürich".to_owned());
        let start = Instant::now();
        let tx = store.begin().await?;
        tx.update_user(&user, user.generation).await?;
        tx.commit().await?;
        single += start.elapsed();
    }
    let mean = |total: Duration, count: usize| total.as_secs_f64() * 1e3 / count as f64;
    Ok([
        (format!("page of {PAGE}: read"), mean(reading, ROUNDS)),
        (format!("page of {PAGE}: open intents"), mean(opening, ROUNDS)),
        (format!("page of {PAGE}: commit batch"), mean(writing, ROUNDS)),
        ("one change of a person".to_owned(), mean(single, SINGLES)),
    ])
}

async fn prepare(store: &Store) -> Result<JobSpec> {
    let now = SystemClock.now();
    let app = AppId::from_uuid(new_id(&SystemClock));
    let spec = JobSpec {
        job_id: JobId::from_uuid(new_id(&SystemClock)),
        application_id: app,
        generation: 1,
        mapping_generation: 1,
        mode: JobMode::Automatic,
        enabled: true,
        scope: ScopeMode::All,
        tenant_url: String::new(),
        notification_email: String::new(),
        notify_on_failure: false,
        default_access_counts: false,
        credential_method: String::new(),
        profile: serde_json::Map::new(),
        updated_at: now,
    };
    let tx = store.begin().await?;
    tx.insert_application(&Application {
        id: app,
        client_id: app.as_uuid(),
        template_id: "scim".to_owned(),
        display_name: "Speed".to_owned(),
        notes: String::new(),
        generation: 1,
        created_at: now,
        updated_at: now,
    })
    .await?;
    tx.insert_job(&spec).await?;
    for number in 0..PAGE * ROUNDS {
        tx.insert_user(&User {
            id: UserId::from_uuid(new_id(&SystemClock)),
            account_enabled: true,
            manager: None,
            deleted_at: None,
            created_at: now,
            updated_at: now,
            generation: 1,
            attributes: UserAttributes {
                user_principal_name: Some(format!("person{number}@contoso.com")),
                display_name: Some(format!("Person {number}")),
                given_name: Some("Person".to_owned()),
                surname: Some(number.to_string()),
                mail: Some(format!("person{number}@contoso.com")),
                department: Some("Engineering".to_owned()),
                ..UserAttributes::default()
            },
        })
        .await?;
    }
    tx.commit().await?;
    let until = now.checked_add(jiff::SignedDuration::from_hours(1))?;
    store.acquire_lease(spec.job_id, OWNER, until, now).await?;
    Ok(spec)
}

fn intent(user: UserId) -> Intent {
    Intent {
        object: user.into(),
        action: LogAction::Create,
        target_id: None,
        detail: serde_json::json!({ "userName": "person@contoso.com" }),
        opened_at: SystemClock.now(),
    }
}

fn link(job: JobId, user: &User) -> Link {
    let exported = ["userName", "displayName", "name.givenName", "name.familyName", "emails", "active"]
        .into_iter()
        .map(|path| (path.to_owned(), serde_json::json!(user.name())))
        .collect();
    Link {
        id: LinkId::from_uuid(new_id(&SystemClock)),
        job,
        kind: ObjectKind::User,
        source: user.id.as_uuid(),
        target_id: Uuid::new_v4().to_string(),
        state: LinkState::Active,
        origin: Origin::Created,
        exported,
        cause: None,
        display_name: user.name(),
    }
}

fn entry(spec: &JobSpec, user: &User) -> LogEntry {
    let step = |kind, name: &str| Step {
        kind,
        name: name.to_owned(),
        status: LogStatus::Success,
        description: format!("A sentence about {} that says what happened in this step.", user.name()),
        details: vec![("Request".to_owned(), "POST /Users -> 201 in 3 ms".to_owned())],
        objects: Vec::new(),
    };
    let modified = ["userName", "displayName", "name.givenName", "name.familyName", "emails", "active"];
    LogEntry {
        id: ChangeId::from_uuid(new_id(&SystemClock)),
        job: spec.job_id,
        app: spec.application_id,
        cycle: CycleId::from_uuid(OWNER),
        at: SystemClock.now(),
        action: LogAction::Create,
        status: LogStatus::Success,
        kind: ObjectKind::User,
        source_id: user.id.as_uuid(),
        source_name: user.name(),
        source_detail: format!("{}@contoso.com", user.name()),
        target_id: Some(Uuid::new_v4().to_string()),
        summary: "Created in Speed".to_owned(),
        duration_ms: 3,
        detail: LogDetail {
            steps: vec![
                step(StepKind::Import, "EntryImportAdd"),
                step(StepKind::Scoping, "EntrySynchronizationScoping"),
                step(StepKind::Matching, "EntryImportByMatchingAttribute"),
                step(StepKind::Export, "EntryExportAdd"),
            ],
            skip: None,
            modified: modified
                .into_iter()
                .map(|name| ModifiedProperty { name: name.to_owned(), old: None, new: Some(user.name()) })
                .collect(),
            error: None,
            exchanges: Vec::new(),
        },
    }
}
