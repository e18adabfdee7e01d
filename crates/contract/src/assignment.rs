//! Who is assigned to an application, with which role.
use serde::{Deserialize, Serialize};

/// An app role that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRoleView {
    /// Id; the zero id is *Default Access*.
    pub id: String,
    /// Name.
    pub display_name: String,
    /// Whether people with it are provisioned.
    pub counts: bool,
}

/// One assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentView {
    /// Id.
    pub id: String,
    /// Assigned user's or group's id.
    pub principal_id: String,
    /// `User` or `Group`.
    pub principal_type: String,
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
    /// `User` or `Group`.
    pub principal_type: String,
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
