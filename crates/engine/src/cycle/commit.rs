//! Stores what became of a page, in one transaction.
use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use purser_domain::{ids::LinkId, log::LogAction};
use purser_store::{Batch, CycleCounts, CycleKind, Escrow, EscrowKind, ObjectId};

use super::{
    context::Cycle,
    control::Stop,
    execute,
    fate::{Failure, Fate},
    ledger::Ledger,
    references,
    subject::{Cause, Subject},
};
use crate::{
    backoff::object_delay,
    error::EngineError,
    record::{self, Names},
};

/// Commits the page; see [`super::page`].
pub(crate) async fn commit(
    cycle: &Cycle,
    ledger: &mut Ledger,
    subjects: &[Subject],
    mut fates: Vec<Fate>,
    place: impl FnOnce(&mut Ledger, &[bool]),
) -> Result<(), EngineError> {
    if cycle.control.stopped() == Some(Stop::LeaseLost) {
        return Err(EngineError::LeaseLost);
    }
    disown_taken(cycle, subjects, &mut fates).await?;
    let now = cycle.clock().now();
    let escrows = escrow_failures(cycle, subjects, &fates, now).await?;
    let again = plan_recovered_again(cycle, subjects, &fates, now).await?;

    let names = Names::load(cycle, subjects).await?;
    let mut batch = Batch::default();
    let mut counts = CycleCounts::default();
    let mut settled = Vec::with_capacity(fates.len());
    for (subject, fate) in subjects.iter().zip(&fates) {
        settled.push(fate.is_settled());
        if !fate.keeps_intent() {
            batch.intents_done.push(subject.id);
        } else {
            ledger.unresolved.insert(subject.id);
        }
        batch.links_upsert.extend(fate.link().cloned());
        if !fate.is_settled() {
            continue;
        }
        count(&mut counts, fate);
        let escrow = escrows.get(&subject.id);
        if let Some(entry) = record::entry(cycle, subject, fate, escrow, &names, now) {
            batch.logs.push(entry);
        }
        // A stale link goes even if another takes its place: its account id may be somebody else's by now.
        batch.links_remove.extend(fate.unlink().or(subject.stale));
        if escrow.is_none() && !again.contains_key(&subject.id) {
            batch.escrows_clear.push(subject.id);
        }
    }
    let succeeded =
        fates.iter().any(|fate| fate.is_settled() && !matches!(fate, Fate::Failed { .. } | Fate::Refused(_)));
    let waiting = references::find(cycle, ledger, subjects, &fates, now).await?;
    batch.escrows_clear.retain(|object| !waiting.contains_key(object));
    // What failed is not put off, and what is due now is not put off by having failed before.
    batch.escrows_upsert =
        waiting.into_values().chain(escrows.into_values()).chain(again.into_values()).collect();

    place(ledger, &settled);
    ledger.running.counts += counts;
    // In an initial cycle the progress bar counts the walk; what changes meanwhile is extra.
    let counts =
        |subject: &Subject| cycle.kind == CycleKind::Incremental || subject.cause == Cause::Directory;
    for (subject, _) in
        subjects.iter().zip(&settled).filter(|(subject, settled)| **settled && counts(subject))
    {
        ledger.count_processed(subject.kind());
    }
    batch.progress = Some(ledger.progress());
    let stored = cycle.store().commit_batch(cycle.job(), cycle.owner, batch).await;
    stored.map_err(EngineError::store("store what became of a page"))?;

    if ledger.quarantined && succeeded && cycle.control.stopped() != Some(Stop::Target) {
        lift_quarantine(cycle, ledger).await?;
    }
    Ok(())
}

/// The target works again.
pub(crate) async fn lift_quarantine(cycle: &Cycle, ledger: &mut Ledger) -> Result<(), EngineError> {
    let lifted = cycle.store().set_quarantine(cycle.job(), cycle.owner, None).await;
    lifted.map_err(EngineError::store("lift a quarantine"))?;
    ledger.quarantined = false;
    Ok(())
}

/// A target that answers a create with an account that belongs to somebody else has not created anything; the
/// other person's link must not be touched.
async fn disown_taken(cycle: &Cycle, subjects: &[Subject], fates: &mut [Fate]) -> Result<(), EngineError> {
    let created: Vec<String> = fates.iter().filter_map(created_id).map(str::to_owned).collect();
    if created.is_empty() {
        return Ok(());
    }
    let Some(kind) = subjects.first().map(Subject::kind) else { return Ok(()) };
    let links = cycle.store().find_links_by_target(cycle.job(), kind, &created).await;
    let links = links.map_err(EngineError::store("read the links of new accounts"))?;
    let mut owners: HashMap<String, String> = HashMap::with_capacity(created.len());
    let stale: HashSet<LinkId> = subjects.iter().filter_map(|subject| subject.stale).collect();
    for (subject, fate) in subjects.iter().zip(fates) {
        let Some(target_id) = created_id(fate).map(str::to_owned) else { continue };
        let other = links
            .get(&target_id)
            .filter(|link| link.source != subject.id.as_uuid() && !stale.contains(&link.id))
            .map(|link| link.display_name.clone())
            .or_else(|| owners.get(&target_id).cloned());
        match other {
            None => {
                owners.insert(target_id, subject.name());
            }
            Some(other) => {
                let refusal = execute::taken(&target_id, &other);
                let failure = Failure::new(refusal.code, refusal.reason, refusal.advice);
                *fate = Fate::failed(LogAction::Create, failure, Vec::new(), false);
            }
        }
    }
    Ok(())
}

fn created_id(fate: &Fate) -> Option<&str> {
    match fate {
        Fate::Created { link, .. } => Some(&link.target_id),
        _ => None,
    }
}

/// The escrow of everybody who failed, with the time of the next try.
async fn escrow_failures(
    cycle: &Cycle,
    subjects: &[Subject],
    fates: &[Fate],
    now: Timestamp,
) -> Result<HashMap<ObjectId, Escrow>, EngineError> {
    let failing: Vec<ObjectId> = subjects
        .iter()
        .zip(fates)
        .filter(|(_, fate)| {
            matches!(fate, Fate::Failed { .. } | Fate::Refused(_) | Fate::Vanished { leaver: false, .. })
        })
        .map(|(subject, _)| subject.id)
        .collect();
    if failing.is_empty() {
        return Ok(HashMap::new());
    }
    let before = cycle.store().find_escrows(cycle.job(), &failing).await;
    let before = before.map_err(EngineError::store("read the escrow"))?;
    let mut escrows = HashMap::with_capacity(failing.len());
    for (subject, fate) in subjects.iter().zip(fates) {
        let (code, message, retry_after) = match fate {
            Fate::Failed { failure, .. } => {
                (failure.code.clone(), failure.reason.clone(), failure.retry_after)
            }
            Fate::Refused(refusal) => (refusal.code.to_owned(), refusal.reason.clone(), None),
            Fate::Vanished { leaver: false, link, .. } => {
                let message = format!("The account {} does not exist any more.", link.target_id);
                ("InvalidAnchor".to_owned(), message, None)
            }
            _ => continue,
        };
        let known = before.get(&subject.id).filter(|escrow| escrow.kind == EscrowKind::Failure);
        let (attempts, due_at) = if matches!(fate, Fate::Vanished { .. }) {
            (known.map_or(0, |escrow| escrow.attempts), now)
        } else {
            let attempts = known.map_or(0, |escrow| escrow.attempts).saturating_add(1);
            let delay =
                SignedDuration::try_from(object_delay(attempts, retry_after)).unwrap_or(SignedDuration::MAX);
            (attempts, now.saturating_add(delay).unwrap_or(Timestamp::MAX))
        };
        let since = known.map_or(now, |escrow| escrow.since);
        let kind = EscrowKind::Failure;
        escrows
            .insert(subject.id, Escrow { object: subject.id, kind, code, message, attempts, since, due_at });
    }
    Ok(escrows)
}

/// The escrow of those of whom recovery found out that an earlier request was carried out: due at once. That request
/// says what was right when it was sent. Whatever happened to them since then, while nothing could be sent, was left
/// to their escrow.
async fn plan_recovered_again(
    cycle: &Cycle,
    subjects: &[Subject],
    fates: &[Fate],
    now: Timestamp,
) -> Result<HashMap<ObjectId, Escrow>, EngineError> {
    let recovered = subjects
        .iter()
        .zip(fates)
        .filter(|(subject, fate)| {
            let repaired = fate.is_settled() && !matches!(fate, Fate::Failed { .. } | Fate::Refused(_));
            subject.cause == Cause::Recovery && repaired
        })
        .map(|(subject, _)| subject.id)
        .collect::<Vec<_>>();
    if recovered.is_empty() {
        return Ok(HashMap::new());
    }
    let mut waiting = cycle
        .store()
        .find_escrows(cycle.job(), &recovered)
        .await
        .map_err(EngineError::store("read the escrow of recovered objects"))?;
    for escrow in waiting.values_mut() {
        escrow.due_at = now;
    }
    Ok(waiting)
}

fn count(counts: &mut CycleCounts, fate: &Fate) {
    match fate {
        Fate::Created { .. } => counts.created += 1,
        Fate::Updated { .. } => counts.updated += 1,
        Fate::Disabled { .. } => counts.disabled += 1,
        Fate::Deleted { .. } => counts.deleted += 1,
        Fate::Linked { .. } | Fate::Skipped { .. } | Fate::Nobody | Fate::Vanished { .. } => {
            counts.skipped += 1
        }
        Fate::Refused(_) | Fate::Failed { .. } => counts.failed += 1,
        Fate::Open { .. } | Fate::Doubtful { .. } => {}
    }
}
