//! What becomes of an object for which nothing is sent.
use purser_domain::plan::{Becomes, Link, Note, Skip, SkipReason};

use super::{fate::Fate, links};
use crate::planner::{candidate::Candidate, setup::Planner};

/// Notes what was decided.
pub(super) fn note(planner: &Planner, candidate: &Candidate, note: Note) -> Fate {
    match note {
        Note::Skip(skip) => Fate::Skipped { unlink: links::unlink(candidate, &skip), skip, link: None },
        Note::Refuse(refusal) => Fate::Refused(refusal),
        Note::Link { target_id, exported_after } => {
            Fate::Linked { link: links::adopted(planner, candidate, &target_id, exported_after) }
        }
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
