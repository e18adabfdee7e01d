//! The provisioning blade: load and save.
//!
//! People write the spec, the worker writes the status; a save never touches what a running cycle writes.
//! `mapping_generation` grows with everything after which all objects must be looked at again.
use crate::caller::{Caller, Right};
use crate::directory::user_edit::is_ticked;
use crate::error::{Result, differing, invalid, stale};
use crate::input::email_address;
use crate::logs::audit::{Activity, AuditNote};
use crate::portal::Portal;
use crate::provisioning::credential_fields::{parse_tenant_url, same_host};
use crate::provisioning::credentials::{
    CredentialsEdit, Missing, Need, Notes, check_secrets_stay, list_missing, write_credentials,
};
use crate::provisioning::job::load_job_of;
use purser_connectors::{CredentialMethod, Template};
use purser_contract::credentials::entered;
use purser_contract::problem::{FieldConflict, Problem};
use purser_contract::provisioning::ProvisioningForm;
use purser_contract::provisioning::ProvisioningView;
use purser_domain::scope::ScopeMode;
use purser_store::{Application, JobMode, JobSpec, Tx};

/// What is to change; `None` stays.
#[derive(Clone, Default)]
pub(crate) struct SettingsEdit {
    pub(crate) mode: Option<JobMode>,
    pub(crate) tenant_url: Option<String>,
    pub(crate) credentials: Option<CredentialsEdit>,
    pub(crate) notification_email: Option<String>,
    pub(crate) notify_on_failure: Option<bool>,
    pub(crate) enabled: Option<bool>,
    pub(crate) scope: Option<ScopeMode>,
}

impl Portal {
    /// The provisioning blade of an application.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the caller may not read, or there is no such application.
    pub async fn load_provisioning(&self, caller: &Caller, app: &str) -> Result<ProvisioningView> {
        caller.may(Right::Read)?;
        self.view_provisioning(app).await
    }

    /// Saves the blade.
    ///
    /// # Errors
    /// [`crate::ServiceError`]: a field that breaks a rule, *On* without what it needs, or an edit of a version that
    /// is not the stored one any more (`Conflict` with both versions).
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
        tx.commit().await?;
        self.wake();
        self.import_roles_later(caller, &application);
        self.view_provisioning(&form.application_id).await
    }

    /// Writes changed settings in `tx`, with audit entries; nothing at all when nothing differs.
    pub(crate) async fn edit_settings(
        &self,
        tx: &Tx,
        caller: &Caller,
        application: &Application,
        stored: &JobSpec,
        edit: SettingsEdit,
    ) -> Result<()> {
        let mut spec = stored.clone();
        spec.mode = edit.mode.unwrap_or(stored.mode);
        spec.tenant_url = edit.tenant_url.unwrap_or_else(|| stored.tenant_url.clone());
        spec.notification_email =
            edit.notification_email.unwrap_or_else(|| stored.notification_email.clone());
        spec.notify_on_failure = edit.notify_on_failure.unwrap_or(stored.notify_on_failure);
        spec.enabled = edit.enabled.unwrap_or(stored.enabled);
        spec.scope = edit.scope.unwrap_or(stored.scope);
        let before = self.find_method(application, stored).map(|(_, method)| method);
        let credentials = edit.credentials.as_ref();
        let method = credentials.map(|edit| &edit.method).or(before.as_ref());
        if let Some(method) = credentials.map(|edit| &edit.method) {
            spec.credential_method.clone_from(&method.id);
        }
        check_secrets_stay(tx, stored, &spec.tenant_url, credentials, method).await?;
        check_settings(&spec, stored)?;
        let known = tx.list_secret_names(application.id).await?;
        let has = |key: &str| {
            let entered = credentials.is_some_and(|edit| edit.values.contains_key(key));
            let cleared = credentials.is_some_and(|edit| edit.cleared.iter().any(|cleared| cleared == key));
            entered || (known.contains_key(key) && !cleared)
        };
        let missing = list_missing(&spec, method, has);
        check_change_of_method(before.as_ref(), method, &missing, has)?;
        if spec.enabled {
            check_startable(&spec, stored, &missing)?;
        }
        let moved = spec.tenant_url != stored.tenant_url && !same_host(&spec.tenant_url, &stored.tenant_url);
        let notes = match credentials {
            Some(edit) => {
                write_credentials(tx, application.id, before.as_ref(), edit, moved, self.now()).await?
            }
            None => Notes::new(),
        };
        if spec == *stored && notes.is_empty() {
            return Ok(());
        }
        if spec.scope != stored.scope || spec.tenant_url != stored.tenant_url {
            spec.mapping_generation += 1;
        }
        spec.updated_at = self.now();
        tx.update_spec(&spec, stored.generation).await?;
        self.audit_settings(tx, caller, application, stored, &spec, notes).await
    }

    async fn audit_settings(
        &self,
        tx: &Tx,
        caller: &Caller,
        application: &Application,
        before: &JobSpec,
        after: &JobSpec,
        credentials: Notes,
    ) -> Result<()> {
        let on = || AuditNote::on(application.id.as_uuid(), &application.display_name);
        let mut note = on()
            .change("Provisioning Mode", before.mode.as_str(), after.mode.as_str())
            .change("Tenant URL", &before.tenant_url, &after.tenant_url)
            .change("Notification Email", &before.notification_email, &after.notification_email)
            .change(
                "Send an email notification",
                yes_no(before.notify_on_failure),
                yes_no(after.notify_on_failure),
            )
            .change("Scope", before.scope.label(), after.scope.label());
        for (label, change) in credentials {
            note = note.with(&label, change);
        }
        if !note.details.is_empty() {
            self.audit(tx, caller, Activity::UpdateProvisioning, note).await?;
        }
        match (before.enabled, after.enabled) {
            (false, true) => self.audit(tx, caller, Activity::StartProvisioning, on()).await,
            (true, false) => self.audit(tx, caller, Activity::PauseProvisioning, on()).await,
            _ => Ok(()),
        }
    }
}

fn parse_form(
    form: &ProvisioningForm,
    stored: &JobSpec,
    template: Option<&Template>,
) -> std::result::Result<SettingsEdit, Problem> {
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

fn check_settings(spec: &JobSpec, stored: &JobSpec) -> std::result::Result<(), Problem> {
    if stored.mode == JobMode::Automatic && spec.mode == JobMode::Manual {
        return Err(invalid("Provisioning Mode can't go back to Manual once Automatic was saved.")
            .advice("Set Provisioning Status to Off instead.")
            .field("mode"));
    }
    if spec.notify_on_failure && spec.notification_email.is_empty() {
        return Err(invalid("Notification Email is required when a notification is to be sent.")
            .field("notification_email"));
    }
    Ok(())
}

/// What *On* needs. A consent that has to be given again does not keep anybody from saving: the cycle tells about it.
fn check_startable(
    spec: &JobSpec,
    stored: &JobSpec,
    missing: &[Missing],
) -> std::result::Result<(), Problem> {
    if spec.mode != JobMode::Automatic {
        return Err(invalid("Provisioning can't be on yet: Provisioning Mode must be Automatic.")
            .advice("Choose Automatic, enter the credentials, test the connection, then save again.")
            .field("mode"));
    }
    let Some(first) = missing.iter().find(|missing| missing.need != Need::Consent || !stored.enabled) else {
        return Ok(());
    };
    let advice = if first.need == Need::Consent {
        "Press Authorize and consent with an administrator's account of the application, then switch it on."
    } else {
        "Enter it, test the connection, then save again."
    };
    Err(invalid(format!("Provisioning can't be on yet: {} is needed.", first.what))
        .advice(advice)
        .field(first.need.field()))
}

/// Working credentials are not given up for another method that could not work.
fn check_change_of_method(
    before: Option<&CredentialMethod>,
    after: Option<&CredentialMethod>,
    missing: &[Missing],
    has: impl Fn(&str) -> bool,
) -> std::result::Result<(), Problem> {
    let Some((before, after)) = before.zip(after).filter(|(before, after)| before.id != after.id) else {
        return Ok(());
    };
    let in_use = before.fields.iter().any(|field| field.secret && has(&field.key));
    let lacking =
        after.fields.iter().find(|field| missing.iter().any(|missing| missing.need.field() == field.key));
    match lacking {
        Some(field) if in_use => Err(invalid(format!(
            "The credentials can't be changed to {} yet: the {} is needed.",
            after.label, field.label
        ))
        .advice(format!(
            "Enter it, or choose {} again. The stored credentials are kept until then.",
            before.label
        ))
        .field(field.key.as_str())),
        _ => Ok(()),
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

fn yes_no(value: bool) -> &'static str {
    if value { "Yes" } else { "No" }
}

fn on_off(value: bool) -> &'static str {
    if value { "On" } else { "Off" }
}
