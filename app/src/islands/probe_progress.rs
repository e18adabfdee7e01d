//! The progress of a capability probe, which moves by itself.
//!
//! When the probe is done the page is loaded anew, since its result is the server's to render.
use crate::shared::Progress;
use leptos::prelude::*;
use purser_contract::profile::ProbeView;

/// Asks each second how far the probe is.
#[island]
pub fn ProbeProgress(
    /// Where it stood when the page was made.
    initial: ProbeView,
) -> impl IntoView {
    let probe = RwSignal::new(initial);
    let interrupted = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    poll::start(probe, interrupted);

    let bar = move || {
        probe.with(|probe| {
            let (processed, total) = (u64::from(probe.done), u64::from(probe.total));
            view! { <Progress label="Capability probe" processed total remaining_ms=None running=true/> }
        })
    };
    let steps = move || {
        probe.with(|probe| {
            let steps = probe.steps.iter().map(|step| view! { <li>{step.clone()}</li> }).collect_view();
            view! { <ol class="numbered">{steps}</ol> }
        })
    };
    view! {
        {bar}
        {steps}
        <p class="field-hint" role="status">{move || interrupted.get()}</p>
    }
}

#[cfg(feature = "hydrate")]
mod poll {
    use crate::api::provisioning::probe_status;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use purser_contract::profile::ProbeView;
    use purser_domain::job::ProbeState;
    use std::time::Duration;

    /// Pause between an answer and the next question.
    const PAUSE: Duration = Duration::from_secs(1);

    pub(super) fn start(probe: RwSignal<ProbeView>, interrupted: RwSignal<String>) {
        set_timeout(
            move || {
                spawn_local(async move {
                    match probe_status(probe.with_untracked(|probe| probe.application_id.clone())).await {
                        Ok(now) if now.state != ProbeState::Running => {
                            let _ = window().location().reload();
                            return;
                        }
                        Ok(now) => {
                            interrupted.set(String::new());
                            probe.set(now);
                        }
                        Err(problem) => interrupted.set(problem.to_string()),
                    }
                    start(probe, interrupted);
                });
            },
            PAUSE,
        );
    }
}
