//! The plan: what has to be done about one object, computed without doing anything.
//!
//! It looks at the person or group, their scope, the link that remembers what was exported, and what was seen of the
//! target. Preview, provision on demand and the cycle all ask here, in the same way:
//!
//! 1. `plan_object(…, &Observed::NotAsked)`. Three actions are questions to the target: [`Action::Match`] (search for
//!    the account), [`Action::Choose`] (which of these values does nobody have?) and [`Action::Look`] (what does the
//!    linked account hold?);
//! 2. `plan_object(…, &observed)` with the answer, until the action is no question;
//! 3. carry out the action and store the link with its `exported_after`.
//!
//! Invariants: planning again after the action was carried out gives a [`Skip`]; only linked accounts are
//! changed, disabled or deleted; what Purser never exported is never cleared; who left the scope is disabled or it is
//! said why not. A group can't be disabled: one that left the scope is deleted if Purser created it and may delete, and
//! otherwise let go as it is.
//!
//! For an object with a link the target is normally not asked: what counts is what was exported last.
//! References to objects without an account are left out; [`CompiledMapping::count_deferred`] tells how many, so that
//! the caller comes back when they have one.
mod action;
mod diff;
mod elements;
mod link;
mod refusal;
#[cfg(test)]
mod tests;

pub use crate::log::SkipCode;
pub use crate::mapping::{Choice, MatchQuery, Reference, References, Source, Subject, UniqueQuestion};
pub use crate::scope::{DisableCause, SkipReason};
pub use action::{Action, Change, ChangeKind, Skip, Write, WriteValue};
pub use link::{Link, LinkState, Observed, Origin, TargetObject};
pub use refusal::Refusal;

use crate::expression::Context;
use crate::mapping::{CompiledMapping, Desired, Flow, Reading, Row};
use crate::object::ObjectKind;
use crate::scope::Scope;
use diff::Differences;
use jiff::Timestamp;
use serde_json::Map;

/// Plans for an object of the directory, soft-deleted people included.
#[must_use]
pub fn plan_object(
    mapping: &CompiledMapping,
    subject: Subject<'_>,
    link: Option<&Link>,
    observed: &Observed,
) -> Action {
    if !mapping.is_enabled() {
        return skip(SkipCode::EntityTypeNotSupported, [SkipReason::MappingDisabled]);
    }
    if let Some(message) = &subject.scope.undecided {
        return Action::Refuse(Refusal::scope_undecided(message));
    }
    match (link, subject.scope.in_scope) {
        (Some(link), true) => plan_update(mapping, subject, link, observed),
        (None, true) => plan_unlinked(mapping, subject, observed),
        (None, false) => skip_out_of_scope(SkipCode::NotEffectivelyEntitled, None, subject.scope),
        (Some(link), false) if can_only_be_deleted(mapping) => plan_release(mapping, subject.scope, link),
        (Some(link), false) if link.state == LinkState::Disabled => {
            let already = Some(SkipReason::AlreadyDisabled);
            plan_disable_again(mapping, subject.reading(), link)
                .unwrap_or_else(|| skip_out_of_scope(SkipCode::RedundantExport, already, subject.scope))
        }
        (Some(link), false) => {
            let cause = subject.scope.cause().unwrap_or(DisableCause::OutOfScope);
            match plan_disable(mapping, subject.reading(), link, cause) {
                Ok(action) => action,
                Err(reason) => {
                    skip_out_of_scope(SkipCode::EntrySynchronizationSkipped, Some(reason), subject.scope)
                }
            }
        }
    }
}

/// Plans for an object that is gone from the directory for good: all there is, is the link.
///
/// An account that was disabled because its person left the scope is no longer managed and stays; the
/// others are deleted. Where deleting is not ticked, an account that is still enabled is disabled: by the rows that
/// need no more to know than that it is to be.
#[must_use]
pub fn plan_deprovision(mapping: &CompiledMapping, link: &Link) -> Action {
    if !mapping.is_enabled() {
        // Nobody's account is touched; the link waits for the mapping to be switched on again.
        return skip(SkipCode::EntityTypeNotSupported, [SkipReason::MappingDisabled]);
    }
    if can_only_be_deleted(mapping) {
        return match find_release(mapping, link) {
            None => Action::Delete { target_id: link.target_id.clone() },
            Some(why) => {
                let reasons = why.into_iter().chain([SkipReason::GroupReleased]);
                skip(SkipCode::EntrySynchronizationSkipped, reasons)
            }
        };
    }
    let left = matches!(link.cause, Some(DisableCause::Unassigned | DisableCause::OutOfScope));
    let (disabled, context) = (link.state == LinkState::Disabled, Context::at(Timestamp::UNIX_EPOCH));
    if mapping.actions().delete && !(disabled && left) {
        return Action::Delete { target_id: link.target_id.clone() };
    }
    if disabled {
        return plan_disable_again(mapping, Reading::of_nobody(&context), link).unwrap_or_else(
            || match left {
                true => skip(SkipCode::NotEffectivelyEntitled, [SkipReason::NoLongerManaged]),
                false => skip(SkipCode::EntrySynchronizationSkipped, [SkipReason::DeleteOff]),
            },
        );
    }
    match plan_disable(mapping, Reading::of_nobody(&context), link, DisableCause::SoftDeleted) {
        Ok(action) => action,
        Err(reason) => skip(SkipCode::EntrySynchronizationSkipped, [SkipReason::DeleteOff, reason]),
    }
}

fn plan_update(mapping: &CompiledMapping, subject: Subject<'_>, link: &Link, observed: &Observed) -> Action {
    // Rows for new accounts alone have no say any more, not even by failing.
    let desired = match mapping.evaluate_rows(subject.reading(), |row| row.flow != Flow::OnCreate) {
        Ok(desired) => desired,
        Err(failures) => return Action::Refuse(Refusal::attribute_validation_failed(&failures)),
    };
    let body = match observed {
        Observed::One(account) if account.id == link.target_id => Some(&account.body),
        _ => None,
    };
    let found = diff::with_exported(mapping, &desired, &link.exported, body, |_| true);
    let reenable = link.state == LinkState::Disabled;
    let update = mapping.actions().update;
    if found.must_look && update {
        return Action::Look { target_id: link.target_id.clone() };
    }
    let exported_after = || found.exported_after(&link.exported);
    match (found.changes.is_empty() && !reenable, update) {
        (true, _) if found.seen.is_empty() => skip(SkipCode::RedundantExport, [SkipReason::AlreadyMatches]),
        (true, _) => Action::Remember { exported_after: exported_after() },
        (false, false) => skip(SkipCode::EntrySynchronizationSkipped, [SkipReason::UpdateOff]),
        (false, true) => Action::Update {
            target_id: link.target_id.clone(),
            exported_after: exported_after(),
            changes: found.changes,
            adopt: false,
            reenable,
        },
    }
}

/// Disables an account, or says what stands in the way.
///
/// Only what says that the account is disabled is sent: the rest of a person who left the scope is no longer the
/// target's business.
fn plan_disable(
    mapping: &CompiledMapping,
    reading: Reading<'_>,
    link: &Link,
    cause: DisableCause,
) -> Result<Action, SkipReason> {
    let gone = reading.source.is_none();
    if gone
        && mapping.rows().iter().any(diff::disabling)
        && !mapping.rows().iter().any(|row| diff::disabling(row) && row.reads_only_soft_deleted)
    {
        return Err(SkipReason::DisablingNeedsObject);
    }
    let rows = |row: &Row| diff::disabling(row) && (!gone || row.reads_only_soft_deleted);
    if !mapping.rows().iter().any(rows) {
        return Err(SkipReason::NothingDisables);
    }
    if !mapping.actions().update {
        return Err(SkipReason::UpdateOff);
    }
    let desired = match mapping.evaluate_rows(reading, rows) {
        Ok(desired) => desired,
        Err(failures) => return Ok(Action::Refuse(Refusal::attribute_validation_failed(&failures))),
    };
    let found = diff::with_exported(mapping, &desired, &link.exported, None, rows);
    let says_so = desired.values.iter().any(|value| value.flow == Flow::Always);
    if !says_so && found.changes.is_empty() {
        return Err(SkipReason::NothingDisables);
    }
    Ok(Action::Disable {
        target_id: link.target_id.clone(),
        exported_after: found.exported_after(&link.exported),
        changes: found.changes,
        cause,
    })
}

/// Whether this is a mapping of groups that does not say what a disabled group is. Hardly any target knows such a thing.
fn can_only_be_deleted(mapping: &CompiledMapping) -> bool {
    mapping.kind() == ObjectKind::Group && !mapping.rows().iter().any(diff::disabling)
}

/// A group that left the scope: one that Purser created is deleted, if that is allowed. Every other stays as it is, and
/// is managed again once it is back in scope; its link remembers which members are ours.
fn plan_release(mapping: &CompiledMapping, scope: &Scope, link: &Link) -> Action {
    match find_release(mapping, link) {
        None => Action::Delete { target_id: link.target_id.clone() },
        Some(_) if link.state == LinkState::Disabled => {
            skip_out_of_scope(SkipCode::NotEffectivelyEntitled, Some(SkipReason::GroupReleased), scope)
        }
        Some(_) => Action::Disable {
            target_id: link.target_id.clone(),
            changes: Vec::new(),
            exported_after: link.exported.clone(),
            cause: scope.cause().unwrap_or(DisableCause::OutOfScope),
        },
    }
}

/// Why a group that is no longer wanted stays; `None` when it is deleted.
fn find_release(mapping: &CompiledMapping, link: &Link) -> Option<Option<SkipReason>> {
    match link.origin {
        Origin::Adopted => Some(Some(SkipReason::WasThereBefore)),
        Origin::Created if !mapping.actions().delete => Some(Some(SkipReason::DeleteOff)),
        Origin::Created if link.state == LinkState::Disabled => Some(None),
        Origin::Created => None,
    }
}

/// For an account that counts as disabled. The mapping may have got a row since that says it better: an account that
/// some other row once marked is still enabled then. Why it was disabled stays as it was.
fn plan_disable_again(mapping: &CompiledMapping, reading: Reading<'_>, link: &Link) -> Option<Action> {
    let cause = link.cause.unwrap_or(DisableCause::OutOfScope);
    let planned = plan_disable(mapping, reading, link, cause).ok()?;
    matches!(&planned, Action::Disable { changes, .. } if !changes.is_empty()).then_some(planned)
}

fn plan_unlinked(mapping: &CompiledMapping, subject: Subject<'_>, observed: &Observed) -> Action {
    let mut desired = match mapping.evaluate(subject) {
        Ok(desired) => desired,
        Err(failures) => return Action::Refuse(Refusal::attribute_validation_failed(&failures)),
    };
    let queries = mapping.match_queries(&desired);
    if queries.is_empty() {
        return skip(SkipCode::ImportSkipped, [SkipReason::NoMatchingValue]);
    }
    match observed {
        Observed::NotAsked => Action::Match(queries),
        Observed::None | Observed::Chosen(_) if !mapping.actions().create => {
            skip(SkipCode::EntrySynchronizationSkipped, [SkipReason::CreateOff])
        }
        Observed::None => match mapping.unique_questions(subject) {
            Ok(questions) if questions.is_empty() => {
                desired.add_choices(mapping, &[]);
                Action::Create(Write::new(mapping, desired))
            }
            Ok(questions) => Action::Choose(questions),
            Err(failures) => Action::Refuse(Refusal::attribute_validation_failed(&failures)),
        },
        Observed::Chosen(choices) if choices.iter().any(|choice| choice.value.is_none()) => {
            Action::Refuse(Refusal::no_unique_value(choices))
        }
        Observed::Chosen(choices) => {
            desired.add_choices(mapping, choices);
            Action::Create(Write::new(mapping, desired))
        }
        Observed::One(account) => plan_adoption(mapping, &desired, account),
        Observed::Several(count) => Action::Refuse(Refusal::duplicate_target_entries(&queries, *count)),
        Observed::Taken { target_id, other } => {
            Action::Refuse(Refusal::duplicate_source_entries(target_id, other))
        }
    }
}

/// Plans for an account that was there before. It becomes ours; what differs is changed. What agrees counts as
/// exported: from now on it is kept, and cleared, like everything else of ours.
fn plan_adoption(mapping: &CompiledMapping, desired: &Desired, account: &TargetObject) -> Action {
    let target_id = account.id.clone();
    let mut found: Differences = diff::with_observed(mapping, desired, &account.body);
    if !mapping.actions().update {
        found.changes.clear();
    }
    let exported_after = found.exported_after(&Map::new());
    if found.changes.is_empty() {
        return Action::Link { target_id, exported_after };
    }
    Action::Update { target_id, changes: found.changes, exported_after, adopt: true, reenable: false }
}

/// A skip that also says why the object is out of scope.
fn skip_out_of_scope(code: SkipCode, reason: Option<SkipReason>, scope: &Scope) -> Action {
    let reasons = reason.into_iter().chain(scope.reasons.iter().copied()).collect();
    Action::Skip(Skip { code, reasons, details: scope.failed_clauses.clone() })
}

fn skip(code: SkipCode, reasons: impl IntoIterator<Item = SkipReason>) -> Action {
    Action::Skip(Skip::new(code, reasons))
}
