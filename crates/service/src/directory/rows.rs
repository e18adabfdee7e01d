//! People and groups as lists show them.
use jiff::SignedDuration;
use purser_contract::directory::{GroupRowView, UserRowView};
use purser_domain::user::User;
use purser_store::GroupRow;

/// How long a soft-deleted person can be restored.
pub(crate) const RESTORABLE: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(crate) fn view_user_row(user: &User) -> UserRowView {
    let text = |name| user.attributes.get(name).unwrap_or_default().to_owned();
    UserRowView {
        id: user.id.to_string(),
        display_name: user.name(),
        user_principal_name: text("userPrincipalName"),
        department: text("department"),
        account_enabled: user.account_enabled,
        deleted_at: user.deleted_at.map(|at| at.to_string()),
        purge_at: user.deleted_at.and_then(|at| at.checked_add(RESTORABLE).ok()).map(|at| at.to_string()),
    }
}

pub(crate) fn view_group_row(row: &GroupRow) -> GroupRowView {
    GroupRowView {
        id: row.group.id.to_string(),
        display_name: row.group.display_name.clone(),
        description: row.group.description.clone().unwrap_or_default(),
        member_count: row.member_count,
    }
}
