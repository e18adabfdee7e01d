//! Where the people of a cycle come from: the whole directory, its changes, links left behind, retries.
//!
//! Each source hands out pages and says, page by page, how far it is consumed. It never says more than what is
//! settled, so whoever is open comes again.
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use purser_domain::{
    ids::{LinkId, UserId},
    user::User,
};
use purser_store::{ChangeKind, ChangeRow, EscrowKind};
use tokio::time::Instant;

use super::{
    context::Cycle,
    control::Stop,
    ledger::Ledger,
    page,
    subject::{Cause, Seed},
};
use crate::error::EngineError;

/// A walk begins carefully: how fast the target is, is not known yet.
const FIRST_PAGE: u64 = 100;
const SHORTEST_PAGE: u64 = 20;
/// How long a page of a walk may take, since nothing else happens in its job meanwhile.
const PAGE_TIME: Duration = Duration::from_secs(1);

/// Everybody, in the order of their ids, from the cursor on.
///
/// Between two pages it looks at what changed meanwhile, so that a leaver does not have to wait for the end of an
/// initial cycle; and pages are so long that this is soon, however slow the target.
pub(crate) async fn walk_directory(cycle: &Cycle, ledger: &mut Ledger) -> Result<(), EngineError> {
    let mut size = FIRST_PAGE.min(cycle.engine.deps.settings.page);
    while cycle.control.stopped().is_none() {
        let begun = Instant::now();
        let users = cycle.store().page_users(ledger.running.cursor, size).await;
        let users = users.map_err(EngineError::store("read a page of people"))?;
        if users.is_empty() {
            break;
        }
        let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
        let seeds =
            users.into_iter().map(|user| Seed { id: user.id, cause: Cause::Directory, user: Some(user) });
        page::process(cycle, ledger, seeds.collect(), |ledger, settled| {
            let done = settled.iter().take_while(|settled| **settled).count();
            if let Some(last) = done.checked_sub(1).and_then(|last| ids.get(last)) {
                ledger.running.cursor = Some(*last);
            }
            stop_unless_all(cycle, settled);
        })
        .await?;
        size = next_size(size, begun.elapsed(), cycle.engine.deps.settings.page);
        if cycle.control.stopped().is_none() {
            follow_page(cycle, ledger).await?;
        }
    }
    Ok(())
}

/// A page that took a quarter of the time it may take is followed by one twice as long, and one that took too long
/// by one half as long.
fn next_size(size: u64, took: Duration, most: u64) -> u64 {
    let next = match took {
        took if took < PAGE_TIME / 4 => size.saturating_mul(2),
        took if took > PAGE_TIME => size / 2,
        _ => size,
    };
    next.clamp(SHORTEST_PAGE.min(most), most.max(1))
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

/// Everybody whom the directory's change feed names after the watermark, to its end.
pub(crate) async fn follow_changes(cycle: &Cycle, ledger: &mut Ledger) -> Result<(), EngineError> {
    while cycle.control.stopped().is_none() {
        if follow_page(cycle, ledger).await? {
            break;
        }
    }
    Ok(())
}

/// One page of the change feed; `true` when it was at its end.
async fn follow_page(cycle: &Cycle, ledger: &mut Ledger) -> Result<bool, EngineError> {
    let store = cycle.store();
    // The end of the feed is read first: what is added after that has a higher number.
    let end = store.last_change_seq().await.map_err(EngineError::store("read the change feed"))?;
    if end <= ledger.watermark {
        return Ok(true);
    }
    let (app, size) = (cycle.spec().application_id, cycle.engine.deps.settings.page);
    let rows = store.list_changes(ledger.watermark, app, size).await;
    let rows = rows.map_err(EngineError::store("read the change feed"))?;
    let Some(last) = rows.last().map(|row| row.seq) else {
        ledger.watermark = end;
        return Ok(true);
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
    Ok(false)
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
fn distinct(rows: &[ChangeRow]) -> (Vec<UserId>, HashMap<UserId, ChangeKind>) {
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
