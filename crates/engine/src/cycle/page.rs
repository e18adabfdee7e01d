//! One page of people, or of groups: plan, ask, plan again, store intents, write, commit.
//!
//! The order is what makes a crash harmless:
//!
//! 1. Nothing is sent before its intent is stored, in one transaction for the page.
//! 2. No transaction is open while the target is called.
//! 3. Links, log rows, retries, the end of the intents and the new place (cursor or watermark) are committed in
//!    one transaction. So either all of it counts or none, and what does not count comes again: from its place,
//!    or, if it was sent, through recovery.
//! 4. The place never moves past somebody who is neither done nor in escrow.
use std::collections::HashMap;

use purser_connectors::Exchange;
use purser_domain::{
    log::LogAction,
    object::ObjectKind,
    plan::{Action, MatchQuery, Observed, Skip, SkipCode, SkipReason, TargetObject},
};
use purser_store::CycleKind;

use super::{
    choose::{self, Choosing, Chosen, Promised},
    commit,
    context::{Cycle, Repeat, Sent},
    execute::{self, Search},
    fate::{Failure, Fate},
    ledger::Ledger,
    members,
    pool::run_in_order,
    recovery,
    subject::{self, Cause, Found, Seed, Subject},
    verify,
};
use crate::error::EngineError;

/// What is to be done next about a subject.
enum Work {
    /// The target must be asked first.
    Ask(Question),
    /// Decided; the questions are those by which the account was looked for.
    Act(Action, Vec<MatchQuery>),
    /// Done with.
    Settled(Fate),
}

enum Question {
    /// Which accounts match?
    Match(Vec<MatchQuery>),
    /// Is the linked account still there, and what does it hold?
    Verify(String),
    /// Is the linked group, which is too large to be read, among those with this value?
    VerifyLarge { target_id: String, query: MatchQuery },
    /// Which of these values does nobody have?
    Choose(Choosing),
}

enum Answer {
    Searched { queries: Vec<MatchQuery>, search: Search },
    Chosen(Chosen),
    There { account: TargetObject, said: Vec<Exchange> },
    Gone(Vec<Exchange>),
    Settled(Fate),
}

/// Deals with a page. `place` says how far the source has been consumed, given who is settled (in the order of
/// the seeds).
pub(crate) async fn process(
    cycle: &Cycle,
    ledger: &mut Ledger,
    seeds: Vec<Seed>,
    place: impl FnOnce(&mut Ledger, &[bool]),
) -> Result<(), EngineError> {
    if seeds.is_empty() {
        return Ok(());
    }
    let mut subjects = subject::load(cycle, seeds).await?;
    let mut works: Vec<Work> = subjects.iter().map(|subject| begin(cycle, ledger, subject)).collect();
    let mut promised = Promised::default();
    while works.iter().any(|work| matches!(work, Work::Ask(_))) {
        ask_all(cycle, &mut subjects, &mut works, &mut promised).await;
    }
    refuse_taken(cycle, &subjects, &mut works).await?;
    let fates = act_all(cycle, &subjects, works).await?;
    commit::commit(cycle, ledger, &subjects, fates, place).await
}

/// The first plan, before the target is asked.
fn begin(cycle: &Cycle, ledger: &Ledger, subject: &Subject) -> Work {
    if ledger.unresolved.contains(&subject.id) {
        let failure = Failure::new(
            "AnswerLost",
            "The answer to an earlier request for this object was lost, and the target could not be asked yet what became of it.",
            "Nothing needs to be done: before anything else is sent, Purser looks for the account.",
        );
        return Work::Settled(Fate::failed(LogAction::Create, failure, Vec::new(), true));
    }
    if subject.source.is_none() && subject.link.is_none() {
        return Work::Settled(Fate::Nobody);
    }
    match &subject.link {
        Some(link) if must_verify(cycle, subject) => {
            let target_id = link.target_id.clone();
            Work::Ask(match members::query_large(link) {
                Some(query) => Question::VerifyLarge { target_id, query },
                None => Question::Verify(target_id),
            })
        }
        _ => proceed(subject.plan(cycle, &Observed::NotAsked), Vec::new()),
    }
}

/// A plan that asks is to be asked; another is to be carried out. `queries` are those by which the account was looked
/// for.
fn proceed(action: Action, queries: Vec<MatchQuery>) -> Work {
    match action {
        Action::Match(queries) => Work::Ask(Question::Match(queries)),
        Action::Choose(questions) => Work::Ask(Question::Choose(Choosing { queries, questions })),
        Action::Look { target_id } => Work::Ask(Question::Verify(target_id)),
        action => Work::Act(action, queries),
    }
}

/// In an initial cycle links are not believed before the account was seen: the address may be another one now,
/// and there the same id may be somebody else's account. Retries come last, when everybody has been seen.
fn must_verify(cycle: &Cycle, subject: &Subject) -> bool {
    let seen = matches!(subject.cause, Cause::Retry(_) | Cause::Reference);
    cycle.kind == CycleKind::Initial && cycle.rules(subject.kind()).mapping.is_enabled() && !seen
}

/// Asks what is to be asked, many at once, and plans again with the answers.
async fn ask_all(cycle: &Cycle, subjects: &mut [Subject], works: &mut [Work], promised: &mut Promised) {
    let mut questions = Vec::new();
    for (at, work) in works.iter_mut().enumerate() {
        if let (Work::Ask(_), Some(subject)) = (&*work, subjects.get(at)) {
            let kind = subject.kind();
            // Whoever is not asked because the cycle stops stays open.
            let open = Work::Settled(Fate::Open { keep_intent: false });
            if let Work::Ask(question) = std::mem::replace(work, open) {
                questions.push((at, kind, question));
            }
        }
    }
    let answers = run_in_order(questions, &cycle.control, &cycle.gate, |(at, kind, question)| async move {
        (at, ask(cycle, kind, question).await)
    })
    .await;
    for (at, answer) in answers.into_iter().flatten() {
        if let (Some(subject), Some(work)) = (subjects.get_mut(at), works.get_mut(at)) {
            *work = take_answer(cycle, subject, answer, promised);
        }
    }
}

async fn ask(cycle: &Cycle, kind: ObjectKind, question: Question) -> Answer {
    let target_id = match question {
        Question::Match(queries) => {
            let search = execute::search(cycle, kind, &queries).await;
            return Answer::Searched { queries, search };
        }
        Question::Verify(target_id) => target_id,
        Question::VerifyLarge { target_id, query } => {
            let sent = cycle.send(Repeat::Safe, |connector| connector.find(kind, &query)).await;
            let Sent::Reply(reply) = sent else { return not_read(sent) };
            let (found, said) = choose::conversation(reply, query.redacted);
            match found.into_iter().find(|group| group.id == target_id) {
                Some(account) => return Answer::There { account, said },
                // It may have another name there.
                None => target_id,
            }
        }
        Question::Choose(choosing) => return Answer::Chosen(choose::ask(cycle, kind, choosing).await),
    };
    match cycle.send(Repeat::Safe, |connector| connector.read(kind, &target_id)).await {
        Sent::Reply(reply) => match choose::conversation(reply, false) {
            (Some(account), said) => Answer::There { account, said },
            // A wrong address answers 404 to everything.
            (None, _) if !cycle.confirm_target().await => Answer::Settled(Fate::Open { keep_intent: false }),
            (None, said) => Answer::Gone(said),
        },
        sent => not_read(sent),
    }
}

fn not_read<T>(sent: Sent<T>) -> Answer {
    Answer::Settled(match sent {
        Sent::Failed(error) => failed_to_read(error.into()),
        Sent::Reply(_) | Sent::Whole { .. } | Sent::Stopped => Fate::Open { keep_intent: false },
    })
}

fn failed_to_read(failure: Failure) -> Fate {
    Fate::failed(LogAction::Other, failure, Vec::new(), false)
}

fn take_answer(cycle: &Cycle, subject: &mut Subject, answer: Answer, promised: &mut Promised) -> Work {
    match answer {
        Answer::Settled(fate) => Work::Settled(fate),
        Answer::Chosen(Chosen::Stopped) => Work::Settled(Fate::Open { keep_intent: false }),
        Answer::Chosen(Chosen::Failed(failure)) => Work::Settled(failed_to_read(*failure)),
        Answer::Chosen(Chosen::Done { choosing, choices, asked }) => {
            subject.asked.extend(asked);
            match promised.take(choosing, choices) {
                Ok((queries, choices)) => proceed(subject.plan(cycle, &Observed::Chosen(choices)), queries),
                Err(choosing) => Work::Ask(Question::Choose(choosing)),
            }
        }
        Answer::There { account, said } => {
            subject.asked.extend(said);
            match &mut subject.link {
                Some(link) if verify::is_same(cycle, link, &account.body) => {
                    verify::refresh(link, &account.body, subject.scope.in_scope);
                    proceed(subject.plan(cycle, &Observed::One(account)), Vec::new())
                }
                _ => forget_link(cycle, subject),
            }
        }
        Answer::Gone(said) => {
            subject.asked.extend(said);
            match (&subject.link, &subject.source) {
                (Some(link), Some(_)) if !subject.scope.in_scope => {
                    Work::Settled(execute::vanished(link, subject, Vec::new()))
                }
                (Some(link), None) => Work::Settled(Fate::Deleted {
                    link: link.id,
                    target_id: link.target_id.clone(),
                    exchanges: Vec::new(),
                    was_gone: true,
                }),
                _ => forget_link(cycle, subject),
            }
        }
        Answer::Searched { search: Search::Stopped, .. } => Work::Settled(Fate::Open { keep_intent: false }),
        Answer::Searched { search: Search::Failed(failure), .. } => Work::Settled(failed_to_read(*failure)),
        Answer::Searched { queries, search: Search::Done { observed, asked } } => {
            subject.asked.extend(asked);
            subject.found = match &observed {
                Observed::NotAsked => None,
                Observed::None => Some(Found::Nobody),
                Observed::One(account) => Some(Found::One(account.id.clone())),
                Observed::Several(count) => Some(Found::Several(*count)),
                Observed::Taken { target_id, .. } => Some(Found::One(target_id.clone())),
                Observed::Chosen(_) => subject.found.clone(),
            };
            proceed(subject.plan(cycle, &observed), queries)
        }
    }
}

/// Goes on as if there had never been a link: its account is gone, or is somebody else's under the same id.
fn forget_link(cycle: &Cycle, subject: &mut Subject) -> Work {
    subject.stale = subject.link.take().map(|link| link.id);
    subject.unsure.clear();
    if subject.source.is_none() {
        let skip = Skip::new(SkipCode::NotEffectivelyEntitled, [SkipReason::NoLongerManaged]);
        return Work::Settled(Fate::Skipped { skip, unlink: subject.stale, link: None });
    }
    proceed(subject.plan(cycle, &Observed::NotAsked), Vec::new())
}

/// Refuses to adopt accounts that belong to somebody else, on this page or before it.
async fn refuse_taken(cycle: &Cycle, subjects: &[Subject], works: &mut [Work]) -> Result<(), EngineError> {
    let wanted: Vec<String> = works.iter().filter_map(adopts).map(str::to_owned).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let Some(kind) = subjects.first().map(Subject::kind) else { return Ok(()) };
    let links = cycle.store().find_links_by_target(cycle.job(), kind, &wanted).await;
    let links = links.map_err(EngineError::store("read the links of found accounts"))?;
    let mut owners: HashMap<String, String> = HashMap::new();
    for (subject, work) in subjects.iter().zip(works) {
        let Some(target_id) = adopts(work).map(str::to_owned) else { continue };
        let other = links
            .get(&target_id)
            .filter(|link| link.source != subject.id.as_uuid())
            .map(|link| link.display_name.clone())
            .or_else(|| owners.get(&target_id).cloned());
        match other {
            Some(other) => {
                *work = proceed(subject.plan(cycle, &Observed::Taken { target_id, other }), Vec::new());
            }
            None => {
                owners.insert(target_id, subject.name());
            }
        }
    }
    Ok(())
}

/// The account that this would take into our care, if any.
fn adopts(work: &Work) -> Option<&str> {
    match work {
        Work::Act(Action::Link { target_id, .. } | Action::Update { target_id, adopt: true, .. }, _) => {
            Some(target_id)
        }
        _ => None,
    }
}

/// Stores the intents of everything that writes, and then writes, many at once.
async fn act_all(cycle: &Cycle, subjects: &[Subject], works: Vec<Work>) -> Result<Vec<Fate>, EngineError> {
    let mut fates: Vec<Option<Fate>> = Vec::with_capacity(works.len());
    let mut writes: Vec<(usize, Action, Vec<MatchQuery>)> = Vec::new();
    for (at, (work, subject)) in works.into_iter().zip(subjects).enumerate() {
        let fate = match work {
            Work::Settled(fate) => Some(fate),
            Work::Ask(_) => None,
            Work::Act(action, queries) => {
                let fate = execute::settle(cycle, subject, &action);
                if fate.is_none() {
                    writes.push((at, action, queries));
                }
                fate
            }
        };
        fates.push(fate);
    }
    if !writes.is_empty() && cycle.control.stopped().is_none() {
        let intents = writes
            .iter()
            .filter_map(|(at, action, queries)| recovery::intent(cycle, subjects.get(*at)?, action, queries))
            .collect::<Vec<_>>();
        let store = cycle.store();
        let stored = store.open_intents(cycle.job(), cycle.owner, cycle.id, &intents).await;
        stored.map_err(EngineError::store("store the intents of a page"))?;
        let done = run_in_order(writes, &cycle.control, &cycle.gate, |(at, action, queries)| async move {
            let fate = match subjects.get(at) {
                Some(subject) => execute::perform(cycle, subject, &action, &queries).await,
                None => Fate::Open { keep_intent: false },
            };
            (at, fate)
        })
        .await;
        for (at, fate) in done.into_iter().flatten() {
            if let Some(place) = fates.get_mut(at) {
                *place = Some(fate);
            }
        }
    }
    Ok(fates.into_iter().map(|fate| fate.unwrap_or(Fate::Open { keep_intent: false })).collect())
}
