//! Which objects are tried again, and when.
use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use purser_store::{Escrow, EscrowKind, ObjectId};

use super::{
    Executor,
    fate::{Fate, Finished},
};
use crate::{
    backoff::object_delay,
    error::{Doing, EngineError},
    planner::candidate::Cause,
};

/// The escrow of everybody who failed, with the time of the next try.
pub(super) async fn escrow_failures(
    executor: &Executor,
    page: &[Finished],
    now: Timestamp,
) -> Result<HashMap<ObjectId, Escrow>, EngineError> {
    let failing: Vec<ObjectId> = page
        .iter()
        .filter(|Finished { fate, .. }| {
            matches!(fate, Fate::Failed { .. } | Fate::Refused(_) | Fate::Vanished { leaver: false, .. })
        })
        .map(|Finished { candidate, .. }| candidate.id)
        .collect();
    if failing.is_empty() {
        return Ok(HashMap::new());
    }
    let before = executor.store().find_escrows(executor.job(), &failing).await;
    let before = before.doing("read the escrow")?;
    let mut escrows = HashMap::with_capacity(failing.len());
    for Finished { candidate, fate } in page {
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
        let known = before.get(&candidate.id).filter(|escrow| escrow.kind == EscrowKind::Failure);
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
        escrows.insert(
            candidate.id,
            Escrow { object: candidate.id, kind, code, message, attempts, since, due_at },
        );
    }
    Ok(escrows)
}

/// The escrow of objects whose earlier request was carried out, as recovery found out: due at once. That request says
/// what was right when it was sent. What happened to them since then, while nothing could be sent, was left to their
/// escrow.
pub(super) async fn plan_recovered_again(
    executor: &Executor,
    page: &[Finished],
    now: Timestamp,
) -> Result<HashMap<ObjectId, Escrow>, EngineError> {
    let recovered = page
        .iter()
        .filter(|Finished { candidate, fate }| {
            let repaired = fate.is_settled() && !matches!(fate, Fate::Failed { .. } | Fate::Refused(_));
            candidate.cause == Cause::Recovery && repaired
        })
        .map(|Finished { candidate, .. }| candidate.id)
        .collect::<Vec<_>>();
    if recovered.is_empty() {
        return Ok(HashMap::new());
    }
    let mut waiting = executor
        .store()
        .find_escrows(executor.job(), &recovered)
        .await
        .doing("read the escrow of recovered objects")?;
    for escrow in waiting.values_mut() {
        escrow.due_at = now;
    }
    Ok(waiting)
}
