//! Rows of the provisioning log: what was looked at, decided and done about one object, in the words of the
//! system that Purser follows (section 8 of its fact sheet).
//!
//! Rows are written by the hundred thousand, so steps are few: import, matching (only when the target was
//! searched), scoping, references (only when one is missing), and export or skip. Of the requests a row keeps method,
//! path, status and time, what was sent by those that write and what was answered by those that were refused: cut to a
//! few kilobytes, without credentials, and without the values that a mapping's `Redact` keeps out of logs.
use jiff::Timestamp;
use purser_connectors::Exchange;
use purser_domain::{
    ids::ChangeId,
    log::{LogAction, LogDetail, LogError, LogExchange, LogStatus, ModifiedProperty, Step, StepKind},
    mapping::ObjectKind,
    plan::{Origin, Skip, SkipReason},
    scope::{Scope, ScopeMode},
};
use purser_store::{ChangeKind, Escrow, LogEntry, new_id};

use crate::cycle::{
    context::Cycle,
    fate::{Failure, Fate},
    subject::{Cause, Entry, Found, Manager, Subject},
};

/// So many requests a row keeps.
const EXCHANGES: usize = 20;
/// So many bytes of a body, or of a path.
const BODY: usize = 4 * 1024;
/// So many members without an account are named.
const SHOWN_MEMBERS: usize = 5;

/// The row for an object; `None` for those that nothing can be said about.
pub(crate) fn entry(
    cycle: &Cycle,
    subject: &Subject,
    fate: &Fate,
    escrow: Option<&Escrow>,
    now: Timestamp,
) -> Option<LogEntry> {
    let name = subject.name();
    let about = About { kind: subject.kind(), name: &name, target: cycle.target_name() };
    let ending = Ending::of(fate, about, escrow)?;
    let mut steps = Vec::with_capacity(4);
    steps.push(import(subject, about));
    if let Some(step) = matching(subject, about) {
        steps.push(step);
    }
    if subject.source.is_some() {
        steps.push(scoping(cycle, about, &subject.scope));
    }
    if let Some(step) = reference(subject, fate, about) {
        steps.push(step);
    }
    steps.push(ending.step);
    let said = || subject.asked.iter().chain(ending.exchanges);
    let duration: u128 = said().map(|exchange| exchange.duration.as_millis()).sum();
    let exchanges = transcribe(said(), subject.asked.len() + ending.exchanges.len());
    let user = subject.source.as_ref().and_then(Entry::person);
    let upn = user.and_then(|user| user.attributes.user_principal_name.clone());
    Some(LogEntry {
        id: ChangeId::from_uuid(new_id(cycle.clock())),
        job: cycle.job(),
        app: cycle.spec().application_id,
        cycle: cycle.id,
        at: now,
        action: ending.action,
        status: ending.status,
        kind: about.kind,
        source_id: subject.id.as_uuid(),
        source_name: name,
        source_detail: upn.unwrap_or_default(),
        target_id: target_id(subject, fate),
        summary: ending.summary,
        duration_ms: u32::try_from(duration).unwrap_or(u32::MAX),
        detail: LogDetail { steps, modified: ending.modified, error: ending.error, exchanges },
    })
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

/// The requests as a row keeps them: of very many the first and the last.
fn transcribe<'a>(said: impl Iterator<Item = &'a Exchange>, count: usize) -> Vec<LogExchange> {
    let beginning = EXCHANGES / 2;
    let left_out = beginning..beginning + count.saturating_sub(EXCHANGES);
    let kept = said.enumerate().filter(|(at, _)| !left_out.contains(at));
    kept.map(|(_, exchange)| keep(exchange)).collect()
}

fn keep(exchange: &Exchange) -> LogExchange {
    let writes = exchange.method != "GET";
    let refused = exchange.status.is_none_or(|status| status >= 400);
    let body = |kept: bool, body: &Option<String>| body.as_deref().filter(|_| kept).map(cut);
    LogExchange {
        method: exchange.method.to_owned(),
        path: cut(&exchange.path),
        status: exchange.status,
        duration_ms: u32::try_from(exchange.duration.as_millis()).unwrap_or(u32::MAX),
        request: body(writes, &exchange.request_body),
        response: body(refused, &exchange.response_body),
    }
}

fn cut(text: &str) -> String {
    if text.len() <= BODY {
        return text.to_owned();
    }
    let mut end = BODY;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", text.get(..end).unwrap_or_default())
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
            error: Some(error(&failure.code, &failure.reason, &failure.advice, escrow)),
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

fn import(subject: &Subject, about: About<'_>) -> Step {
    let (About { kind: of, name, .. }, there) = (about, about.there());
    let (step, description) = match subject.cause {
        Cause::Directory => ("EntryImport", format!("Retrieved {of} '{name}' from the directory.")),
        Cause::Change(kind) => {
            let (step, kind) = match kind {
                ChangeKind::Created => ("EntryImportAdd", "Add"),
                ChangeKind::Deleted => ("EntryImportObjectNotFound", "Delete"),
                _ => ("EntryImportUpdate", "Update"),
            };
            (step, format!("Received {of} '{name}' change of type ({kind}) from the directory."))
        }
        Cause::Reference => {
            let since = match of {
                ObjectKind::User => "their manager has an account now",
                ObjectKind::Group => "the accounts of its members are other ones now",
            };
            ("EntryImport", format!("Retrieved {of} '{name}' from the directory, since {since}."))
        }
        Cause::Recovery => {
            let description = format!(
                "A request for {of} '{name}' was under way when provisioning was interrupted. The application was asked what became of it."
            );
            ("EntryImport", description)
        }
        Cause::Retry(0) => {
            ("EntryImport", format!("Retrieved {of} '{name}' from the directory, since its {there} is gone."))
        }
        Cause::Retry(times) => (
            "EntryImport",
            format!(
                "Retrieved {of} '{name}' from the directory for retry {times} of an operation that failed."
            ),
        ),
        Cause::Orphan => {
            ("EntryImportObjectNotFound", format!("{of} '{name}' does not exist in the directory any more."))
        }
    };
    plain(StepKind::Import, step, description)
}

fn matching(subject: &Subject, about: About<'_>) -> Option<Step> {
    let (About { kind, name, target }, there) = (about, about.there());
    let last = subject.asked.last()?;
    let description = match &subject.found {
        Some(Found::Nobody) => format!("No {kind} that matches '{name}' was found in {target}."),
        Some(Found::One(id)) => format!("One {kind} that matches '{name}' was found in {target}: {id}."),
        Some(Found::Several(count)) => format!("{count} {kind}s that match '{name}' were found in {target}."),
        None if subject.stale.is_some() => {
            format!("The {there} linked to {kind} '{name}' was not found in {target}.")
        }
        None => format!("The {there} linked to {kind} '{name}' was found in {target}."),
    };
    let mut step = plain(StepKind::Matching, "EntryImport", description);
    step.details = request(last).into();
    Some(step)
}

fn scoping(cycle: &Cycle, about: About<'_>, scope: &Scope) -> Step {
    let lacks = |reason| scope.reasons.contains(&reason);
    let text = |yes: bool| if yes { "True" } else { "False" }.to_owned();
    let active = !lacks(SkipReason::SoftDeleted) && !lacks(SkipReason::AccountDisabled);
    let mut step = plain(
        StepKind::Scoping,
        "EntrySynchronizationScoping",
        format!("Determine if {} in scope by evaluating against each scoping filter.", about.kind),
    );
    step.details.push(("Active in the source system".to_owned(), text(active)));
    if cycle.spec().scope == ScopeMode::All {
        step.details.push(("Scope sync all".to_owned(), text(true)));
    } else {
        step.details.push(("Assigned to the application".to_owned(), text(!lacks(SkipReason::NotAssigned))));
        let label = format!("{} has the required role", about.kind);
        step.details.push((label, text(!lacks(SkipReason::NotEntitled))));
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

/// Only for rows that write: for the others a missing manager or member changes nothing.
fn reference(subject: &Subject, fate: &Fate, about: About<'_>) -> Option<Step> {
    let target = about.target;
    let writes = matches!(fate, Fate::Created { .. } | Fate::Updated { .. });
    let missing = subject.members.iter().filter(|member| member.account.is_none());
    let count = if writes { missing.clone().count() } else { 0 };
    if count > 0 {
        let few: Vec<String> = missing.take(SHOWN_MEMBERS).map(|member| member.user.to_string()).collect();
        let more = if count > few.len() { ", …" } else { "" };
        return Some(Step {
            kind: StepKind::ReferenceResolution,
            name: "UnableToResolveReferenceAttributeValue".to_owned(),
            status: LogStatus::Warning,
            description: format!(
                "{count} of the members have no enabled account in {target}, so they are left out. Each is added as soon as there is one."
            ),
            details: vec![("members".to_owned(), format!("{}{more}", few.join(", ")))],
        });
    }
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
