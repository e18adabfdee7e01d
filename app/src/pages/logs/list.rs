//! The list of the provisioning log.

use super::{StatusBadge, action_label, status_label};
use crate::components::*;
use crate::context::{caller, param, portal, query, url};
use leptos::prelude::*;
use purser_contract::log::{LogForm, LogRowView};
use purser_domain::log::{LogAction, LogStatus};

/// Where the list stands: under an application, or for all of them.
struct Place {
    path: String,
    application: Option<(String, String)>,
}

/// Provisioning logs, newest first.
#[component]
pub fn LogsPage() -> impl IntoView {
    page(async {
        let id = param("id");
        let place = if id.is_empty() {
            Place { path: "/provisioning-logs".to_owned(), application: None }
        } else {
            let application = portal()?.load_application(&caller()?, &id).await?;
            let path = format!("/applications/{}/provisioning-logs", application.id);
            Place { path, application: Some((application.id, application.display_name)) }
        };
        let mut form = query::<LogForm>();
        if let Some((id, _)) = &place.application {
            form.application_id.clone_from(id);
        }
        let logs = portal()?.list_logs(&caller()?, form.clone()).await?;
        let body = if logs.items.is_empty() {
            empty(&place, &form)
        } else {
            view! {
                <DataTable
                    caption="Provisioning logs"
                    columns=vec!["Date", "Identity", "Action", "Status", "Target System", "Summary"]
                >
                    {logs.items.into_iter().map(row).collect_view()}
                </DataTable>
                <Pager
                    path=place.path.clone()
                    query=vec![
                        ("identity", form.identity.clone()),
                        ("status", form.status.clone()),
                        ("action", form.action.clone()),
                    ]
                    after=form.after.clone()
                    next=logs.next
                />
            }
            .into_any()
        };
        let content = view! {
            <div class="stack">
                <p>
                    "One row for each user or group that a cycle acted on or skipped, newest first. "
                    "Open a row to see every step, what changed, and what to do about an error."
                </p>
                {filters(&place.path, &form)}
                {body}
            </div>
        };
        let refresh = url(
            &place.path,
            &[("identity", &form.identity), ("status", &form.status), ("action", &form.action)],
        );
        let commands =
            view! { <CommandLink href=refresh icon=icondata::LuRefreshCw label="Refresh"/> }.into_any();
        Ok(match place.application {
            Some((id, name)) => view! {
                <ApplicationShell
                    title="Provisioning logs"
                    id
                    name
                    current=place.path
                    commands
                >
                    {content}
                </ApplicationShell>
            }
            .into_any(),
            None => view! {
                <Shell
                    title="Provisioning logs"
                    subtitle="All applications"
                    menu=Menu::portal(&place.path)
                    crumbs=vec![Crumb::new("Home", "/")]
                    commands
                >
                    {content}
                </Shell>
            }
            .into_any(),
        })
    })
}

fn filters(path: &str, form: &LogForm) -> AnyView {
    let statuses = LogStatus::ALL.iter().map(|status| (status.as_str(), status_label(*status)));
    let actions = LogAction::ALL.iter().map(|action| (action.as_str(), action_label(*action)));
    let status = filter("status", "Status", statuses, &form.status);
    let action = filter("action", "Action", actions, &form.action);
    view! {
        <SearchBox
            path=path.to_owned()
            name="identity"
            value=form.identity.clone()
            label="Search by name, sign-in name or ID"
        >
            {status}
            {action}
        </SearchBox>
    }
    .into_any()
}

fn filter(
    name: &'static str,
    title: &'static str,
    choices: impl Iterator<Item = (&'static str, &'static str)>,
    value: &str,
) -> AnyView {
    let options = std::iter::once(("", "All")).chain(choices).map(|(choice, label)| {
        view! { <option value=choice selected=choice == value>{label}</option> }
    });
    view! {
        <label class="filter">
            <span>{title} ":"</span>
            <select class="input select" name=name>{options.collect_view()}</select>
        </label>
    }
    .into_any()
}

fn row(log: LogRowView) -> AnyView {
    let href = format!("/provisioning-logs/{}", log.id);
    let identity = if log.identity.is_empty() { "(no name)".to_owned() } else { log.identity };
    view! {
        <tr>
            <td><TimeStamp at=log.at/></td>
            <th scope="row">
                <a href=href><bdi>{identity}</bdi></a>
                <code class="cell-sub cell-id" title=log.source_id.clone()>{log.source_id.clone()}</code>
            </th>
            <td class="cell-word">{action_label(log.action)}</td>
            <td><StatusBadge status=log.status/></td>
            <td><a href=format!("/applications/{}", log.application_id)>{log.target_system}</a></td>
            <td class="cell-wide"><bdi>{log.summary}</bdi></td>
        </tr>
    }
    .into_any()
}

fn empty(place: &Place, form: &LogForm) -> AnyView {
    let filtered = !(form.identity.is_empty() && form.status.is_empty() && form.action.is_empty());
    if filtered {
        let all = place.path.clone();
        view! {
            <EmptyState
                icon=icondata::LuSearchX
                title="No log entries match"
                text="Loosen the filters to see more."
                action=view! { <a class="button" href=all>"Show all log entries"</a> }.into_any()
            />
        }
        .into_any()
    } else {
        let action = place.application.as_ref().map(|(id, _)| {
            view! { <a class="button" href=format!("/applications/{id}/provisioning")>"Provisioning"</a> }
                .into_any()
        });
        view! {
            <EmptyState
                icon=icondata::LuListChecks
                title="No log entries yet"
                text="They appear as soon as provisioning is switched on and a cycle runs."
                action
            />
        }
        .into_any()
    }
}
