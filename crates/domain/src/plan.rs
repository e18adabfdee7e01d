//! The plan: what has to be done about one person, computed without doing anything.
//!
//! It looks at the person, their scope, the link that remembers what was exported, and, for a person
//! without a link, what a search in the target found. Preview, provision on demand and the cycle all ask
//! here, in the same way:
//!
//! 1. `plan_user(…, &Observed::NotAsked)`; an [`Action::Match`] means that the target must be searched;
//! 2. `plan_user(…, &observed)` with what was found;
//! 3. carry out the action and store the link with its `exported_after`.
//!
//! Invariants: planning again after the action was carried out gives a [`Skip`]; only linked accounts are
//! changed, disabled or deleted; what Purser never exported is never cleared.
//!
//! For a person with a link the target is not asked: what counts is what was exported last.
mod action;
mod diff;
mod link;
#[cfg(test)]
mod tests;

pub use crate::mapping::MatchQuery;
pub use crate::scope::{DisableCause, SkipReason};
pub use action::{Action, Change, Refusal, Skip, SkipCode, Write, WriteValue};
pub use link::{Link, LinkState, Observed, Origin, TargetObject};

use crate::mapping::Sources;
use crate::mapping::{AttributeFailure, CompiledMapping, Desired, Flow, ObjectActions};
use crate::scope::Scope;
use crate::user::User;
use serde_json::Map;

/// Whom the plan is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The person.
    pub user: &'a User,
    /// Whether they are in scope.
    pub scope: &'a Scope,
    /// The manager's account id in the target; `None` when there is no manager, or not (yet) one with an
    /// account.
    pub manager_target: Option<&'a str>,
}

/// Plans for a person of the directory, soft-deleted ones included.
#[must_use]
pub fn plan_user(
    mapping: &CompiledMapping,
    subject: Subject<'_>,
    link: Option<&Link>,
    observed: &Observed,
) -> Action {
    if !mapping.is_enabled() {
        return skip(SkipCode::EntityTypeNotSupported, [SkipReason::MappingDisabled]);
    }
    match (link, subject.scope.in_scope) {
        (Some(link), true) => plan_update(mapping, subject, link),
        (None, true) => plan_unlinked(mapping, subject, observed),
        (None, false) => skip(SkipCode::NotEffectivelyEntitled, subject.scope.reasons.iter().copied()),
        (Some(link), false) if link.state == LinkState::Disabled => {
            let reasons = [SkipReason::AlreadyDisabled];
            skip(SkipCode::RedundantExport, reasons.into_iter().chain(subject.scope.reasons.iter().copied()))
        }
        (Some(link), false) => plan_disable(mapping, subject, link),
    }
}

/// Plans for a person who is gone from the directory for good: all there is, is the link.
///
/// An account that was disabled because its person left the scope is no longer managed and stays; the
/// others are deleted.
#[must_use]
pub fn plan_deprovision(link: &Link, actions: ObjectActions) -> Action {
    let left = matches!(link.cause, Some(DisableCause::Unassigned | DisableCause::OutOfScope));
    if link.state == LinkState::Disabled && left {
        return skip(SkipCode::NotEffectivelyEntitled, [SkipReason::NoLongerManaged]);
    }
    if !actions.delete {
        return skip(SkipCode::EntrySynchronizationSkipped, [SkipReason::DeleteOff]);
    }
    Action::Delete { target_id: link.target_id.clone() }
}

fn plan_update(mapping: &CompiledMapping, subject: Subject<'_>, link: &Link) -> Action {
    let desired = match evaluate(mapping, subject) {
        Ok(desired) => desired,
        Err(failures) => return Action::Refuse(Refusal::attribute_validation_failed(&failures)),
    };
    let changes = diff::with_exported(mapping, &desired, &link.exported, |_| true);
    let reenable = link.state == LinkState::Disabled;
    if changes.is_empty() && !reenable {
        return skip(SkipCode::RedundantExport, [SkipReason::AlreadyMatches]);
    }
    if !mapping.actions().update {
        return skip(SkipCode::EntrySynchronizationSkipped, [SkipReason::UpdateOff]);
    }
    Action::Update {
        target_id: link.target_id.clone(),
        exported_after: diff::apply(&link.exported, &changes),
        changes,
        adopt: false,
        reenable,
    }
}

fn plan_disable(mapping: &CompiledMapping, subject: Subject<'_>, link: &Link) -> Action {
    // Only what says that the account is disabled is sent: the rest of a person who left the scope is no
    // longer the target's business.
    let rows = diff::disabling;
    if !mapping.rows().iter().any(rows) {
        return skip(SkipCode::EntrySynchronizationSkipped, [SkipReason::NothingDisables]);
    }
    if !mapping.actions().update {
        return skip(SkipCode::EntrySynchronizationSkipped, [SkipReason::UpdateOff]);
    }
    let sources =
        Sources { user: subject.user, is_soft_deleted: true, manager_target: subject.manager_target };
    let desired = match mapping.evaluate_rows(sources, rows) {
        Ok(desired) => desired,
        Err(failures) => return Action::Refuse(Refusal::attribute_validation_failed(&failures)),
    };
    let changes = diff::with_exported(mapping, &desired, &link.exported, rows);
    Action::Disable {
        target_id: link.target_id.clone(),
        exported_after: diff::apply(&link.exported, &changes),
        changes,
        cause: subject.scope.cause().unwrap_or(DisableCause::OutOfScope),
    }
}

fn plan_unlinked(mapping: &CompiledMapping, subject: Subject<'_>, observed: &Observed) -> Action {
    let desired = match evaluate(mapping, subject) {
        Ok(desired) => desired,
        Err(failures) => return Action::Refuse(Refusal::attribute_validation_failed(&failures)),
    };
    let queries = mapping.match_queries(&desired);
    if queries.is_empty() {
        return skip(SkipCode::ImportSkipped, [SkipReason::NoMatchingValue]);
    }
    match observed {
        Observed::NotAsked => Action::Match(queries),
        Observed::None if !mapping.actions().create => {
            skip(SkipCode::EntrySynchronizationSkipped, [SkipReason::CreateOff])
        }
        Observed::None => Action::Create(Write::new(desired)),
        Observed::One(account) => plan_adoption(mapping, &desired, account),
        Observed::Several(count) => Action::Refuse(Refusal::duplicate_target_entries(&queries, *count)),
    }
}

/// Plans for an account that was there before. It becomes ours; what differs is changed.
fn plan_adoption(mapping: &CompiledMapping, desired: &Desired, account: &TargetObject) -> Action {
    let target_id = account.id.clone();
    let mut changes = diff::with_observed(mapping, desired, &account.body);
    if !mapping.actions().update {
        changes.clear();
    }
    // What agrees counts as exported: from now on it is kept, and cleared, like everything else of ours.
    let mut agreed = Map::new();
    for value in desired.values.iter().filter(|value| value.flow == Flow::Always) {
        let rule = mapping.rows()[value.row].rule;
        if value.target.find(&account.body).is_some_and(|found| rule.agrees(&value.value, found)) {
            agreed.insert(value.target.to_string(), value.value.clone());
        }
    }
    let exported_after = diff::apply(&agreed, &changes);
    if changes.is_empty() {
        return Action::Link { target_id, exported_after };
    }
    Action::Update { target_id, changes, exported_after, adopt: true, reenable: false }
}

fn evaluate(mapping: &CompiledMapping, subject: Subject<'_>) -> Result<Desired, Vec<AttributeFailure>> {
    mapping.evaluate(subject.user, subject.scope.is_soft_deleted(), subject.manager_target)
}

fn skip(code: SkipCode, reasons: impl IntoIterator<Item = SkipReason>) -> Action {
    Action::Skip(Skip { code, reasons: reasons.into_iter().collect() })
}
