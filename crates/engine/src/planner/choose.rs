//! Values that are free in the target, for new accounts.
//!
//! The target is asked candidate by candidate. It does not know yet what was promised to others in this run: that is in
//! the claims.
use purser_connectors::Exchange;
use purser_domain::object::ObjectKind;
use purser_domain::plan::{Choice, MatchQuery, UniqueQuestion};

use crate::target::{
    conversation::conversation,
    failure::Failure,
    line::{Repeat, Sent, TargetLine},
};

/// What a new account needs to have chosen.
pub(crate) struct Choosing {
    /// By which the account was looked for.
    pub(crate) queries: Vec<MatchQuery>,
    /// The candidates that are left.
    pub(crate) questions: Vec<UniqueQuestion>,
}

/// What asking came to.
pub(crate) enum Chosen {
    Done { choosing: Choosing, choices: Vec<Choice>, asked: Vec<Exchange> },
    Failed(Box<Failure>),
    Stopped,
}

/// Asks the target for the first candidate of each question that no account has.
pub(crate) async fn ask(line: &TargetLine, kind: ObjectKind, choosing: Choosing) -> Chosen {
    let (mut choices, mut asked) = (Vec::with_capacity(choosing.questions.len()), Vec::new());
    for question in &choosing.questions {
        let mut free = None;
        for candidate in &question.candidates {
            let query = MatchQuery {
                path: question.path.clone(),
                value: candidate.clone(),
                redacted: question.redacted,
            };
            match line.send(Repeat::Safe, |connector| connector.find(kind, &query)).await {
                Sent::Reply(reply) => {
                    let (found, said) = conversation(reply, query.redacted);
                    asked.extend(said);
                    if found.is_empty() {
                        free = Some(candidate.clone());
                        break;
                    }
                }
                Sent::Failed(error) => {
                    let mut failure = Failure::from(error);
                    if query.redacted {
                        failure.hide_answer();
                    }
                    return Chosen::Failed(Box::new(failure));
                }
                Sent::Whole { .. } | Sent::Stopped => return Chosen::Stopped,
            }
        }
        choices.push(Choice { path: question.path.clone(), value: free });
    }
    Chosen::Done { choosing, choices, asked }
}
