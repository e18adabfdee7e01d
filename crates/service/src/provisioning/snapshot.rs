//! A job with all that its pages show, each part read once.
use crate::error::Result;
use crate::portal::Portal;
use crate::provisioning::credentials::{Missing, list_missing};
use crate::provisioning::expiry::Known;
use purser_connectors::{CredentialMethod, Template};
use purser_store::{Application, JobMode, JobSpec, JobStatus};
use std::sync::Arc;

pub(crate) struct Snapshot {
    pub(crate) application: Application,
    pub(crate) spec: JobSpec,
    pub(crate) status: JobStatus,
    /// The gallery app, when this version of Purser has it.
    pub(crate) template: Option<Arc<Template>>,
    /// The credential method that the application uses.
    pub(crate) method: Option<CredentialMethod>,
    /// The names of the stored secrets.
    pub(crate) known: Known,
}

impl Snapshot {
    /// What provisioning can't start without.
    pub(crate) fn missing(&self) -> Vec<Missing> {
        list_missing(&self.spec, self.method.as_ref(), |key| self.known.contains_key(key))
    }

    /// Whether everything is there that a cycle needs.
    pub(crate) fn is_configured(&self) -> bool {
        self.spec.mode == JobMode::Automatic && self.missing().is_empty()
    }
}

impl Portal {
    pub(crate) async fn load_snapshot(&self, application: Application, spec: JobSpec) -> Result<Snapshot> {
        let template = self.find_template(&application.template_id);
        let method = template.as_ref().and_then(|template| template.method(&spec.credential_method).cloned());
        let known = self.store().list_secret_names(application.id).await?;
        let status = self.store().load_status(spec.job_id).await?;
        Ok(Snapshot { application, spec, status, template, method, known })
    }
}
