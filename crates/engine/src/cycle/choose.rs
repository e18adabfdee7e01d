//! Values that nobody in the target has yet, for new accounts.
//!
//! The target is asked candidate by candidate. Accounts of one page are made at the same time, so a value that was
//! promised to one of them is taken for the others although the target does not know it yet.
use std::collections::HashSet;

use purser_connectors::{Exchange, Reply};
use purser_domain::object::ObjectKind;
use purser_domain::plan::{Choice, MatchQuery, UniqueQuestion};

use super::{
    context::{Cycle, Repeat, Sent},
    fate::Failure,
};

/// What somebody's new account needs to have chosen.
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
pub(crate) async fn ask(cycle: &Cycle, kind: ObjectKind, choosing: Choosing) -> Chosen {
    let (mut choices, mut asked) = (Vec::with_capacity(choosing.questions.len()), Vec::new());
    for question in &choosing.questions {
        let mut free = None;
        for candidate in &question.candidates {
            let query = MatchQuery {
                path: question.path.clone(),
                value: candidate.clone(),
                redacted: question.redacted,
            };
            match cycle.send(Repeat::Safe, |connector| connector.find(kind, &query)).await {
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

/// All that was said for a reply; `hidden` when logs must not show what it was about.
pub(crate) fn conversation<T>(reply: Reply<T>, hidden: bool) -> (T, Vec<Exchange>) {
    let mut exchanges = reply.earlier;
    exchanges.push(reply.exchange);
    if hidden {
        exchanges.iter_mut().for_each(hide_query);
    }
    (reply.value, exchanges)
}

/// A question about a value that logs must not show is kept without what was asked.
pub(crate) fn hide_query(exchange: &mut Exchange) {
    exchange.request_body = None;
    exchange.response_body = None;
    if let Some(end) = exchange.path.find('?') {
        exchange.path.truncate(end);
        exchange.path.push_str("?[Redact]");
    }
}

/// The values promised to accounts of this page.
#[derive(Default)]
pub(crate) struct Promised {
    taken: HashSet<(String, String)>,
}

impl Promised {
    /// Promises what was chosen; or gives back what has to be chosen again, since somebody was faster.
    pub(crate) fn take(
        &mut self,
        mut choosing: Choosing,
        choices: Vec<Choice>,
    ) -> Result<(Vec<MatchQuery>, Vec<Choice>), Choosing> {
        let keys: Vec<_> = choices.iter().filter_map(key).collect();
        if keys.iter().all(|key| !self.taken.contains(key)) {
            self.taken.extend(keys);
            return Ok((choosing.queries, choices));
        }
        for (question, choice) in choosing.questions.iter_mut().zip(&choices) {
            let Some(value) = &choice.value else { continue };
            // What came before it is taken in the target.
            let at = question.candidates.iter().position(|candidate| candidate == value).unwrap_or(0);
            let promised = key(choice).is_some_and(|key| self.taken.contains(&key));
            question.candidates.drain(..at + usize::from(promised));
        }
        Err(choosing)
    }
}

/// Case does not tell two sign-in names apart in most targets, so it does not here.
fn key(choice: &Choice) -> Option<(String, String)> {
    let value = choice.value.as_ref()?;
    Some((choice.path.to_string(), value.to_string().to_lowercase()))
}
