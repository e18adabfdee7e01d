//! A job's state, and start, pause, restart.
use crate::caller::{Caller, Right};
use crate::error::{Result, not_found};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use crate::provisioning::sentence::{JobFacts, view_job_status};
use crate::provisioning::settings::SettingsEdit;
use crate::provisioning::snapshot::Snapshot;
use crate::provisioning::spec::find_spec;
use purser_contract::provisioning::JobStatusView;
use purser_domain::ids::{AppId, JobId};
use purser_engine::interval_of;
use purser_store::JobSpec;

impl Portal {
    /// What a job is doing, by the id of its application or its own. Asked for every second while a page is open.
    pub async fn load_job_status(&self, caller: &Caller, app_or_job: &str) -> Result<JobStatusView> {
        caller.may(Right::Read)?;
        let spec = find_spec(self.store(), app_or_job).await?;
        let application = self.store().load_application(spec.application_id).await?;
        self.view_job(&self.load_snapshot(application, spec).await?).await
    }

    /// The configuration of a job, which must be this application's: what an address of the API names, and no more.
    pub async fn find_job(&self, caller: &Caller, application: AppId, job: JobId) -> Result<JobSpec> {
        caller.may(Right::Read)?;
        let found = self.store().find_spec(job).await?.filter(|spec| spec.application_id == application);
        found.ok_or_else(|| not_found("provisioning job", &job.to_string()).into())
    }

    /// Switches provisioning on; it goes on where it stood.
    pub async fn start_job(&self, caller: &Caller, app_or_job: &str) -> Result<()> {
        self.switch_job(caller, app_or_job, true).await
    }

    /// Switches provisioning off; a running cycle stops at the next object.
    pub async fn pause_job(&self, caller: &Caller, app_or_job: &str) -> Result<()> {
        self.switch_job(caller, app_or_job, false).await
    }

    /// Has every object looked at again, in a new initial cycle. Links are kept, so no account is made twice.
    pub async fn restart_job(&self, caller: &Caller, app_or_job: &str) -> Result<()> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let stored = find_spec(&tx, app_or_job).await?;
        let application = tx.load_application(stored.application_id).await?;
        let mut spec = stored.clone();
        spec.mapping_generation += 1;
        spec.updated_at = self.now();
        tx.update_spec(&spec, stored.generation).await?;
        let note = AuditNote::on(application.id.as_uuid(), &application.display_name);
        self.audit(&tx, caller, Activity::RestartProvisioning, note).await?;
        self.commit(tx).await
    }

    async fn switch_job(&self, caller: &Caller, app_or_job: &str, enabled: bool) -> Result<()> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let stored = find_spec(&tx, app_or_job).await?;
        let application = tx.load_application(stored.application_id).await?;
        let edit = SettingsEdit { enabled: Some(enabled), ..SettingsEdit::default() };
        self.edit_settings(&tx, caller, &application, &stored, edit).await?;
        self.commit(tx).await
    }

    /// The application that a job belongs to; `None` when there is no such job.
    pub async fn find_application_of(&self, caller: &Caller, job: JobId) -> Result<Option<AppId>> {
        caller.may(Right::Read)?;
        Ok(self.store().find_spec(job).await?.map(|spec| spec.application_id))
    }

    pub(crate) async fn view_job(&self, job: &Snapshot) -> Result<JobStatusView> {
        let (spec, status, now) = (&job.spec, &job.status, self.now());
        let facts = JobFacts {
            missing: job.missing(),
            interval: interval_of(&self.deps.gallery, &job.application.template_id),
            standing: self.memory.counts.load(self.store(), spec, status, now).await?,
        };
        Ok(view_job_status(spec, status, facts, now))
    }
}
