//! The target profile of an application: how its target deviates from the standard, and how that is found out.
use purser_domain::job::ProbeState;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A setting that is not as the standard says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingView {
    /// Name: `page_size`.
    pub name: String,
    /// Value, as JSON.
    pub value: String,
    /// What it means; may be empty.
    pub sentence: String,
    /// Set for this application, not by its gallery file.
    pub own: bool,
    /// What the gallery file says, as JSON; only for an own setting.
    pub gallery_value: Option<String>,
}

/// The target profile of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileView {
    /// Application.
    pub application_id: String,
    /// Generation that an edit of this view is made from.
    pub generation: i64,
    /// Settings that differ from the standard, by name.
    pub settings: Vec<SettingView>,
    /// Why the profile can't be used, when it can't.
    pub problem: Option<String>,
}

/// Change the settings that an application has of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    /// Application.
    pub application_id: String,
    /// From the view it was made from; 0 to change whatever is stored.
    pub generation: i64,
    /// New values as JSON, by setting.
    pub settings: BTreeMap<String, String>,
    /// Of these, the ones that are ticked; empty for all.
    pub chosen: Vec<String>,
    /// Settings to take back to what the gallery file says.
    pub take_back: Vec<String>,
}

/// A proposed setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalView {
    /// Name: `page_size`.
    pub setting: String,
    /// What the profile says now, as JSON.
    pub current: String,
    /// What is proposed, as JSON.
    pub value: String,
    /// Why.
    pub why: String,
    /// What shows it.
    pub evidence: Vec<ExchangeView>,
    /// The profile says so already.
    pub applied: bool,
}

/// A request and its answer, without credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeView {
    /// `GET /Users?count=1`.
    pub request: String,
    /// `status 200 after 12 ms`.
    pub answer: String,
    /// The request's body, or empty.
    pub request_body: String,
    /// The answer's body, or empty.
    pub response_body: String,
}

/// Attributes that a target told, and what else it declares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscoveryView {
    /// Application.
    pub application_id: String,
    /// Added attributes: `User` and `urn:…:costCenter (String)`.
    pub added: Vec<(String, String)>,
    /// How many attributes the target told in all.
    pub told: u32,
    /// Settings that it declares otherwise than the profile says.
    pub proposals: Vec<ProposalView>,
    /// What could not be read.
    pub remarks: Vec<String>,
}

/// Begin a capability probe.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProbeForm {
    /// Application.
    pub application_id: String,
    /// `full` makes a throw-away user; everything else only reads.
    pub depth: String,
}

/// A capability probe: what it did so far, and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeView {
    /// Application.
    pub application_id: String,
    /// How far it is.
    pub state: ProbeState,
    /// It only reads.
    pub read_only: bool,
    /// Who began it.
    pub started_by: String,
    /// RFC 3339.
    pub started_at: String,
    /// Steps done.
    pub done: u32,
    /// Steps in all; 0 while nothing is known.
    pub total: u32,
    /// What it found out or is finding out, in order.
    pub steps: Vec<String>,
    /// Why it failed and what to do.
    pub failure: String,
    /// The request that it failed with, and its answer.
    pub evidence: Vec<ExchangeView>,
    /// What it proposes.
    pub proposals: Vec<ProposalView>,
    /// What it found besides.
    pub remarks: Vec<String>,
    /// What it made in the target and could not take away.
    pub left_behind: Vec<String>,
    /// How many requests it made so far.
    pub requests: u32,
}
