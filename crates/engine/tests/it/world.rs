//! A directory, an application, and a target to provision into: real migrations, a manual clock, no sleeps.
use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use purser_connectors::{EgressPolicy, Gallery, HttpKit};
use purser_domain::{
    ids::{AppId, AssignmentId, JobId, RoleId, UserId},
    mapping::{ObjectMapping, default_user_mapping},
    schema::Schema,
    scope::ScopeMode,
    secret::Secret,
    user::{User, UserAttributes},
};
use purser_engine::{CycleOutcome, Engine, EngineDeps, EngineSettings};
use purser_store::{
    AppRole, Application, Assignment, Clock, JobMode, JobSpec, JobStatus, LogEntry, LogFilter, ManualClock,
    Principal, Store, StoreConfig, new_id,
};
use purser_testkit::{ScimTarget, TargetOptions};

/// The template of the generic SCIM application.
const SCIM: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) target: ScimTarget,
    pub(crate) app: AppId,
    pub(crate) job: JobId,
    pub(crate) role: RoleId,
    kit: HttpKit,
    gallery: Arc<Gallery>,
    folder: tempfile::TempDir,
}

impl World {
    /// An application that is switched on, scope *assigned*, and an empty directory.
    pub(crate) async fn new() -> Result<Self> {
        Self::with_target(TargetOptions::default()).await
    }

    /// The same with a target of this kind.
    pub(crate) async fn with_target(options: TargetOptions) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let database_url = format!("sqlite:{}?mode=rwc", folder.path().join("purser.db").display());
        let store = Store::open(&StoreConfig { database_url, master_key: [7; 32] }).await?;
        purser_migrations::migrate(store.connection()).await?;
        let clock = Arc::new(ManualClock::new("2026-11-21T08:00:00Z".parse()?));
        let target = ScimTarget::start(options).await?;
        let app = AppId::from_uuid(new_id(&*clock));
        let kit = HttpKit::new(EgressPolicy {
            allowed_networks: vec!["127.0.0.0/8".parse()?],
            request_timeout: Duration::from_secs(5),
            ..EgressPolicy::default()
        })?;
        let world = Self {
            job: JobId::from_uuid(new_id(&*clock)),
            role: RoleId::from_uuid(new_id(&*clock)),
            store,
            clock,
            target,
            app,
            kit,
            gallery: Arc::new(Gallery::load()?),
            folder,
        };
        world.add_application().await?;
        Ok(world)
    }

    async fn add_application(&self) -> Result<()> {
        let now = self.now();
        let tx = self.store.begin().await?;
        tx.insert_application(&Application {
            id: self.app,
            client_id: new_id(&*self.clock),
            template_id: SCIM.to_owned(),
            display_name: "Contoso".to_owned(),
            notes: String::new(),
            generation: 1,
            created_at: now,
            updated_at: now,
        })
        .await?;
        for (id, name) in [(RoleId::DEFAULT_ACCESS, "Default Access"), (self.role, "User")] {
            tx.insert_role(&AppRole {
                id,
                app: self.app,
                display_name: name.to_owned(),
                description: String::new(),
                value: None,
                enabled: true,
            })
            .await?;
        }
        tx.insert_job(&JobSpec {
            job_id: self.job,
            application_id: self.app,
            generation: 1,
            mapping_generation: 1,
            mode: JobMode::Automatic,
            enabled: true,
            scope: ScopeMode::Assigned,
            tenant_url: self.target.base_url(),
            notification_email: String::new(),
            notify_on_failure: false,
            default_access_counts: false,
            credential_method: String::new(),
            profile: serde_json::Map::new(),
            updated_at: now,
        })
        .await?;
        tx.write_schema(self.job, &Schema::default_for("Contoso", vec![default_user_mapping()])).await?;
        tx.write_secret(self.app, "SecretToken", &Secret::new(self.target.token().to_owned()), now).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// A new engine on the same store, as after a restart of the process.
    pub(crate) fn engine(&self) -> Engine {
        self.engine_with(EngineSettings::default())
    }

    pub(crate) fn engine_with(&self, settings: EngineSettings) -> Engine {
        Engine::new(EngineDeps {
            store: self.store.clone(),
            clock: self.clock.clone(),
            kit: self.kit.clone(),
            gallery: Arc::clone(&self.gallery),
            settings,
        })
    }

    /// Whether the driver would run a cycle now.
    pub(crate) async fn has_work(&self) -> Result<bool> {
        let interval = purser_engine::interval_of(&self.gallery, SCIM);
        Ok(self.store.has_work(self.job, self.now(), interval).await?)
    }

    pub(crate) async fn run(&self) -> Result<CycleOutcome> {
        Ok(self.engine().run_cycle(self.job).await?)
    }

    /// People `p0`, `p1`, … of the directory, all assigned.
    pub(crate) async fn hire(&self, names: impl IntoIterator<Item = String>) -> Result<Vec<User>> {
        let users: Vec<User> = names.into_iter().map(|name| person(&*self.clock, &name)).collect();
        for chunk in users.chunks(500) {
            let tx = self.store.begin().await?;
            for user in chunk {
                tx.insert_user(user).await?;
                tx.insert_assignment(&self.assignment(user.id, self.role)).await?;
            }
            tx.commit().await?;
        }
        Ok(users)
    }

    pub(crate) async fn hire_many(&self, count: usize) -> Result<Vec<User>> {
        self.hire((0..count).map(|number| format!("p{number}"))).await
    }

    /// Somebody who is in the directory and not assigned.
    pub(crate) async fn hire_unassigned(&self, name: &str) -> Result<User> {
        let user = person(&*self.clock, name);
        let tx = self.store.begin().await?;
        tx.insert_user(&user).await?;
        tx.commit().await?;
        Ok(user)
    }

    fn assignment(&self, user: UserId, role: RoleId) -> Assignment {
        let id = AssignmentId::from_uuid(new_id(&*self.clock));
        Assignment { id, app: self.app, principal: Principal::User(user), role, created_at: self.now() }
    }

    pub(crate) async fn assign(&self, user: UserId, role: RoleId) -> Result<()> {
        let tx = self.store.begin().await?;
        tx.insert_assignment(&self.assignment(user, role)).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn unassign(&self, user: UserId) -> Result<()> {
        let tx = self.store.begin().await?;
        for assignment in tx.list_assignments_of(user).await? {
            tx.delete_assignment(assignment.assignment.id, self.now()).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn edit(&self, user: UserId, change: impl FnOnce(&mut User)) -> Result<()> {
        let tx = self.store.begin().await?;
        let mut user = tx.load_user(user).await?;
        let generation = user.generation;
        change(&mut user);
        tx.update_user(&user, generation).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn soft_delete(&self, user: UserId) -> Result<()> {
        let tx = self.store.begin().await?;
        tx.soft_delete_user(user, self.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn hard_delete(&self, user: UserId) -> Result<()> {
        let tx = self.store.begin().await?;
        tx.hard_delete_user(user, self.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn configure(&self, change: impl FnOnce(&mut JobSpec)) -> Result<()> {
        let tx = self.store.begin().await?;
        let mut spec = tx.load_spec(self.job).await?;
        let generation = spec.generation;
        change(&mut spec);
        tx.update_spec(&spec, generation).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Saves another mapping, which asks for a new initial cycle.
    pub(crate) async fn map(&self, change: impl FnOnce(&mut ObjectMapping)) -> Result<()> {
        let tx = self.store.begin().await?;
        let mut mapping = default_user_mapping();
        change(&mut mapping);
        tx.write_schema(self.job, &Schema::default_for("Contoso", vec![mapping])).await?;
        tx.commit().await?;
        self.configure(|spec| spec.mapping_generation += 1).await
    }

    /// The database as it lies on the disk, with what was written but not yet moved into its main file.
    pub(crate) fn database(&self) -> Result<Vec<Vec<u8>>> {
        let file = |name: &str| std::fs::read(self.folder.path().join(name));
        Ok(vec![file("purser.db")?, file("purser.db-wal")?])
    }

    pub(crate) async fn status(&self) -> Result<JobStatus> {
        Ok(self.store.load_status(self.job).await?)
    }

    /// The rows of the provisioning log, oldest first.
    pub(crate) async fn logs(&self) -> Result<Vec<LogEntry>> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.list_logs(&LogFilter::default(), after, 1000).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.seq);
            rows.extend(page.into_iter().map(|row| row.entry));
        }
        rows.reverse();
        Ok(rows)
    }

    pub(crate) async fn logs_of(&self, user: UserId) -> Result<Vec<LogEntry>> {
        Ok(self.logs().await?.into_iter().filter(|entry| entry.source_id == user.as_uuid()).collect())
    }

    /// The account with this sign-in name.
    pub(crate) fn account(&self, name: &str) -> Result<serde_json::Value> {
        self.target.account(&upn(name)).with_context(|| format!("{name} has no account"))
    }

    pub(crate) fn is_active(&self, name: &str) -> Result<bool> {
        Ok(self.account(name)?["active"] == serde_json::json!(true))
    }
}

pub(crate) fn upn(name: &str) -> String {
    format!("{name}@contoso.example")
}

pub(crate) fn person(clock: &dyn Clock, name: &str) -> User {
    let now = clock.now();
    User {
        id: UserId::from_uuid(new_id(clock)),
        account_enabled: true,
        manager: None,
        deleted_at: None,
        created_at: now,
        updated_at: now,
        generation: 1,
        attributes: UserAttributes {
            user_principal_name: Some(upn(name)),
            display_name: Some(format!("Person {name}")),
            given_name: Some("Person".to_owned()),
            surname: Some(name.to_owned()),
            mail: Some(upn(name)),
            mail_nickname: Some(name.to_owned()),
            job_title: Some("Clerk".to_owned()),
            department: Some("Sales".to_owned()),
            employee_id: Some(format!("E-{name}")),
            city: Some("Zürich".to_owned()),
            country: Some("CH".to_owned()),
            telephone_number: Some("+41 44 555 01 02".to_owned()),
            preferred_language: Some("de-CH".to_owned()),
            ..UserAttributes::default()
        },
    }
}
