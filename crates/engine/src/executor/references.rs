//! Objects that are to be completed because of what just became of others.
//!
//! Accounts refer to each other: a person to the manager, a group to its members. Whenever an account comes, goes, is
//! disabled or enabled again, or gets another id, all that refer to it are put into escrow, due at once, in the
//! transaction that stores the account's link. So none waits for a restart.
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use purser_domain::{
    ids::UserId,
    object::ObjectKind,
    plan::{Link, LinkState},
};
use purser_store::{Escrow, EscrowKind, ObjectId};

use super::{
    Executor,
    fate::{Fate, Finished},
};
use crate::{
    error::{Doing, EngineError},
    planner::{
        candidate::{Candidate, Manager},
        members,
    },
};

/// The escrow of everything that has to be completed after this page.
pub(crate) async fn find(
    executor: &Executor,
    groups_are_ahead: bool,
    page: &[Finished],
    now: Timestamp,
) -> Result<HashMap<ObjectId, Escrow>, EngineError> {
    let mut waiting: HashMap<ObjectId, Escrow> = HashMap::new();
    let mut wait = |object: ObjectId, message: &str| {
        waiting.insert(object, escrow(object, message, now));
    };
    for report in find_reports(executor, page).await? {
        wait(report.into(), "The manager has an account now.");
    }
    if executor.planner.rules(ObjectKind::Group).mapping.reads_members() && !groups_are_ahead {
        let changed: Vec<UserId> =
            changed(page).filter_map(|finished| finished.candidate.id.user()).collect();
        if !changed.is_empty() && executor.planner.provisions(ObjectKind::Group) {
            let groups = executor.store().find_linked_groups_of(executor.job(), &changed).await;
            for group in groups.doing("read whose groups are linked")? {
                wait(group.into(), "Accounts of members came or went.");
            }
        }
    }
    for Finished { candidate, fate } in page {
        if matches!(fate, Fate::Created { link, .. } if members::is_doubtful(link)) {
            wait(candidate.id, "It is not known which of the members were added.");
        }
    }
    Ok(waiting)
}

fn escrow(object: ObjectId, message: &str, now: Timestamp) -> Escrow {
    Escrow {
        object,
        kind: EscrowKind::Reference,
        code: "ReferenceResolved".to_owned(),
        message: message.to_owned(),
        attempts: 0,
        since: now,
        due_at: now,
    }
}

/// Those whose account is another one for others than before, or is gone.
fn changed(page: &[Finished]) -> impl Iterator<Item = &Finished> {
    page.iter().filter(|Finished { candidate, fate }| {
        let before = candidate.link.as_ref();
        let after = match fate {
            Fate::Deleted { .. } | Fate::Vanished { .. } => None,
            fate if fate.unlink().is_some() => None,
            fate => fate.link().or(before),
        };
        fate.is_settled() && (candidate.stale.is_some() || account(before) != account(after))
    })
}

/// The account as others see it.
fn account(link: Option<&Link>) -> Option<&str> {
    link.filter(|link| link.state == LinkState::Active).map(|link| link.target_id.as_str())
}

/// People whose manager got an account just now, or another one.
async fn find_reports(executor: &Executor, page: &[Finished]) -> Result<HashSet<UserId>, EngineError> {
    if !executor.planner.rules(ObjectKind::User).mapping.reads_manager() {
        return Ok(HashSet::new());
    }
    let moved = |candidate: &Candidate, fate: &Fate| match (&candidate.link, fate.link()) {
        (Some(before), Some(after)) => before.target_id != after.target_id,
        _ => false,
    };
    let linked =
        page.iter().filter(|Finished { candidate, fate }| fate.links_anew() || moved(candidate, fate));
    let linked: Vec<UserId> = linked.filter_map(|finished| finished.candidate.id.user()).collect();
    if linked.is_empty() {
        return Ok(HashSet::new());
    }
    let store = executor.store();
    let reports = store.find_reports(&linked).await.doing("read who reports to whom")?;
    let here: HashMap<ObjectId, &Finished> =
        page.iter().map(|finished| (finished.candidate.id, finished)).collect();
    let (mut waiting, mut elsewhere) = (HashSet::new(), Vec::new());
    for (manager, reports) in reports {
        let moved = here.get(&manager.into()).is_some_and(|here| moved(&here.candidate, &here.fate));
        for report in reports {
            match here.get(&report.into()) {
                Some(Finished { candidate, fate }) => {
                    if lacks_manager(candidate, fate, moved) {
                        waiting.insert(report);
                    }
                }
                None => elsewhere.push(report),
            }
        }
    }
    if !elsewhere.is_empty() {
        let links = store.find_links(executor.job(), &elsewhere).await;
        let links = links.doing("read the links of reports")?;
        let escrows = store.find_escrows(executor.job(), &elsewhere).await;
        let escrows = escrows.doing("read the escrow of reports")?;
        // Whoever waits for a retry already gets the manager along with it.
        elsewhere.retain(|report| !escrows.contains_key(report));
        let active = |report: &UserId| links.get(report).is_some_and(|link| link.state == LinkState::Active);
        waiting.extend(elsewhere.into_iter().filter(active));
    }
    Ok(waiting)
}

/// Whether a person of this page has an account that does not know its manager, or by an old id. People who failed or
/// are open do not count: they are planned again anyway, and their manager has an account by then.
fn lacks_manager(candidate: &Candidate, fate: &Fate, moved: bool) -> bool {
    let link: Option<&Link> = match fate {
        Fate::Skipped { .. } => candidate.link.as_ref(),
        Fate::Failed { .. } => None,
        fate => fate.link(),
    };
    let active = link.is_some_and(|link| link.state == LinkState::Active);
    active && (moved || matches!(candidate.manager, Manager::Unlinked(_)))
}
