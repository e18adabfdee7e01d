//! The plan: what has to be done about one object, computed without doing anything.
//!
//! It looks at the person or group, their scope, the link that remembers what was exported, and what was seen of the
//! target. A cycle and a plan that is not carried out both ask here, in the same way:
//!
//! 1. `plan_object(…, &Observed::NotAsked)`. It gives a [`Step`]: a [`Question`] to the target ([`Question::Match`]:
//!    search for the account; [`Question::Choose`]: which of these values are free? [`Question::Read`]: what
//!    does the linked account hold?), or a [`Decision`];
//! 2. `plan_object(…, &observed)` with the answer, until there is a decision;
//! 3. carry it out: [`Decision::Send`] a [`Write`] and store the link with its `exported_after`, or only
//!    [`Decision::Note`] something.
//!
//! Invariants: planning again after the decision was carried out gives a [`Note::Skip`]; a [`Write`] always changes
//! something; only linked accounts are changed, disabled or deleted; what Purser never exported is never cleared; a
//! person who left the scope is disabled, or it is said why not. A group can't be disabled: one that left the scope is
//! deleted if Purser created it and may delete, and otherwise let go as it is.
//!
//! For an object with a link the target is normally not asked: what counts is what was exported last.
//! References to objects without an account are left out; the caller comes back when they have one.
mod diff;
mod elements;
mod link;
mod refusal;
mod step;
#[cfg(test)]
mod tests;

pub use crate::log::SkipCode;
pub use crate::mapping::{Choice, MatchQuery, Reference, References, Source, Subject, UniqueQuestion};
pub use crate::scope::{DisableCause, SkipReason};
pub use link::{Link, LinkState, Observed, Origin, TargetObject};
pub use refusal::Refusal;
pub use step::{
    Becomes, Change, ChangeKind, Decision, Edit, NewObject, Note, Question, Skip, Step, Write, WriteValue,
};

use crate::expression::Context;
use crate::mapping::{CompiledMapping, Desired, Flow, Reading, Row};
use crate::object::ObjectKind;
use crate::scope::Scope;
use diff::Differences;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Plans for an object of the directory, soft-deleted people included.
#[must_use]
pub fn plan_object(
    mapping: &CompiledMapping,
    subject: Subject<'_>,
    link: Option<&Link>,
    observed: &Observed,
) -> Step {
    if !mapping.is_enabled() {
        return skip(SkipCode::EntityTypeNotSupported, [SkipReason::MappingDisabled]).into();
    }
    if let Some(message) = &subject.scope.undecided {
        return refuse(Refusal::scope_undecided(message)).into();
    }
    match (link, subject.scope.in_scope) {
        (Some(link), true) => plan_update(mapping, subject, link, observed),
        (None, true) => plan_unlinked(mapping, subject, observed),
        (None, false) => skip_out_of_scope(SkipCode::NotEffectivelyEntitled, None, subject.scope).into(),
        (Some(link), false) => plan_leaving(mapping, subject, link).into(),
    }
}

/// Plans for an object of the directory that has a link and is out of scope.
fn plan_leaving(mapping: &CompiledMapping, subject: Subject<'_>, link: &Link) -> Decision {
    if can_only_be_deleted(mapping) {
        return plan_release(mapping, subject.scope, link);
    }
    if link.state == LinkState::Disabled {
        let already = Some(SkipReason::AlreadyDisabled);
        return plan_disable_again(mapping, subject.reading(), link)
            .unwrap_or_else(|| skip_out_of_scope(SkipCode::RedundantExport, already, subject.scope));
    }
    let cause = subject.scope.cause().unwrap_or(DisableCause::OutOfScope);
    plan_disable(mapping, subject.reading(), link, cause).unwrap_or_else(|reason| {
        skip_out_of_scope(SkipCode::EntrySynchronizationSkipped, Some(reason), subject.scope)
    })
}

/// Plans for an object that is gone from the directory for good: all there is, is the link.
///
/// An account that was disabled because its person left the scope is no longer managed and stays; the
/// others are deleted. Where deleting is not ticked, an account that is still enabled is disabled: by the rows that
/// need no more to know than that it is to be.
#[must_use]
pub fn plan_deprovision(mapping: &CompiledMapping, link: &Link) -> Decision {
    if !mapping.is_enabled() {
        // Nobody's account is touched; the link waits for the mapping to be switched on again.
        return skip(SkipCode::EntityTypeNotSupported, [SkipReason::MappingDisabled]);
    }
    if can_only_be_deleted(mapping) {
        return match find_release(mapping, link) {
            None => delete(link),
            Some(why) => {
                let reasons = why.into_iter().chain([SkipReason::GroupReleased]);
                skip(SkipCode::EntrySynchronizationSkipped, reasons)
            }
        };
    }
    let left = matches!(link.cause, Some(DisableCause::Unassigned | DisableCause::OutOfScope));
    let (disabled, context) = (link.state == LinkState::Disabled, Context::at(Timestamp::UNIX_EPOCH));
    if mapping.actions().delete && !(disabled && left) {
        return delete(link);
    }
    if disabled {
        return plan_disable_again(mapping, Reading::of_nobody(&context), link).unwrap_or_else(
            || match left {
                true => skip(SkipCode::NotEffectivelyEntitled, [SkipReason::NoLongerManaged]),
                false => skip(SkipCode::EntrySynchronizationSkipped, [SkipReason::DeleteOff]),
            },
        );
    }
    plan_disable(mapping, Reading::of_nobody(&context), link, DisableCause::SoftDeleted)
        .unwrap_or_else(|reason| skip(SkipCode::EntrySynchronizationSkipped, [SkipReason::DeleteOff, reason]))
}

fn plan_update(mapping: &CompiledMapping, subject: Subject<'_>, link: &Link, observed: &Observed) -> Step {
    // Rows for new accounts alone have no say any more, not even by failing.
    let desired = match mapping.evaluate_rows(subject.reading(), |row| row.flow != Flow::OnCreate) {
        Ok(desired) => desired,
        Err(failures) => return refuse(Refusal::attribute_validation_failed(&failures)).into(),
    };
    if desired.ignored {
        return skip(SkipCode::ObjectFlowIgnored, [SkipReason::ObjectIgnored]).into();
    }
    let body = match observed {
        Observed::One(account) if account.id == link.target_id => Some(&account.body),
        _ => None,
    };
    let found = diff::with_exported(mapping, &desired, &link.exported, body, |_| true);
    let reenable = link.state == LinkState::Disabled;
    let update = mapping.actions().update;
    if found.must_look && update {
        return Step::Ask(Question::Read { target_id: link.target_id.clone() });
    }
    if found.changes.is_empty() && !reenable && found.seen.is_empty() {
        let compared = if body.is_some() { SkipReason::AlreadyMatches } else { SkipReason::AlreadyExported };
        return Decision::Note(Note::Skip(Skip::redundant(compared, found.kept))).into();
    }
    if !update && (reenable || !found.changes.is_empty()) {
        return skip(SkipCode::EntrySynchronizationSkipped, [SkipReason::UpdateOff]).into();
    }
    let exported_after = found.exported_after(&link.exported);
    let kept = found.kept.clone();
    let decision = match edit(&link.target_id, found, exported_after) {
        Ok(edit) => Decision::Send(Write::Update { edit, adopt: false }),
        Err(exported_after) => {
            let becomes = reenable.then_some(Becomes::Active);
            Decision::Note(Note::Remember { exported_after, becomes, kept })
        }
    };
    decision.into()
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
) -> Result<Decision, SkipReason> {
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
        Err(failures) => return Ok(refuse(Refusal::attribute_validation_failed(&failures))),
    };
    if desired.ignored {
        return Err(SkipReason::ObjectIgnored);
    }
    let found = diff::with_exported(mapping, &desired, &link.exported, None, rows);
    let says_so = desired.values.iter().any(|value| value.flow == Flow::Always);
    if !says_so && found.changes.is_empty() {
        return Err(SkipReason::NothingDisables);
    }
    let exported_after = found.exported_after(&link.exported);
    Ok(match edit(&link.target_id, found, exported_after) {
        Ok(edit) => Decision::Send(Write::Disable { edit, cause }),
        Err(exported_after) => let_go(exported_after, cause),
    })
}

/// Whether this is a mapping of groups that does not say what a disabled group is. Hardly any target knows such a thing.
fn can_only_be_deleted(mapping: &CompiledMapping) -> bool {
    mapping.kind() == ObjectKind::Group && !mapping.rows().iter().any(diff::disabling)
}

/// A group that left the scope: one that Purser created is deleted, if that is allowed. Every other stays as it is, and
/// is managed again once it is back in scope; its link remembers which members are ours.
fn plan_release(mapping: &CompiledMapping, scope: &Scope, link: &Link) -> Decision {
    match find_release(mapping, link) {
        None => delete(link),
        Some(_) if link.state == LinkState::Disabled => {
            skip_out_of_scope(SkipCode::NotEffectivelyEntitled, Some(SkipReason::GroupReleased), scope)
        }
        Some(_) => let_go(link.exported.clone(), scope.cause().unwrap_or(DisableCause::OutOfScope)),
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
fn plan_disable_again(mapping: &CompiledMapping, reading: Reading<'_>, link: &Link) -> Option<Decision> {
    let cause = link.cause.unwrap_or(DisableCause::OutOfScope);
    let planned = plan_disable(mapping, reading, link, cause).ok()?;
    matches!(planned, Decision::Send(_)).then_some(planned)
}

fn plan_unlinked(mapping: &CompiledMapping, subject: Subject<'_>, observed: &Observed) -> Step {
    let mut desired = match mapping.evaluate(subject) {
        Ok(desired) => desired,
        Err(failures) => return refuse(Refusal::attribute_validation_failed(&failures)).into(),
    };
    let ignored = || skip(SkipCode::ObjectFlowIgnored, [SkipReason::ObjectIgnored]);
    if desired.ignored {
        return ignored().into();
    }
    let queries = mapping.match_queries(&desired);
    if queries.is_empty() {
        return skip(SkipCode::ImportSkipped, [SkipReason::NoMatchingValue]).into();
    }
    let decision = match observed {
        Observed::NotAsked => return Step::Ask(Question::Match(queries)),
        Observed::None | Observed::Chosen(_) if !mapping.actions().create => {
            skip(SkipCode::EntrySynchronizationSkipped, [SkipReason::CreateOff])
        }
        Observed::None => match mapping.unique_questions(subject) {
            Ok(None) => ignored(),
            Ok(Some(questions)) if questions.is_empty() => {
                desired.add_choices(mapping, &[]);
                create(mapping, desired)
            }
            Ok(Some(questions)) => return Step::Ask(Question::Choose(questions)),
            Err(failures) => refuse(Refusal::attribute_validation_failed(&failures)),
        },
        Observed::Chosen(choices) if choices.iter().any(|choice| choice.value.is_none()) => {
            refuse(Refusal::no_unique_value(choices))
        }
        Observed::Chosen(choices) => {
            desired.add_choices(mapping, choices);
            create(mapping, desired)
        }
        Observed::One(account) => plan_adoption(mapping, &desired, account),
        Observed::Several(count) => refuse(Refusal::duplicate_target_entries(&queries, *count)),
        Observed::Taken { target_id, other } => refuse(Refusal::duplicate_source_entries(target_id, other)),
        Observed::Promised { other } => refuse(Refusal::promised(other)),
    };
    decision.into()
}

/// Plans for an account that was there before. It becomes ours; what differs is changed. What agrees counts as
/// exported: from now on it is kept, and cleared, like everything else of ours.
fn plan_adoption(mapping: &CompiledMapping, desired: &Desired, account: &TargetObject) -> Decision {
    let mut found: Differences = diff::with_observed(mapping, desired, &account.body);
    if !mapping.actions().update {
        found.changes.clear();
    }
    let exported_after = found.exported_after(&Map::new());
    match edit(&account.id, found, exported_after) {
        Ok(edit) => Decision::Send(Write::Update { edit, adopt: true }),
        Err(exported_after) => Decision::Note(Note::Link { target_id: account.id.clone(), exported_after }),
    }
}

/// An edit; or what is exported all the same when there is nothing to change.
fn edit(
    target_id: &str,
    found: Differences,
    exported_after: Map<String, Value>,
) -> Result<Edit, Map<String, Value>> {
    let Differences { changes, kept, .. } = found;
    match changes.is_empty() {
        true => Err(exported_after),
        false => Ok(Edit { target_id: target_id.to_owned(), changes, exported_after, kept }),
    }
}

fn create(mapping: &CompiledMapping, desired: Desired) -> Decision {
    Decision::Send(Write::Create(NewObject::new(mapping, desired)))
}

fn delete(link: &Link) -> Decision {
    Decision::Send(Write::Delete { target_id: link.target_id.clone() })
}

/// The account is disabled already, as far as rows say it; or it is a group, which stays as it is.
fn let_go(exported_after: Map<String, Value>, cause: DisableCause) -> Decision {
    let becomes = Some(Becomes::Disabled(cause));
    Decision::Note(Note::Remember { exported_after, becomes, kept: Vec::new() })
}

fn refuse(refusal: Refusal) -> Decision {
    Decision::Note(Note::Refuse(refusal))
}

/// A skip that also says why the object is out of scope.
fn skip_out_of_scope(code: SkipCode, reason: Option<SkipReason>, scope: &Scope) -> Decision {
    let reasons = reason.into_iter().chain(scope.reasons.iter().copied()).collect();
    Decision::Note(Note::Skip(Skip { code, reasons, details: scope.failed_clauses.clone() }))
}

fn skip(code: SkipCode, reasons: impl IntoIterator<Item = SkipReason>) -> Decision {
    Decision::Note(Note::Skip(Skip::new(code, reasons)))
}
