//! A store in a folder of its own, and people, applications and jobs to fill it with.

use jiff::Timestamp;
use purser_domain::{
    group::Group,
    ids::{AppId, AssignmentId, GroupId, JobId, RoleId, UserId},
    scope::ScopeMode,
    user::{User, UserAttributes},
};
use purser_store::{
    AppRole, Application, Assignment, JobMode, JobSpec, ManualClock, Principal, Store, StoreConfig, new_id,
};
use tempfile::TempDir;

pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) clock: ManualClock,
    folder: TempDir,
}

impl Bench {
    pub(crate) async fn new() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let store = Store::open(&config(&folder, 7)).await?;
        purser_migrations::migrate(store.connection()).await?;
        Ok(Self { store, clock: ManualClock::new(now()), folder })
    }

    /// A second store on the same file.
    pub(crate) async fn reopen(&self, master_key: u8) -> anyhow::Result<Store> {
        Ok(Store::open(&config(&self.folder, master_key)).await?)
    }

    pub(crate) fn user_id(&self) -> UserId {
        UserId::from_uuid(new_id(&self.clock))
    }

    pub(crate) async fn add_user(&self, upn: &str, name: &str) -> anyhow::Result<User> {
        let user = person(self.user_id(), upn, name);
        let tx = self.store.begin().await?;
        tx.insert_user(&user).await?;
        tx.commit().await?;
        Ok(user)
    }

    pub(crate) async fn add_group(&self, name: &str, members: &[UserId]) -> anyhow::Result<Group> {
        let group = Group {
            id: GroupId::from_uuid(new_id(&self.clock)),
            display_name: name.to_owned(),
            description: None,
            mail_nickname: None,
            generation: 1,
            created_at: now(),
            updated_at: now(),
        };
        let tx = self.store.begin().await?;
        tx.insert_group(&group).await?;
        tx.add_members(group.id, members, now()).await?;
        tx.commit().await?;
        Ok(group)
    }

    /// An application with the roles User and Default Access, and a job that is on.
    pub(crate) async fn add_application(&self, name: &str) -> anyhow::Result<JobSpec> {
        let app = AppId::from_uuid(new_id(&self.clock));
        let application = Application {
            id: app,
            client_id: new_id(&self.clock),
            template_id: "scim".to_owned(),
            display_name: name.to_owned(),
            notes: String::new(),
            generation: 1,
            created_at: now(),
            updated_at: now(),
        };
        let spec = JobSpec {
            job_id: JobId::from_uuid(new_id(&self.clock)),
            application_id: app,
            generation: 1,
            mapping_generation: 1,
            mode: JobMode::Automatic,
            enabled: true,
            scope: ScopeMode::Assigned,
            tenant_url: "https://scim.example.com".to_owned(),
            notification_email: String::new(),
            notify_on_failure: false,
            default_access_counts: false,
            credential_method: String::new(),
            profile: serde_json::Map::new(),
            updated_at: now(),
        };
        let tx = self.store.begin().await?;
        tx.insert_application(&application).await?;
        for (id, name) in [(RoleId::DEFAULT_ACCESS, "Default Access"), (user_role(), "User")] {
            tx.insert_role(&AppRole {
                id,
                app,
                display_name: name.to_owned(),
                description: String::new(),
                value: None,
                enabled: true,
            })
            .await?;
        }
        tx.insert_job(&spec).await?;
        tx.commit().await?;
        Ok(spec)
    }

    pub(crate) async fn assign(&self, app: AppId, principal: Principal) -> anyhow::Result<Assignment> {
        let assignment = Assignment {
            id: AssignmentId::from_uuid(new_id(&self.clock)),
            app,
            principal,
            role: user_role(),
            created_at: now(),
        };
        let tx = self.store.begin().await?;
        tx.insert_assignment(&assignment).await?;
        tx.commit().await?;
        Ok(assignment)
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::constant(1_800_000_000, 0)
}

pub(crate) fn later(seconds: i64) -> Timestamp {
    Timestamp::constant(1_800_000_000 + seconds, 0)
}

pub(crate) fn user_role() -> RoleId {
    RoleId::from_uuid(uuid::Uuid::from_u128(0x18d1_4569_c3bd_439b_9a66_3a2a_ee01_d14f))
}

pub(crate) fn person(id: UserId, upn: &str, name: &str) -> User {
    User {
        id,
        account_enabled: true,
        manager: None,
        deleted_at: None,
        created_at: now(),
        updated_at: now(),
        generation: 1,
        attributes: UserAttributes {
            user_principal_name: Some(upn.to_owned()),
            display_name: Some(name.to_owned()),
            ..UserAttributes::default()
        },
    }
}

fn config(folder: &TempDir, key: u8) -> StoreConfig {
    let path = folder.path().join("purser.db");
    StoreConfig { database_url: format!("sqlite:{}?mode=rwc", path.display()), master_key: [key; 32] }
}
