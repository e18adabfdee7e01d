//! Roles of an application that it tells by itself: they appear in *Select a role*, as the seed documents say.
//!
//! Imported on request, after a passed connection test, and after a save of the blade (in the background, since a save
//! never waits for a target).
use crate::caller::{Caller, Right};
use crate::error::Result;
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use crate::provisioning::connection::refuse_target;
use crate::provisioning::spec::load_job_of;
use purser_connectors::{Connector, DiscoveredRole, Feature};
use purser_contract::assignment::RoleImportView;
use purser_store::{Application, ImportedRole, RoleChanges};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Most roles of an application.
const MAX_ROLES: usize = 2_000;
/// Longest value or name.
const MAX_NAME: usize = 256;
/// Longest description.
const MAX_DESCRIPTION: usize = 1_024;
/// Most names in one entry of the audit log.
const MAX_NOTED: usize = 50;

impl Portal {
    /// *Refresh roles*: asks the application for its roles and takes them over.
    pub async fn refresh_roles(&self, caller: &Caller, app: &str) -> Result<RoleImportView> {
        caller.may(Right::Write)?;
        let (application, spec) = load_job_of(self.store(), app).await?;
        let (_, connector) = self.connect_to(&application, &spec).await?;
        self.import_roles_over(caller, &application, connector.as_ref()).await
    }

    /// Whether the gallery file says that the application tells its roles.
    pub(crate) fn tells_roles(&self, application: &Application) -> bool {
        let template = self.find_template(&application.template_id);
        template.is_some_and(|template| template.supports.contains(&Feature::ImportRoles))
    }

    /// Asks through this connector and takes over what it tells.
    pub(crate) async fn import_roles_over(
        &self,
        caller: &Caller,
        application: &Application,
        connector: &dyn Connector,
    ) -> Result<RoleImportView> {
        let found = connector.discover().await.map_err(|error| refuse_target(&error))?;
        let Some(roles) = found.roles else {
            let message = format!("{} does not tell its roles.", application.display_name);
            return Ok(RoleImportView { message, remarks: found.remarks, ..RoleImportView::default() });
        };
        let tx = self.store().begin().await?;
        let changes = tx.import_roles(application.id, &clean(roles), self.now(), Uuid::new_v4).await?;
        if !changes.is_empty() {
            let note = note(application, &changes);
            self.audit(&tx, caller, Activity::ImportRoles, note).await?;
        }
        tx.commit().await?;
        let message = describe(&application.display_name, &changes);
        let RoleChanges { added, changed, returned, missing } = changes;
        Ok(RoleImportView { message, told: true, added, changed, returned, missing, remarks: found.remarks })
    }

    /// The same after the answer: what goes wrong is for the next try to tell.
    pub(crate) fn import_roles_later(&self, caller: &Caller, application: &Application) {
        if !self.tells_roles(application) {
            return;
        }
        let (portal, caller, id) = (self.clone(), caller.clone(), application.id.to_string());
        tokio::spawn(async move {
            if let Err(error) = portal.refresh_roles(&caller, &id).await {
                tracing::info!(application = %id, problem = %error.problem(), "roles were not imported after a save");
            }
        });
    }
}

/// One of each value, in the target's order, within bounds.
fn clean(roles: Vec<DiscoveredRole>) -> Vec<ImportedRole> {
    let mut seen = BTreeMap::new();
    let mut clean = Vec::new();
    for role in roles.into_iter().take(MAX_ROLES) {
        let value = shorten(&role.value, MAX_NAME);
        if value.is_empty() || seen.insert(value.clone(), ()).is_some() {
            continue;
        }
        let name = shorten(&role.display_name, MAX_NAME);
        let display_name = if name.is_empty() { value.clone() } else { name };
        clean.push(ImportedRole {
            value,
            display_name,
            description: shorten(&role.description, MAX_DESCRIPTION),
        });
    }
    clean
}

fn shorten(text: &str, longest: usize) -> String {
    let text: String = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.chars().take(longest).collect::<String>().trim().to_owned()
}

fn describe(application: &str, changes: &RoleChanges) -> String {
    let counts = [
        (changes.added.len(), "new"),
        (changes.changed.len(), "changed"),
        (changes.returned.len(), "there again"),
        (changes.missing.len(), "no longer there"),
    ];
    let parts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() {
        format!("The roles of {application} are up to date.")
    } else {
        format!("Roles of {application}: {}.", parts.join(", "))
    }
}

fn note(application: &Application, changes: &RoleChanges) -> AuditNote {
    let kinds = [
        ("Added", &changes.added),
        ("Changed", &changes.changed),
        ("There again", &changes.returned),
        ("No longer there", &changes.missing),
    ];
    let note = AuditNote::on(application.id.as_uuid(), &application.display_name);
    kinds.into_iter().filter(|(_, names)| !names.is_empty()).fold(note, |note, (label, names)| {
        let mut shown = names.iter().take(MAX_NOTED).cloned().collect::<Vec<_>>().join(", ");
        if names.len() > MAX_NOTED {
            shown.push_str(&format!(" and {} more", names.len() - MAX_NOTED));
        }
        note.with(label, shown)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(value: &str, name: &str) -> DiscoveredRole {
        DiscoveredRole { value: value.into(), display_name: name.into(), description: String::new() }
    }

    #[test]
    fn each_value_comes_once_and_a_role_without_a_value_not_at_all() {
        let roles = clean(vec![
            role("admin", "Admin"),
            role(" admin ", "Again"),
            role("", "No value"),
            role("x", " "),
        ]);
        let shown: Vec<_> =
            roles.iter().map(|role| (role.value.as_str(), role.display_name.as_str())).collect();
        assert_eq!(shown, [("admin", "Admin"), ("x", "x")]);
        assert_eq!(clean(vec![role(&"v".repeat(900), "a\nb")])[0].value.len(), 256);
    }
}
