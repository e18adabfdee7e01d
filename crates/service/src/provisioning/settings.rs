//! A job's settings: written by the blade, by the API's secrets and by start and pause, under the same rules.
//!
//! `mapping_generation` grows with everything after which all objects must be looked at again.
use crate::caller::Caller;
use crate::error::{Checked, Result, invalid};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use crate::provisioning::credential_fields::same_host;
use crate::provisioning::credentials::{
    CredentialsEdit, Missing, Need, Notes, check_secrets_stay, list_missing, write_credentials,
};
use purser_connectors::CredentialMethod;
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
                "Send an email notification (kept; no mail is sent yet)",
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

fn check_settings(spec: &JobSpec, stored: &JobSpec) -> Checked<()> {
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

/// What *On* needs. A consent that has to be given again does not prevent a save: the cycle tells about it.
fn check_startable(spec: &JobSpec, stored: &JobSpec, missing: &[Missing]) -> Checked<()> {
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
) -> Checked<()> {
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

pub(crate) fn yes_no(value: bool) -> &'static str {
    if value { "Yes" } else { "No" }
}
