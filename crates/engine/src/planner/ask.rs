//! Asks the target what the plan wants to know, many objects at once, and plans again with the answers.
use purser_connectors::Exchange;
use purser_domain::{
    object::ObjectKind,
    plan::{Decision, MatchQuery, Note, Observed, Question, Skip, SkipCode, SkipReason, Step, TargetObject},
};

use super::{
    candidate::{Candidate, Found, Outcome},
    choose::{self, Choosing, Chosen},
    claims::Claims,
    members,
    setup::Planner,
    verify,
};
use crate::target::{
    conversation::conversation,
    line::{Repeat, Sent},
    search::{Search, search},
};

/// How far planning for one candidate is.
pub(super) enum Work {
    /// The target must be asked first.
    Ask(Inquiry),
    Done(Outcome),
}

/// A question of the plan, or our own doubt about a link.
pub(super) enum Inquiry {
    /// Which accounts match?
    Match(Vec<MatchQuery>),
    /// Is the linked account still there, and what does it hold?
    Verify(String),
    /// Is the linked group, which is too large to be read, among those with this value?
    VerifyLarge { target_id: String, query: MatchQuery },
    /// Which of these values are free?
    Choose(Choosing),
}

enum Answer {
    Searched { queries: Vec<MatchQuery>, search: Search },
    Chosen(Chosen),
    There { account: TargetObject, said: Vec<Exchange> },
    Gone(Vec<Exchange>),
    Done(Outcome),
}

/// The first question about a link that is not believed.
pub(super) fn verify(candidate: &Candidate) -> Option<Inquiry> {
    let link = candidate.link.as_ref()?;
    let target_id = link.target_id.clone();
    Some(match members::query_large(link) {
        Some(query) => Inquiry::VerifyLarge { target_id, query },
        None => Inquiry::Verify(target_id),
    })
}

/// Plans with what is known of the target: a plan that asks is to be asked. `queries` are those by which the account was
/// looked for.
pub(super) fn plan(
    planner: &Planner,
    candidate: &Candidate,
    observed: &Observed,
    queries: Vec<MatchQuery>,
) -> Work {
    match candidate.plan(planner, observed) {
        None => Work::Done(Outcome::Nobody),
        Some(Step::Ask(Question::Match(queries))) => Work::Ask(Inquiry::Match(queries)),
        Some(Step::Ask(Question::Choose(questions))) => {
            Work::Ask(Inquiry::Choose(Choosing { queries, questions }))
        }
        Some(Step::Ask(Question::Read { target_id })) => Work::Ask(Inquiry::Verify(target_id)),
        Some(Step::Decided(decision)) => Work::Done(Outcome::Decided { decision, queries }),
    }
}

/// Asks what is to be asked, many at once, and plans again with the answers.
pub(super) async fn ask_all(
    planner: &Planner,
    candidates: &mut [Candidate],
    works: &mut [Work],
    claims: &mut Claims,
) {
    let mut questions = Vec::new();
    for (at, work) in works.iter_mut().enumerate() {
        if let (Work::Ask(_), Some(candidate)) = (&*work, candidates.get(at)) {
            let kind = candidate.kind();
            // A candidate that is not asked about because the cycle stops stays open.
            let open = Work::Done(Outcome::Open);
            if let Work::Ask(question) = std::mem::replace(work, open) {
                questions.push((at, kind, question));
            }
        }
    }
    let answers = planner
        .line
        .run_in_order(
            questions,
            |(at, kind, question)| async move { (at, ask(planner, kind, question).await) },
        )
        .await;
    for (at, answer) in answers.into_iter().flatten() {
        if let (Some(candidate), Some(work)) = (candidates.get_mut(at), works.get_mut(at)) {
            *work = take_answer(planner, candidate, answer, claims);
        }
    }
}

async fn ask(planner: &Planner, kind: ObjectKind, question: Inquiry) -> Answer {
    let target_id = match question {
        Inquiry::Match(queries) => {
            let search = search(&planner.line, kind, &queries).await;
            return Answer::Searched { queries, search };
        }
        Inquiry::Verify(target_id) => target_id,
        Inquiry::VerifyLarge { target_id, query } => {
            let sent = planner.line.send(Repeat::Safe, |connector| connector.find(kind, &query)).await;
            let Sent::Reply(reply) = sent else { return not_read(sent) };
            let (found, said) = conversation(reply, query.redacted);
            match found.into_iter().find(|group| group.id == target_id) {
                Some(account) => return Answer::There { account, said },
                // It may have another name there.
                None => target_id,
            }
        }
        Inquiry::Choose(choosing) => return Answer::Chosen(choose::ask(&planner.line, kind, choosing).await),
    };
    match planner.line.send(Repeat::Safe, |connector| connector.read(kind, &target_id)).await {
        Sent::Reply(reply) => match conversation(reply, false) {
            (Some(account), said) => Answer::There { account, said },
            // A wrong address answers 404 to everything.
            (None, _) if !planner.line.confirm().await => Answer::Done(Outcome::Open),
            (None, said) => Answer::Gone(said),
        },
        sent => not_read(sent),
    }
}

fn not_read<T>(sent: Sent<T>) -> Answer {
    Answer::Done(match sent {
        Sent::Failed(error) => Outcome::Failed(error.into()),
        Sent::Reply(_) | Sent::Whole { .. } | Sent::Stopped => Outcome::Open,
    })
}

fn take_answer(planner: &Planner, candidate: &mut Candidate, answer: Answer, claims: &mut Claims) -> Work {
    match answer {
        Answer::Done(outcome) => Work::Done(outcome),
        Answer::Chosen(Chosen::Stopped) => Work::Done(Outcome::Open),
        Answer::Chosen(Chosen::Failed(failure)) => Work::Done(Outcome::Failed(*failure)),
        Answer::Chosen(Chosen::Done { choosing, choices, asked }) => {
            candidate.asked.extend(asked);
            match claims.take_values(choosing, choices) {
                Ok((queries, choices)) => plan(planner, candidate, &Observed::Chosen(choices), queries),
                Err(choosing) => Work::Ask(Inquiry::Choose(choosing)),
            }
        }
        Answer::There { account, said } => {
            candidate.asked.extend(said);
            match &mut candidate.link {
                Some(link) if verify::is_same(planner, link, &account.body) => {
                    verify::refresh(link, &account.body, candidate.scope.in_scope);
                    plan(planner, candidate, &Observed::One(account), Vec::new())
                }
                _ => forget_link(planner, candidate),
            }
        }
        Answer::Gone(said) => {
            candidate.asked.extend(said);
            match (candidate.source.is_some(), candidate.scope.in_scope) {
                (true, true) => forget_link(planner, candidate),
                _ => Work::Done(Outcome::Gone),
            }
        }
        Answer::Searched { search: Search::Stopped, .. } => Work::Done(Outcome::Open),
        Answer::Searched { search: Search::Failed(failure), .. } => Work::Done(Outcome::Failed(*failure)),
        Answer::Searched { queries, search: Search::Done { observed, asked } } => {
            candidate.asked.extend(asked);
            candidate.found = match &observed {
                Observed::NotAsked => None,
                Observed::None => Some(Found::Nobody),
                Observed::One(account) => Some(Found::One(account.id.clone())),
                Observed::Several(count) => Some(Found::Several(*count)),
                Observed::Taken { target_id, .. } => Some(Found::One(target_id.clone())),
                Observed::Promised { .. } | Observed::Chosen(_) => candidate.found.clone(),
            };
            plan(planner, candidate, &observed, queries)
        }
    }
}

/// Goes on as if there had never been a link: its account is gone, or is another person's under the same id.
fn forget_link(planner: &Planner, candidate: &mut Candidate) -> Work {
    candidate.stale = candidate.link.take().map(|link| link.id);
    candidate.unsure.clear();
    if candidate.source.is_none() {
        let skip = Skip::new(SkipCode::NotEffectivelyEntitled, [SkipReason::NoLongerManaged]);
        let decision = Decision::Note(Note::Skip(skip));
        return Work::Done(Outcome::Decided { decision, queries: Vec::new() });
    }
    plan(planner, candidate, &Observed::NotAsked, Vec::new())
}
