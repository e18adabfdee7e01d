//! The home page: the portal at a glance, and the first steps.
use crate::api::home::{ConfirmPurge, Overview, load_overview};
use crate::components::{
    DataTable, HiddenField, Icon, InfoBar, Menu, Monogram, PostForm, ProvisioningBadge, Shell, TimeStamp,
    Tone, grouped, page,
};
use leptos::prelude::*;
use purser_contract::application::ApplicationRowView;
use purser_contract::directory::HeldPurgeView;
use purser_domain::job::ProvisioningState;

/// Counts, what needs an administrator, first steps, and the applications' state.
#[component]
pub fn HomePage() -> impl IntoView {
    page(async {
        let overview = load_overview().await?;
        let view = view! {
            <Shell title="Home" subtitle="People, groups and the applications that get them" menu=Menu::portal("/")>
                <div class="stack stack-wide">
                    {overview.held_purge.as_ref().map(held_purge)}
                    {attention(&overview)}
                    <ul class="tiles">
                        {tile("/users", icondata::LuUser, overview.users, "Users")}
                        {tile("/groups", icondata::LuUsers, overview.groups, "Groups")}
                        {tile("/applications", icondata::LuLayoutGrid, overview.applications, "Enterprise applications")}
                    </ul>
                    {first_steps(&overview)}
                    {applications(overview.first_applications)}
                </div>
            </Shell>
        };
        Ok(view.into_any())
    })
}

fn tile(href: &'static str, icon: icondata::Icon, count: u64, label: &'static str) -> AnyView {
    view! {
        <li>
            <a class="tile" href=href>
                <Icon icon=icon/>
                <span class="tile-count">{grouped(count)}</span>
                <span class="tile-label">{label}</span>
            </a>
        </li>
    }
    .into_any()
}

/// Applications that can't be provisioned to at the moment.
fn attention(overview: &Overview) -> AnyView {
    let bars = overview
        .first_applications
        .iter()
        .filter(|application| application.provisioning == ProvisioningState::Quarantine)
        .map(|application| {
            let href = format!("/applications/{}/provisioning", application.id);
            view! {
                <InfoBar tone=Tone::Bad>
                    <p>
                        "Provisioning to " {application.display_name.clone()} " is in quarantine. "
                        <a href=href>"See why, and what to do"</a>
                    </p>
                </InfoBar>
            }
        });
    bars.collect_view().into_any()
}

/// Deleted people whose time is over, by a clock that is in doubt.
fn held_purge(held: &HeldPurgeView) -> AnyView {
    let people =
        if held.people == 1 { "1 user".to_owned() } else { format!("{} users", grouped(held.people)) };
    let accounts = if held.accounts == 1 {
        "1 account".to_owned()
    } else {
        format!("{} accounts", grouped(held.accounts))
    };
    let last = match held.last_purge_at.clone() {
        Some(at) => view! { "The last purge was at " <TimeStamp at/> "." }.into_any(),
        None => "There was no purge before.".into_any(),
    };
    view! {
        <InfoBar tone=Tone::Warn>
            <p class="bar-title">"Deleted users are kept until you confirm"</p>
            <p>
                {last} " The clock of this server says " <TimeStamp at=held.now.clone()/>
                ". Either Purser was off for more than two days, or the clock was changed."
            </p>
            <p>
                "By this clock, " {people} " were deleted more than 30 days ago. Deleting them for good also deletes their accounts where an application's mapping deletes: up to " {accounts} ". "
                <a href="/users/deleted">"See who they are"</a>
            </p>
            <PostForm<ConfirmPurge>>
                <HiddenField name="form[people]" value=held.people.to_string()/>
                <button class="button button-danger" type="submit">"The clock is right: delete them for good"</button>
            </PostForm<ConfirmPurge>>
        </InfoBar>
    }
    .into_any()
}

/// What a newcomer does first; gone once an application is switched on.
fn first_steps(overview: &Overview) -> Option<AnyView> {
    let states = || overview.first_applications.iter().map(|application| application.provisioning);
    let running =
        states().any(|state| matches!(state, ProvisioningState::On | ProvisioningState::Quarantine));
    if running {
        return None;
    }
    let configured = states().any(|state| state != ProvisioningState::NotConfigured);
    let provisioning = match overview.first_applications.as_slice() {
        [only] => format!("/applications/{}/provisioning", only.id),
        _ => "/applications".to_owned(),
    };
    let steps = [
        (
            overview.users > 0,
            "/users/import".to_owned(),
            "Import your people",
            "Upload a CSV file. You see its first rows before anything is written.",
        ),
        (
            overview.applications > 0,
            "/applications/new".to_owned(),
            "Add an application",
            "Choose it from the gallery, or use the generic SCIM application, and assign users and groups to it.",
        ),
        (
            configured,
            provisioning.clone(),
            "Enter its credentials and test them",
            "Tenant URL and secret token, under Provisioning > Admin Credentials.",
        ),
        (running, provisioning, "Switch provisioning on", "Accounts appear while you watch."),
    ];
    let steps = steps
        .into_iter()
        .map(|(done, href, title, text)| {
            let (icon, state) =
                if done { (icondata::LuCircleCheck, "Done") } else { (icondata::LuCircle, "To do") };
            view! {
                <li class=if done { "step step-done" } else { "step" }>
                    <Icon icon=icon/>
                    <div>
                        <p class="step-title">
                            <a href=href>{title}</a>
                            <span class="visually-hidden">{format!(" ({state})")}</span>
                        </p>
                        <p>{text}</p>
                    </div>
                </li>
            }
        })
        .collect_view();
    Some(
        view! {
            <section aria-labelledby="first-steps">
                <h2 class="heading" id="first-steps">"First steps"</h2>
                <ol class="steps">{steps}</ol>
            </section>
        }
        .into_any(),
    )
}

fn applications(applications: Vec<ApplicationRowView>) -> Option<AnyView> {
    if applications.is_empty() {
        return None;
    }
    let rows = applications
        .into_iter()
        .take(10)
        .map(|application| {
            view! {
                <tr>
                    <th scope="row">
                        <Monogram name=application.display_name.clone()/>
                        <a href=format!("/applications/{}", application.id)>{application.display_name}</a>
                    </th>
                    <td>{application.template_name}</td>
                    <td><ProvisioningBadge state=application.provisioning/></td>
                </tr>
            }
        })
        .collect_view();
    Some(
        view! {
            <section aria-labelledby="applications">
                <h2 class="heading" id="applications">"Enterprise applications"</h2>
                <DataTable caption="Enterprise applications" columns=vec!["Name", "Gallery app", "Provisioning"]>
                    {rows}
                </DataTable>
            </section>
        }
        .into_any(),
    )
}
