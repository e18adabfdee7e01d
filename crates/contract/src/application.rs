//! Gallery and applications.
use crate::credentials::ExpiryView;
use crate::profile::SettingView;
use purser_domain::job::ProvisioningState;
use serde::{Deserialize, Serialize};

/// A gallery app, as a tile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateView {
    /// Id, also in the API (`applicationTemplates/{id}`).
    pub id: String,
    /// Name.
    pub display_name: String,
    /// Publisher.
    pub publisher: String,
    /// One or two sentences.
    pub description: String,
    /// Categories.
    pub categories: Vec<String>,
    /// Set-up steps shown to the administrator.
    pub setup_steps: Vec<String>,
    /// The publisher's page, or empty.
    pub home_page: String,
    /// What provisioning can do, in words: *Creates users*.
    pub supports: Vec<String>,
    /// What to know before the first cycle.
    pub warnings: Vec<String>,
    /// Where the facts come from.
    pub sources: Vec<String>,
    /// What is not known for sure: a place in the gallery file, and a sentence.
    pub unverified: Vec<(String, String)>,
    /// Ways to prove who we are that a new application is offered.
    pub credential_methods: Vec<String>,
    /// Minutes between two cycles that nothing else causes.
    pub interval_minutes: u32,
    /// In what it deviates from the standard.
    pub profile: Vec<SettingView>,
    /// From a file of the administrator's own.
    pub own: bool,
}

/// A gallery file of the administrator's own that is not right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GalleryProblemView {
    /// File name.
    pub file: String,
    /// Line, counted from 1; `None` when the whole file is meant.
    pub line: Option<u32>,
    /// What is wrong and what to do.
    pub reason: String,
}

/// A row of All applications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationRowView {
    /// Object id (the service principal's).
    pub id: String,
    /// Name.
    pub display_name: String,
    /// Application id.
    pub app_id: String,
    /// Name of the gallery app it came from.
    pub template_name: String,
    /// RFC 3339.
    pub created_at: String,
    /// How its provisioning stands.
    pub provisioning: ProvisioningState,
    /// The credentials that end first, when they end soon or have ended.
    pub expiry: Option<ExpiryView>,
    /// An administrator has to consent again before provisioning can work.
    pub needs_consent: bool,
}

/// An application with what its Overview and Properties show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationView {
    /// Object id.
    pub id: String,
    /// Generation that an edit of this view is made from.
    pub generation: i64,
    /// Name.
    pub display_name: String,
    /// Application id.
    pub app_id: String,
    /// Gallery app it came from.
    pub template: TemplateView,
    /// Free text, at most 1,024 characters.
    pub notes: String,
    /// RFC 3339.
    pub created_at: String,
    /// Direct assignments of users.
    pub assigned_users: u64,
    /// Assignments of groups.
    pub assigned_groups: u64,
}

/// Add an application from the gallery.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateApplicationForm {
    /// Gallery app.
    pub template_id: String,
    /// Name of the new application.
    pub display_name: String,
}

/// Edit an application's properties.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PropertiesForm {
    /// Object id.
    pub id: String,
    /// From the view it was made from.
    pub generation: i64,
    /// Name.
    pub display_name: String,
    /// Notes.
    pub notes: String,
}
