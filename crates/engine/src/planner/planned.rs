//! What planning about one object came to.
use purser_domain::plan::{Decision, MatchQuery};

use super::candidate::Candidate;
use crate::target::failure::Failure;

/// One object, and what is to be done about it.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) candidate: Candidate,
    pub(crate) outcome: Outcome,
}

/// See the module.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// This is to be done. The questions are those by which the account was looked for.
    Decided { decision: Decision, queries: Vec<MatchQuery> },
    /// The target could not answer a question about it.
    Failed(Failure),
    /// What became of an earlier request for it is not known yet; nothing may be sent.
    Unresolved,
    /// The linked account is gone, and nothing is to take its place.
    Gone,
    /// It is gone from the directory and has no link: there is nothing to say about it.
    Nobody,
    /// It was not asked about, since the run stops.
    Open,
}
