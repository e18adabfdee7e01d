//! Rows of the provisioning log: what was looked at, decided and done about one object, in the words of the
//! system that Purser follows (section 8 of its fact sheet).
//!
//! Rows are written by the hundred thousand, so steps are few: import, matching (only when the target was
//! searched), scoping, references (only when one is missing), and export or skip. Requests are kept as method,
//! path, status and time; bodies and credentials never get here.
use jiff::Timestamp;
use purser_connectors::Exchange;
use purser_domain::{
    ids::ChangeId,
    log::{LogAction, LogDetail, LogError, LogStatus, ModifiedProperty, Step, StepKind},
    mapping::ObjectKind,
    plan::{Skip, SkipReason},
    scope::{Scope, ScopeMode},
};
use purser_store::{ChangeKind, Escrow, LogEntry, new_id};

use crate::cycle::{
    context::Cycle,
    fate::{Failure, Fate},
    subject::{Cause, Found, Manager, Subject},
};

/// The row for an object; `None` for those that nothing can be said about.
pub(crate) fn entry(
    cycle: &Cycle,
    subject: &Subject,
    fate: &Fate,
    escrow: Option<&Escrow>,
    now: Timestamp,
) -> Option<LogEntry> {
    let name = subject.name();
    let target = cycle.target_name();
    let ending = Ending::of(fate, &name, target, escrow)?;
    let mut steps = Vec::with_capacity(4);
    steps.push(import(subject, &name));
    if let Some(step) = matching(subject, &name, target) {
        steps.push(step);
    }
    if subject.user.is_some() {
        steps.push(scoping(cycle, &subject.scope));
    }
    if let Some(step) = reference(subject, fate, target) {
        steps.push(step);
    }
    steps.push(ending.step);
    let asked: u128 = subject.asked.iter().map(|exchange| exchange.duration.as_millis()).sum();
    let duration = asked + ending.exchange.map_or(0, |exchange| exchange.duration.as_millis());
    let upn = subject.user.as_ref().and_then(|user| user.attributes.user_principal_name.clone());
    Some(LogEntry {
        id: ChangeId::from_uuid(new_id(cycle.clock())),
        job: cycle.job(),
        app: cycle.spec().application_id,
        cycle: cycle.id,
        at: now,
        action: ending.action,
        status: ending.status,
        source_id: subject.id.as_uuid(),
        source_name: name,
        source_detail: upn.unwrap_or_default(),
        target_id: target_id(subject, fate),
        summary: ending.summary,
        duration_ms: u32::try_from(duration).unwrap_or(u32::MAX),
        detail: LogDetail { steps, modified: ending.modified, error: ending.error },
    })
}

/// How the row ends, and what it is about as a whole.
struct Ending<'a> {
    action: LogAction,
    status: LogStatus,
    summary: String,
    step: Step,
    modified: Vec<ModifiedProperty>,
    error: Option<LogError>,
    exchange: Option<&'a Exchange>,
}

impl<'a> Ending<'a> {
    fn of(fate: &'a Fate, name: &str, target: &str, escrow: Option<&Escrow>) -> Option<Self> {
        Some(match fate {
            Fate::Created { modified, exchange, .. } => {
                let why = match exchange {
                    Some(_) => format!(
                        "User '{name}' was created in {target} (User is active and in scope in the directory, but no matching User was found in {target})."
                    ),
                    None => format!(
                        "User '{name}' was created in {target}. The answer to the request was lost, and the account was found there afterwards."
                    ),
                };
                Self::done(LogAction::Create, "EntryExportAdd", why, modified, exchange.as_ref())
            }
            Fate::Updated { modified, exchange, adopted: true, .. } => {
                let why = format!(
                    "User '{name}' was matched with an account that was in {target} before, and what differed was updated."
                );
                Self::done(LogAction::Update, "EntryExportUpdate", why, modified, exchange.as_ref())
            }
            Fate::Updated { modified, exchange, .. } => {
                let why = format!("User '{name}' was updated in {target}.");
                Self::done(LogAction::Update, "EntryExportUpdate", why, modified, exchange.as_ref())
            }
            Fate::Disabled { modified, exchange, .. } => {
                let why = format!("User '{name}' was disabled in {target}.");
                Self::done(LogAction::Disable, "EntryExportUpdate", why, modified, exchange.as_ref())
            }
            Fate::Deleted { exchange, was_gone, .. } => {
                let why = match was_gone {
                    false => format!("User '{name}' was deleted in {target}."),
                    true => format!(
                        "User '{name}' was to be deleted in {target}, where the account was gone already."
                    ),
                };
                Self::done(LogAction::Delete, "EntryExportDelete", why, &[], exchange.as_ref())
            }
            Fate::Linked { .. } => {
                let why = format!(
                    "User '{name}' was matched with an account that was in {target} before. It is right as it is, so nothing was changed."
                );
                Self::done(LogAction::Other, "EntrySynchronizationAdd", why, &[], None)
            }
            Fate::Skipped { skip, .. } => Self::skipped(skip, name),
            Fate::Refused(refusal) => {
                let failure = Failure::new(refusal.code, refusal.reason.clone(), refusal.advice.clone());
                Self::failed(LogAction::Other, &failure, &[], name, target, escrow, None)
            }
            Fate::Failed { action, failure, modified, .. } => {
                Self::failed(*action, failure, modified, name, target, escrow, failure.exchange.as_ref())
            }
            Fate::Vanished { link, leaver, exchange } => {
                Self::vanished(&link.target_id, *leaver, name, target, escrow, exchange.as_ref())
            }
            Fate::Nobody | Fate::Open { .. } => return None,
        })
    }

    fn done(
        action: LogAction,
        step: &str,
        why: String,
        modified: &[ModifiedProperty],
        exchange: Option<&'a Exchange>,
    ) -> Self {
        let status = LogStatus::Success;
        let details = exchange.map(request).into_iter().flatten().collect();
        Self {
            action,
            status,
            summary: String::new(),
            step: Step { kind: StepKind::Export, name: step.to_owned(), status, description: why, details },
            modified: modified.to_vec(),
            error: None,
            exchange,
        }
    }

    fn skipped(skip: &Skip, name: &str) -> Self {
        let description = skip.describe(ObjectKind::User, name);
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
            exchange: None,
        }
    }

    fn failed(
        action: LogAction,
        failure: &Failure,
        modified: &[ModifiedProperty],
        name: &str,
        target: &str,
        escrow: Option<&Escrow>,
        exchange: Option<&'a Exchange>,
    ) -> Self {
        let (kind, step, verb) = match action {
            LogAction::Create => (StepKind::Export, "EntryExportAdd", "create"),
            LogAction::Update => (StepKind::Export, "EntryExportUpdate", "update"),
            LogAction::Disable => (StepKind::Export, "EntryExportUpdate", "disable"),
            LogAction::Delete => (StepKind::Export, "EntryExportDelete", "delete"),
            LogAction::Other => (StepKind::Matching, "EntryImport", "process"),
        };
        let status = LogStatus::Failure;
        let mut details: Vec<(String, String)> = exchange.map(request).into_iter().flatten().collect();
        if let Some(excerpt) = &failure.excerpt {
            details.push(("Answer".to_owned(), excerpt.clone()));
        }
        let description = format!("Failed to {verb} User '{name}' in {target}: {}", failure.reason);
        Self {
            action,
            status,
            summary: failure.reason.clone(),
            step: Step { kind, name: step.to_owned(), status, description, details },
            modified: modified.to_vec(),
            error: Some(error(&failure.code, &failure.reason, &failure.advice, escrow)),
            exchange,
        }
    }

    fn vanished(
        target_id: &str,
        leaver: bool,
        name: &str,
        target: &str,
        escrow: Option<&Escrow>,
        exchange: Option<&'a Exchange>,
    ) -> Self {
        let gone = format!("The account {target_id} of User '{name}' does not exist in {target} any more.");
        let (action, status, next) = match leaver {
            true => (
                LogAction::Disable,
                LogStatus::Success,
                "The User is out of scope, so there is nothing left to disable.",
            ),
            false => (
                LogAction::Update,
                LogStatus::Warning,
                "It is looked for again, and created if there is none.",
            ),
        };
        let error = (!leaver).then(|| {
            let advice = "Nothing needs to be done. If accounts go missing often, find out who removes them in the application.";
            error("InvalidAnchor", &gone, advice, escrow)
        });
        let details = exchange.map(request).into_iter().flatten().collect();
        let name = "EntryExportUpdate".to_owned();
        let description = format!("{gone} {next}");
        let step = Step { kind: StepKind::Export, name, status, description, details };
        Self { action, status, summary: gone, step, modified: Vec::new(), error, exchange }
    }
}

fn import(subject: &Subject, name: &str) -> Step {
    let (step, description) = match subject.cause {
        Cause::Directory => ("EntryImport", format!("Retrieved User '{name}' from the directory.")),
        Cause::Change(kind) => {
            let (step, kind) = match kind {
                ChangeKind::Created => ("EntryImportAdd", "Add"),
                ChangeKind::Deleted => ("EntryImportObjectNotFound", "Delete"),
                _ => ("EntryImportUpdate", "Update"),
            };
            (step, format!("Received User '{name}' change of type ({kind}) from the directory."))
        }
        Cause::Reference => (
            "EntryImport",
            format!("Retrieved User '{name}' from the directory, since their manager has an account now."),
        ),
        Cause::Recovery => {
            let description = format!(
                "A request for User '{name}' was under way when provisioning was interrupted. The application was asked what became of it."
            );
            ("EntryImport", description)
        }
        Cause::Retry(0) => (
            "EntryImport",
            format!("Retrieved User '{name}' from the directory, since their account is gone."),
        ),
        Cause::Retry(times) => (
            "EntryImport",
            format!(
                "Retrieved User '{name}' from the directory for retry {times} of an operation that failed."
            ),
        ),
        Cause::Orphan => {
            ("EntryImportObjectNotFound", format!("User '{name}' does not exist in the directory any more."))
        }
    };
    plain(StepKind::Import, step, description)
}

fn matching(subject: &Subject, name: &str, target: &str) -> Option<Step> {
    let last = subject.asked.last()?;
    let description = match &subject.found {
        Some(Found::Nobody) => format!("No User that matches '{name}' was found in {target}."),
        Some(Found::One(id)) => format!("One User that matches '{name}' was found in {target}: {id}."),
        Some(Found::Several(count)) => format!("{count} Users that match '{name}' were found in {target}."),
        None if subject.stale.is_some() => {
            format!("The account linked to User '{name}' was not found in {target}.")
        }
        None => format!("The account linked to User '{name}' was found in {target}."),
    };
    let mut step = plain(StepKind::Matching, "EntryImport", description);
    step.details = request(last).into();
    Some(step)
}

fn scoping(cycle: &Cycle, scope: &Scope) -> Step {
    let lacks = |reason| scope.reasons.contains(&reason);
    let text = |yes: bool| if yes { "True" } else { "False" }.to_owned();
    let active = !lacks(SkipReason::SoftDeleted) && !lacks(SkipReason::AccountDisabled);
    let mut step = plain(
        StepKind::Scoping,
        "EntrySynchronizationScoping",
        "Determine if User in scope by evaluating against each scoping filter.".to_owned(),
    );
    step.details.push(("Active in the source system".to_owned(), text(active)));
    if cycle.spec().scope == ScopeMode::All {
        step.details.push(("Scope sync all".to_owned(), text(true)));
    } else {
        step.details.push(("Assigned to the application".to_owned(), text(!lacks(SkipReason::NotAssigned))));
        step.details.push(("User has the required role".to_owned(), text(!lacks(SkipReason::NotEntitled))));
    }
    if let Some(counting) = &scope.assignment {
        let how = match counting.via_group {
            Some(group) => format!("By group {group}"),
            None => "Directly".to_owned(),
        };
        step.details.push(("Assigned".to_owned(), how));
    }
    let passed = !lacks(SkipReason::FilteredOut) && scope.undecided.is_none();
    step.details.push(("Scoping filter evaluation passed".to_owned(), text(passed)));
    for clause in &scope.failed_clauses {
        step.details.push(("Scoping filter clause that failed".to_owned(), clause.clone()));
    }
    step
}

/// Only for rows that write: for the others a missing manager changes nothing.
fn reference(subject: &Subject, fate: &Fate, target: &str) -> Option<Step> {
    let writes = matches!(fate, Fate::Created { .. } | Fate::Updated { .. });
    let Manager::Unlinked(manager) = &subject.manager else { return None };
    writes.then(|| Step {
        kind: StepKind::ReferenceResolution,
        name: "UnableToResolveReferenceAttributeValue".to_owned(),
        status: LogStatus::Warning,
        description: format!(
            "The manager has no account in {target}, so the reference is left out. It is set as soon as there is one."
        ),
        details: vec![("manager".to_owned(), manager.to_string())],
    })
}

fn plain(kind: StepKind, name: &str, description: String) -> Step {
    Step { kind, name: name.to_owned(), status: LogStatus::Success, description, details: Vec::new() }
}

fn request(exchange: &Exchange) -> [(String, String); 2] {
    let answer = match exchange.status {
        Some(status) => format!("{status} after {} ms", exchange.duration.as_millis()),
        None => format!("none after {} ms", exchange.duration.as_millis()),
    };
    [("Request".to_owned(), format!("{} {}", exchange.method, exchange.path)), ("Status".to_owned(), answer)]
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
        retry_at: escrow.map(|escrow| escrow.due_at),
    }
}

fn target_id(subject: &Subject, fate: &Fate) -> Option<String> {
    if let Some(link) = fate.link() {
        return Some(link.target_id.clone());
    }
    match fate {
        Fate::Deleted { target_id, .. } => Some(target_id.clone()),
        Fate::Vanished { link, .. } => Some(link.target_id.clone()),
        _ => subject.link.as_ref().map(|link| link.target_id.clone()),
    }
}
