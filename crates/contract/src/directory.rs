//! Users and groups.
use purser_domain::plan::LinkState;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A row of the users list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRowView {
    /// Id.
    pub id: String,
    /// Name.
    pub display_name: String,
    /// Sign-in name.
    pub user_principal_name: String,
    /// Department, or empty.
    pub department: String,
    /// May sign in.
    pub account_enabled: bool,
    /// RFC 3339; set on the deleted-users list.
    pub deleted_at: Option<String>,
    /// RFC 3339; when it will be deleted for good, 30 days after `deleted_at`.
    pub purge_at: Option<String>,
}

/// Which users a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UserFilter {
    /// Everybody who is not deleted.
    #[default]
    Present,
    /// Soft-deleted people, restorable for 30 days.
    Deleted,
}

/// A user, to look at or to edit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserView {
    /// Id.
    pub id: String,
    /// Generation that an edit of this view is made from.
    pub generation: i64,
    /// Text attributes by their Graph name (`givenName`, `extensionAttribute1` ...); absent when null.
    pub attributes: BTreeMap<String, String>,
    /// May sign in.
    pub account_enabled: bool,
    /// Manager's id, if any.
    pub manager_id: Option<String>,
    /// Manager's display name, if any.
    pub manager_name: Option<String>,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339; soft-deleted when set.
    pub deleted_at: Option<String>,
    /// The groups this user is a direct member of (at most 200).
    pub groups: Vec<GroupRowView>,
    /// The applications this user is assigned to, directly or by group, with the link's state.
    pub applications: Vec<UserApplicationView>,
}

/// One application of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserApplicationView {
    /// Application id.
    pub application_id: String,
    /// Application name.
    pub display_name: String,
    /// Account id in the target, once provisioned.
    pub target_id: Option<String>,
    /// How Purser left the account; `None` when there is no link.
    pub link_state: Option<LinkState>,
}

/// Create (empty `id`) or edit a user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserForm {
    /// Empty for a new user.
    pub id: String,
    /// From the view it was made from; 0 for a new user.
    pub generation: i64,
    /// Text attributes by Graph name; an empty string clears.
    pub attributes: BTreeMap<String, String>,
    /// `"true"` when ticked; absent when not.
    pub account_enabled: Option<String>,
    /// The manager's sign-in name or id; empty for none.
    pub manager: String,
}

/// A row of the groups list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRowView {
    /// Id.
    pub id: String,
    /// Name.
    pub display_name: String,
    /// Description, or empty.
    pub description: String,
    /// Direct members.
    pub member_count: u64,
}

/// A group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupView {
    /// Id.
    pub id: String,
    /// Generation that an edit of this view is made from.
    pub generation: i64,
    /// Name.
    pub display_name: String,
    /// Description, or empty.
    pub description: String,
    /// Mail nickname, or empty.
    pub mail_nickname: String,
    /// Direct members.
    pub member_count: u64,
    /// RFC 3339.
    pub created_at: String,
}

/// Create (empty `id`) or edit a group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupForm {
    /// Empty for a new group.
    pub id: String,
    /// From the view it was made from; 0 for a new group.
    pub generation: i64,
    /// Name, required.
    pub display_name: String,
    /// Description.
    pub description: String,
    /// Mail nickname.
    pub mail_nickname: String,
}

/// What waits to be removed for good until an administrator confirms it, since the clock is in doubt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldPurgeView {
    /// People who would be deleted for good.
    pub people: u64,
    /// Accounts that they are linked to, over all applications.
    pub accounts: u64,
    /// Rows of the provisioning log and the audit log that would be removed, as far as they were counted.
    pub log_rows: u64,
    /// There may be more of them.
    pub more_log_rows: bool,
    /// How many days such rows are kept.
    pub logs_kept_days: u64,
    /// RFC 3339 of the last housekeeping; `None` when there was none.
    pub last_run_at: Option<String>,
    /// RFC 3339 of what the server's clock says.
    pub now: String,
}

/// That what waits may be removed: what was shown, and no more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConfirmPurgeForm {
    /// As shown.
    pub people: u64,
    /// As shown.
    pub log_rows: u64,
    /// What the server's clock said when it was shown.
    pub now: String,
}

/// What was removed for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgedView {
    /// People.
    pub people: u64,
    /// Rows of both logs.
    pub log_rows: u64,
}
