//! What the blade's fields show: what is stored, or what had been typed when a save was refused.

use crate::api::provisioning::forms::{SaveProvisioning, TestedForm};
use crate::context::{Flash, flash};
use purser_contract::provisioning::{ProvisioningForm, ProvisioningView, TestConnectionView};
use std::collections::BTreeMap;

/// The blade's fields.
pub(super) struct Edit {
    /// Their values; never a secret.
    pub(super) form: ProvisioningForm,
    /// They differ from what is stored.
    pub(super) edited: bool,
    /// The answer of a test that was made without JavaScript.
    pub(super) tested: Option<TestConnectionView>,
}

impl Edit {
    /// The fields for this blade.
    pub(super) fn new(view: &ProvisioningView) -> Self {
        Self::from_flash(view, &flash())
    }

    fn from_flash(view: &ProvisioningView, flash: &Flash) -> Self {
        let tested = flash.kept::<TestedForm>();
        let typed = flash.form::<SaveProvisioning, ProvisioningForm>();
        let (typed, tested) = match tested {
            Some(TestedForm { form, result }) => (Some(form), result),
            None => (typed, None),
        };
        let Some(typed) = typed.filter(|form| form.application_id == view.application_id) else {
            return Self { form: stored(view), edited: false, tested: None };
        };
        let stored = stored(view);
        let generation = flash.generation(typed.generation, view.generation);
        // A control that was disabled has not been sent: it keeps what is stored.
        let or_stored = |typed: String, stored: String| if typed.is_empty() { stored } else { typed };
        let form = ProvisioningForm {
            generation,
            mode: or_stored(typed.mode, stored.mode),
            scope: or_stored(typed.scope, stored.scope),
            provisioning_status: or_stored(typed.provisioning_status, stored.provisioning_status),
            ..typed
        };
        Self { form, edited: true, tested }
    }
}

fn stored(view: &ProvisioningView) -> ProvisioningForm {
    ProvisioningForm {
        application_id: view.application_id.clone(),
        generation: view.generation,
        mode: view.mode.to_string(),
        tenant_url: view.tenant_url.clone(),
        credential_method: String::new(),
        credentials: BTreeMap::new(),
        expires: BTreeMap::new(),
        notification_email: view.notification_email.clone(),
        notify_on_failure: view.notify_on_failure.then(|| "true".to_owned()),
        provisioning_status: if view.enabled { "on" } else { "off" }.to_owned(),
        scope: view.scope.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_contract::credentials::CredentialsView;
    use purser_contract::problem::{FieldConflict, Problem, ProblemKind};
    use purser_contract::provisioning::{ExecutionsView, JobStatusView};
    use purser_domain::job::JobMode;
    use purser_domain::scope::ScopeMode;

    fn view() -> ProvisioningView {
        ProvisioningView {
            application_id: "app".to_owned(),
            application_name: "App".to_owned(),
            job_id: "job".to_owned(),
            generation: 7,
            mode: JobMode::Automatic,
            mode_locked: true,
            tenant_url: "https://stored.example".to_owned(),
            tenant_url_hint: String::new(),
            tenant_url_help: String::new(),
            tenant_url_choices: Vec::new(),
            credentials: CredentialsView::default(),
            configured: true,
            cautions: Vec::new(),
            interval_minutes: 40,
            own_settings: Vec::new(),
            notification_email: String::new(),
            notify_on_failure: false,
            enabled: true,
            scope: ScopeMode::All,
            mappings: Vec::new(),
            status: JobStatusView::default(),
            executions: ExecutionsView::default(),
        }
    }

    fn refused(application: &str, problem: Problem) -> Flash {
        let typed = ProvisioningForm {
            application_id: application.to_owned(),
            generation: 6,
            tenant_url: "https://typed.example".to_owned(),
            ..ProvisioningForm::default()
        };
        Flash::problem(problem).refused::<SaveProvisioning, _>(&typed).unwrap()
    }

    #[test]
    fn a_refused_save_shows_what_was_typed_and_keeps_what_a_disabled_control_did_not_send() {
        let problem = Problem::new(ProblemKind::Invalid, "No.");
        let edit = Edit::from_flash(&view(), &refused("app", problem));
        assert!(edit.edited);
        assert_eq!(edit.form.tenant_url, "https://typed.example");
        assert_eq!(edit.form.mode, "Automatic");
        assert_eq!(edit.form.generation, 6, "somebody else's save in between must still be noticed");
    }

    #[test]
    fn after_a_stale_edit_saving_again_is_made_from_the_present_version() {
        let mut problem = Problem::new(ProblemKind::Conflict, "Changed meanwhile.");
        problem.conflict.push(FieldConflict {
            label: "Tenant URL".to_owned(),
            yours: "https://typed.example".to_owned(),
            theirs: "https://stored.example".to_owned(),
        });
        let edit = Edit::from_flash(&view(), &refused("app", problem));
        assert_eq!(edit.form.generation, 7);
        assert_eq!(edit.form.tenant_url, "https://typed.example");
    }

    #[test]
    fn what_was_typed_for_one_application_never_shows_on_another() {
        let problem = Problem::new(ProblemKind::Invalid, "No.");
        let edit = Edit::from_flash(&view(), &refused("other", problem));
        assert!(!edit.edited);
        assert_eq!(edit.form.tenant_url, "https://stored.example");
    }
}
