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
    super::poll::ask_each_second(
        probe,
        interrupted,
        |probe| crate::api::provisioning::probe_status(probe.application_id.clone()),
        |probe| probe.state != purser_domain::job::ProbeState::Running,
    );

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
