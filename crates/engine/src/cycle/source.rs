//! Where the people and groups of a cycle come from: the whole directory, its changes, links left behind, retries.
//!
//! Each source hands out pages and says, page by page, how far it is consumed. It never says more than what is
//! settled, so whoever is open comes again.
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use purser_domain::{
    ids::{GroupId, LinkId, UserId},
    object::ObjectKind,
};
use purser_store::{Batch, ChangeKind, ChangeRow, Escrow, EscrowKind, ObjectId};
use tokio::time::Instant;

use super::{
    context::Cycle,
    control::Stop,
    ledger::Ledger,
    members, page,
    subject::{Cause, Entry, Seed},
};
use crate::error::EngineError;

/// A walk begins carefully: how fast the target is, is not known yet.
const FIRST_PAGE: u64 = 100;
const SHORTEST_PAGE: u64 = 20;
/// How long a page of a walk may take, since nothing else happens in its job meanwhile.
const PAGE_TIME: Duration = Duration::from_secs(1);

/// Everybody, in the order of their ids, and then every group, from the cursor on.
///
/// Between two pages it looks at what changed meanwhile, so that a leaver does not have to wait for the end of an
/// initial cycle; and pages are so long that this is soon, however slow the target.
pub(crate) async fn walk_directory(cycle: &Cycle, ledger: &mut Ledger) -> Result<(), EngineError> {
    walk_people(cycle, ledger).await?;
    if cycle.provisions(ObjectKind::Group) {
        walk_groups(cycle, ledger).await?;
    }
    Ok(())
}

async fn walk_people(cycle: &Cycle, ledger: &mut Ledger) -> Result<(), EngineError> {
    let mut size = FIRST_PAGE.min(cycle.engine.deps.settings.page);
    while cycle.control.stopped().is_none() {
        let after = match ledger.running.cursor {
            Some(ObjectId::User(after)) => Some(after),
            None => None,
            Some(ObjectId::Group(_)) => break,
        };
        let begun = Instant::now();
        let users = cycle.store().page_users(after, size).await;
        let users = users.map_err(EngineError::store("read a page of people"))?;
        if users.is_empty() {
            break;
        }
        let seeds = users.into_iter().map(|user| Seed {
            id: user.id.into(),
            cause: Cause::Directory,
            source: Some(Entry::Person(user)),
        });
        walk_page(cycle, ledger, seeds.collect()).await?;
        size = next_size(size, begun.elapsed(), cycle.engine.deps.settings.page);
    }
    Ok(())
}

async fn walk_groups(cycle: &Cycle, ledger: &mut Ledger) -> Result<(), EngineError> {
    let mut size = FIRST_PAGE.min(cycle.engine.deps.settings.page);
    while cycle.control.stopped().is_none() {
        let after = ledger.running.cursor.and_then(ObjectId::group);
        let begun = Instant::now();
        let groups = cycle.store().page_groups(after, size).await;
        let groups = groups.map_err(EngineError::store("read a page of groups"))?;
        let ids: Vec<GroupId> = groups.iter().map(|group| group.id).collect();
        // As many of them as may be in memory with their members; the others come with the next page.
        let Some(piece) = members::cut(cycle, ids).await?.into_iter().next() else { break };
        let seeds = groups.into_iter().take(piece.len()).map(|group| Seed {
            id: group.id.into(),
            cause: Cause::Directory,
            source: Some(Entry::Group(group)),
        });
        walk_page(cycle, ledger, seeds.collect()).await?;
        size = next_size(size, begun.elapsed(), cycle.engine.deps.settings.page);
    }
    Ok(())
}

async fn walk_page(cycle: &Cycle, ledger: &mut Ledger, seeds: Vec<Seed>) -> Result<(), EngineError> {
    let ids: Vec<ObjectId> = seeds.iter().map(|seed| seed.id).collect();
    page::process(cycle, ledger, seeds, |ledger, settled| {
        let done = settled.iter().take_while(|settled| **settled).count();
        if let Some(last) = done.checked_sub(1).and_then(|last| ids.get(last)) {
            ledger.running.cursor = Some(*last);
        }
        stop_unless_all(cycle, settled);
    })
    .await?;
    if cycle.control.stopped().is_none() {
        follow_page(cycle, ledger).await?;
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
pub(crate) async fn sweep_orphans(cycle: &Cycle, ledger: &mut Ledger) -> Result<(), EngineError> {
    let size = cycle.engine.deps.settings.page;
    for kind in
        ObjectKind::ALL.iter().copied().filter(|kind| *kind == ObjectKind::User || cycle.provisions(*kind))
    {
        let mut after: Option<LinkId> = None;
        while cycle.control.stopped().is_none() {
            let links = cycle.store().list_orphan_links(cycle.job(), kind, after, size).await;
            let links = links.map_err(EngineError::store("read the links left behind"))?;
            let Some(last) = links.last() else { break };
            after = Some(last.id);
            let seed = |source| Seed { id: ObjectId::new(kind, source), cause: Cause::Orphan, source: None };
            let seeds = links.iter().map(|link| seed(link.source)).collect();
            page::process(cycle, ledger, seeds, |_, settled| stop_unless_all(cycle, settled)).await?;
        }
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
    // Rows first, objects after: what is changed in between is named again by a later row.
    let (ids, kinds) = distinct(&rows);
    let (people, groups): (Vec<ObjectId>, Vec<ObjectId>) =
        ids.into_iter().partition(|object| object.user().is_some());
    let mut settled: HashSet<ObjectId> = HashSet::with_capacity(rows.len());
    let mut pieces = vec![people];
    if cycle.provisions(ObjectKind::Group) {
        let cut = members::cut(cycle, members::groups_of(&groups)).await?;
        pieces.extend(cut.into_iter().map(|piece| piece.into_iter().map(ObjectId::from).collect()));
    } else {
        // Nothing is done about groups. Whoever switches their mapping on has all of them looked at.
        settled.extend(groups);
    }
    let mut processed = false;
    for piece in pieces.into_iter().filter(|piece| !piece.is_empty()) {
        if cycle.control.stopped().is_some() {
            return Ok(false);
        }
        let mut sources = load_sources(cycle, &piece).await?;
        let seeds = piece.iter().map(|id| {
            let cause = kinds.get(id).map_or(Cause::Directory, |kind| Cause::Change(*kind));
            Seed { id: *id, cause, source: sources.remove(id) }
        });
        page::process(cycle, ledger, seeds.collect(), |ledger, done| {
            settled.extend(piece.iter().zip(done).filter(|(_, done)| **done).map(|(id, _)| *id));
            let first_open = rows.iter().find(|row| !settled.contains(&row.object)).map(|row| row.seq);
            ledger.watermark = first_open.map_or(last, |seq| seq - 1).max(ledger.watermark);
            stop_unless_all(cycle, done);
        })
        .await?;
        processed = true;
    }
    if !processed {
        ledger.watermark = last;
    }
    Ok(false)
}

/// Everything in escrow whose time has come, among it those whose manager, and the groups whose members, got an account
/// in this cycle.
pub(crate) async fn retry_due(cycle: &Cycle, ledger: &mut Ledger) -> Result<(), EngineError> {
    let size = cycle.engine.deps.settings.page;
    while cycle.control.stopped().is_none() {
        let now = cycle.clock().now();
        let due = cycle.store().list_due_escrows(cycle.job(), now, size).await;
        let due = due.map_err(EngineError::store("read the escrow"))?;
        if due.is_empty() {
            break;
        }
        let (people, groups): (Vec<Escrow>, Vec<Escrow>) =
            due.into_iter().partition(|escrow| escrow.object.user().is_some());
        retry(cycle, ledger, &people).await?;
        if !cycle.provisions(ObjectKind::Group) {
            forget(cycle, &groups).await?;
            continue;
        }
        let ids: Vec<ObjectId> = groups.iter().map(|escrow| escrow.object).collect();
        let mut rest = groups.as_slice();
        for piece in members::cut(cycle, members::groups_of(&ids)).await? {
            if cycle.control.stopped().is_some() {
                break;
            }
            let (now, later) = rest.split_at(piece.len().min(rest.len()));
            rest = later;
            retry(cycle, ledger, now).await?;
        }
    }
    Ok(())
}

async fn retry(cycle: &Cycle, ledger: &mut Ledger, due: &[Escrow]) -> Result<(), EngineError> {
    let ids: Vec<ObjectId> = due.iter().map(|escrow| escrow.object).collect();
    let mut sources = load_sources(cycle, &ids).await?;
    let seeds = due.iter().map(|escrow| Seed {
        id: escrow.object,
        cause: match escrow.kind {
            EscrowKind::Reference => Cause::Reference,
            EscrowKind::Failure => Cause::Retry(escrow.attempts),
        },
        source: sources.remove(&escrow.object),
    });
    page::process(cycle, ledger, seeds.collect(), |_, settled| stop_unless_all(cycle, settled)).await
}

/// Groups that wait while groups are not provisioned any more: they are looked at again when they are.
async fn forget(cycle: &Cycle, due: &[Escrow]) -> Result<(), EngineError> {
    let escrows_clear = due.iter().map(|escrow| escrow.object).collect();
    let batch = Batch { escrows_clear, ..Batch::default() };
    let stored = cycle.store().commit_batch(cycle.job(), cycle.owner, batch).await;
    stored.map_err(EngineError::store("clear the escrow of groups"))
}

/// Whoever is open comes again in the next cycle, not in a loop of this one.
fn stop_unless_all(cycle: &Cycle, settled: &[bool]) {
    if settled.contains(&false) {
        cycle.control.stop(Stop::Paused);
    }
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

/// Those of the objects that the directory has.
pub(crate) async fn load_sources(
    cycle: &Cycle,
    objects: &[ObjectId],
) -> Result<HashMap<ObjectId, Entry>, EngineError> {
    let mut found = HashMap::with_capacity(objects.len());
    let users: Vec<UserId> = objects.iter().filter_map(|object| object.user()).collect();
    if !users.is_empty() {
        let users = cycle.store().load_users(&users).await.map_err(EngineError::store("read people"))?;
        found.extend(users.into_iter().map(|user| (ObjectId::User(user.id), Entry::Person(user))));
    }
    let groups = members::groups_of(objects);
    if !groups.is_empty() {
        let groups = cycle.store().find_groups(&groups).await.map_err(EngineError::store("read groups"))?;
        found.extend(groups.into_iter().map(|(id, group)| (ObjectId::Group(id), Entry::Group(group))));
    }
    Ok(found)
}
