//! What an import did, and which rows it refused.
use crate::components::{DataTable, InfoBar, Pager, Tone, grouped};
use crate::shared::counted;
use leptos::prelude::*;
use purser_contract::import::{ImportErrorView, ImportState, ImportView};
use purser_contract::page::{ListForm, PageView};

/// The outcome with its counts.
pub(super) fn summary(import: &ImportView) -> AnyView {
    let (tone, sentence) = match import.state {
        ImportState::Failed => (
            Tone::Bad,
            format!(
                "The import stopped after {} of {}. What was written stays; importing the file again goes on from there.",
                grouped(import.processed),
                counted(import.total, "row")
            ),
        ),
        _ if import.failed > 0 => (
            Tone::Warn,
            format!(
                "{} refused, of {} in all; all others are in. Mend what was refused and import the file again.",
                counted(import.failed, "row"),
                grouped(import.total)
            ),
        ),
        _ if import.total == 1 => (Tone::Good, "The one row is in.".to_owned()),
        _ => (Tone::Good, format!("All {} rows are in.", grouped(import.total))),
    };
    let error = import.error.clone().map(|error| view! { <p>{error}</p> });
    let counts = [
        ("Created", import.created),
        ("Updated", import.updated),
        ("Unchanged", import.unchanged),
        ("Refused", import.failed),
    ]
    .into_iter()
    .map(|(label, count)| view! { <div class="count"><dt>{label}</dt><dd>{grouped(count)}</dd></div> })
    .collect_view();
    view! {
        <InfoBar tone=tone>
            <p class="bar-title">{sentence}</p>
            {error}
        </InfoBar>
        <dl class="count-cards">{counts}</dl>
    }
    .into_any()
}

/// The refused rows, by line.
pub(super) fn refused_rows(here: &str, form: &ListForm, errors: PageView<ImportErrorView>) -> AnyView {
    if errors.items.is_empty() {
        return ().into_any();
    }
    let rows = errors
        .items
        .into_iter()
        .map(|error| {
            view! {
                <tr>
                    <th scope="row" class="cell-number">{error.line}</th>
                    <td>{error.column}</td>
                    <td><bdi>{error.message}</bdi></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="refused">
            <h2 class="heading" id="refused">"Refused rows"</h2>
            <DataTable caption="Refused rows" columns=vec!["Line", "Column", "What is wrong"]>{rows}</DataTable>
            <Pager path=here after=form.after.clone() next=errors.next/>
        </section>
    }
    .into_any()
}
