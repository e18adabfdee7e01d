//! The progress of an import, which moves by itself.
//!
//! When the import is done the page is loaded anew, since the report is the server's to render.
use crate::shared::{Progress, grouped};
use leptos::prelude::*;
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
    poll::start(import, interrupted);

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

#[cfg(feature = "hydrate")]
mod poll {
    use crate::api::imports::import_status;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use purser_contract::import::{ImportState, ImportView};
    use std::time::Duration;

    /// Pause between an answer and the next question.
    const PAUSE: Duration = Duration::from_secs(1);

    pub(super) fn start(import: RwSignal<ImportView>, interrupted: RwSignal<String>) {
        set_timeout(
            move || {
                spawn_local(async move {
                    match import_status(import.with_untracked(|import| import.id.clone())).await {
                        Ok(now) if matches!(now.state, ImportState::Done | ImportState::Failed) => {
                            let _ = window().location().reload();
                            return;
                        }
                        Ok(now) => {
                            interrupted.set(String::new());
                            import.set(now);
                        }
                        Err(problem) => interrupted.set(problem.to_string()),
                    }
                    start(import, interrupted);
                });
            },
            PAUSE,
        );
    }
}
