//! The audit log: who changed what in Purser itself.
//!
//! Every use-case that writes appends its entry in the same transaction, so that nothing changes unseen. Details
//! never hold a secret: only *that* one was replaced.
//!
//! To audit a new kind of change: a word in [`Activity`], in the original system's spelling where it has one.
use crate::caller::{Caller, Right};
use crate::error::Result;
use crate::input::{decode_cursor, encode_cursor, page_size, search_text};
use crate::page::cut;
use crate::portal::Portal;
use purser_contract::audit::AuditRowView;
use purser_contract::page::{ListForm, PageView};
use uuid::Uuid;

macro_rules! activities {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Activity {
            $($(#[$doc])* $name,)+
        }

        impl Activity {
            /// As the log shows it.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

activities! {
    AddUser = "Add user",
    UpdateUser = "Update user",
    EnableUser = "Enable account",
    DisableUser = "Disable account",
    DeleteUser = "Delete user",
    RestoreUser = "Restore user",
    PurgeUser = "Hard Delete user",
    AddGroup = "Add group",
    UpdateGroup = "Update group",
    DeleteGroup = "Delete group",
    AddMember = "Add member to group",
    RemoveMember = "Remove member from group",
    UploadImport = "Upload import of users",
    StartImport = "Start import of users",
    FinishImport = "Finish import of users",
    AddApplication = "Add service principal",
    UpdateApplication = "Update service principal",
    DeleteApplication = "Remove service principal",
    AssignUser = "Add app role assignment grant to user",
    AssignGroup = "Add app role assignment to group",
    UnassignUser = "Remove app role assignment from user",
    UnassignGroup = "Remove app role assignment from group",
    AddProvisioning = "Add provisioning configuration",
    DeleteProvisioning = "Delete provisioning configuration",
    UpdateProvisioning = "Update provisioning setting or credentials",
    UpdateMappings = "Update attribute mappings or scope",
    ImportRoles = "Import app roles",
    DiscoverAttributes = "Discover attributes",
    GiveConsent = "Consent to application",
    StartProbe = "Start capability probe",
    UpdateProfile = "Update target profile",
    StartProvisioning = "Enable/start provisioning configuration",
    PauseProvisioning = "Disable/pause provisioning configuration",
    RestartProvisioning = "Enable/restart provisioning configuration",
    AddAdministrator = "Add administrator",
    SetPassword = "Reset administrator password",
    SignIn = "Sign in to portal",
    AddToken = "Add API token",
    DeleteToken = "Delete API token",
}

/// To what it was done, and how.
#[derive(Debug, Default)]
pub(crate) struct AuditNote {
    pub(crate) target_id: Option<Uuid>,
    pub(crate) target_name: String,
    pub(crate) details: Vec<(String, String)>,
}

impl AuditNote {
    /// About this object.
    pub(crate) fn on(id: Uuid, name: impl Into<String>) -> Self {
        Self { target_id: Some(id), target_name: name.into(), details: Vec::new() }
    }

    /// With one more detail.
    pub(crate) fn with(mut self, label: &str, value: impl ToString) -> Self {
        self.details.push((label.to_owned(), value.to_string()));
        self
    }

    /// With a changed value, when it did change.
    pub(crate) fn change(self, label: &str, old: &str, new: &str) -> Self {
        if old == new { self } else { self.with(label, format!("{} → {}", shown(old), shown(new))) }
    }
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "(empty)" } else { value }
}

impl Portal {
    /// The audit log, newest first.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the caller may not read it or the cursor is damaged.
    pub async fn list_audit(&self, caller: &Caller, form: ListForm) -> Result<PageView<AuditRowView>> {
        caller.may(Right::Read)?;
        let size = page_size(form.size);
        let after = decode_cursor::<i64>(&form.after)?;
        let rows = self.store().list_audit(&search_text(&form.search), after, u64::from(size) + 1).await?;
        let (rows, next) = cut(rows, size, |row| encode_cursor(&row.seq));
        let items = rows.into_iter().map(|row| row.entry).map(|entry| AuditRowView {
            id: entry.id.to_string(),
            at: entry.at.to_string(),
            actor: entry.actor_name,
            activity: entry.activity,
            target: entry.target_name,
            details: entry.details,
        });
        Ok(PageView { items: items.collect(), next, total: None })
    }
}
