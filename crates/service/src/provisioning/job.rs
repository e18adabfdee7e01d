//! A job's state, and start, pause, restart.
use crate::applications::application::load_application;
use crate::caller::{Caller, Right};
use crate::error::{Result, not_found};
use crate::logs::audit::{Activity, AuditNote};
use crate::portal::Portal;
use crate::provisioning::blade::SettingsEdit;
use crate::provisioning::sentence::{JobFacts, view_job_status};
use purser_contract::provisioning::JobStatusView;
use purser_domain::ids::{AppId, JobId};
use purser_domain::object::ObjectKind;
use purser_store::{Application, JobSpec, Reads};
use uuid::Uuid;

impl Portal {
    /// What a job is doing, by the id of its application or its own. Asked for every second while a page is open.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the caller may not read, or there is no such job.
    pub async fn load_job_status(&self, caller: &Caller, app_or_job: &str) -> Result<JobStatusView> {
        caller.may(Right::Read)?;
        let spec = find_spec(self.store(), app_or_job).await?;
        self.view_job(&spec).await
    }

    /// The configuration of a job, which must be this application's: what an address of the API names, and no more.
    pub async fn find_job(&self, caller: &Caller, application: AppId, job: JobId) -> Result<JobSpec> {
        caller.may(Right::Read)?;
        let found = self.store().find_spec(job).await?.filter(|spec| spec.application_id == application);
        found.ok_or_else(|| not_found("provisioning job", &job.to_string()).into())
    }

    /// Switches provisioning on; it goes on where it stood.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the caller may not write, or the configuration is not complete.
    pub async fn start_job(&self, caller: &Caller, app_or_job: &str) -> Result<JobStatusView> {
        self.switch_job(caller, app_or_job, true).await
    }

    /// Switches provisioning off; a running cycle stops at the next object.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the caller may not write, or there is no such job.
    pub async fn pause_job(&self, caller: &Caller, app_or_job: &str) -> Result<JobStatusView> {
        self.switch_job(caller, app_or_job, false).await
    }

    /// Has every object looked at again, in a new initial cycle. Links are kept, so no account is made twice.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the caller may not write, or there is no such job.
    pub async fn restart_job(&self, caller: &Caller, app_or_job: &str) -> Result<JobStatusView> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let stored = find_spec(&tx, app_or_job).await?;
        let application = tx.load_application(stored.application_id).await?;
        let mut spec = stored.clone();
        spec.mapping_generation += 1;
        spec.updated_at = self.now();
        tx.update_spec(&spec, stored.generation).await?;
        let note =
            AuditNote::on(application.id.as_uuid(), &application.display_name).with("Job", stored.job_id);
        self.audit(&tx, caller, Activity::RestartProvisioning, note).await?;
        let spec = tx.load_spec(stored.job_id).await?;
        tx.commit().await?;
        self.wake();
        self.view_job(&spec).await
    }

    async fn switch_job(&self, caller: &Caller, app_or_job: &str, enabled: bool) -> Result<JobStatusView> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let stored = find_spec(&tx, app_or_job).await?;
        let application = tx.load_application(stored.application_id).await?;
        let edit = SettingsEdit { enabled: Some(enabled), ..SettingsEdit::default() };
        self.edit_settings(&tx, caller, &application, &stored, edit).await?;
        let spec = tx.load_spec(stored.job_id).await?;
        tx.commit().await?;
        self.wake();
        self.view_job(&spec).await
    }

    pub(crate) async fn view_job(&self, spec: &JobSpec) -> Result<JobStatusView> {
        let status = self.store().load_status(spec.job_id).await?;
        let facts = JobFacts {
            missing: self.find_missing(self.store(), spec).await?,
            users_managed: self.store().count_links(spec.job_id, ObjectKind::User).await?,
            groups_managed: self.store().count_links(spec.job_id, ObjectKind::Group).await?,
            waiting_for_retry: self.store().count_escrows(spec.job_id).await?,
            backlog: self.store().backlog(spec.job_id).await?,
        };
        Ok(view_job_status(spec, &status, facts, self.now()))
    }
}

/// An application and the configuration of its job.
pub(crate) async fn load_job_of(reads: &Reads, app: &str) -> Result<(Application, JobSpec)> {
    let application = load_application(reads, app).await?;
    let spec = reads.find_spec_of(application.id).await?;
    let spec = spec.ok_or_else(|| not_found("provisioning configuration of application", app))?;
    Ok((application, spec))
}

async fn find_spec(reads: &Reads, app_or_job: &str) -> Result<JobSpec> {
    let missing = || not_found("provisioning job", app_or_job);
    let id: Uuid = app_or_job.trim().parse().map_err(|_| missing())?;
    if let Some(spec) = reads.find_spec(JobId::from_uuid(id)).await? {
        return Ok(spec);
    }
    let spec = reads.find_spec_of(AppId::from_uuid(id)).await?;
    Ok(spec.ok_or_else(missing)?)
}
