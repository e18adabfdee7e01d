//! Synchronization Details that move by themselves.
//!
//! The page renders them once on the server; in the browser they are asked for again each second
//! while there is something to see, and every third second otherwise. A tab in the background asks
//! nothing. Without JavaScript they stay as they were when the page was made.

use super::answer_bar::AnswerBar;
use crate::shared::{Progress, TimeStamp, cure_link, grouped};
use leptos::prelude::*;
use purser_contract::provisioning::{JobStatusView, QuarantineView};
use purser_domain::job::{CycleCounts, CycleKind, JobCode};

/// A job's state, progress, counts and dates.
#[island]
pub fn JobProgress(
    /// The application whose job it is.
    application: String,
    /// What the server knew when it made the page.
    initial: JobStatusView,
    /// Only state, progress and counts, for an overview.
    brief: bool,
) -> impl IntoView {
    let status = RwSignal::new(initial);
    let interrupted = RwSignal::new(None::<String>);
    #[cfg(feature = "hydrate")]
    poll::start(application.clone(), status, interrupted);

    let sentence = Memo::new(move |_| status.with(sentence));
    let quarantine = Memo::new(move |_| status.with(|status| status.quarantine.clone()));
    let bar = Memo::new(move |_| {
        status.with(|status| {
            (cycle_label(status), status.processed, status.total, status.remaining_ms, status.running)
        })
    });
    let cycle = Memo::new(move |_| status.with(cycle_label));
    let ran = Memo::new(move |_| !cycle.with(String::is_empty));
    let counts = Memo::new(move |_| status.with(|status| status.counts));

    view! {
        <div class="job stack">
            {move || quarantine.get().map(|quarantine| quarantine_bar(quarantine, &application))}
            <p class="job-state">
                <span class=move || format!("job-code job-code-{}", status.with(tone))>
                    {move || status.with(|status| code_label(status.code))}
                </span>
                <span>{move || sentence.get()}</span>
            </p>
            {move || {
                let (label, processed, total, remaining_ms, running) = bar.get();
                (!label.is_empty()).then(|| view! { <Progress label processed total remaining_ms running/> })
            }}
            {move || ran.get().then(|| view! { <dl class="count-cards">{move || count_cards(counts.get())}</dl> })}
            {(!brief).then(|| view! { <dl class="properties">{move || status.with(details)}</dl> })}
            // Announced when the cycle changes its state; the counts beside it would never let a reader finish.
            <p class="visually-hidden" role="status">{move || cycle.get()}</p>
            <p class="field-hint" role="status">{move || interrupted.get()}</p>
        </div>
    }
}

/// What the job does or waits for. In quarantine the bar above says why; here is what happens next.
fn sentence(status: &JobStatusView) -> String {
    match status.quarantine {
        Some(_) => "Purser tries again by itself. What was done so far is kept.".to_owned(),
        None => status.sentence.clone(),
    }
}

/// What the bar is about; empty when there was no cycle yet.
fn cycle_label(status: &JobStatusView) -> String {
    let cycle = match status.cycle {
        Some(CycleKind::Initial) => "Initial cycle",
        Some(CycleKind::Incremental) => "Incremental cycle",
        None => return String::new(),
    };
    match (status.running, status.code) {
        (true, _) => format!("{cycle} running"),
        (false, JobCode::Paused) if status.processed < status.total => format!("{cycle} paused"),
        (false, _) if status.processed < status.total => format!("{cycle} stopped"),
        (false, _) => format!("{cycle} completed"),
    }
}

fn code_label(code: JobCode) -> &'static str {
    match code {
        JobCode::NotConfigured => "Not configured",
        JobCode::NotRun => "Not run yet",
        JobCode::Active => "On",
        JobCode::Paused => "Off",
        JobCode::Quarantine => "Quarantine",
    }
}

fn tone(status: &JobStatusView) -> &'static str {
    match status.code {
        JobCode::Active => "good",
        JobCode::Quarantine => "bad",
        JobCode::NotRun => "info",
        JobCode::NotConfigured | JobCode::Paused => "calm",
    }
}

fn quarantine_bar(quarantine: QuarantineView, application: &str) -> AnyView {
    let QuarantineView { reason, cure, next_attempt_at: next, .. } = quarantine;
    let link = cure_link(cure, application);
    view! {
        <div role="alert">
            <AnswerBar ok=false title="Provisioning is in quarantine">
                <p>{reason} {link}</p>
                {next.map(|at| view! { <p>"Next attempt: " <TimeStamp at/></p> })}
            </AnswerBar>
        </div>
    }
    .into_any()
}

fn count_cards(counts: CycleCounts) -> AnyView {
    let CycleCounts { created, updated, disabled, deleted, skipped, failed } = counts;
    [
        ("Created", created, "count"),
        ("Updated", updated, "count"),
        ("Disabled", disabled, "count"),
        ("Deleted", deleted, "count"),
        ("Skipped", skipped, "count"),
        ("Failed", failed, if failed > 0 { "count count-bad" } else { "count" }),
    ]
    .map(|(label, count, class)| {
        view! {
            <div class=class>
                <dt>{label}</dt>
                <dd>{grouped(count)}</dd>
            </div>
        }
    })
    .into_iter()
    .collect_view()
    .into_any()
}

fn details(status: &JobStatusView) -> AnyView {
    let at = |moment: &Option<String>| match moment.clone() {
        Some(at) => view! { <TimeStamp at/> }.into_any(),
        None => "Never".into_any(),
    };
    let next = match status.next_cycle_at.clone() {
        Some(at) => view! { <TimeStamp at/> }.into_any(),
        None => "\u{2013}".into_any(),
    };
    // Before its first run a job has all of the directory before it; that is no backlog.
    let backlog = if status.first_run_at.is_some() { status.backlog } else { 0 };
    [
        ("First run", at(&status.first_run_at)),
        ("Last run", at(&status.last_run_at)),
        ("Next run without a change", next),
        ("Users managed", grouped(status.users_managed).into_any()),
        ("Groups managed", grouped(status.groups_managed).into_any()),
        ("Changes waiting", grouped(backlog).into_any()),
        ("Waiting for retry", grouped(status.waiting_for_retry).into_any()),
    ]
    .map(|(label, value)| view! { <div class="properties-row"><dt>{label}</dt><dd>{value}</dd></div> })
    .into_iter()
    .collect_view()
    .into_any()
}

#[cfg(feature = "hydrate")]
mod poll {
    use crate::api::provisioning::job_status;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use purser_contract::provisioning::JobStatusView;
    use purser_domain::job::JobCode;
    use std::time::Duration;

    const BUSY: Duration = Duration::from_secs(1);
    const IDLE: Duration = Duration::from_secs(3);

    /// Asks again and again for as long as the page is open.
    pub(super) fn start(
        application: String,
        status: RwSignal<JobStatusView>,
        interrupted: RwSignal<Option<String>>,
    ) {
        let busy = status.with_untracked(is_busy);
        set_timeout(move || ask(application, status, interrupted), if busy { BUSY } else { IDLE });
    }

    fn ask(application: String, status: RwSignal<JobStatusView>, interrupted: RwSignal<Option<String>>) {
        if document().hidden() {
            return start(application, status, interrupted);
        }
        spawn_local(async move {
            match job_status(application.clone()).await {
                Ok(fresh) => {
                    interrupted.set(None);
                    if status.with_untracked(|shown| *shown != fresh) {
                        status.set(fresh);
                    }
                }
                Err(refused) => interrupted.set(Some(format!("Live updates are interrupted: {refused}"))),
            }
            start(application, status, interrupted);
        });
    }

    fn is_busy(status: &JobStatusView) -> bool {
        status.running || (status.backlog > 0 && status.code == JobCode::Active)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_says_which_cycle_and_whether_it_goes_on() {
        let mut status = JobStatusView {
            cycle: Some(CycleKind::Initial),
            code: JobCode::Active,
            running: true,
            processed: 3,
            total: 10,
            ..JobStatusView::default()
        };
        assert_eq!(cycle_label(&status), "Initial cycle running");
        status.running = false;
        status.code = JobCode::Paused;
        assert_eq!(cycle_label(&status), "Initial cycle paused");
        status.processed = 10;
        assert_eq!(cycle_label(&status), "Initial cycle completed");
        status.cycle = None;
        assert_eq!(cycle_label(&status), "");
    }
}
