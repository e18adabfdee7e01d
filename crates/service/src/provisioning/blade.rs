//! The provisioning blade: load and save.
//!
//! People write the spec, the worker writes the status; a save never touches what a running cycle writes.
//! `mapping_generation` grows with everything after which all objects must be looked at again.
use crate::caller::{Caller, Right};
use crate::error::{Checked, Result, differing, invalid, stale};
use crate::input::{email_address, is_ticked};
use crate::portal::Portal;
use crate::provisioning::credential_fields::parse_tenant_url;
use crate::provisioning::credentials::CredentialsEdit;
use crate::provisioning::settings::{SettingsEdit, yes_no};
use crate::provisioning::spec::load_job_of;
use purser_connectors::{CredentialMethod, Template};
use purser_contract::credentials::entered;
use purser_contract::problem::FieldConflict;
use purser_contract::provisioning::ProvisioningForm;
use purser_contract::provisioning::ProvisioningView;
use purser_domain::scope::ScopeMode;
use purser_store::{JobMode, JobSpec};

impl Portal {
    /// The provisioning blade of an application.
    pub async fn load_provisioning(&self, caller: &Caller, app: &str) -> Result<ProvisioningView> {
        caller.may(Right::Read)?;
        let (application, spec) = load_job_of(self.store(), app).await?;
        self.view_provisioning(application, spec).await
    }

    /// Saves the blade.
    pub async fn save_provisioning(
        &self,
        caller: &Caller,
        form: ProvisioningForm,
    ) -> Result<ProvisioningView> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let (application, spec) = load_job_of(&tx, &form.application_id).await?;
        if form.generation != spec.generation {
            let method = self.find_method(&application, &spec).map(|(_, method)| method);
            let fields = compare_versions(&form, &spec, method.as_ref());
            return Err(stale("this provisioning configuration", fields).into());
        }
        let template = self.find_template(&application.template_id);
        let edit = parse_form(&form, &spec, template.as_deref())?;
        self.edit_settings(&tx, caller, &application, &spec, edit).await?;
        let spec = tx.load_spec(spec.job_id).await?;
        self.commit(tx).await?;
        self.import_roles_later(caller, &application);
        self.view_provisioning(application, spec).await
    }
}

fn parse_form(
    form: &ProvisioningForm,
    stored: &JobSpec,
    template: Option<&Template>,
) -> Checked<SettingsEdit> {
    let mode = match form.mode.trim() {
        "" => stored.mode,
        text => {
            parse_mode(text).ok_or_else(|| invalid(format!("There is no mode \"{text}\".")).field("mode"))?
        }
    };
    if mode == JobMode::Manual {
        // The sections that belong to Automatic are not on the page then, so their fields mean nothing.
        return Ok(SettingsEdit { mode: Some(mode), ..SettingsEdit::default() });
    }
    let email = form.notification_email.trim();
    let email = if email.is_empty() {
        String::new()
    } else {
        email_address("Notification Email", "notification_email", email)?
    };
    let enabled = match form.provisioning_status.trim() {
        "" => stored.enabled,
        text => parse_status(text).ok_or_else(|| {
            invalid(format!("Provisioning Status is On or Off, not \"{text}\".")).field("provisioning_status")
        })?,
    };
    let scope = match form.scope.trim() {
        "" => stored.scope,
        text => text.parse().map_err(|_| invalid(format!("There is no scope \"{text}\".")).field("scope"))?,
    };
    let tenant_url = parse_tenant_url(&form.tenant_url)?;
    let credentials = template.map(|template| {
        CredentialsEdit::parse(template, stored, &form.credential_method, &form.credentials, &form.expires)
    });
    Ok(SettingsEdit {
        mode: Some(mode),
        tenant_url: Some(tenant_url),
        credentials: credentials.transpose()?,
        notification_email: Some(email),
        notify_on_failure: Some(is_ticked(form.notify_on_failure.as_deref())),
        enabled: Some(enabled),
        scope: Some(scope),
    })
}

fn parse_mode(text: &str) -> Option<JobMode> {
    JobMode::ALL.iter().copied().find(|mode| mode.as_str().eq_ignore_ascii_case(text))
}

fn parse_status(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// What differs between the form and the stored version, in the blade's words.
fn compare_versions(
    form: &ProvisioningForm,
    stored: &JobSpec,
    method: Option<&CredentialMethod>,
) -> Vec<FieldConflict> {
    // A field left out (a disabled control is not sent) does not differ.
    let typed_or = |typed: &str, stored: &str| {
        if typed.trim().is_empty() { stored.to_owned() } else { typed.to_owned() }
    };
    let mode = stored.mode.as_str();
    let status = on_off(stored.enabled);
    let typed_status = parse_status(&form.provisioning_status).map_or(status, on_off);
    let typed_scope = form.scope.trim().parse().map_or(stored.scope.label(), ScopeMode::label);
    let mut fields = vec![
        differing("Provisioning Mode", typed_or(&form.mode, mode), mode),
        differing("Tenant URL", form.tenant_url.trim(), &stored.tenant_url),
        differing("Notification Email", form.notification_email.trim(), &stored.notification_email),
        differing(
            "Send an email notification when a failure occurs",
            yes_no(is_ticked(form.notify_on_failure.as_deref())),
            yes_no(stored.notify_on_failure),
        ),
        differing("Provisioning Status", typed_status, status),
        differing("Scope", typed_scope, stored.scope.label()),
    ];
    for field in method.map(|method| method.fields.as_slice()).unwrap_or_default() {
        let typed = entered(&form.credentials, method.map_or("", |method| &method.id), &field.key);
        if field.secret && typed.is_some_and(|typed| !typed.trim().is_empty()) {
            fields.push(differing(&field.label, "(the one you entered)", "(the stored one)"));
        }
    }
    fields.into_iter().flatten().collect()
}

fn on_off(value: bool) -> &'static str {
    if value { "On" } else { "Off" }
}
