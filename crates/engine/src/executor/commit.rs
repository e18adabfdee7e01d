//! Stores what became of a page, in one transaction.
use std::collections::HashSet;

use purser_domain::{ids::LinkId, log::LogAction, object::ObjectKind, plan::Refusal};
use purser_store::{Batch, CycleCounts, ObjectId, Progress};

use super::{
    Executor, Standing, escrow,
    fate::{Fate, Finished},
    references,
};
use crate::{
    error::{Doing, EngineError},
    planner::{
        candidate::{Candidate, Cause},
        claims::Claims,
    },
    record::{self, Names},
    target::{control::Stop, failure::Failure},
};

/// What became of a page as a whole.
pub(crate) struct Tally {
    /// The kind of its objects; none when it is empty.
    pub(crate) kind: Option<ObjectKind>,
    /// Which objects are done or in escrow, in the page's order.
    pub(crate) settled: Vec<bool>,
    /// What was done.
    pub(crate) counts: CycleCounts,
    /// So many of the settled were looked at because everybody is.
    pub(crate) walked: u64,
}

impl Executor {
    /// Commits a page; see [`super`]. `groups_are_ahead` when every group is still to be looked at, so that none needs to
    /// be put into escrow. `progress` says how far the run is by then, if it has a place to keep.
    pub(crate) async fn commit(
        &self,
        standing: &mut Standing,
        claims: &mut Claims,
        mut page: Vec<Finished>,
        groups_are_ahead: bool,
        progress: impl FnOnce(&Tally) -> Option<Progress>,
    ) -> Result<(), EngineError> {
        if self.line().stopped() == Some(Stop::LeaseLost) {
            return Err(EngineError::LeaseLost);
        }
        let planner = &self.planner;
        disown_taken(self, claims, &mut page).await?;
        let now = planner.clock().now();
        let escrows = escrow::escrow_failures(self, &page, now).await?;
        let again = escrow::plan_recovered_again(self, &page, now).await?;

        let names = Names::load(planner, &page).await?;
        let mut batch = Batch::default();
        let mut tally = Tally {
            kind: page.first().map(|finished| finished.candidate.kind()),
            settled: Vec::with_capacity(page.len()),
            counts: CycleCounts::default(),
            walked: 0,
        };
        for Finished { candidate, fate } in &page {
            tally.settled.push(fate.is_settled());
            if !fate.keeps_intent() {
                batch.intents_done.push(candidate.id);
            } else {
                standing.unresolved.insert(candidate.id);
            }
            batch.links_upsert.extend(fate.link().cloned());
            if !fate.is_settled() {
                continue;
            }
            count(&mut tally.counts, fate);
            tally.walked += u64::from(candidate.cause == Cause::Directory);
            let escrow = escrows.get(&candidate.id);
            if let Some(entry) = record::entry(self, candidate, fate, escrow, &names, now) {
                batch.logs.push(entry);
            }
            // A stale link goes even if another takes its place: its account id may be another person's by now.
            batch.links_remove.extend(fate.unlink().or(candidate.stale));
            if escrow.is_none() && !again.contains_key(&candidate.id) {
                batch.escrows_clear.push(candidate.id);
            }
        }
        let failed = |fate: &Fate| matches!(fate, Fate::Failed { .. } | Fate::Refused(_));
        let succeeded = page.iter().any(|Finished { fate, .. }| fate.is_settled() && !failed(fate));
        let waiting = references::find(self, groups_are_ahead, &page, now).await?;
        batch.escrows_clear.retain(|object| !waiting.contains_key(object));
        // What failed is not put off, and what is due now is not put off by having failed before.
        batch.escrows_upsert =
            waiting.into_values().chain(escrows.into_values()).chain(again.into_values()).collect();
        batch.progress = progress(&tally);
        let stored = planner.store().commit_batch(planner.job(), self.owner, batch).await;
        stored.doing("store what became of a page")?;
        claims.release();

        if standing.quarantined && succeeded && self.line().stopped() != Some(Stop::Target) {
            self.lift_quarantine(standing).await?;
        }
        Ok(())
    }
}

/// A target that answers a create with an account that belongs to another person has not created anything; that
/// person's link must not be touched.
async fn disown_taken(
    executor: &Executor,
    claims: &mut Claims,
    page: &mut [Finished],
) -> Result<(), EngineError> {
    let created: Vec<String> =
        page.iter().filter_map(|finished| created_id(&finished.fate)).map(str::to_owned).collect();
    if created.is_empty() {
        return Ok(());
    }
    let Some(kind) = page.first().map(|finished| finished.candidate.kind()) else { return Ok(()) };
    let planner = &executor.planner;
    let links = planner.store().find_links_by_target(planner.job(), kind, &created).await;
    let links = links.doing("read the links of new accounts")?;
    let stale: HashSet<LinkId> = page.iter().filter_map(|finished| finished.candidate.stale).collect();
    for at in 0..page.len() {
        let Some(Finished { candidate, fate }) = page.get(at) else { continue };
        let Some(target_id) = created_id(fate) else { continue };
        let linked = links
            .get(target_id)
            .filter(|link| link.source != candidate.id.as_uuid() && !stale.contains(&link.id));
        let other = match linked {
            Some(link) => link.display_name.clone(),
            None => match claims.take_account(kind, target_id, candidate.id) {
                Ok(()) => continue,
                Err(owner) => name_of(page, owner),
            },
        };
        let refusal = Refusal::duplicate_source_entries(target_id, &other);
        let failure = Failure::new(refusal.code, refusal.reason, refusal.advice);
        if let Some(finished) = page.get_mut(at) {
            finished.fate = Fate::failed(LogAction::Create, failure, Vec::new(), false);
        }
    }
    Ok(())
}

/// An object with a promise is on this page: the claims of others are released.
fn name_of(page: &[Finished], object: ObjectId) -> String {
    let found = page.iter().map(|finished| &finished.candidate).find(|candidate| candidate.id == object);
    found.map_or_else(|| object.to_string(), Candidate::name)
}

fn created_id(fate: &Fate) -> Option<&str> {
    match fate {
        Fate::Created { link, .. } => Some(&link.target_id),
        _ => None,
    }
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
