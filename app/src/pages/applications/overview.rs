//! Overview of an application: what it is, what to do next, and how its provisioning stands.

use crate::components::*;
use crate::context::{caller, param, portal};
use crate::islands::JobProgress;
use crate::pages::banners::banners;
use leptos::prelude::*;
use purser_contract::application::ApplicationView;
use purser_contract::provisioning::ProvisioningView;
use purser_domain::scope::ScopeMode;

/// One application.
#[component]
pub fn ApplicationPage() -> impl IntoView {
    page(async {
        let application = portal()?.load_application(&caller()?, &param("id")).await?;
        let provisioning = portal()?.load_provisioning(&caller()?, &application.id).await?;
        let here = format!("/applications/{}", application.id);
        let steps = checklist(&application, &provisioning);
        let cycle = view! {
            <JobProgress application=application.id.clone() initial=provisioning.status.clone() brief=true/>
        }
        .into_any();
        let rows = vec![
            ("Name", application.display_name.clone().into_any()),
            ("Application ID", view! { <code>{application.app_id.clone()}</code> }.into_any()),
            ("Object ID", view! { <code>{application.id.clone()}</code> }.into_any()),
            ("Job ID", view! { <code>{provisioning.job_id.clone()}</code> }.into_any()),
            ("Gallery app", application.template.display_name.clone().into_any()),
            ("Created on", view! { <TimeStamp at=application.created_at.clone()/> }.into_any()),
        ];
        let basics = view! { <Properties rows/> }.into_any();
        Ok(view! {
            <ApplicationShell
                title="Overview"
                id=application.id.clone()
                name=application.display_name.clone()
                current=here.clone()
                commands=view! {
                    <CommandLink
                        href=format!("{here}/users-and-groups/add")
                        icon=icondata::LuUserPlus
                        label="Add user/group"
                    />
                    <CommandLink
                        href=format!("{here}/provisioning")
                        icon=icondata::LuSettings2
                        label="Edit provisioning"
                    />
                    <CommandLink href=here.clone() icon=icondata::LuRefreshCw label="Refresh"/>
                }
                .into_any()
            >
                <div class="stack stack-wide">
                    {banners(&provisioning.credentials)}
                    <section aria-labelledby="basic-information">
                        <h2 id="basic-information" class="heading">"Basic information"</h2>
                        {basics}
                    </section>
                    <section aria-labelledby="getting-started">
                        <h2 id="getting-started" class="heading">"Getting started"</h2>
                        {steps}
                    </section>
                    <section class="column" aria-labelledby="cycle-status">
                        <h2 id="cycle-status" class="heading">"Current cycle status"</h2>
                        {cycle}
                        <p><a href=format!("{here}/provisioning-logs")>"View provisioning logs"</a></p>
                    </section>
                </div>
            </ApplicationShell>
        }
        .into_any())
    })
}

/// What leads from a new application to accounts in it, with what is done already.
fn checklist(application: &ApplicationView, provisioning: &ProvisioningView) -> AnyView {
    let home = format!("/applications/{}", application.id);
    let assigned = application.assigned_users + application.assigned_groups;
    let everybody = provisioning.scope == ScopeMode::All;
    let connected = provisioning.configured;
    let assignment = match (everybody, assigned) {
        (true, _) => "The scope is all users and groups, so nobody needs to be assigned.".to_owned(),
        (false, 0) => format!(
            "Say who gets an account in {}. Start with one person to try it out.",
            application.display_name
        ),
        (false, _) => format!(
            "Assigned: {}, {}.",
            counted(application.assigned_users, "user", "users"),
            counted(application.assigned_groups, "group", "groups")
        ),
    };
    let steps = [
        (
            everybody || assigned > 0,
            "Assign users and groups",
            assignment,
            format!("{home}/users-and-groups"),
        ),
        (
            connected,
            "Enter the admin credentials",
            format!(
                "Set the Provisioning Mode to Automatic, enter the credentials of {} and test the connection.",
                application.display_name
            ),
            format!("{home}/provisioning"),
        ),
        (
            provisioning.enabled,
            "Switch provisioning on",
            "Set the Provisioning Status to On and save. The first cycle starts at once.".to_owned(),
            format!("{home}/provisioning#settings"),
        ),
    ];
    let cards = (1_u32..).zip(steps).map(|(number, (done, title, text, href))| {
        view! {
            <li class="card">
                <p class="card-title">
                    <span aria-hidden="true">{format!("{number}.")}</span>
                    <a class="link" href=href>{title}</a>
                </p>
                <p class="card-text">{text}</p>
                <p>
                    {if done {
                        view! { <Badge tone=Tone::Good label="Done"/> }
                    } else {
                        view! { <Badge tone=Tone::Calm label="To do"/> }
                    }}
                </p>
            </li>
        }
    });
    view! {
        <ol class="cards">{cards.collect_view()}</ol>
    }
    .into_any()
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
