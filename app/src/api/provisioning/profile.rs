//! Target profile and capability probe: what the forms post.

use super::forms::blade;
use crate::context::{Done, caller, finish, portal};
use leptos::prelude::*;
use purser_contract::problem::Problem;
use purser_contract::profile::{ProbeForm, ProbeView, ProfileForm, ProfileView};

/// *Start probe*.
#[server(prefix = "/api", endpoint = "start_probe")]
pub async fn start_probe(
    /// Which application, and how far it may go.
    form: ProbeForm,
) -> Result<(), ServerFnError> {
    let outcome =
        async { portal()?.start_probe(&caller()?, form.clone()).await.map_err(Problem::from) }.await;
    let here = page_of(&form.application_id);
    let done = |_: &ProbeView| Done::to(format!("{here}#result"));
    finish(outcome, done, here.clone()).await
}

/// *Apply* of proposals, and *Take back* of own settings.
#[server(prefix = "/api", endpoint = "save_profile")]
pub async fn save_profile(
    /// What is to change.
    form: ProfileForm,
) -> Result<(), ServerFnError> {
    let outcome =
        async { portal()?.save_profile(&caller()?, form.clone()).await.map_err(Problem::from) }.await;
    let here = page_of(&form.application_id);
    let done = |_: &ProfileView| {
        Done::to(format!("{here}#profile")).toast("Target profile saved. The next request heeds it.")
    };
    finish(outcome, done, here.clone()).await
}

fn page_of(application: &str) -> String {
    format!("{}/probe", blade(application))
}
