//! Users: what the forms post.
use crate::context::{Done, caller, finish, finish_form, portal, url};
use leptos::prelude::*;
use purser_contract::directory::{UserForm, UserRowView, UserView};
use purser_contract::problem::Problem;

/// *Save* of a user, new or not.
#[server(prefix = "/api", endpoint = "save_user")]
pub async fn save_user(
    /// What was typed.
    form: UserForm,
) -> Result<(), ServerFnError> {
    let outcome = async { portal()?.save_user(&caller()?, form.clone()).await.map_err(Problem::from) }.await;
    let (back, verb) = if form.id.is_empty() {
        ("/users/new".to_owned(), "created")
    } else {
        (format!("/users/{}", form.id), "saved")
    };
    let done = |user: &UserView| {
        Done::to(format!("/users/{}", user.id)).toast(format!("{} was {verb}.", name(user)))
    };
    finish_form::<SaveUser, _, _>(outcome, done, back, &form).await
}

/// *Disable* and *Enable*.
#[server(prefix = "/api", endpoint = "set_user_enabled")]
pub async fn set_user_enabled(
    /// Id.
    id: String,
    /// Whether they may sign in from now on.
    enabled: bool,
) -> Result<(), ServerFnError> {
    let outcome =
        async { portal()?.set_user_enabled(&caller()?, &id, enabled).await.map_err(Problem::from) }.await;
    let here = format!("/users/{id}");
    let done = |user: &UserView| {
        Done::to(here.clone()).toast(format!(
            "{} was {}.",
            name(user),
            if enabled { "enabled" } else { "disabled" }
        ))
    };
    finish(outcome, done, here.clone()).await
}

/// *Delete*: for 30 days the user can be restored.
#[server(prefix = "/api", endpoint = "delete_user")]
pub async fn delete_user(
    /// Id.
    id: String,
) -> Result<(), ServerFnError> {
    let outcome = async { portal()?.delete_user(&caller()?, &id).await.map_err(Problem::from) }.await;
    let done = |user: &UserRowView| {
        Done::to("/users")
            .toast(format!("{} was deleted and can be restored for 30 days.", user.display_name))
    };
    finish(outcome, done, format!("/users/{id}")).await
}

/// *Restore* a deleted user.
#[server(prefix = "/api", endpoint = "restore_user")]
pub async fn restore_user(
    /// Id.
    id: String,
) -> Result<(), ServerFnError> {
    let outcome = async { portal()?.restore_user(&caller()?, &id).await.map_err(Problem::from) }.await;
    let done = |user: &UserView| {
        Done::to(format!("/users/{}", user.id)).toast(format!("{} was restored.", name(user)))
    };
    finish(outcome, done, "/users/deleted").await
}

/// *Delete permanently*.
#[server(prefix = "/api", endpoint = "purge_user")]
pub async fn purge_user(
    /// Id.
    id: String,
) -> Result<(), ServerFnError> {
    let outcome = async { portal()?.purge_user(&caller()?, &id).await.map_err(Problem::from) }.await;
    let back = url("/users/deleted", &[("pane", "purge"), ("id", &id)]);
    finish(outcome, |()| Done::to("/users/deleted").toast("The user was deleted permanently."), back).await
}

/// The name to call a user by.
pub fn name(user: &UserView) -> String {
    let attribute = |name: &str| user.attributes.get(name).cloned();
    attribute("displayName").or_else(|| attribute("userPrincipalName")).unwrap_or_else(|| user.id.clone())
}
