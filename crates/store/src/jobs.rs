//! What humans decided about a job. What the worker knows is in `statuses`.

use crate::{
    Reads, StoreError, Tx,
    convert::{from_json, instant, millis, to_json, word},
    entities::{application, job_spec, job_status},
    error::Doing,
};
use jiff::Timestamp;
use purser_domain::{
    ids::{AppId, JobId},
    job::JobMode,
    scope::ScopeMode,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::{Map, Value as Json};

/// The configuration of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSpec {
    /// Id.
    pub job_id: JobId,
    /// The application that it provisions.
    pub application_id: AppId,
    /// Grows with every edit.
    pub generation: i64,
    /// Raised when something is saved after which everybody must be looked at again: mapping, scope, tenant URL,
    /// restart. The engine answers with a new initial cycle.
    pub mapping_generation: i64,
    /// Provisioning Mode.
    pub mode: JobMode,
    /// Provisioning Status is On.
    pub enabled: bool,
    /// Who is in scope.
    pub scope: ScopeMode,
    /// Tenant URL, or empty.
    pub tenant_url: String,
    /// Address for failure mails, or empty. Nothing sends mail yet.
    pub notification_email: String,
    /// *Send an email notification when a failure occurs*.
    pub notify_on_failure: bool,
    /// The Default Access role entitles to an account.
    pub default_access_counts: bool,
    /// Id of the credential method; empty for the first that its gallery file offers.
    pub credential_method: String,
    /// Its own settings in the quirk profile, by their names.
    pub profile: Map<String, Json>,
    /// When it was last edited.
    pub updated_at: Timestamp,
}

impl Reads {
    /// The job of an application.
    pub async fn find_job_of(&self, app: AppId) -> Result<Option<JobId>, StoreError> {
        Ok(self.find_spec_of(app).await?.map(|spec| spec.job_id))
    }

    /// The configuration of a job.
    pub async fn find_spec(&self, job: JobId) -> Result<Option<JobSpec>, StoreError> {
        let found = job_spec::Entity::find_by_id(job.as_uuid()).one(&self.db()).await;
        found.doing("find a job")?.map(from_row).transpose()
    }

    /// The configuration of a job.
    pub async fn load_spec(&self, job: JobId) -> Result<JobSpec, StoreError> {
        let found = self.find_spec(job).await?;
        found.ok_or_else(|| StoreError::Missing { what: "job", id: job.to_string() })
    }

    /// The configuration of an application's job.
    pub async fn find_spec_of(&self, app: AppId) -> Result<Option<JobSpec>, StoreError> {
        let query = job_spec::Entity::find().filter(job_spec::Column::AppId.eq(app.as_uuid()));
        query.one(&self.db()).await.doing("find an application's job")?.map(from_row).transpose()
    }

    /// The jobs that are switched on, in the order in which they were made, with the templates of their applications.
    pub async fn list_enabled_jobs(&self) -> Result<Vec<(JobId, String)>, StoreError> {
        let of = job_spec::Entity::belongs_to(application::Entity)
            .from(job_spec::Column::AppId)
            .to(application::Column::Id);
        let query = job_spec::Entity::find()
            .select_only()
            .column(job_spec::Column::JobId)
            .column(application::Column::TemplateId)
            .join(JoinType::InnerJoin, of.into())
            .filter(job_spec::Column::Enabled.eq(true))
            .filter(job_spec::Column::Mode.eq(JobMode::Automatic.as_str()))
            .order_by_asc(job_spec::Column::JobId)
            .into_tuple::<(uuid::Uuid, String)>();
        let rows = query.all(&self.db()).await.doing("list enabled jobs")?;
        Ok(rows.into_iter().map(|(job, template)| (JobId::from_uuid(job), template)).collect())
    }
}

impl Tx {
    /// Adds a job, with the status of one that never ran.
    pub async fn insert_job(&self, new: &JobSpec) -> Result<(), StoreError> {
        self.insert(to_row(new)?).await.doing_unique("insert a job", "job")?;
        let status = job_status::ActiveModel {
            job_id: Set(new.job_id.as_uuid()),
            initial_done: Set(false),
            ..Default::default()
        };
        self.insert(status).await.doing("insert a job's status")
    }

    /// Stores a configuration under generation `expected_generation + 1`.
    pub async fn update_spec(&self, changed: &JobSpec, expected_generation: i64) -> Result<(), StoreError> {
        let mut row = to_row(changed)?;
        row.generation = Set(expected_generation + 1);
        (row.job_id, row.app_id) = (NotSet, NotSet);
        let done = job_spec::Entity::update_many()
            .set(row)
            .filter(job_spec::Column::JobId.eq(changed.job_id.as_uuid()))
            .filter(job_spec::Column::Generation.eq(expected_generation))
            .exec(&self.db())
            .await
            .doing("update a job")?;
        if done.rows_affected == 0 {
            let stored = self.load_spec(changed.job_id).await?.generation;
            return Err(StoreError::Stale { what: "provisioning configuration", stored });
        }
        Ok(())
    }
}

fn to_row(spec: &JobSpec) -> Result<job_spec::ActiveModel, StoreError> {
    Ok(job_spec::ActiveModel {
        job_id: Set(spec.job_id.as_uuid()),
        app_id: Set(spec.application_id.as_uuid()),
        generation: Set(spec.generation),
        mapping_generation: Set(spec.mapping_generation),
        mode: Set(spec.mode.as_str().to_owned()),
        enabled: Set(spec.enabled),
        scope: Set(spec.scope.as_str().to_owned()),
        tenant_url: Set(spec.tenant_url.clone()),
        notification_email: Set(spec.notification_email.clone()),
        notify_on_failure: Set(spec.notify_on_failure),
        default_access_counts: Set(spec.default_access_counts),
        credential_method: Set(spec.credential_method.clone()),
        profile: Set(to_json("profile settings", &spec.profile)?),
        updated_at: Set(millis(spec.updated_at)),
    })
}

fn from_row(row: job_spec::Model) -> Result<JobSpec, StoreError> {
    Ok(JobSpec {
        job_id: JobId::from_uuid(row.job_id),
        application_id: AppId::from_uuid(row.app_id),
        generation: row.generation,
        mapping_generation: row.mapping_generation,
        mode: word("provisioning mode", &row.mode)?,
        enabled: row.enabled,
        scope: word("scope", &row.scope)?,
        tenant_url: row.tenant_url,
        notification_email: row.notification_email,
        notify_on_failure: row.notify_on_failure,
        default_access_counts: row.default_access_counts,
        credential_method: row.credential_method,
        profile: from_json("profile settings", &row.profile)?,
        updated_at: instant(row.updated_at)?,
    })
}
