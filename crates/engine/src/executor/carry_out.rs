//! Stores the intents of everything on a page that writes, and then writes, many at once.
use purser_domain::{
    log::LogAction,
    plan::{Becomes, Decision, Link, MatchQuery, Note, Origin, Skip, SkipReason, Write},
};

use super::{
    Executor,
    fate::{Fate, Finished},
    intents, links, perform,
};
use crate::{
    error::{Doing, EngineError},
    guard::{Admission, Admitted},
    planner::{
        candidate::{Candidate, Outcome, Planned},
        setup::Planner,
    },
    target::failure::Failure,
};

impl Executor {
    /// Carries out what was admitted; the answer has every object of the page, in its order. What was not begun, since
    /// the run stops, is open.
    pub(crate) async fn carry_out(&self, page: Vec<Admitted>) -> Result<Vec<Finished>, EngineError> {
        let mut finished: Vec<Finished> = Vec::with_capacity(page.len());
        let mut writes: Vec<(usize, Write, Vec<MatchQuery>)> = Vec::new();
        for Admitted { planned: Planned { candidate, outcome }, admission: Admission::Granted } in page {
            let fate = match outcome {
                Outcome::Decided { decision: Decision::Send(write), queries } => {
                    writes.push((finished.len(), write, queries));
                    Fate::Open { keep_intent: false }
                }
                Outcome::Decided { decision: Decision::Note(what), .. } => {
                    note(&self.planner, &candidate, what)
                }
                Outcome::Failed(failure) => Fate::failed(LogAction::Other, failure, Vec::new(), false),
                Outcome::Unresolved => Fate::failed(LogAction::Create, answer_lost(), Vec::new(), true),
                Outcome::Gone => gone(&candidate),
                Outcome::Nobody => Fate::Nobody,
                Outcome::Open => Fate::Open { keep_intent: false },
            };
            finished.push(Finished { candidate, fate });
        }
        if writes.is_empty() || self.line().stopped().is_some() {
            return Ok(finished);
        }
        self.open_intents(&finished, &writes).await?;
        let done = self
            .line()
            .run_in_order(writes, |(at, write, queries)| {
                let candidate = finished.get(at).map(|finished| &finished.candidate);
                async move {
                    let fate = perform::perform(self, candidate?, &write, &queries).await;
                    Some((at, fate))
                }
            })
            .await;
        for (at, fate) in done.into_iter().flatten().flatten() {
            if let Some(place) = finished.get_mut(at) {
                place.fate = fate;
            }
        }
        Ok(finished)
    }

    async fn open_intents(
        &self,
        page: &[Finished],
        writes: &[(usize, Write, Vec<MatchQuery>)],
    ) -> Result<(), EngineError> {
        let now = self.planner.clock().now();
        let mut intents = Vec::with_capacity(writes.len());
        for (at, write, queries) in writes {
            let Some(Finished { candidate, .. }) = page.get(*at) else { continue };
            intents.push(intents::intent(candidate.id, write, queries, now).map_err(EngineError::Intent)?);
        }
        let planner = &self.planner;
        let stored = planner.store().open_intents(planner.job(), self.owner, self.cycle, &intents).await;
        stored.doing("store the intents of a page")
    }
}

fn answer_lost() -> Failure {
    Failure::new(
        "AnswerLost",
        "The answer to an earlier request for this object was lost, and the target could not be asked yet what became of it.",
        "Nothing needs to be done: before anything else is sent, Purser looks for the account.",
    )
}

/// The linked account is not there any more, and nothing is to take its place.
fn gone(candidate: &Candidate) -> Fate {
    match (&candidate.link, &candidate.source) {
        (Some(link), Some(_)) => links::vanished(link, candidate, Vec::new()),
        (Some(link), None) => Fate::Deleted {
            link: link.id,
            target_id: link.target_id.clone(),
            exchanges: Vec::new(),
            was_gone: true,
        },
        (None, _) => Fate::Nobody,
    }
}

/// What becomes of an object for which nothing is sent.
fn note(planner: &Planner, candidate: &Candidate, note: Note) -> Fate {
    match note {
        Note::Skip(skip) => Fate::Skipped { unlink: links::unlink(candidate, &skip), skip, link: None },
        Note::Refuse(refusal) => Fate::Refused(refusal),
        Note::Link { target_id, exported_after } => Fate::Linked {
            link: links::new_link(planner, candidate, &target_id, exported_after, Origin::Adopted),
        },
        Note::Remember { exported_after, becomes, kept } => match (&candidate.link, becomes) {
            (Some(link), None) => {
                seen(candidate, Some(Link { exported: exported_after, ..link.clone() }), kept)
            }
            (Some(link), Some(Becomes::Active)) => Fate::Updated {
                link: links::enabled(planner, candidate, &link.target_id, exported_after),
                modified: Vec::new(),
                exchanges: Vec::new(),
                adopted: false,
                kept,
            },
            (Some(link), Some(Becomes::Disabled(cause))) => Fate::Disabled {
                link: links::disabled(candidate, link, exported_after, cause),
                modified: Vec::new(),
                exchanges: Vec::new(),
            },
            (None, _) => seen(candidate, None, kept),
        },
    }
}

fn seen(candidate: &Candidate, link: Option<Link>, kept: Vec<String>) -> Fate {
    let skip = Skip::redundant(SkipReason::AlreadyMatches, kept);
    Fate::Skipped { skip, unlink: candidate.stale, link }
}
