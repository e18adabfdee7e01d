//! What hangs on a user: groups, and the applications with the accounts in them.
use crate::components::{Badge, Properties, TimeStamp, Tone};
use leptos::prelude::*;
use purser_contract::directory::{UserApplicationView, UserView};
use purser_domain::plan::LinkState;

/// The column beside the form.
pub(super) fn show(user: &UserView) -> AnyView {
    let groups = if user.groups.is_empty() {
        view! { <p class="quiet">"Not a member of any group."</p> }.into_any()
    } else {
        let groups = user.groups.iter().map(|group| {
            view! { <li><a href=format!("/groups/{}", group.id)><bdi>{group.display_name.clone()}</bdi></a></li> }
        });
        view! { <ul class="plain-list">{groups.collect_view()}</ul> }.into_any()
    };
    let applications = if user.applications.is_empty() {
        view! { <p class="quiet">"Not assigned to any application."</p> }.into_any()
    } else {
        view! { <ul class="plain-list">{user.applications.iter().map(application).collect_view()}</ul> }
            .into_any()
    };
    view! {
        <aside class="aside" aria-label="About this user">
            <h2 class="heading">"Object"</h2>
            <Properties rows=vec![
                ("Object ID", view! { <code>{user.id.clone()}</code> }.into_any()),
                ("Created", view! { <TimeStamp at=user.created_at.clone()/> }.into_any()),
            ]/>
            <h2 class="heading">"Groups"</h2>
            {groups}
            <h2 class="heading">"Applications"</h2>
            {applications}
        </aside>
    }
    .into_any()
}

fn application(application: &UserApplicationView) -> AnyView {
    let (tone, state) = match application.link_state {
        Some(LinkState::Active) => (Tone::Good, "Account active"),
        Some(LinkState::Disabled) => (Tone::Calm, "Account disabled"),
        None => (Tone::Calm, "No account yet"),
    };
    let account =
        application.target_id.clone().map(|id| view! { <p class="quiet">"Account " <code>{id}</code></p> });
    view! {
        <li>
            <a href=format!("/applications/{}", application.application_id)>{application.display_name.clone()}</a>
            " "
            <Badge tone=tone label=state/>
            {account}
        </li>
    }
    .into_any()
}
