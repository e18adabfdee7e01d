//! The applications added from the gallery.
use crate::applications::gallery::missing_template;
use crate::caller::{Caller, Right};
use crate::error::{Result, differing, invalid, not_found, stale};
use crate::input::{
    decode_cursor, encode_cursor, optional_text, page_size, parse_id, required_line, search_text,
};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::page::cut;
use crate::portal::Portal;
use crate::provisioning::blade_view::view_consent;
use crate::provisioning::expiry::view_expiry;
use purser_contract::application::{
    ApplicationRowView, ApplicationView, CreateApplicationForm, PropertiesForm,
};
use purser_contract::page::{ListForm, PageView};
use purser_domain::ids::{AppId, JobId, RoleId};
use purser_domain::job::ProvisioningState;
use purser_domain::object::ObjectKind;
use purser_domain::scope::ScopeMode;
use purser_store::{AppRole, Application, JobMode, JobSpec, NameKey, Reads};
use uuid::Uuid;

/// Longest name of an application.
const MAX_NAME: usize = 256;
/// Longest notes, as in the original.
const MAX_NOTES: usize = 1024;

impl Portal {
    /// Adds an application from the gallery: with the roles *User* and *Default Access*, and a provisioning
    /// configuration that is not switched on.
    pub async fn create_application(
        &self,
        caller: &Caller,
        form: CreateApplicationForm,
    ) -> Result<ApplicationView> {
        caller.may(Right::Write)?;
        let template = self
            .find_template(&form.template_id)
            .ok_or_else(|| invalid("Choose an application from the gallery first.").field("template_id"))?;
        let display_name = required_line("Name", "display_name", &form.display_name, MAX_NAME)?;
        let now = self.now();
        let application = Application {
            id: AppId::from_uuid(self.new_id()),
            client_id: Uuid::new_v4(),
            template_id: template.id.to_string(),
            display_name,
            notes: String::new(),
            generation: 1,
            created_at: now,
            updated_at: now,
        };
        let spec = JobSpec {
            job_id: JobId::from_uuid(self.new_id()),
            application_id: application.id,
            generation: 1,
            mode: JobMode::Manual,
            enabled: false,
            scope: ScopeMode::Assigned,
            tenant_url: template.tenant_url.default.clone().unwrap_or_default(),
            notification_email: String::new(),
            notify_on_failure: false,
            // The seeds' rule: Default Access does not count for provisioning.
            default_access_counts: false,
            credential_method: String::new(),
            profile: serde_json::Map::new(),
            updated_at: now,
            mapping_generation: 1,
        };
        let tx = self.store().begin().await?;
        tx.insert_application(&application).await?;
        for role in self.first_roles(application.id) {
            tx.insert_role(&role).await?;
        }
        tx.insert_job(&spec).await?;
        tx.write_schema(spec.job_id, &template.default_schema(&application.display_name)).await?;
        let note = AuditNote::on(application.id.as_uuid(), &application.display_name);
        self.audit(&tx, caller, Activity::AddApplication, note.with("Gallery application", &template.name))
            .await?;
        let note = AuditNote::on(application.id.as_uuid(), &application.display_name);
        self.audit(&tx, caller, Activity::AddProvisioning, note).await?;
        self.commit(tx).await?;
        self.view_application(&application).await
    }

    /// One page of the applications.
    pub async fn list_applications(
        &self,
        caller: &Caller,
        form: ListForm,
    ) -> Result<PageView<ApplicationRowView>> {
        caller.may(Right::Read)?;
        let (size, search) = (page_size(form.size), search_text(&form.search));
        let after = decode_cursor::<NameKey>(&form.after)?;
        let rows = self.store().list_applications(&search, after.as_ref(), u64::from(size) + 1).await?;
        let total = self.store().count_applications(&search).await?;
        let (rows, next) = cut(rows, size, |row| encode_cursor(&NameKey::of_application(row)));
        let mut items = Vec::with_capacity(rows.len());
        for application in rows {
            items.push(self.view_application_row(application).await?);
        }
        Ok(PageView { items, next, total: Some(total) })
    }

    /// An application.
    pub async fn load_application(&self, caller: &Caller, id: &str) -> Result<ApplicationView> {
        caller.may(Right::Read)?;
        let application = load_application(self.store(), id).await?;
        self.view_application(&application).await
    }

    /// Changes an application's name and notes.
    pub async fn save_properties(&self, caller: &Caller, form: PropertiesForm) -> Result<ApplicationView> {
        caller.may(Right::Write)?;
        let display_name = required_line("Name", "display_name", &form.display_name, MAX_NAME)?;
        let notes = form.notes.replace("\r\n", "\n");
        let notes = optional_text("Notes", "notes", &notes, MAX_NOTES)?.unwrap_or_default();
        let tx = self.store().begin().await?;
        let stored = load_application(&tx, &form.id).await?;
        if form.generation != stored.generation {
            let fields = [
                differing("Name", display_name, &stored.display_name),
                differing("Notes", notes, &stored.notes),
            ];
            return Err(stale("this application", fields.into_iter().flatten().collect()).into());
        }
        let mut edited = Application { display_name, notes, ..stored.clone() };
        if edited != stored {
            edited.updated_at = self.now();
            tx.update_application(&edited, stored.generation).await?;
            edited.generation = stored.generation + 1;
            let note = AuditNote::on(edited.id.as_uuid(), &edited.display_name)
                .change("Name", &stored.display_name, &edited.display_name)
                .change("Notes", &stored.notes, &edited.notes);
            self.audit(&tx, caller, Activity::UpdateApplication, note).await?;
        }
        tx.commit().await?;
        self.view_application(&edited).await
    }

    /// Deletes an application with its assignments, configuration, secrets and links. The accounts in the target
    /// stay as they are: that they should go was not said.
    pub async fn delete_application(&self, caller: &Caller, id: &str) -> Result<ApplicationRowView> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let application = load_application(&tx, id).await?;
        let mut links = 0;
        if let Some(spec) = tx.find_spec_of(application.id).await? {
            for kind in ObjectKind::ALL {
                links += tx.count_links(spec.job_id, *kind).await?;
            }
        }
        let note = AuditNote::on(application.id.as_uuid(), &application.display_name).with(
            "Users and groups in the application",
            format!("left as they are ({links} links forgotten)"),
        );
        self.audit(&tx, caller, Activity::DeleteProvisioning, note).await?;
        let note = AuditNote::on(application.id.as_uuid(), &application.display_name);
        self.audit(&tx, caller, Activity::DeleteApplication, note).await?;
        tx.delete_application(application.id).await?;
        self.commit(tx).await?;
        Ok(row(&application, &self.template_name(&application), ProvisioningState::Off))
    }

    fn first_roles(&self, app: AppId) -> [AppRole; 2] {
        let user = AppRole {
            id: RoleId::from_uuid(Uuid::new_v4()),
            app,
            display_name: "User".to_owned(),
            description: "User".to_owned(),
            value: None,
            enabled: true,
        };
        let default_access = AppRole {
            id: RoleId::DEFAULT_ACCESS,
            display_name: "Default Access".to_owned(),
            description: "May sign in; does not count for provisioning.".to_owned(),
            ..user.clone()
        };
        [user, default_access]
    }

    fn template_name(&self, application: &Application) -> String {
        self.find_template(&application.template_id).map(|template| template.name.clone()).unwrap_or_default()
    }

    async fn view_application(&self, application: &Application) -> Result<ApplicationView> {
        let counts = self.store().count_assignments(application.id).await?;
        let template = self.find_template(&application.template_id);
        Ok(ApplicationView {
            id: application.id.to_string(),
            generation: application.generation,
            display_name: application.display_name.clone(),
            app_id: application.client_id.to_string(),
            template: template
                .map_or_else(|| missing_template(application), |template| self.view_template(&template)),
            notes: application.notes.clone(),
            created_at: application.created_at.to_string(),
            assigned_users: counts.users,
            assigned_groups: counts.groups,
        })
    }

    async fn view_application_row(&self, application: Application) -> Result<ApplicationRowView> {
        let template_name = self.template_name(&application);
        let Some(spec) = self.store().find_spec_of(application.id).await? else {
            return Ok(row(&application, &template_name, ProvisioningState::NotConfigured));
        };
        let job = self.load_snapshot(application, spec).await?;
        let provisioning = match (job.spec.enabled, job.status.quarantine.is_some()) {
            (true, true) => ProvisioningState::Quarantine,
            (true, false) => ProvisioningState::On,
            (false, _) if job.is_configured() => ProvisioningState::Off,
            (false, _) => ProvisioningState::NotConfigured,
        };
        let mut view = row(&job.application, &template_name, provisioning);
        if let Some(method) = &job.method {
            let warnings = view_expiry(&job.application.display_name, method, &job.known, self.now());
            view.expiry = warnings.into_iter().next();
            view.needs_consent = view_consent(&job, self.now()).is_some_and(|consent| !consent.given);
        }
        Ok(view)
    }
}

pub(crate) async fn load_application(reads: &Reads, id: &str) -> Result<Application> {
    let found = reads.find_application(parse_id::<AppId>("application", id)?).await?;
    found.ok_or_else(|| not_found("application", id).into())
}

fn row(
    application: &Application,
    template_name: &str,
    provisioning: ProvisioningState,
) -> ApplicationRowView {
    ApplicationRowView {
        id: application.id.to_string(),
        display_name: application.display_name.clone(),
        app_id: application.client_id.to_string(),
        template_name: template_name.to_owned(),
        created_at: application.created_at.to_string(),
        provisioning,
        expiry: None,
        needs_consent: false,
    }
}
