//! What the audit log can tell of, in the original system's spelling where it has one.

macro_rules! activities {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    IssueSetupLink = "Issue set-up link",
    SignIn = "Sign in to portal",
    SignOut = "Sign out of portal",
    EndSession = "End session",
    UseToken = "Use API token",
    ConfirmPurge = "Confirm removal of what is old",
    AddToken = "Add API token",
    DeleteToken = "Delete API token",
}
