//! Where the people of a cycle come from: the whole directory, its changes, links left behind, retries.
//!
//! Each source hands out pages and says, page by page, how far it is consumed. It never says more than what is
//! settled, so whoever is open comes again.
use std::collections::{HashMap, HashSet};

use purser_domain::{
    ids::{LinkId, UserId},
    user::User,
};
use purser_store::{ChangeRow, EscrowKind};

use super::{
    context::Cycle,
    control::Stop,
    ledger::Ledger,
    page,
    subject::{Cause, Seed},
};
use crate::error::EngineError;

/// Everybody, in the order of their ids, from the cursor on.
pub(crate) async fn walk_directory(cycle: &Cycle, ledger: &mut Ledger) -> Result<(), EngineError> {
    let size = cycle.engine.deps.settings.page;
    while cycle.control.stopped().is_none() {
        let users = cycle.store().page_users(ledger.running.cursor, size).await;
        let users = users.map_err(EngineError::store("read a page of people"))?;
        if users.is_empty() {
            break;
        }
        let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
        let seeds = users.into_iter().map(|user| Seed { id: user.id, cause: Cause::Directory, user: Some(user) });
        page::process(cycle, ledger, seeds.collect(), |ledger, settled| {
            let done = settled.iter().take_while(|settled| **settled).count();
            if let Some(last) = done.checked_sub(1).and_then(|last| ids.get(last)) {
                ledger.running.cursor = Some(*last);
            }
            stop_unless_all(cycle, settled);
        })
        .await?;
    }
    Ok(())
}

/// Links whose people are gone from the directory. Normally the change feed tells of each; this finds those of
/// whom it told before the job (re)started.
pub(crate) async fn sweep_orphans(cycle: &Cycle, ledger: &mut Ledger) -> Result<(), EngineError> {
    let size = cycle.engine.deps.settings.page;
    let mut after: Option<LinkId> = None;
    while cycle.control.stopped().is_none() {
        let links = cycle.store().list_orphan_links(cycle.job(), after, size).await;
        let links = links.map_err(EngineError::store("read the links left behind"))?;
        let Some(last) = links.last() else { break };
        after = Some(last.id);
        let seed = |source| Seed { id: UserId::from_uuid(source), cause: Cause::Orphan, user: None };
        let seeds = links.iter().map(|link| seed(link.source)).collect();
        page::process(cycle, ledger, seeds, |_, settled| stop_unless_all(cycle, settled)).await?;
    }
    Ok(())
}

/// Everybody whom the directory's change feed names after the watermark.
pub(crate) async fn follow_changes(cycle: &Cycle, ledger: &mut Ledger) -> Result<(), EngineError> {
    let store = cycle.store();
    let size = cycle.engine.deps.settings.page;
    while cycle.control.stopped().is_none() {
        // The end of the feed is read first: what is added after that has a higher number.
        let end = store.last_change_seq().await.map_err(EngineError::store("read the change feed"))?;
        let app = cycle.spec().application_id;
        let rows = store.list_changes(ledger.watermark, app, size).await;
        let rows = rows.map_err(EngineError::store("read the change feed"))?;
        let Some(last) = rows.last().map(|row| row.seq) else {
            ledger.watermark = ledger.watermark.max(end);
            break;
        };
        // Rows first, people after: who is changed in between is named again by a later row.
        let (ids, kinds) = distinct(&rows);
        let mut users = load_users(cycle, &ids).await?;
        let seeds = ids.iter().map(|id| {
            let cause = kinds.get(id).map_or(Cause::Directory, |kind| Cause::Change(*kind));
            Seed { id: *id, cause, user: users.remove(id) }
        });
        page::process(cycle, ledger, seeds.collect(), |ledger, settled| {
            let open: HashSet<UserId> =
                ids.iter().zip(settled).filter(|(_, settled)| !**settled).map(|(id, _)| *id).collect();
            let first_open = rows.iter().find(|row| open.contains(&row.user)).map(|row| row.seq);
            ledger.watermark = first_open.map_or(last, |seq| seq - 1).max(ledger.watermark);
            stop_unless_all(cycle, settled);
        })
        .await?;
    }
    Ok(())
}

/// Everybody in escrow whose time has come, among them those whose manager got an account in this cycle.
pub(crate) async fn retry_due(cycle: &Cycle, ledger: &mut Ledger) -> Result<(), EngineError> {
    let size = cycle.engine.deps.settings.page;
    while cycle.control.stopped().is_none() {
        let now = cycle.clock().now();
        let due = cycle.store().list_due_escrows(cycle.job(), now, size).await;
        let due = due.map_err(EngineError::store("read the escrow"))?;
        if due.is_empty() {
            break;
        }
        let ids: Vec<UserId> = due.iter().map(|escrow| escrow.user).collect();
        let mut users = load_users(cycle, &ids).await?;
        let seeds = due.iter().map(|escrow| Seed {
            id: escrow.user,
            cause: match escrow.kind {
                EscrowKind::Reference => Cause::Reference,
                EscrowKind::Failure => Cause::Retry(escrow.attempts),
            },
            user: users.remove(&escrow.user),
        });
        page::process(cycle, ledger, seeds.collect(), |_, settled| stop_unless_all(cycle, settled)).await?;
    }
    Ok(())
}

/// Whoever is open comes again in the next cycle, not in a loop of this one.
fn stop_unless_all(cycle: &Cycle, settled: &[bool]) {
    if settled.contains(&false) {
        cycle.control.stop(Stop::Paused);
    }
}

/// The people whom these rows name, each once, in the order of their first row, with the kind of their last.
fn distinct(rows: &[ChangeRow]) -> (Vec<UserId>, HashMap<UserId, purser_store::ChangeKind>) {
    let (mut ids, mut kinds) = (Vec::new(), HashMap::with_capacity(rows.len()));
    for row in rows {
        if kinds.insert(row.user, row.kind).is_none() {
            ids.push(row.user);
        }
    }
    (ids, kinds)
}

async fn load_users(cycle: &Cycle, ids: &[UserId]) -> Result<HashMap<UserId, User>, EngineError> {
    let users = cycle.store().load_users(ids).await.map_err(EngineError::store("read people"))?;
    Ok(users.into_iter().map(|user| (user.id, user)).collect())
}
