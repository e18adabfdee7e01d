//! The steps that lead to the end of a row: import, matching, scoping, references.
use purser_connectors::Exchange;
use purser_domain::{
    ids::UserId,
    log::{LogStatus, NamedObject, Step, StepKind},
    object::ObjectKind,
    plan::SkipReason,
    scope::{Scope, ScopeMode},
};
use purser_store::ChangeKind;

use super::{About, names::Names};
use crate::{
    executor::{Executor, fate::Fate},
    planner::candidate::{Candidate, Cause, Found, Manager},
};

/// So many members without an account are named.
const SHOWN_MEMBERS: usize = 5;

pub(super) fn import(candidate: &Candidate, about: About<'_>) -> Step {
    let (About { kind: of, name, .. }, there) = (about, about.there());
    let (step, description) = match candidate.cause {
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

pub(super) fn matching(candidate: &Candidate, about: About<'_>) -> Option<Step> {
    let (About { kind, name, target, .. }, there) = (about, about.there());
    let last = candidate.asked.last()?;
    let description = match &candidate.found {
        Some(Found::Nobody) => format!("No {kind} that matches '{name}' was found in {target}."),
        Some(Found::One(id)) => format!("One {kind} that matches '{name}' was found in {target}: {id}."),
        Some(Found::Several(count)) => format!("{count} {kind}s that match '{name}' were found in {target}."),
        None if candidate.stale.is_some() => {
            format!("The {there} linked to {kind} '{name}' was not found in {target}.")
        }
        None => format!("The {there} linked to {kind} '{name}' was found in {target}."),
    };
    let mut step = plain(StepKind::Matching, "EntryImport", description);
    step.details = request(last).into();
    Some(step)
}

pub(super) fn scoping(executor: &Executor, about: About<'_>, scope: &Scope, names: &Names) -> Step {
    let lacks = |reason| scope.reasons.contains(&reason);
    let text = |yes: bool| if yes { "True" } else { "False" }.to_owned();
    let active = !lacks(SkipReason::SoftDeleted) && !lacks(SkipReason::AccountDisabled);
    let mut step = plain(
        StepKind::Scoping,
        "EntrySynchronizationScoping",
        format!("Determine if {} in scope by evaluating against each scoping filter.", about.kind),
    );
    step.details.push(("Active in the source system".to_owned(), text(active)));
    if executor.planner.spec().scope == ScopeMode::All {
        step.details.push(("Scope sync all".to_owned(), text(true)));
    } else {
        step.details.push(("Assigned to the application".to_owned(), text(!lacks(SkipReason::NotAssigned))));
        let label = format!("{} has the required role", about.kind);
        step.details.push((label, text(!lacks(SkipReason::NotEntitled))));
    }
    if let Some(counting) = &scope.assignment {
        let group = counting.via_group.map(|group| names.find(group));
        let how = match &group {
            Some(Some(group)) => format!("By group {}", group.name),
            Some(None) => "By a group that is gone by now".to_owned(),
            None => "Directly".to_owned(),
        };
        step.objects.extend(group.flatten());
        step.details.push(("Assigned".to_owned(), how));
    }
    let passed = !lacks(SkipReason::FilteredOut) && scope.undecided.is_none();
    step.details.push(("Scoping filter evaluation passed".to_owned(), text(passed)));
    for clause in &scope.failed_clauses {
        step.details.push(("Scoping filter clause that failed".to_owned(), names.tell(clause)));
    }
    step
}

/// The members of a group that have no account.
pub(super) struct MissingMembers<'a>(&'a Candidate);

pub(super) const fn missing_members(candidate: &Candidate) -> MissingMembers<'_> {
    MissingMembers(candidate)
}

impl MissingMembers<'_> {
    fn all(&self) -> impl Iterator<Item = UserId> {
        self.0.members.iter().filter(|member| member.account.is_none()).map(|member| member.user)
    }

    /// Those that a row names.
    pub(super) fn shown(&self) -> impl Iterator<Item = UserId> {
        self.all().take(SHOWN_MEMBERS)
    }
}

/// Only for rows that write: for the others a missing manager or member changes nothing.
pub(super) fn reference(candidate: &Candidate, fate: &Fate, about: About<'_>, names: &Names) -> Option<Step> {
    if !matches!(fate, Fate::Created { .. } | Fate::Updated { .. }) {
        return None;
    }
    let (target, missing) = (about.target, missing_members(candidate));
    let count = missing.all().count();
    let (description, label, objects): (_, _, Vec<NamedObject>) = if count > 0 {
        let description = match count {
            1 => format!(
                "One of the members has no enabled account in {target} and is left out. They are added as soon as there is one."
            ),
            _ => format!(
                "{count} of the members have no enabled account in {target}, so they are left out. Each is added as soon as there is one."
            ),
        };
        (description, "members", missing.shown().filter_map(|member| names.find(member)).collect())
    } else {
        let Manager::Unlinked(manager) = &candidate.manager else { return None };
        let description = format!(
            "The manager has no account in {target}, so the reference is left out. It is set as soon as there is one."
        );
        (description, "manager", names.find(*manager).into_iter().collect())
    };
    let more = if count > SHOWN_MEMBERS { ", …" } else { "" };
    let few: Vec<&str> = objects.iter().map(|object| object.name.as_str()).collect();
    let details = vec![(label.to_owned(), format!("{}{more}", few.join(", ")))];
    Some(Step {
        kind: StepKind::ReferenceResolution,
        name: "UnableToResolveReferenceAttributeValue".to_owned(),
        status: LogStatus::Warning,
        description,
        details,
        objects,
    })
}

fn plain(kind: StepKind, name: &str, description: String) -> Step {
    step(kind, name, LogStatus::Success, description, Vec::new())
}

pub(super) fn step(
    kind: StepKind,
    name: &str,
    status: LogStatus,
    description: String,
    details: Vec<(String, String)>,
) -> Step {
    Step { kind, name: name.to_owned(), status, description, details, objects: Vec::new() }
}

pub(super) fn request(exchange: &Exchange) -> [(String, String); 2] {
    let answer = match exchange.status {
        Some(status) => format!("{status} after {} ms", exchange.duration.as_millis()),
        None => format!("none after {} ms", exchange.duration.as_millis()),
    };
    [("Request".to_owned(), format!("{} {}", exchange.method, exchange.path)), ("Status".to_owned(), answer)]
}
