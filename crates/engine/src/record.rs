//! Rows of the provisioning log: what was looked at, decided and done about one object, in the words of the
//! system that Purser follows (section 8 of its fact sheet).
//!
//! Rows are written by the hundred thousand, so steps are few: import, matching (only when the target was
//! searched), scoping, references (only when one is missing), and export or skip. Of the requests a row keeps method,
//! path, status and time, what was sent by those that write and what was answered by those that were refused: cut to a
//! few kilobytes, without credentials, and without the values that a mapping's `Redact` keeps out of logs.
mod blamed;
mod steps;
mod transcript;

use jiff::Timestamp;
use purser_connectors::Exchange;
use purser_domain::{
    ids::ChangeId,
    log::{LogAction, LogDetail, LogError, LogStatus, ModifiedProperty, Step, StepKind},
    object::ObjectKind,
    plan::{Origin, Skip, SkipCode, SkipReason},
};
use purser_store::{Escrow, LogEntry, new_id};

use crate::{
    executor::{fate::Fate, lease::Executor},
    planner::candidate::{Candidate, Entry},
    target::failure::Failure,
};

use blamed::missing_value;
use steps::{import, matching, reference, request, scoping};
use transcript::transcribe;

/// The row for an object; `None` for those that nothing can be said about.
pub(crate) fn entry(
    executor: &Executor,
    candidate: &Candidate,
    fate: &Fate,
    escrow: Option<&Escrow>,
    now: Timestamp,
) -> Option<LogEntry> {
    let name = candidate.name();
    let about = About { kind: candidate.kind(), name: &name, target: executor.planner.target_name() };
    let mut ending = Ending::of(fate, about, escrow)?;
    let mapping = executor.planner.loaded.schema.mapping(about.kind);
    if let Some(sentence) = missing_value(fate, mapping.map_or(&[][..], |mapping| &mapping.attributes)) {
        ending.add(&sentence);
    }
    let mut steps = Vec::with_capacity(4);
    steps.push(import(candidate, about));
    if let Some(step) = matching(candidate, about) {
        steps.push(step);
    }
    if candidate.source.is_some() {
        steps.push(scoping(executor, about, &candidate.scope));
    }
    if let Some(step) = reference(candidate, fate, about) {
        steps.push(step);
    }
    steps.push(ending.step);
    let said = || candidate.asked.iter().chain(ending.exchanges);
    let duration: u128 = said().map(|exchange| exchange.duration.as_millis()).sum();
    let exchanges = transcribe(said(), candidate.asked.len() + ending.exchanges.len());
    let user = candidate.source.as_ref().and_then(Entry::person);
    let upn = user.and_then(|user| user.attributes.user_principal_name.clone());
    Some(LogEntry {
        id: ChangeId::from_uuid(new_id(executor.planner.clock())),
        job: executor.planner.job(),
        app: executor.planner.spec().application_id,
        cycle: executor.cycle,
        at: now,
        action: ending.action,
        status: ending.status,
        kind: about.kind,
        source_id: candidate.id.as_uuid(),
        source_name: name,
        source_detail: upn.unwrap_or_default(),
        target_id: target_id(candidate, fate),
        summary: ending.summary,
        duration_ms: u32::try_from(duration).unwrap_or(u32::MAX),
        detail: LogDetail {
            steps,
            skip: skip_code(fate),
            modified: ending.modified,
            error: ending.error,
            exchanges,
        },
    })
}

fn skip_code(fate: &Fate) -> Option<SkipCode> {
    match fate {
        Fate::Skipped { skip, .. } => Some(skip.code),
        _ => None,
    }
}

/// What a row is about.
#[derive(Clone, Copy)]
struct About<'a> {
    kind: ObjectKind,
    name: &'a str,
    /// The application's name.
    target: &'a str,
}

impl About<'_> {
    /// What the target has of it.
    const fn there(self) -> &'static str {
        match self.kind {
            ObjectKind::User => "account",
            ObjectKind::Group => "group",
        }
    }
}

/// How the row ends, and what it is about as a whole.
struct Ending<'a> {
    action: LogAction,
    status: LogStatus,
    summary: String,
    step: Step,
    modified: Vec<ModifiedProperty>,
    error: Option<LogError>,
    exchanges: &'a [Exchange],
}

impl<'a> Ending<'a> {
    fn of(fate: &'a Fate, about: About<'_>, escrow: Option<&Escrow>) -> Option<Self> {
        let (About { kind, name, target }, there) = (about, about.there());
        Some(match fate {
            Fate::Created { modified, exchanges, .. } => {
                let why = match (exchanges.is_empty(), kind) {
                    (false, ObjectKind::User) => format!(
                        "User '{name}' was created in {target} (User is active and in scope in the directory, but no matching User was found in {target})."
                    ),
                    (false, ObjectKind::Group) => format!(
                        "Group '{name}' was created in {target} (Group is in scope in the directory, but no matching Group was found in {target})."
                    ),
                    (true, _) => format!(
                        "{kind} '{name}' was created in {target}. The answer to the request was lost, and the {there} was found there afterwards."
                    ),
                };
                Self::done(LogAction::Create, "EntryExportAdd", why, modified, exchanges)
            }
            Fate::Updated { modified, exchanges, adopted: true, .. } => {
                let article = if kind == ObjectKind::User { "an" } else { "a" };
                let why = format!(
                    "{kind} '{name}' was matched with {article} {there} that was in {target} before, and what differed was updated."
                );
                Self::done(LogAction::Update, "EntryExportUpdate", why, modified, exchanges)
            }
            Fate::Updated { modified, exchanges, .. } => {
                let why = format!("{kind} '{name}' was updated in {target}.");
                Self::done(LogAction::Update, "EntryExportUpdate", why, modified, exchanges)
            }
            Fate::Disabled { link, modified, exchanges }
                if kind == ObjectKind::Group && modified.is_empty() =>
            {
                let reason = match link.origin {
                    Origin::Adopted => SkipReason::WasThereBefore,
                    Origin::Created => SkipReason::DeleteOff,
                };
                let why = format!(
                    "Group '{name}' left the scope. {} {}",
                    reason.sentence(),
                    SkipReason::GroupReleased.sentence()
                );
                Self::done(LogAction::Other, "EntrySynchronizationScoping", why, modified, exchanges)
            }
            Fate::Disabled { modified, exchanges, .. } => {
                let why = format!("{kind} '{name}' was disabled in {target}.");
                Self::done(LogAction::Disable, "EntryExportUpdate", why, modified, exchanges)
            }
            Fate::Deleted { exchanges, was_gone, .. } => {
                let why = match was_gone {
                    false => format!("{kind} '{name}' was deleted in {target}."),
                    true => format!(
                        "{kind} '{name}' was to be deleted in {target}, where the {there} was gone already."
                    ),
                };
                Self::done(LogAction::Delete, "EntryExportDelete", why, &[], exchanges)
            }
            Fate::Linked { .. } => {
                let article = if kind == ObjectKind::User { "an" } else { "a" };
                let why = format!(
                    "{kind} '{name}' was matched with {article} {there} that was in {target} before. It is right as it is, so nothing was changed."
                );
                Self::done(LogAction::Other, "EntrySynchronizationAdd", why, &[], &[])
            }
            Fate::Skipped { skip, .. } => Self::skipped(skip, about),
            Fate::Refused(refusal) => {
                let failure = Failure::new(refusal.code, refusal.reason.clone(), refusal.advice.clone());
                Self::failed(LogAction::Other, &failure, &[], about, escrow, &[])
            }
            Fate::Failed { action, failure, modified, .. } => {
                Self::failed(*action, failure, modified, about, escrow, failure.exchange.as_slice())
            }
            Fate::Vanished { link, leaver, exchanges } => {
                Self::vanished(&link.target_id, *leaver, about, escrow, exchanges)
            }
            Fate::Nobody | Fate::Open { .. } | Fate::Doubtful { .. } => return None,
        })
    }

    /// Says this, too, about what went wrong.
    fn add(&mut self, sentence: &str) {
        let reason = self.error.as_mut().map(|error| &mut error.reason);
        for text in [&mut self.summary, &mut self.step.description].into_iter().chain(reason) {
            *text = format!("{text} {sentence}");
        }
    }

    fn done(
        action: LogAction,
        step: &str,
        why: String,
        modified: &[ModifiedProperty],
        exchanges: &'a [Exchange],
    ) -> Self {
        let status = LogStatus::Success;
        let details = exchanges.last().map(request).into_iter().flatten().collect();
        Self {
            action,
            status,
            summary: String::new(),
            step: Step { kind: StepKind::Export, name: step.to_owned(), status, description: why, details },
            modified: modified.to_vec(),
            error: None,
            exchanges,
        }
    }

    fn skipped(skip: &Skip, about: About<'_>) -> Self {
        let description = skip.describe(about.kind, about.name);
        let status = LogStatus::Skipped;
        Self {
            action: LogAction::Other,
            status,
            summary: skip.sentences().join(" "),
            step: Step {
                kind: StepKind::Export,
                name: "EntrySynchronizationSkip".to_owned(),
                status,
                description,
                details: vec![("SkipReason".to_owned(), skip.code.as_str().to_owned())],
            },
            modified: Vec::new(),
            error: None,
            exchanges: &[],
        }
    }

    fn failed(
        action: LogAction,
        failure: &Failure,
        modified: &[ModifiedProperty],
        about: About<'_>,
        escrow: Option<&Escrow>,
        exchanges: &'a [Exchange],
    ) -> Self {
        let About { kind: of, name, target } = about;
        let (kind, step, verb) = match action {
            LogAction::Create => (StepKind::Export, "EntryExportAdd", "create"),
            LogAction::Update => (StepKind::Export, "EntryExportUpdate", "update"),
            LogAction::Disable => (StepKind::Export, "EntryExportUpdate", "disable"),
            LogAction::Delete => (StepKind::Export, "EntryExportDelete", "delete"),
            LogAction::Other => (StepKind::Matching, "EntryImport", "process"),
        };
        let status = LogStatus::Failure;
        let mut details: Vec<(String, String)> =
            exchanges.last().map(request).into_iter().flatten().collect();
        if let Some(excerpt) = &failure.excerpt {
            details.push(("Answer".to_owned(), excerpt.clone()));
        }
        let description = format!("Failed to {verb} {of} '{name}' in {target}: {}", failure.reason);
        Self {
            action,
            status,
            summary: failure.reason.clone(),
            step: Step { kind, name: step.to_owned(), status, description, details },
            modified: modified.to_vec(),
            error: Some(LogError {
                cure: failure.cure,
                ..error(&failure.code, &failure.reason, &failure.advice, escrow)
            }),
            exchanges,
        }
    }

    fn vanished(
        target_id: &str,
        leaver: bool,
        about: About<'_>,
        escrow: Option<&Escrow>,
        exchanges: &'a [Exchange],
    ) -> Self {
        let (About { kind, name, target }, there) = (about, about.there());
        let gone = format!("The {there} {target_id} of {kind} '{name}' does not exist in {target} any more.");
        let (action, status, next) = match leaver {
            true => (
                LogAction::Disable,
                LogStatus::Success,
                match kind {
                    ObjectKind::User => "The User is out of scope, so there is nothing left to disable.",
                    ObjectKind::Group => "The Group is out of scope, so there is nothing left to do.",
                },
            ),
            false => (
                LogAction::Update,
                LogStatus::Warning,
                "It is looked for again, and created if there is none.",
            ),
        };
        let error = (!leaver).then(|| {
            let advice = format!(
                "Nothing needs to be done. If {there}s go missing often, find out who removes them in the application."
            );
            error("InvalidAnchor", &gone, &advice, escrow)
        });
        let details = exchanges.last().map(request).into_iter().flatten().collect();
        let name = "EntryExportUpdate".to_owned();
        let description = format!("{gone} {next}");
        let step = Step { kind: StepKind::Export, name, status, description, details };
        Self { action, status, summary: gone, step, modified: Vec::new(), error, exchanges }
    }
}

fn error(code: &str, reason: &str, advice: &str, escrow: Option<&Escrow>) -> LogError {
    let mut advice = advice.to_owned();
    if let Some(escrow) = escrow.filter(|escrow| escrow.attempts > 1) {
        let times = escrow.attempts - 1;
        advice.push_str(&format!(
            " This operation was retried {times} times. It will be retried again after this date: {}.",
            escrow.due_at
        ));
    }
    LogError {
        code: code.to_owned(),
        reason: reason.to_owned(),
        advice,
        cure: None,
        retry_at: escrow.map(|escrow| escrow.due_at),
    }
}

fn target_id(candidate: &Candidate, fate: &Fate) -> Option<String> {
    if let Some(link) = fate.link() {
        return Some(link.target_id.clone());
    }
    match fate {
        Fate::Deleted { target_id, .. } => Some(target_id.clone()),
        Fate::Vanished { link, .. } => Some(link.target_id.clone()),
        _ => candidate.link.as_ref().map(|link| link.target_id.clone()),
    }
}
