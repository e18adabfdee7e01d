//! Enterprise applications | All applications.

use crate::components::*;
use crate::context::{caller, portal, query};
use leptos::prelude::*;
use purser_contract::application::ApplicationRowView;
use purser_contract::page::ListForm;

const PATH: &str = "/applications";

/// The list of all applications, with search.
#[component]
pub fn ApplicationsPage() -> impl IntoView {
    page(async {
        let form = query::<ListForm>();
        let applications = portal()?.list_applications(&caller()?, form.clone()).await?;
        Ok(view! {
            <ListPage
                path=PATH
                title="All applications"
                resource="Enterprise applications"
                subtitle="Purser"
                commands=view! {
                    <CommandLink href="/applications/new" icon=icondata::LuPlus label="New application"/>
                    <CommandLink href=PATH icon=icondata::LuRefreshCw label="Refresh"/>
                }
                .into_any()
                lead="View, filter, and search the applications that Purser creates, updates and removes accounts in."
                search="Search by name or object ID"
                form
                nouns=("application", "applications")
                sought="No application's name or id"
                total=applications.total
                columns=vec!["Name", "Object ID", "Application ID", "Gallery app", "Created on", "Provisioning"]
                rows=applications.items.into_iter().map(row).collect()
                next=applications.next
            >
                <EmptyState
                    icon=icondata::LuLayoutGrid
                    title="No applications yet"
                    text="Add an application from the gallery to create accounts in it automatically."
                    action=view! { <a class="button button-primary" href="/applications/new">"New application"</a> }
                        .into_any()
                />
            </ListPage>
        }
        .into_any())
    })
}

fn row(application: ApplicationRowView) -> AnyView {
    let href = format!("{PATH}/{}", application.id);
    let credentials = credentials(&application);
    view! {
        <tr>
            <th scope="row">
                <a class="named" href=href>
                    <Monogram name=application.display_name.clone()/>
                    <bdi>{application.display_name}</bdi>
                </a>
            </th>
            <td><code class="cell-id" title=application.id.clone()>{application.id.clone()}</code></td>
            <td><code class="cell-id" title=application.app_id.clone()>{application.app_id.clone()}</code></td>
            <td>{application.template_name}</td>
            <td><TimeStamp at=application.created_at/></td>
            <td>
                <ProvisioningBadge state=application.provisioning/>
                {credentials}
            </td>
        </tr>
    }
    .into_any()
}

/// Credentials that need attention.
fn credentials(application: &ApplicationRowView) -> AnyView {
    if let Some(expiry) = &application.expiry {
        let (tone, label) = match expiry.stage {
            0 => (Tone::Bad, "Credentials expired".to_owned()),
            1 => (Tone::Bad, "Credentials expire within a day".to_owned()),
            days => (Tone::Warn, format!("Credentials expire within {days} days")),
        };
        return view! { <div><Badge tone label/></div> }.into_any();
    }
    if application.needs_consent {
        return view! { <div><Badge tone=Tone::Warn label="Authorization needed"/></div> }.into_any();
    }
    ().into_any()
}
