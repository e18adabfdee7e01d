//! The provisioning blade: configuration (spec) and state (status) of one job.
use crate::credentials::{CredentialsView, UrlChoiceView};
use crate::schema::MappingProblemView;
use purser_domain::job::{CycleCounts, CycleKind, JobCode, JobMode, QuarantineCode};
use purser_domain::log::Cure;
use purser_domain::mapping::SourceKind;
use purser_domain::scope::ScopeMode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The blade as an administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvisioningView {
    /// Application (object id).
    pub application_id: String,
    /// Application name.
    pub application_name: String,
    /// Job id.
    pub job_id: String,
    /// Generation that an edit of this view is made from.
    pub generation: i64,
    /// Provisioning Mode.
    pub mode: JobMode,
    /// Mode can't go back to Manual after Automatic was saved once.
    pub mode_locked: bool,
    /// Tenant URL, or empty.
    pub tenant_url: String,
    /// Tenant URL that the gallery app suggests, or empty.
    pub tenant_url_hint: String,
    /// Where to find it, or empty.
    pub tenant_url_help: String,
    /// Addresses to choose from, such as regions.
    pub tenant_url_choices: Vec<UrlChoiceView>,
    /// Admin Credentials; no secret is among them.
    pub credentials: CredentialsView,
    /// Everything is there that a cycle needs.
    pub configured: bool,
    /// What to know before the first cycle; empty once there was one.
    pub cautions: Vec<String>,
    /// Minutes between two cycles that nothing else causes.
    pub interval_minutes: u32,
    /// The application has settings of its own in its target profile, by their names.
    pub own_settings: Vec<String>,
    /// Address for failure mails, or empty. Kept only: this release sends no mail.
    pub notification_email: String,
    /// *Send an email notification when a failure occurs*. Kept only.
    pub notify_on_failure: bool,
    /// Provisioning Status.
    pub enabled: bool,
    /// Scope.
    pub scope: ScopeMode,
    /// The object mappings.
    pub mappings: Vec<ObjectMappingRowView>,
    /// Synchronization Details.
    pub status: JobStatusView,
    /// The cycles that ended.
    pub executions: ExecutionsView,
}

/// The cycles that ended, as Graph asks for them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionsView {
    /// The last.
    pub last: Option<ExecutionView>,
    /// The last in which nothing failed.
    pub last_successful: Option<ExecutionView>,
    /// The last of these that wrote something in the application.
    pub last_successful_with_exports: Option<ExecutionView>,
    /// RFC 3339 of the first time that an initial cycle finished.
    pub steady_first_at: Option<String>,
    /// RFC 3339 of the last time that the job was in step with the directory.
    pub steady_last_at: Option<String>,
    /// Attempts since the job is in quarantine.
    pub failures_in_a_row: u32,
    /// RFC 3339 of the beginning of the quarantine.
    pub quarantined_at: Option<String>,
}

/// A cycle that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionView {
    /// The cycle.
    pub id: String,
    /// RFC 3339 of its beginning.
    pub began_at: String,
    /// RFC 3339 of its end.
    pub ended_at: String,
    /// Users and groups that it was through with.
    pub processed: u64,
    /// What it did.
    pub counts: CycleCounts,
    /// What broke it off; `None` when it finished.
    pub error: Option<String>,
}

/// Save of the blade.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProvisioningForm {
    /// Application.
    pub application_id: String,
    /// From the view it was made from.
    pub generation: i64,
    /// `Automatic` or `Manual`; empty keeps the stored one (a disabled control is not sent).
    pub mode: String,
    /// Tenant URL.
    pub tenant_url: String,
    /// Id of the credential method; empty keeps the stored one.
    pub credential_method: String,
    /// What was entered, by field key, or by `METHOD.KEY` on a page that shows several methods. An empty secret keeps
    /// the stored one.
    pub credentials: BTreeMap<String, String>,
    /// When a secret ends, in the same way, as `2026-12-31`. A field that is not there keeps what is known.
    pub expires: BTreeMap<String, String>,
    /// Address for failure mails.
    pub notification_email: String,
    /// `"true"` when ticked.
    pub notify_on_failure: Option<String>,
    /// `on` or `off`; empty keeps the stored one.
    pub provisioning_status: String,
    /// `assigned` or `all`; empty keeps the stored one.
    pub scope: String,
}

/// What was entered never reaches a log.
impl std::fmt::Debug for ProvisioningForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProvisioningForm")
            .field("application_id", &self.application_id)
            .finish_non_exhaustive()
    }
}

/// Test Connection with what the form holds; empty fields fall back to what is stored.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TestConnectionForm {
    /// Application.
    pub application_id: String,
    /// Tenant URL.
    pub tenant_url: String,
    /// Id of the credential method; empty for the stored one.
    pub credential_method: String,
    /// As in [`ProvisioningForm::credentials`].
    pub credentials: BTreeMap<String, String>,
    /// Nothing that is stored stands in for what is empty here.
    pub only_entered: bool,
}

/// What was entered never reaches a log.
impl std::fmt::Debug for TestConnectionForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestConnectionForm")
            .field("application_id", &self.application_id)
            .finish_non_exhaustive()
    }
}

/// Answer of Test Connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestConnectionView {
    /// Whether provisioning can be switched on with these.
    pub ok: bool,
    /// Title of the notification.
    pub title: String,
    /// What happened.
    pub message: String,
    /// What to try; empty when ok.
    pub advice: String,
    /// What would cure it, where Purser has it.
    pub cure: Option<Cure>,
    /// Technical detail: the request made and the answer got.
    pub detail: String,
}

/// An object mapping in the blade's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectMappingRowView {
    /// Key in URLs: `users`.
    pub key: String,
    /// For example *Synchronize Purser Users to Promapp*.
    pub name: String,
    /// Enabled.
    pub enabled: bool,
}

/// An object mapping with its attribute mappings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectMappingView {
    /// Key in URLs: `users`.
    pub key: String,
    /// For example *Synchronize Purser Users to Promapp*.
    pub name: String,
    /// Enabled.
    pub enabled: bool,
    /// Kind of object in the directory.
    pub source_object: String,
    /// Kind of object in the application.
    pub target_object: String,
    /// `Create`, `Update`, `Delete` as far as ticked.
    pub actions: Vec<String>,
    /// Source Object Scope: a person who passes any of these is in. Empty for *All records*.
    pub scope: Vec<ScopingFilterView>,
    /// The rows.
    pub attributes: Vec<AttributeMappingView>,
    /// What is wrong with it or worth a look.
    pub problems: Vec<MappingProblemView>,
}

/// A scoping filter: all of its clauses must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopingFilterView {
    /// Scoping Filter Title.
    pub title: String,
    /// Its clauses in words, for example `department EQUALS "Sales"`.
    pub clauses: Vec<String>,
}

/// One row of an attribute mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeMappingView {
    /// Source attribute, constant or expression text.
    pub source: String,
    /// Target attribute.
    pub target: String,
    /// What the source is.
    pub mapping_type: SourceKind,
    /// Default value if null.
    pub default_value: Option<String>,
    /// Apply this mapping: `Always`, `Only during object creation`, or Graph's further ways in words.
    pub apply: String,
    /// The value is written with every update, changed or not.
    pub flow_always: bool,
    /// The target's value is removed when the source loses its own.
    pub clear: bool,
    /// Matching precedence, if it matches.
    pub matching_precedence: Option<u32>,
}

/// Synchronization Details; small, since a page asks for it every second.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobStatusView {
    /// Job id.
    pub job_id: String,
    /// How it stands.
    pub code: JobCode,
    /// One sentence: what the job is doing or waiting for.
    pub sentence: String,
    /// The present or last cycle; `None` before the first.
    pub cycle: Option<CycleKind>,
    /// A cycle is running now.
    pub running: bool,
    /// Users and groups done in the present or last cycle.
    pub processed: u64,
    /// Users and groups in it, as far as known.
    pub total: u64,
    /// Milliseconds left at the present pace.
    pub remaining_ms: Option<u64>,
    /// Users and groups created, updated, disabled, deleted, skipped, failed in this cycle.
    pub counts: CycleCounts,
    /// RFC 3339 of the first run.
    pub first_run_at: Option<String>,
    /// RFC 3339 of the last run's end.
    pub last_run_at: Option<String>,
    /// Users managed (linked accounts that are not deleted).
    pub users_managed: u64,
    /// Groups managed.
    pub groups_managed: u64,
    /// Failed objects that wait for a retry.
    pub waiting_for_retry: u64,
    /// Why the job is in quarantine.
    pub quarantine: Option<QuarantineView>,
    /// Changes in the directory that this job has not consumed yet (0 when in step).
    pub backlog: u64,
    /// RFC 3339 of the next cycle's beginning if nothing happens before.
    pub next_cycle_at: Option<String>,
}

/// Why a job is in quarantine, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineView {
    /// Why, in a word.
    pub code: QuarantineCode,
    /// Why, with advice.
    pub reason: String,
    /// What would cure it, where Purser has it.
    pub cure: Option<Cure>,
    /// RFC 3339 of the next attempt; `None` while provisioning is off.
    pub next_attempt_at: Option<String>,
}
