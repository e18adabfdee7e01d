//! The stages of a cycle: the whole directory, its changes, links left behind, retries.
//!
//! Each stage hands out pages and says, page by page, how far it is consumed. It never says more than what is
//! settled, so what is open comes again.
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use purser_domain::{ids::LinkId, object::ObjectKind};
use purser_store::{Batch, ChangeKind, ChangeRow, Escrow, EscrowKind, ObjectId};
use tokio::time::Instant;

use super::page::Cycle;
use crate::{
    error::{Doing, EngineError},
    planner::{
        candidate::{Cause, Nominee},
        members, sources,
    },
};

/// A walk begins carefully: how fast the target is, is not known yet.
const FIRST_PAGE: u64 = 100;
const SHORTEST_PAGE: u64 = 20;
/// How long a page of a walk may take, since nothing else happens in its job meanwhile.
const PAGE_TIME: Duration = Duration::from_secs(1);

/// Everybody, in the order of their ids, and then every group, from the cursor on.
///
/// Between two pages it looks at what changed meanwhile, so that a leaver does not have to wait for the end of an
/// initial cycle; and pages are so long that this is soon, however slow the target.
pub(super) async fn walk_directory(cycle: &mut Cycle) -> Result<(), EngineError> {
    walk(cycle, ObjectKind::User).await?;
    if cycle.planner().provisions(ObjectKind::Group) {
        walk(cycle, ObjectKind::Group).await?;
    }
    Ok(())
}

async fn walk(cycle: &mut Cycle, kind: ObjectKind) -> Result<(), EngineError> {
    let mut size = FIRST_PAGE.min(cycle.planner().page_size());
    while cycle.stopped().is_none() {
        let begun = Instant::now();
        let nominees = match (kind, cycle.place.running.cursor) {
            (ObjectKind::User, Some(ObjectId::Group(_))) => break,
            (ObjectKind::User, cursor) => {
                sources::page_people(cycle.planner(), cursor.and_then(ObjectId::user), size).await?
            }
            (ObjectKind::Group, cursor) => {
                sources::page_groups(cycle.planner(), cursor.and_then(ObjectId::group), size).await?
            }
        };
        if nominees.is_empty() {
            break;
        }
        let ids: Vec<ObjectId> = nominees.iter().map(|nominee| nominee.id).collect();
        cycle
            .process(nominees, |place, settled| {
                let done = settled.iter().take_while(|settled| **settled).count();
                if let Some(last) = done.checked_sub(1).and_then(|last| ids.get(last)) {
                    place.running.cursor = Some(*last);
                }
            })
            .await?;
        if cycle.stopped().is_none() {
            follow_page(cycle).await?;
        }
        size = next_size(size, begun.elapsed(), cycle.planner().page_size());
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

/// Links whose people or groups are gone from the directory. Normally the change feed tells of each; this finds those
/// of which it told before the job (re)started.
pub(super) async fn sweep_orphans(cycle: &mut Cycle) -> Result<(), EngineError> {
    let size = cycle.planner().page_size();
    for kind in ObjectKind::ALL.iter().copied() {
        if kind != ObjectKind::User && !cycle.planner().provisions(kind) {
            continue;
        }
        let mut after: Option<LinkId> = None;
        while cycle.stopped().is_none() {
            let page = sources::page_orphans(cycle.planner(), kind, after, size).await?;
            let Some((orphans, last)) = page else { break };
            after = Some(last);
            cycle.process(orphans, |_, _| {}).await?;
        }
    }
    Ok(())
}

/// All objects that the directory's change feed names after the watermark, to its end.
pub(super) async fn follow_changes(cycle: &mut Cycle) -> Result<(), EngineError> {
    while cycle.stopped().is_none() {
        if follow_page(cycle).await? {
            break;
        }
    }
    Ok(())
}

/// One page of the change feed; `true` when it was at its end.
async fn follow_page(cycle: &mut Cycle) -> Result<bool, EngineError> {
    let store = cycle.planner().store();
    // The end of the feed is read first: what is added after that has a higher number.
    let end = store.last_change_seq().await.doing("read the change feed")?;
    if end <= cycle.place.watermark {
        return Ok(true);
    }
    let (app, size) = (cycle.planner().spec().application_id, cycle.planner().page_size());
    let rows = store.list_changes(cycle.place.watermark, app, size).await.doing("read the change feed")?;
    let Some(last) = rows.last().map(|row| row.seq) else {
        cycle.place.watermark = end;
        return Ok(true);
    };
    // Rows first, objects after: what is changed in between is named again by a later row.
    let (ids, kinds) = distinct(&rows);
    let (people, groups): (Vec<ObjectId>, Vec<ObjectId>) =
        ids.into_iter().partition(|object| object.user().is_some());
    let mut settled: HashSet<ObjectId> = HashSet::with_capacity(rows.len());
    let mut pieces = vec![people];
    if cycle.planner().provisions(ObjectKind::Group) {
        let cut = members::cut(cycle.planner(), members::groups_of(&groups)).await?;
        pieces.extend(cut.into_iter().map(|piece| piece.into_iter().map(ObjectId::from).collect()));
    } else {
        // Nothing is done about groups. When their mapping is switched on, all of them are looked at.
        settled.extend(groups);
    }
    let mut processed = false;
    for piece in pieces.into_iter().filter(|piece| !piece.is_empty()) {
        if cycle.stopped().is_some() {
            return Ok(false);
        }
        let mut found = sources::load_sources(cycle.planner(), &piece).await?;
        let nominees = piece.iter().map(|id| {
            let cause = kinds.get(id).map_or(Cause::Directory, |kind| Cause::Change(*kind));
            Nominee { id: *id, cause, source: found.remove(id) }
        });
        let nominees = nominees.collect();
        cycle
            .process(nominees, |place, done| {
                settled.extend(piece.iter().zip(done).filter(|(_, done)| **done).map(|(id, _)| *id));
                let first_open = rows.iter().find(|row| !settled.contains(&row.object)).map(|row| row.seq);
                place.watermark = first_open.map_or(last, |seq| seq - 1).max(place.watermark);
            })
            .await?;
        processed = true;
    }
    if !processed {
        cycle.place.watermark = last;
    }
    Ok(false)
}

/// Everything in escrow whose time has come, among it those whose manager, and the groups whose members, got an account
/// in this cycle.
pub(super) async fn retry_due(cycle: &mut Cycle) -> Result<(), EngineError> {
    let size = cycle.planner().page_size();
    while cycle.stopped().is_none() {
        let now = cycle.planner().clock().now();
        let due = cycle.planner().store().list_due_escrows(cycle.planner().job(), now, size).await;
        let due = due.doing("read the escrow")?;
        if due.is_empty() {
            break;
        }
        let (people, groups): (Vec<Escrow>, Vec<Escrow>) =
            due.into_iter().partition(|escrow| escrow.object.user().is_some());
        retry(cycle, &people).await?;
        if !cycle.planner().provisions(ObjectKind::Group) {
            forget(cycle, &groups).await?;
            continue;
        }
        let ids: Vec<ObjectId> = groups.iter().map(|escrow| escrow.object).collect();
        let mut rest = groups.as_slice();
        for piece in members::cut(cycle.planner(), members::groups_of(&ids)).await? {
            if cycle.stopped().is_some() {
                break;
            }
            let (now, later) = rest.split_at(piece.len().min(rest.len()));
            rest = later;
            retry(cycle, now).await?;
        }
    }
    Ok(())
}

async fn retry(cycle: &mut Cycle, due: &[Escrow]) -> Result<(), EngineError> {
    let ids: Vec<ObjectId> = due.iter().map(|escrow| escrow.object).collect();
    let mut found = sources::load_sources(cycle.planner(), &ids).await?;
    let nominees = due.iter().map(|escrow| Nominee {
        id: escrow.object,
        cause: match escrow.kind {
            EscrowKind::Reference => Cause::Reference,
            EscrowKind::Failure => Cause::Retry(escrow.attempts),
        },
        source: found.remove(&escrow.object),
    });
    let nominees = nominees.collect();
    cycle.process(nominees, |_, _| {}).await
}

/// Groups that wait while groups are not provisioned any more: they are looked at again when they are.
async fn forget(cycle: &Cycle, due: &[Escrow]) -> Result<(), EngineError> {
    let escrows_clear = due.iter().map(|escrow| escrow.object).collect();
    let batch = Batch { escrows_clear, ..Batch::default() };
    let stored =
        cycle.planner().store().commit_batch(cycle.planner().job(), cycle.executor.owner, batch).await;
    stored.doing("clear the escrow of groups")
}

/// The objects that these rows name, each once, in the order of their first row, with the kind of their last.
fn distinct(rows: &[ChangeRow]) -> (Vec<ObjectId>, HashMap<ObjectId, ChangeKind>) {
    let (mut ids, mut kinds) = (Vec::new(), HashMap::with_capacity(rows.len()));
    for row in rows {
        if kinds.insert(row.object, row.kind).is_none() {
            ids.push(row.object);
        }
    }
    (ids, kinds)
}
