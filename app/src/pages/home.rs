//! The home page: the portal at a glance, and the first steps.
use crate::api::home::{ConfirmPurge, Overview, load_overview};
use crate::components::{
    DataTable, HiddenField, Icon, InfoBar, Menu, Monogram, PostForm, ProvisioningBadge, Shell, TimeStamp,
    Tone, grouped, page,
};
use crate::shared::counted;
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

/// What is old enough to go, by a clock that is in doubt.
fn held_purge(held: &HeldPurgeView) -> AnyView {
    let last = match held.last_run_at.clone() {
        Some(at) => view! { "The last housekeeping was at " <TimeStamp at/> "." }.into_any(),
        None => "There was no housekeeping before.".into_any(),
    };
    let people = (held.people > 0).then(|| {
        let (people, accounts) = (counted(held.people, "user"), counted(held.accounts, "account"));
        view! {
            <p>
                "By this clock, " {people} " went to the deleted users more than 30 days ago. Deleting them for good also deletes their accounts where an application's mapping deletes: up to " {accounts} ". "
                <a href="/users/deleted">"See who they are"</a>
            </p>
        }
    });
    let rows = (held.log_rows > 0).then(|| {
        let least = if held.more_log_rows { "at least " } else { "" };
        let (rows, days) = (counted(held.log_rows, "row"), counted(held.logs_kept_days, "day"));
        view! {
            <p>
                "By this clock, " {least} {rows} " of the provisioning log and the audit log "
                {if held.log_rows == 1 { "is" } else { "are" }} " older than " {days} ". "
                <a href="/logs">"See the provisioning log"</a>
            </p>
        }
    });
    view! {
        <InfoBar tone=Tone::Warn>
            <p class="bar-title">"What is old is kept until you confirm"</p>
            <p>
                {last} " The clock of this server says " <TimeStamp at=held.now.clone()/>
                ". Either Purser was off for more than two days, or the clock was changed."
            </p>
            {people}
            {rows}
            <PostForm<ConfirmPurge>>
                <HiddenField name="form[people]" value=held.people.to_string()/>
                <HiddenField name="form[log_rows]" value=held.log_rows.to_string()/>
                <HiddenField name="form[now]" value=held.now.clone()/>
                <button class="button button-danger" type="submit">"The clock is right: remove them for good"</button>
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
