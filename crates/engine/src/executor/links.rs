//! Links as they stand once something was done.
use purser_connectors::Exchange;
use purser_domain::{
    ids::LinkId,
    plan::{DisableCause, Link, LinkState, Origin, Skip, SkipReason},
};
use purser_store::new_id;
use serde_json::{Map, Value};

use super::fate::Fate;
use crate::planner::{candidate::Candidate, setup::Planner};

/// The link there is, or a new one for an account that was there before.
pub(crate) fn linked(planner: &Planner, candidate: &Candidate, target_id: &str) -> Link {
    let adopted = || new_link(planner, candidate, target_id, Map::new(), Origin::Adopted);
    candidate.link.clone().unwrap_or_else(adopted)
}

/// The link of an account that is enabled and as it should be.
pub(super) fn enabled(
    planner: &Planner,
    candidate: &Candidate,
    target_id: &str,
    exported: Map<String, Value>,
) -> Link {
    let link = linked(planner, candidate, target_id);
    Link { exported, state: LinkState::Active, cause: None, display_name: candidate.name(), ..link }
}

/// The link of an account that is disabled, or of a group that was let go.
pub(super) fn disabled(
    candidate: &Candidate,
    link: &Link,
    exported: Map<String, Value>,
    cause: DisableCause,
) -> Link {
    Link {
        exported,
        state: LinkState::Disabled,
        cause: Some(cause),
        display_name: candidate.name(),
        ..link.clone()
    }
}

/// The account of a link is gone.
pub(crate) fn vanished(link: &Link, candidate: &Candidate, exchanges: Vec<Exchange>) -> Fate {
    let (mut link, leaver) = (link.clone(), !candidate.scope.in_scope);
    if leaver {
        link.state = LinkState::Disabled;
        link.cause = link.cause.or(candidate.scope.cause());
    }
    Fate::Vanished { link, leaver, exchanges }
}

pub(crate) fn new_link(
    planner: &Planner,
    candidate: &Candidate,
    target: &str,
    exported: Map<String, Value>,
    origin: Origin,
) -> Link {
    Link {
        id: LinkId::from_uuid(new_id(planner.clock())),
        job: planner.job(),
        kind: candidate.kind(),
        source: candidate.id.as_uuid(),
        target_id: target.to_owned(),
        state: LinkState::Active,
        origin,
        exported,
        cause: None,
        display_name: candidate.name(),
    }
}

/// What had left our care before its object was deleted is forgotten with it; so is a group that stays.
pub(super) fn unlink(candidate: &Candidate, skip: &Skip) -> Option<LinkId> {
    let ends = |reason| matches!(reason, &SkipReason::NoLongerManaged | &SkipReason::GroupReleased);
    let left = candidate.source.is_none() && skip.reasons.iter().any(ends);
    let gone = if left { candidate.link.as_ref().map(|link| link.id) } else { None };
    gone.or(candidate.stale)
}
