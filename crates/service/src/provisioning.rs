//! The provisioning blade: load and save.
//!
//! People write the spec, the worker writes the status; a save never touches what a running cycle writes.
//! `mapping_generation` grows with everything after which all objects must be looked at again.
use crate::applications::load_application;
use crate::audit::{Activity, AuditNote};
use crate::caller::{Caller, Right};
use crate::credentials::{SECRET_TOKEN, check_token_stays, parse_secret_token, parse_tenant_url};
use crate::error::{Result, differing, invalid, stale};
use crate::input::email_address;
use crate::job::load_job_of;
use crate::portal::Portal;
use crate::user_edit::is_ticked;
use purser_contract::problem::{FieldConflict, Problem};
use purser_contract::provisioning::{ObjectMappingRowView, ProvisioningForm, ProvisioningView};
use purser_domain::mapping::ObjectMapping;
use purser_domain::scope::ScopeMode;
use purser_domain::secret::Secret;
use purser_store::{Application, JobMode, JobSpec, Tx};

/// What is to change; `None` stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct SettingsEdit {
    pub(crate) mode: Option<JobMode>,
    pub(crate) tenant_url: Option<String>,
    pub(crate) secret_token: Option<Secret>,
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
            return Err(stale("this provisioning configuration", compare_versions(&form, &spec)).into());
        }
        let edit = parse_form(&form, &spec)?;
        self.edit_settings(&tx, caller, &application, &spec, edit).await?;
        tx.commit().await?;
        self.wake();
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
        if edit.secret_token.is_none() {
            check_token_stays(tx, stored, &spec.tenant_url).await?;
        }
        check_settings(&spec, stored)?;
        let has_token = edit.secret_token.is_some() || tx.has_secret(application.id, SECRET_TOKEN).await?;
        if spec.enabled {
            check_startable(&spec, has_token)?;
        }
        if spec == *stored && edit.secret_token.is_none() {
            return Ok(());
        }
        if spec.scope != stored.scope || spec.tenant_url != stored.tenant_url {
            spec.mapping_generation += 1;
        }
        spec.updated_at = self.now();
        if let Some(token) = &edit.secret_token {
            tx.write_secret(application.id, SECRET_TOKEN, token, spec.updated_at).await?;
        }
        tx.update_spec(&spec, stored.generation).await?;
        self.audit_settings(tx, caller, application, stored, &spec, edit.secret_token.is_some()).await
    }

    async fn audit_settings(
        &self,
        tx: &Tx,
        caller: &Caller,
        application: &Application,
        before: &JobSpec,
        after: &JobSpec,
        new_token: bool,
    ) -> Result<()> {
        let on = || AuditNote::on(application.id.as_uuid(), &application.display_name);
        let mut note = on()
            .change("Provisioning Mode", name_mode(before.mode), name_mode(after.mode))
            .change("Tenant URL", &before.tenant_url, &after.tenant_url)
            .change("Notification Email", &before.notification_email, &after.notification_email)
            .change(
                "Send an email notification",
                yes_no(before.notify_on_failure),
                yes_no(after.notify_on_failure),
            )
            .change("Scope", name_scope(before.scope), name_scope(after.scope));
        if new_token {
            note = note.with("Secret Token", "replaced");
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

    pub(crate) async fn view_provisioning(&self, app: &str) -> Result<ProvisioningView> {
        let application = load_application(self.store(), app).await?;
        let (_, spec) = load_job_of(self.store(), app).await?;
        let template = self.find_template(&application.template_id);
        let schema = self.store().load_schema(spec.job_id).await?;
        Ok(ProvisioningView {
            application_id: application.id.to_string(),
            application_name: application.display_name,
            job_id: spec.job_id.to_string(),
            generation: spec.generation,
            mode: name_mode(spec.mode).to_owned(),
            mode_locked: spec.mode == JobMode::Automatic,
            tenant_url: spec.tenant_url.clone(),
            tenant_url_hint: template.map(|template| template.tenant_url.hint.clone()).unwrap_or_default(),
            has_secret_token: self.store().has_secret(application.id, SECRET_TOKEN).await?,
            notification_email: spec.notification_email.clone(),
            notify_on_failure: spec.notify_on_failure,
            enabled: spec.enabled,
            scope: spec.scope.as_str().to_owned(),
            mappings: schema.mappings().map(view_mapping_row).collect(),
            status: self.view_job(&spec).await?,
        })
    }
}

fn parse_form(form: &ProvisioningForm, stored: &JobSpec) -> std::result::Result<SettingsEdit, Problem> {
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
    Ok(SettingsEdit {
        mode: Some(mode),
        tenant_url: Some(parse_tenant_url(&form.tenant_url)?),
        secret_token: parse_secret_token(&form.secret_token)?,
        notification_email: Some(email),
        notify_on_failure: Some(is_ticked(form.notify_on_failure.as_deref())),
        enabled: Some(enabled),
        scope: Some(scope),
    })
}

fn parse_mode(text: &str) -> Option<JobMode> {
    [JobMode::Manual, JobMode::Automatic].into_iter().find(|mode| name_mode(*mode).eq_ignore_ascii_case(text))
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

/// What *On* needs.
fn check_startable(spec: &JobSpec, has_token: bool) -> std::result::Result<(), Problem> {
    let missing = if spec.mode != JobMode::Automatic {
        Some(("mode", "Provisioning Mode must be Automatic"))
    } else if spec.tenant_url.is_empty() {
        Some(("tenant_url", "a Tenant URL is needed"))
    } else if !has_token {
        Some(("secret_token", "a Secret Token is needed"))
    } else {
        None
    };
    match missing {
        None => Ok(()),
        Some((field, what)) => Err(invalid(format!("Provisioning can't be on yet: {what}."))
            .advice("Enter it, test the connection, then save again.")
            .field(field)),
    }
}

/// What differs between the form and the stored version, in the blade's words.
fn compare_versions(form: &ProvisioningForm, stored: &JobSpec) -> Vec<FieldConflict> {
    // A field left out (a disabled control is not sent) does not differ.
    let typed_or = |typed: &str, stored: &str| {
        if typed.trim().is_empty() { stored.to_owned() } else { typed.to_owned() }
    };
    let mode = name_mode(stored.mode);
    let status = on_off(stored.enabled);
    let typed_status = parse_status(&form.provisioning_status).map_or(status, on_off);
    let typed_scope = form.scope.trim().parse().map_or(name_scope(stored.scope), name_scope);
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
        differing("Scope", typed_scope, name_scope(stored.scope)),
    ];
    if !form.secret_token.trim().is_empty() {
        fields.push(differing("Secret Token", "(the one you entered)", "(the stored one)"));
    }
    fields.into_iter().flatten().collect()
}

pub(crate) fn name_mode(mode: JobMode) -> &'static str {
    match mode {
        JobMode::Manual => "Manual",
        JobMode::Automatic => "Automatic",
    }
}

fn name_scope(scope: ScopeMode) -> &'static str {
    match scope {
        ScopeMode::Assigned => "Sync only assigned users and groups",
        ScopeMode::All => "Sync all users and groups",
    }
}

fn yes_no(value: bool) -> &'static str {
    if value { "Yes" } else { "No" }
}

fn on_off(value: bool) -> &'static str {
    if value { "On" } else { "Off" }
}

fn view_mapping_row(mapping: &ObjectMapping) -> ObjectMappingRowView {
    ObjectMappingRowView {
        key: mapping.source_object.key().to_owned(),
        name: mapping.name.clone(),
        enabled: mapping.enabled,
    }
}
