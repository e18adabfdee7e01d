//! Synchronization Details in words: what a job is doing or waiting for.
use crate::provisioning::counts::Standing;
use crate::provisioning::credentials::{Missing, Need};
use jiff::{SignedDuration, Timestamp};
use purser_contract::provisioning::{ExecutionView, ExecutionsView, JobStatusView, QuarantineView};
use purser_domain::job::{CycleKind, JobCode, JobMode};
use purser_store::{FinishedCycle, JobSpec, JobStatus, RunningCycle};

/// What the sentence needs beside the two rows of the job.
#[derive(Debug, Clone, Default)]
pub(crate) struct JobFacts {
    /// What is needed before it can start.
    pub(crate) missing: Vec<Missing>,
    /// Between the beginnings of two cycles that nothing else causes.
    pub(crate) interval: SignedDuration,
    pub(crate) standing: Standing,
}

/// A point in time as the portal writes it inside a sentence.
pub(crate) fn spell_time(at: Timestamp) -> String {
    at.strftime("%-d %b %Y, %H:%M:%S UTC").to_string()
}

/// The view of a job's state.
pub(crate) fn view_job_status(
    spec: &JobSpec,
    status: &JobStatus,
    facts: JobFacts,
    now: Timestamp,
) -> JobStatusView {
    let configured = is_configured(spec, &facts);
    let running = running_cycle(spec, status);
    let shown = status.cycle.as_ref();
    let last = status.finished.last.as_ref();
    let (processed, total) = shown
        .map(|cycle| (cycle.processed, cycle.total))
        .or_else(|| last.map(|cycle| (cycle.processed, cycle.total)))
        .unwrap_or_default();
    let kind = shown.map(|cycle| cycle.kind).or(last.map(|cycle| cycle.kind));
    let counts = shown.map(|cycle| cycle.counts).or(last.map(|cycle| cycle.counts)).unwrap_or_default();
    let next = next_cycle(spec, status, &facts);
    JobStatusView {
        job_id: spec.job_id.to_string(),
        code: code(spec, status, configured),
        sentence: sentence(spec, status, &facts, configured),
        cycle: kind,
        running: running.is_some(),
        processed,
        total,
        remaining_ms: running.and_then(|cycle| remaining(cycle, now)),
        counts,
        first_run_at: status.first_run_at.map(|at| at.to_string()),
        last_run_at: status.last_run_at.map(|at| at.to_string()),
        users_managed: facts.standing.users_managed,
        groups_managed: facts.standing.groups_managed,
        waiting_for_retry: facts.standing.waiting_for_retry,
        quarantine: status.quarantine.as_ref().map(|quarantine| QuarantineView {
            code: quarantine.code,
            reason: join_sentences(&quarantine.reason, &quarantine.advice),
            cure: quarantine.cure,
            next_attempt_at: spec.enabled.then(|| quarantine.next_attempt_at.to_string()),
        }),
        backlog: facts.standing.backlog,
        next_cycle_at: next.map(|at| at.to_string()),
    }
}

/// When the next cycle begins although nothing happens; `None` while one runs, or when another reason decides.
fn next_cycle(spec: &JobSpec, status: &JobStatus, facts: &JobFacts) -> Option<Timestamp> {
    let waits = is_configured(spec, facts)
        && spec.enabled
        && status.cycle.is_none()
        && status.quarantine.is_none()
        && status.observed_mapping_generation == spec.mapping_generation;
    status.next_cycle_at(facts.interval).filter(|_| waits)
}

/// The cycles that finished, and the one that broke off because of the target.
pub(crate) fn view_executions(status: &JobStatus) -> ExecutionsView {
    let finished = &status.finished;
    let failed = status.quarantine.as_ref().zip(status.cycle).map(|(quarantine, cycle)| ExecutionView {
        id: cycle.id.to_string(),
        began_at: cycle.started_at.to_string(),
        ended_at: quarantine.tried_at.to_string(),
        processed: cycle.processed,
        counts: cycle.counts,
        error: Some(quarantine.reason.clone()),
    });
    ExecutionsView {
        last: failed.or(finished.last.as_ref().map(view_execution)),
        last_successful: finished.last_clean.as_ref().map(view_execution),
        last_successful_with_exports: finished.last_clean_with_exports.as_ref().map(view_execution),
        steady_first_at: finished.steady_since.map(|at| at.to_string()),
        steady_last_at: finished.last.filter(|_| status.initial_done).map(|cycle| cycle.ended_at.to_string()),
        failures_in_a_row: status.quarantine.as_ref().map_or(0, |quarantine| quarantine.attempts),
        quarantined_at: status.quarantine.as_ref().map(|quarantine| quarantine.since.to_string()),
    }
}

fn view_execution(cycle: &FinishedCycle) -> ExecutionView {
    ExecutionView {
        id: cycle.id.to_string(),
        began_at: cycle.began_at.to_string(),
        ended_at: cycle.ended_at.to_string(),
        processed: cycle.processed,
        counts: cycle.counts,
        error: None,
    }
}

/// Whether everything is there that a cycle needs.
pub(crate) fn is_configured(spec: &JobSpec, facts: &JobFacts) -> bool {
    spec.mode == JobMode::Automatic && facts.missing.is_empty()
}

fn running_cycle<'s>(spec: &JobSpec, status: &'s JobStatus) -> Option<&'s RunningCycle> {
    status.cycle.as_ref().filter(|_| spec.enabled && status.quarantine.is_none())
}

fn code(spec: &JobSpec, status: &JobStatus, configured: bool) -> JobCode {
    if !configured {
        JobCode::NotConfigured
    } else if spec.enabled && status.quarantine.is_some() {
        JobCode::Quarantine
    } else if spec.enabled {
        JobCode::Active
    } else if status.first_run_at.is_none() {
        JobCode::NotRun
    } else {
        JobCode::Paused
    }
}

fn sentence(spec: &JobSpec, status: &JobStatus, facts: &JobFacts, configured: bool) -> String {
    if spec.mode == JobMode::Manual {
        return "Provisioning is manual: accounts in this application are kept by other means.".to_owned();
    }
    if !configured {
        return match facts.missing.as_slice() {
            [Missing { need: Need::Consent, what }] => {
                format!("Press Authorize: {what} is needed. Then switch provisioning on.")
            }
            missing => {
                let missing: Vec<&str> = missing.iter().map(|missing| missing.what.as_str()).collect();
                format!("Enter {}, test the connection, then switch provisioning on.", join_words(&missing))
            }
        };
    }
    if !spec.enabled {
        return match &status.cycle {
            Some(cycle) => format!(
                "Paused: the {} stands at {}. Switching on goes on from there.",
                lower_kind(cycle.kind),
                progress(cycle)
            ),
            None => match status.last_run_at {
                Some(at) => format!("Paused. The last cycle ended at {}.", spell_time(at)),
                None => "Ready. Switch provisioning on to start the initial cycle.".to_owned(),
            },
        };
    }
    if let Some(quarantine) = &status.quarantine {
        // A configuration that was saved since is tried without waiting.
        let next = if status.observed_generation == spec.generation {
            format!("Next attempt at {}.", spell_time(quarantine.next_attempt_at))
        } else {
            "It is tried again now with the new configuration.".to_owned()
        };
        return format!("In quarantine because {} {next}", end_sentence(&lower_first(&quarantine.reason)));
    }
    if let Some(cycle) = &status.cycle {
        return format!("{} is running: {}.", title_kind(cycle.kind), progress(cycle));
    }
    if !status.initial_done || status.observed_mapping_generation < spec.mapping_generation {
        return "Waiting for the initial cycle to start.".to_owned();
    }
    let ended =
        status.last_run_at.map(|at| format!("; last cycle ended at {}", spell_time(at))).unwrap_or_default();
    match facts.standing.backlog {
        0 => match next_cycle(spec, status, facts) {
            Some(at) => {
                format!("Waiting for changes{ended}. Without one, the next begins at {}.", spell_time(at))
            }
            None => format!("Waiting for changes{ended}."),
        },
        1 => format!("1 change waits for the next cycle{ended}."),
        changes => format!("{changes} changes wait for the next cycle{ended}."),
    }
}

/// *a, b and c*.
fn join_words(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// *310 of 320 users and 0 of 20 groups*: a kind that the cycle has nothing to do with is left out.
fn progress(cycle: &RunningCycle) -> String {
    let users = (
        cycle.processed.saturating_sub(cycle.processed_groups),
        cycle.total.saturating_sub(cycle.total_groups),
    );
    let groups = (cycle.processed_groups, cycle.total_groups);
    let parts: Vec<String> = [(users, "user"), (groups, "group")]
        .into_iter()
        .filter(|((_, total), _)| *total > 0)
        .map(|((done, total), noun)| format!("{done} of {}", plural(total, noun)))
        .collect();
    if parts.is_empty() { "nothing to do so far".to_owned() } else { parts.join(" and ") }
}

fn remaining(cycle: &RunningCycle, now: Timestamp) -> Option<u64> {
    let left = cycle.total.checked_sub(cycle.processed).filter(|_| cycle.processed > 0)?;
    let spent = u64::try_from(now.duration_since(cycle.started_at).as_millis()).ok()?;
    spent.checked_mul(left).map(|product| product / cycle.processed)
}

fn title_kind(kind: CycleKind) -> &'static str {
    match kind {
        CycleKind::Initial => "Initial cycle",
        CycleKind::Incremental => "Incremental cycle",
    }
}

fn lower_kind(kind: CycleKind) -> &'static str {
    match kind {
        CycleKind::Initial => "initial cycle",
        CycleKind::Incremental => "incremental cycle",
    }
}

fn plural(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn join_sentences(first: &str, second: &str) -> String {
    if second.is_empty() { first.to_owned() } else { format!("{} {second}", end_sentence(first)) }
}

fn end_sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// The first letter small, unless the word is an abbreviation (*TLS*, *DNS*).
fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.to_owned(),
    }
}
