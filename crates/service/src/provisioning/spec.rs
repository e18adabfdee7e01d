//! Finding a job's configuration.
use crate::applications::application::load_application;
use crate::error::{Result, not_found};
use purser_domain::ids::{AppId, JobId};
use purser_store::{Application, JobSpec, Reads};
use uuid::Uuid;

/// An application and the configuration of its job.
pub(crate) async fn load_job_of(reads: &Reads, app: &str) -> Result<(Application, JobSpec)> {
    let application = load_application(reads, app).await?;
    let spec = reads.find_spec_of(application.id).await?;
    let spec = spec.ok_or_else(|| not_found("provisioning configuration of application", app))?;
    Ok((application, spec))
}

/// The configuration of a job, by the id of its application or its own.
pub(crate) async fn find_spec(reads: &Reads, app_or_job: &str) -> Result<JobSpec> {
    let missing = || not_found("provisioning job", app_or_job);
    let id: Uuid = app_or_job.trim().parse().map_err(|_| missing())?;
    if let Some(spec) = reads.find_spec(JobId::from_uuid(id)).await? {
        return Ok(spec);
    }
    let spec = reads.find_spec_of(AppId::from_uuid(id)).await?;
    Ok(spec.ok_or_else(missing)?)
}
