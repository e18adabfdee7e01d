//! Stores what became of a page, in one transaction.
use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use purser_domain::{
    ids::{LinkId, UserId},
    log::LogAction,
    plan::{Link, LinkState},
};
use purser_store::{Batch, CycleCounts, CycleKind, Escrow, EscrowKind};

use super::{
    context::Cycle,
    control::Stop,
    execute,
    fate::{Failure, Fate},
    ledger::Ledger,
    subject::{Cause, Manager, Subject},
};
use crate::{backoff::object_delay, error::EngineError, record};

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
        if !fate.is_settled() {
            continue;
        }
        count(&mut counts, fate);
        let escrow = escrows.get(&subject.id);
        if let Some(entry) = record::entry(cycle, subject, fate, escrow, now) {
            batch.logs.push(entry);
        }
        batch.links_upsert.extend(fate.link().cloned());
        // A stale link goes even if another takes its place: its account id may be somebody else's by now.
        batch.links_remove.extend(fate.unlink().or(subject.stale));
        if escrow.is_none() && !again.contains_key(&subject.id) {
            batch.escrows_clear.push(subject.id);
        }
    }
    let succeeded =
        fates.iter().any(|fate| fate.is_settled() && !matches!(fate, Fate::Failed { .. } | Fate::Refused(_)));
    batch.escrows_upsert = escrows.into_values().chain(again.into_values()).collect();
    retry_references(cycle, subjects, &fates, &mut batch, now).await?;

    place(ledger, &settled);
    ledger.running.counts += counts;
    // In an initial cycle the progress bar counts the walk; what changes meanwhile is extra.
    let counts =
        |subject: &Subject| cycle.kind == CycleKind::Incremental || subject.cause == Cause::Directory;
    let processed = subjects.iter().zip(&settled).filter(|(subject, settled)| **settled && counts(subject));
    ledger.count_processed(processed.count() as u64);
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
    let links = cycle.store().find_links_by_target(cycle.job(), &created).await;
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
                let (action, modified) = (LogAction::Create, Vec::new());
                *fate = Fate::Failed { action, failure, modified, keep_intent: false };
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
) -> Result<HashMap<UserId, Escrow>, EngineError> {
    let failing: Vec<UserId> = subjects
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
        escrows.insert(subject.id, Escrow { user: subject.id, kind, code, message, attempts, since, due_at });
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
) -> Result<HashMap<UserId, Escrow>, EngineError> {
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
        .map_err(EngineError::store("read the escrow of recovered people"))?;
    for escrow in waiting.values_mut() {
        escrow.due_at = now;
    }
    Ok(waiting)
}

/// People whose manager got an account just now get theirs completed: they are put into escrow, due at once.
async fn retry_references(
    cycle: &Cycle,
    subjects: &[Subject],
    fates: &[Fate],
    batch: &mut Batch,
    now: Timestamp,
) -> Result<(), EngineError> {
    if !cycle.mapping.reads_manager() {
        return Ok(());
    }
    let linked = subjects.iter().zip(fates).filter(|(_, fate)| fate.links_anew());
    let linked: Vec<UserId> = linked.map(|(subject, _)| subject.id).collect();
    if linked.is_empty() {
        return Ok(());
    }
    let store = cycle.store();
    let reports =
        store.find_reports(&linked).await.map_err(EngineError::store("read who reports to whom"))?;
    if reports.is_empty() {
        return Ok(());
    }
    let here: HashMap<UserId, (&Subject, &Fate)> =
        subjects.iter().zip(fates).map(|(subject, fate)| (subject.id, (subject, fate))).collect();
    let (mut waiting, mut elsewhere) = (HashSet::new(), Vec::new());
    for report in reports.into_values().flatten() {
        match here.get(&report) {
            Some((subject, fate)) => {
                if lacks_manager(subject, fate) {
                    waiting.insert(report);
                }
            }
            None => elsewhere.push(report),
        }
    }
    if !elsewhere.is_empty() {
        let links = store.find_links(cycle.job(), &elsewhere).await;
        let links = links.map_err(EngineError::store("read the links of reports"))?;
        let escrows = store.find_escrows(cycle.job(), &elsewhere).await;
        let escrows = escrows.map_err(EngineError::store("read the escrow of reports"))?;
        // Whoever waits for a retry already gets the manager along with it.
        elsewhere.retain(|report| !escrows.contains_key(report));
        let active = |report: &UserId| links.get(report).is_some_and(|link| link.state == LinkState::Active);
        waiting.extend(elsewhere.into_iter().filter(active));
    }
    batch.escrows_clear.retain(|user| !waiting.contains(user));
    batch.escrows_upsert.extend(waiting.into_iter().map(|user| Escrow {
        user,
        kind: EscrowKind::Reference,
        code: "ReferenceResolved".to_owned(),
        message: "The manager has an account now.".to_owned(),
        attempts: 0,
        since: now,
        due_at: now,
    }));
    Ok(())
}

/// Whether somebody of this page has an account that does not know its manager. Whoever failed or is open does
/// not count: they are planned again anyway, and their manager has an account by then.
fn lacks_manager(subject: &Subject, fate: &Fate) -> bool {
    let link: Option<&Link> = match fate {
        Fate::Skipped { .. } => subject.link.as_ref(),
        fate => fate.link(),
    };
    let active = link.is_some_and(|link| link.state == LinkState::Active);
    active && matches!(subject.manager, Manager::Unlinked(_))
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
        Fate::Open { .. } => {}
    }
}
