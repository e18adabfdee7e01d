//! One page of people, or of groups: load, plan, ask, plan again, and promise nothing twice.
use std::collections::{HashMap, HashSet};

use purser_domain::{
    object::ObjectKind,
    plan::{Decision, Note, Observed, Write},
};
use purser_store::ObjectId;

use super::{
    ask::{self, Work},
    candidate::{Candidate, Cause, Nominee, Outcome, Planned},
    claims::Claims,
    load,
    setup::Planner,
    sources,
};
use crate::error::{Doing, EngineError};

impl Planner {
    /// What is to be done about these objects, which are of one kind, in their order. Nothing is planned for those whose
    /// last request is `unresolved`.
    ///
    /// # Errors
    /// Only the store's. What goes wrong with an object or the target is the object's outcome.
    pub(crate) async fn plan_page(
        &self,
        nominees: Vec<Nominee>,
        unresolved: &HashSet<ObjectId>,
        claims: &mut Claims,
    ) -> Result<Vec<Planned>, EngineError> {
        let mut candidates = load::load(self, nominees).await?;
        let mut works: Vec<Work> =
            candidates.iter().map(|candidate| begin(self, unresolved, candidate)).collect();
        while works.iter().any(|work| matches!(work, Work::Ask(_))) {
            ask::ask_all(self, &mut candidates, &mut works, claims).await;
        }
        refuse_taken(self, &candidates, &mut works, claims).await?;
        let planned = candidates.into_iter().zip(works).map(|(candidate, work)| {
            let outcome = match work {
                Work::Done(outcome) => outcome,
                Work::Ask(_) => Outcome::Open,
            };
            Planned { candidate, outcome }
        });
        Ok(planned.collect())
    }
}

/// The first plan, before the target is asked.
fn begin(planner: &Planner, unresolved: &HashSet<ObjectId>, candidate: &Candidate) -> Work {
    if unresolved.contains(&candidate.id) {
        return Work::Done(Outcome::Unresolved);
    }
    match ask::verify(candidate).filter(|_| must_verify(planner, candidate)) {
        Some(doubt) => Work::Ask(doubt),
        None => ask::plan(planner, candidate, &Observed::NotAsked, Vec::new()),
    }
}

/// Retries come last, when everybody has been seen.
fn must_verify(planner: &Planner, candidate: &Candidate) -> bool {
    let seen = matches!(candidate.cause, Cause::Retry(_) | Cause::Reference);
    planner.doubts_links && planner.rules(candidate.kind()).mapping.is_enabled() && !seen
}

/// Refuses to adopt accounts that belong to another object, in the store or in this run; and, in a preview, to create
/// what an earlier page creates.
async fn refuse_taken(
    planner: &Planner,
    candidates: &[Candidate],
    works: &mut [Work],
    claims: &mut Claims,
) -> Result<(), EngineError> {
    let wanted: Vec<String> = works.iter().filter_map(adopts).map(str::to_owned).collect();
    let Some(kind) = candidates.first().map(Candidate::kind) else { return Ok(()) };
    let links = match wanted.is_empty() {
        true => HashMap::new(),
        false => {
            let links = planner.store().find_links_by_target(planner.job(), kind, &wanted).await;
            links.doing("read the links of found accounts")?
        }
    };
    for (candidate, work) in candidates.iter().zip(works) {
        let observed = if let Some(target_id) = adopts(work).map(str::to_owned) {
            let owner = links
                .get(&target_id)
                .filter(|link| link.source != candidate.id.as_uuid() && !claims.is_given_up(link.id));
            let other = match owner {
                Some(link) => link.display_name.clone(),
                None => match claims.take_account(kind, &target_id, candidate.id) {
                    Ok(()) => continue,
                    Err(owner) => name_of(planner, candidates, owner).await?,
                },
            };
            Observed::Taken { target_id, other }
        } else if let Some(owner) = created_before(planner, kind, work, claims) {
            Observed::Promised { other: name_of(planner, candidates, owner).await? }
        } else {
            continue;
        };
        *work = ask::plan(planner, candidate, &observed, Vec::new());
    }
    Ok(())
}

/// The account that this would take into our care, if any.
fn adopts(work: &Work) -> Option<&str> {
    let Work::Done(Outcome::Decided { decision, .. }) = work else { return None };
    match decision {
        Decision::Note(Note::Link { target_id, .. }) => Some(target_id),
        Decision::Send(Write::Update { edit, adopt: true }) => Some(&edit.target_id),
        _ => None,
    }
}

/// The object whose account, created by an earlier page, is the one that this would create.
fn created_before(planner: &Planner, kind: ObjectKind, work: &Work, claims: &Claims) -> Option<ObjectId> {
    match work {
        Work::Done(Outcome::Decided { decision: Decision::Send(Write::Create(_)), queries }) => {
            claims.find_created(planner, kind, queries)
        }
        _ => None,
    }
}

/// The name of an object of this page, or of an earlier page of a preview.
async fn name_of(
    planner: &Planner,
    candidates: &[Candidate],
    object: ObjectId,
) -> Result<String, EngineError> {
    if let Some(candidate) = candidates.iter().find(|candidate| candidate.id == object) {
        return Ok(candidate.name());
    }
    let found = sources::load_sources(planner, &[object]).await?.remove(&object);
    Ok(found.map_or_else(|| object.to_string(), |entry| entry.name()))
}
