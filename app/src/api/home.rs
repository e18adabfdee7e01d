//! What the home page counts, and the removal of what is old that waits there for an administrator.
use crate::context::{Done, caller, finish, portal};
use leptos::prelude::*;
use purser_contract::application::ApplicationRowView;
use purser_contract::directory::{ConfirmPurgeForm, HeldPurgeView, PurgedView, UserFilter};
use purser_contract::page::ListForm;
use purser_contract::problem::Problem;

/// The portal at a glance.
pub struct Overview {
    /// People who are not deleted.
    pub users: u64,
    /// Groups.
    pub groups: u64,
    /// Applications in all.
    pub applications: u64,
    /// The first of them, with their state.
    pub first_applications: Vec<ApplicationRowView>,
    /// What waits to be removed until an administrator confirms it.
    pub held_purge: Option<HeldPurgeView>,
}

/// Counts, and the state of the applications.
pub async fn load_overview() -> Result<Overview, Problem> {
    let (portal, caller) = (portal()?, caller()?);
    let one = || ListForm { size: 1, ..ListForm::default() };
    let users = portal.list_users(&caller, UserFilter::Present, one()).await?;
    let groups = portal.list_groups(&caller, one()).await?;
    let applications = portal.list_applications(&caller, ListForm::default()).await?;
    Ok(Overview {
        users: count(users.total, &users.items),
        groups: count(groups.total, &groups.items),
        applications: count(applications.total, &applications.items),
        first_applications: applications.items,
        held_purge: portal.find_held_purge(&caller).await?,
    })
}

/// *Remove them for good*: lets what waits go.
#[server(prefix = "/api", endpoint = "confirm_purge")]
pub async fn confirm_purge(
    /// What was shown.
    form: ConfirmPurgeForm,
) -> Result<(), ServerFnError> {
    let outcome =
        async { portal()?.confirm_purge(&caller()?, form.clone()).await.map_err(Problem::from) }.await;
    let done = |gone: &PurgedView| {
        let toast = format!("Users deleted for good: {}. Log rows removed: {}.", gone.people, gone.log_rows);
        Done::to("/").toast(toast)
    };
    finish(outcome, done, "/").await
}

/// The total where the list knows it, else what is on the page.
fn count<T>(total: Option<u64>, items: &[T]) -> u64 {
    total.unwrap_or(u64::try_from(items.len()).unwrap_or(u64::MAX))
}
