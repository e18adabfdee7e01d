//! Who is assigned to an application, with which role.
use purser_domain::object::ObjectKind;
use serde::{Deserialize, Serialize};

/// An app role that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRoleView {
    /// Id; the zero id is *Default Access*.
    pub id: String,
    /// Name.
    pub display_name: String,
    /// What it allows; may be empty.
    pub description: String,
    /// What the application calls it; empty for a role that only Purser knows.
    pub value: String,
    /// The application told it.
    pub imported: bool,
    /// Since when (RFC 3339) the application has it no more; such a role can't be given.
    pub missing_since: Option<String>,
    /// Whether people with it are provisioned.
    pub counts: bool,
}

/// What came of asking an application for its roles.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleImportView {
    /// What came of it, as a sentence.
    pub message: String,
    /// The application tells its roles at all.
    pub told: bool,
    /// New roles.
    pub added: Vec<String>,
    /// Roles with another name or description.
    pub changed: Vec<String>,
    /// Roles that were missing and are there again.
    pub returned: Vec<String>,
    /// Roles that are no longer there.
    pub missing: Vec<String>,
    /// What could not be read.
    pub remarks: Vec<String>,
}

/// One assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentView {
    /// Id.
    pub id: String,
    /// Assigned user's or group's id.
    pub principal_id: String,
    /// What it is.
    pub principal_type: ObjectKind,
    /// Name of the user or group.
    pub display_name: String,
    /// Sign-in name of a user; empty for a group.
    pub detail: String,
    /// The role.
    pub role: AppRoleView,
}

/// A user or group that can be assigned, as the picker shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrincipalView {
    /// Id.
    pub id: String,
    /// What it is.
    pub principal_type: ObjectKind,
    /// Name.
    pub display_name: String,
    /// Sign-in name of a user, member count of a group.
    pub detail: String,
    /// Already assigned to this application.
    pub assigned: bool,
}

/// Assign users and groups with one role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AssignForm {
    /// Application.
    pub application_id: String,
    /// Role id.
    pub role_id: String,
    /// Ids of users.
    pub users: Vec<String>,
    /// Ids of groups.
    pub groups: Vec<String>,
}

/// Remove assignments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UnassignForm {
    /// Application.
    pub application_id: String,
    /// Assignment ids.
    pub assignments: Vec<String>,
}
