//! Looks for an account.
use purser_connectors::Exchange;
use purser_domain::{
    object::ObjectKind,
    plan::{MatchQuery, Observed},
};

use super::{
    conversation::conversation,
    failure::Failure,
    line::{Repeat, Sent, TargetLine},
};

/// What a search came to.
pub(crate) enum Search {
    Done { observed: Observed, asked: Vec<Exchange> },
    Failed(Box<Failure>),
    Stopped,
}

/// Asks the target for an account, question by question, up to the first hit.
pub(crate) async fn search(line: &TargetLine, kind: ObjectKind, queries: &[MatchQuery]) -> Search {
    let mut asked = Vec::with_capacity(1);
    for query in queries {
        match line.send(Repeat::Safe, |connector| connector.find(kind, query)).await {
            Sent::Reply(reply) => {
                let (mut found, said) = conversation(reply, query.redacted);
                asked.extend(said);
                match (found.pop(), found.len()) {
                    (None, _) => {}
                    (Some(account), 0) => return Search::Done { observed: Observed::One(account), asked },
                    (Some(_), others) => {
                        let count = u32::try_from(others + 1).unwrap_or(u32::MAX);
                        return Search::Done { observed: Observed::Several(count), asked };
                    }
                }
            }
            Sent::Failed(error) => {
                let mut failure = Failure::from(error);
                if query.redacted {
                    failure.hide_answer();
                }
                return Search::Failed(Box::new(failure));
            }
            Sent::Whole { .. } | Sent::Stopped => return Search::Stopped,
        }
    }
    Search::Done { observed: Observed::None, asked }
}
