//! The progress of an import, which moves by itself.
//!
//! When the import is done the page is loaded anew, since the report is the server's to render.
use crate::shared::{Progress, grouped};
use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use purser_contract::import::ImportState;
use purser_contract::import::ImportView;

/// Asks each second how far the import has come.
#[island]
pub fn ImportProgress(
    /// Where it stood when the page was made (without preview).
    initial: ImportView,
) -> impl IntoView {
    let import = RwSignal::new(initial);
    let interrupted = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    super::poll::ask_each_second(
        import,
        interrupted,
        |import| crate::api::imports::import_status(import.id.clone()),
        |import| matches!(import.state, ImportState::Done | ImportState::Failed),
    );

    let bar = move || {
        import.with(|import| {
            view! {
                <Progress
                    label="Importing"
                    processed=import.processed
                    total=import.total
                    remaining_ms=import.remaining_ms
                    running=true
                />
            }
        })
    };
    let counts = move || {
        import.with(|import| {
            format!(
                "{} created, {} updated, {} unchanged, {} refused",
                grouped(import.created),
                grouped(import.updated),
                grouped(import.unchanged),
                grouped(import.failed)
            )
        })
    };
    view! {
        {bar}
        <p class="counts">{counts}</p>
        <p class="field-hint" role="status">{move || interrupted.get()}</p>
    }
}
