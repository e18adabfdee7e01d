//! How rows end: what was done about the object, or why nothing was.
//!
//! Each says what Purser knows, and from where: what was sent and answered, what was read back after a lost answer, or
//! what was exported last without asking the application again.
use purser_connectors::Exchange;
use purser_domain::{
    log::{LogAction, LogError, LogStatus, ModifiedProperty, Step, StepKind},
    object::ObjectKind,
    plan::{DisableCause, Origin, Skip, SkipReason},
};
use purser_store::Escrow;

use super::{
    About,
    names::Names,
    steps::{request, step},
};
use crate::{executor::fate::Fate, target::failure::Failure};

/// So many attributes the summary names.
const NAMED: usize = 5;

/// How the row ends, and what it is about as a whole.
pub(super) struct Ending<'a> {
    pub(super) action: LogAction,
    pub(super) status: LogStatus,
    pub(super) summary: String,
    pub(super) step: Step,
    pub(super) modified: Vec<ModifiedProperty>,
    pub(super) error: Option<LogError>,
    pub(super) exchanges: &'a [Exchange],
}

impl<'a> Ending<'a> {
    pub(super) fn of(
        fate: &'a Fate,
        about: About<'_>,
        escrow: Option<&Escrow>,
        names: &Names,
    ) -> Option<Self> {
        let (About { kind, name, target, is_gone, updates }, there) = (about, about.there());
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
                let summary = format!("Created with {}", name_attributes(modified));
                Self::done(LogAction::Create, "EntryExportAdd", summary, why, modified, exchanges)
            }
            Fate::Updated { modified, exchanges, adopted, kept, .. } => {
                let changed = name_attributes(modified);
                let (summary, what) = match (adopted, modified.is_empty()) {
                    (true, _) => (
                        format!("Matched with {}; changed {changed}", about.one_there()),
                        format!(
                            "{kind} '{name}' was matched with {} that was in {target} before, and what differed was updated.",
                            about.one_there()
                        ),
                    ),
                    (false, true) => (
                        "In scope again; nothing was sent".to_owned(),
                        format!(
                            "{kind} '{name}' is in scope again. The attribute mapping gives what Purser exported last, so nothing was sent to {target}."
                        ),
                    ),
                    (false, false) => {
                        (format!("Changed {changed}"), format!("{kind} '{name}' was updated in {target}."))
                    }
                };
                let mut why = format!("{what}{}", after_lost_answer(about, modified, exchanges));
                if !kept.is_empty() {
                    why = format!("{why} {}", SkipReason::KeepsLost.explain(kept));
                }
                Self::done(LogAction::Update, "EntryExportUpdate", summary, why, modified, exchanges)
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
                let summary = format!("No longer managed, since {}", say_cause(link.cause));
                Self::done(LogAction::Other, "EntrySynchronizationScoping", summary, why, modified, exchanges)
            }
            Fate::Disabled { link, modified, exchanges } => {
                let cause = say_cause(link.cause);
                let (summary, what) = match modified.is_empty() {
                    true => (
                        format!("Disabled without a request, since {cause}"),
                        format!(
                            "{kind} '{name}' counts as disabled, since {cause}. What disables the {there} is what Purser exported last, so nothing was sent to {target}."
                        ),
                    ),
                    false => (
                        format!("Disabled, since {cause}"),
                        format!("{kind} '{name}' was disabled in {target}, since {cause}."),
                    ),
                };
                let why = format!("{what}{}", after_lost_answer(about, modified, exchanges));
                Self::done(LogAction::Disable, "EntryExportUpdate", summary, why, modified, exchanges)
            }
            Fate::Deleted { exchanges, was_gone, .. } => {
                let cause = match is_gone {
                    true => "it is gone from the directory",
                    false => "it is no longer in scope",
                };
                let (summary, why) = match was_gone {
                    false => (
                        format!("Deleted, since {cause}"),
                        format!("{kind} '{name}' was deleted in {target}, since {cause}."),
                    ),
                    true => (
                        format!("To be deleted, since {cause}, but the {there} was gone already"),
                        format!(
                            "{kind} '{name}' was to be deleted in {target}, since {cause}; the {there} was gone there already."
                        ),
                    ),
                };
                Self::done(LogAction::Delete, "EntryExportDelete", summary, why, &[], exchanges)
            }
            Fate::Linked { .. } => {
                let one = about.one_there();
                let end = match updates {
                    true => "It holds what the attribute mapping gives, so nothing was changed.",
                    false => "The target object action Update is not ticked, so nothing was changed.",
                };
                let why =
                    format!("{kind} '{name}' was matched with {one} that was in {target} before. {end}");
                let summary = format!("Matched with {one}; nothing was changed");
                Self::done(LogAction::Other, "EntrySynchronizationAdd", summary, why, &[], &[])
            }
            Fate::Skipped { skip, .. } => Self::skipped(skip, about, names),
            Fate::Refused(refusal) => {
                let reason = names.tell(&refusal.reason);
                let failure = Failure::new(refusal.code, reason, refusal.advice.clone());
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
    pub(super) fn add(&mut self, sentence: &str) {
        let reason = self.error.as_mut().map(|error| &mut error.reason);
        for text in [&mut self.summary, &mut self.step.description].into_iter().chain(reason) {
            *text = format!("{text} {sentence}");
        }
    }

    fn done(
        action: LogAction,
        name: &str,
        summary: String,
        why: String,
        modified: &[ModifiedProperty],
        exchanges: &'a [Exchange],
    ) -> Self {
        let status = LogStatus::Success;
        Self {
            action,
            status,
            summary: format!("{summary}."),
            step: step(StepKind::Export, name, status, why, last_request(exchanges)),
            modified: modified.to_vec(),
            error: None,
            exchanges,
        }
    }

    fn skipped(skip: &Skip, about: About<'_>, names: &Names) -> Self {
        let (name, status) = ("EntrySynchronizationSkip", LogStatus::Skipped);
        let details = skip.details.iter().map(|detail| names.tell(detail)).collect();
        let skip = &Skip { details, ..skip.clone() };
        let details = vec![("SkipReason".to_owned(), skip.code.as_str().to_owned())];
        let description = skip.describe(about.kind, about.name);
        Self {
            action: LogAction::Other,
            status,
            summary: skip.sentences().join(" "),
            step: step(StepKind::Export, name, status, description, details),
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
        let About { kind: of, name, target, .. } = about;
        let (kind, step_name, verb) = match action {
            LogAction::Create => (StepKind::Export, "EntryExportAdd", "create"),
            LogAction::Update => (StepKind::Export, "EntryExportUpdate", "update"),
            LogAction::Disable => (StepKind::Export, "EntryExportUpdate", "disable"),
            LogAction::Delete => (StepKind::Export, "EntryExportDelete", "delete"),
            LogAction::Other => (StepKind::Matching, "EntryImport", "process"),
        };
        let status = LogStatus::Failure;
        let mut details = last_request(exchanges);
        if let Some(excerpt) = &failure.excerpt {
            details.push(("Answer".to_owned(), excerpt.clone()));
        }
        let description = format!("Failed to {verb} {of} '{name}' in {target}: {}", failure.reason);
        Self {
            action,
            status,
            summary: failure.reason.clone(),
            step: step(kind, step_name, status, description, details),
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
        let (About { kind, name, target, .. }, there) = (about, about.there());
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
        let description = format!("{gone} {next}");
        let step = step(StepKind::Export, "EntryExportUpdate", status, description, last_request(exchanges));
        Self { action, status, summary: gone, step, modified: Vec::new(), error, exchanges }
    }
}

fn last_request(exchanges: &[Exchange]) -> Vec<(String, String)> {
    exchanges.last().map(request).into_iter().flatten().collect()
}

fn error(code: &str, reason: &str, advice: &str, escrow: Option<&Escrow>) -> LogError {
    let mut advice = advice.to_owned();
    if let Some(escrow) = escrow.filter(|escrow| escrow.attempts > 1) {
        let times = match escrow.attempts - 1 {
            1 => "once".to_owned(),
            times => format!("{times} times"),
        };
        advice.push_str(&format!(
            " This operation was retried {times}. It will be retried again after this date: {}.",
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

/// Why an account was disabled, as the end of a sentence.
fn say_cause(cause: Option<DisableCause>) -> &'static str {
    match cause {
        Some(DisableCause::Unassigned) => "it is not assigned with a role that counts any more",
        Some(DisableCause::SoftDeleted) => "it is deleted in the directory",
        Some(DisableCause::AccountDisabled) => "its account is not enabled in the directory",
        Some(DisableCause::OutOfScope) | None => "it is no longer in scope",
    }
}

/// *2 attributes: title, department*.
fn name_attributes(modified: &[ModifiedProperty]) -> String {
    let mut names: Vec<&str> = modified.iter().map(|property| short(&property.name)).collect();
    // Members that come and members that go are two changes of one attribute.
    names.dedup();
    let plural = if names.len() == 1 { "" } else { "s" };
    let more = if names.len() > NAMED { ", …" } else { "" };
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    format!("{} attribute{plural}: {shown}{more}", names.len())
}

/// An attribute of an extension without the extension's name, which is longer than all the rest of a sentence.
fn short(path: &str) -> &str {
    match path.strip_prefix("urn:") {
        Some(_) => path.rsplit(':').next().unwrap_or(path),
        None => path,
    }
}

/// What is known of a change whose request got no answer.
fn after_lost_answer(about: About<'_>, modified: &[ModifiedProperty], exchanges: &[Exchange]) -> String {
    match exchanges.is_empty() && !modified.is_empty() {
        true => format!(
            " The answer to the request was lost; the {} was read afterwards and holds what was sent.",
            about.there()
        ),
        false => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_names_few_attributes_and_each_by_its_short_name() {
        let property = |name: &str| ModifiedProperty { name: name.to_owned(), old: None, new: None };
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
        assert_eq!(name_attributes(&[property(enterprise)]), "1 attribute: manager");
        let many: Vec<_> = ["a", "b", "b", "c", "d", "e", "f"].map(property).into();
        assert_eq!(name_attributes(&many), "6 attributes: a, b, c, d, e, …");
    }
}
