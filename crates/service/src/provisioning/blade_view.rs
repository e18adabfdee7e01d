//! What the provisioning blade shows.
use crate::error::Result;
use crate::portal::Portal;
use crate::provisioning::credentials::{find_successor, needs_consent};
use crate::provisioning::expiry::{day_of, view_expiry};
use crate::provisioning::sentence::view_executions;
use crate::provisioning::snapshot::Snapshot;
use jiff::Timestamp;
use purser_connectors::{FieldFormat, Template};
use purser_contract::credentials::{
    ConsentStateView, CredentialFieldView, CredentialMethodView, CredentialsView, UrlChoiceView,
};
use purser_contract::provisioning::{ObjectMappingRowView, ProvisioningForm, ProvisioningView};
use purser_domain::job::QuarantineCode;
use purser_domain::mapping::ObjectMapping;
use purser_engine::{ACCESS_TOKEN, REFRESH_TOKEN, interval_of};
use purser_store::{Application, JobMode, JobSpec};

impl Portal {
    pub(crate) async fn view_provisioning(
        &self,
        application: Application,
        spec: JobSpec,
    ) -> Result<ProvisioningView> {
        let job = self.load_snapshot(application, spec).await?;
        let schema = self.store().load_schema(job.spec.job_id).await?;
        let status = self.view_job(&job).await?;
        let credentials = self.view_credentials(&job).await?;
        let configured = job.is_configured();
        let executions = view_executions(&job.status);
        let interval = interval_of(&self.deps.gallery, &job.application.template_id);
        let Snapshot { application, spec, template, .. } = job;
        let template = template.as_deref();
        let cautions = template.filter(|_| status.first_run_at.is_none());
        Ok(ProvisioningView {
            application_id: application.id.to_string(),
            application_name: application.display_name,
            job_id: spec.job_id.to_string(),
            generation: spec.generation,
            mode: spec.mode,
            mode_locked: spec.mode == JobMode::Automatic,
            tenant_url: spec.tenant_url,
            tenant_url_hint: template.map(|template| template.tenant_url.hint.clone()).unwrap_or_default(),
            tenant_url_help: template.map(|template| template.tenant_url.help.clone()).unwrap_or_default(),
            tenant_url_choices: template.map(view_choices).unwrap_or_default(),
            credentials,
            configured,
            cautions: cautions.map(|template| template.warnings.clone()).unwrap_or_default(),
            interval_minutes: u32::try_from(interval.as_mins()).unwrap_or(u32::MAX),
            own_settings: spec.profile.keys().cloned().collect(),
            notification_email: spec.notification_email,
            notify_on_failure: spec.notify_on_failure,
            enabled: spec.enabled,
            scope: spec.scope,
            mappings: schema.mappings().map(view_mapping_row).collect(),
            status,
            executions,
        })
    }

    /// Admin Credentials of an application, as its gallery file draws them.
    async fn view_credentials(&self, job: &Snapshot) -> Result<CredentialsView> {
        let Some((template, method)) = job.template.as_ref().zip(job.method.as_ref()) else {
            return Ok(CredentialsView::default());
        };
        let (application, known) = (&job.application, &job.known);
        let mut methods = Vec::new();
        for candidate in template.credential_methods.iter() {
            if candidate.superseded && candidate.id != method.id {
                continue;
            }
            let mut fields = Vec::new();
            for field in &candidate.fields {
                let stored = known.contains_key(&field.key);
                let value = match (field.secret, stored) {
                    (true, _) => String::new(),
                    (false, true) => {
                        let value = self.store().read_secret(application.id, &field.key).await?;
                        value.map(|value| value.expose().to_owned()).unwrap_or_default()
                    }
                    (false, false) => field.default.clone().unwrap_or_default(),
                };
                let ends = known.get(&field.key).copied().flatten().filter(|_| field.secret);
                fields.push(CredentialFieldView {
                    key: field.key.clone(),
                    label: field.label.clone(),
                    help: field.help.clone(),
                    secret: field.secret,
                    required: field.required,
                    is_url: field.format == FieldFormat::Url,
                    value,
                    stored,
                    expires_on: ends.map(day_of).unwrap_or_default(),
                });
            }
            methods.push(CredentialMethodView {
                id: candidate.id.clone(),
                label: candidate.label.clone(),
                superseded: candidate.superseded,
                needs_consent: needs_consent(candidate),
                fields,
            });
        }
        Ok(CredentialsView {
            method: method.id.clone(),
            methods,
            successor: find_successor(template, method).map(|method| method.id.clone()),
            consent: view_consent(job, self.now()),
            expiry: view_expiry(&application.display_name, method, known, self.now()),
        })
    }

    /// The form without any secret, so that it may be kept until it is shown again: of what was entered under Admin
    /// Credentials, only fields that no gallery app calls secret are kept.
    pub fn strip_secrets(&self, mut form: ProvisioningForm) -> ProvisioningForm {
        let templates = self.deps.gallery.templates();
        let shown = |name: &str| {
            let key = name.rsplit_once('.').map_or(name, |(_, key)| key);
            let fields = templates.iter().flat_map(|template| &template.credential_methods);
            let mut fields =
                fields.flat_map(|method| &method.fields).filter(|field| field.key == key).peekable();
            fields.peek().is_some() && fields.all(|field| !field.secret)
        };
        form.credentials.retain(|name, _| shown(name));
        form
    }
}

/// How the consent stands; `None` for a method that needs none.
pub(crate) fn view_consent(job: &Snapshot, now: Timestamp) -> Option<ConsentStateView> {
    job.method.as_ref().filter(|method| needs_consent(method))?;
    let name = &job.application.display_name;
    let Some(ends) = job.known.get(ACCESS_TOKEN) else {
        let message = format!(
            "Purser may not work in {name} yet. Press Authorize and consent with an administrator's account of {name}."
        );
        return Some(ConsentStateView { given: false, ended: false, message });
    };
    let lost = ends.is_some_and(|ends| ends <= now) && !job.known.contains_key(REFRESH_TOKEN);
    // What a cycle ran into since. A configuration that was saved after it has not been tried yet.
    let tried = job.status.observed_generation == job.spec.generation;
    let quarantine = job.status.quarantine.as_ref();
    let refused = quarantine.filter(|why| tried && why.code == QuarantineCode::ConsentRequired);
    let message = match (refused, lost) {
        (Some(why), _) => format!("{} Authorize again to go on.", why.reason),
        (None, true) => {
            format!(
                "The consent for {name} has ended, and {name} gave no way to renew it. Authorize again to go on."
            )
        }
        (None, false) => String::new(),
    };
    let given = message.is_empty();
    Some(ConsentStateView { given, ended: !given, message })
}

fn view_choices(template: &Template) -> Vec<UrlChoiceView> {
    let choices = template.tenant_url.choices.iter();
    choices.map(|choice| UrlChoiceView { label: choice.label.clone(), url: choice.url.clone() }).collect()
}

fn view_mapping_row(mapping: &ObjectMapping) -> ObjectMappingRowView {
    ObjectMappingRowView {
        key: mapping.source_object.key().to_owned(),
        name: mapping.name.clone(),
        enabled: mapping.enabled,
    }
}
