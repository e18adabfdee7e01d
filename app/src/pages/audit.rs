//! The audit log: who changed what in Purser itself, and who was not let in.
use crate::components::{Badge, CommandLink, EmptyState, ListPage, TimeStamp, Tone, page};
use crate::context::{caller, portal, query};
use leptos::prelude::*;
use purser_contract::audit::AuditRowView;
use purser_contract::page::ListForm;

/// Newest first.
#[component]
pub fn AuditPage() -> impl IntoView {
    page(async {
        let form = query::<ListForm>();
        let rows = portal()?.list_audit(&caller()?, form.clone()).await?;
        let view = view! {
            <ListPage
                path="/audit-log"
                title="Audit log"
                commands=view! { <CommandLink href="/audit-log" icon=icondata::LuRefreshCw label="Refresh"/> }.into_any()
                search="Search by actor, activity or target"
                form
                nouns=("entry", "entries")
                columns=vec!["Date", "Actor", "Activity", "Result", "Target", "Details"]
                rows=rows.items.into_iter().map(row).collect()
                next=rows.next
            >
                <EmptyState
                    icon=icondata::LuScrollText
                    title="No entries found"
                    text="Every change made in the portal, through the API and on the command line is recorded here, and who signed in, signed out or was refused."
                />
            </ListPage>
        };
        Ok(view.into_any())
    })
}

fn row(entry: AuditRowView) -> AnyView {
    let result = match entry.refusal {
        None => view! { <Badge tone=Tone::Good label="Success"/> }.into_any(),
        Some(refusal) => {
            view! { <Badge tone=Tone::Bad label="Refused"/> <p>{refusal.sentence()}</p> }.into_any()
        }
    };
    let details = (!entry.details.is_empty()).then(|| {
        let details = entry
            .details
            .into_iter()
            .map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> })
            .collect_view();
        view! {
            <details class="inline-details">
                <summary>"Show"</summary>
                <dl>{details}</dl>
            </details>
        }
    });
    view! {
        <tr>
            <td><TimeStamp at=entry.at/></td>
            <td>{entry.actor}</td>
            <td>{entry.activity}</td>
            <td>{result}</td>
            <td>{entry.target}</td>
            <td>{details}</td>
        </tr>
    }
    .into_any()
}
