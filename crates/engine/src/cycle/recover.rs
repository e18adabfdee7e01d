//! After a crash: what became of the requests whose outcome is not known.
//!
//! Nothing is sent for an object before the target has been asked. What turns out to have been done gets its link and
//! its row in the log like everything else; what was not done is dropped, and comes again from the place that never
//! moved past it.
use std::sync::Arc;

use purser_domain::{
    log::{LogAction, ModifiedProperty},
    object::ObjectKind,
    path::TargetPath,
    plan::{Change, LinkState, MatchQuery, Observed, Origin, Refusal, TargetObject},
};
use purser_store::{Intent, ObjectId, OpenIntent};
use serde_json::Value;

use super::page::Cycle;
use crate::{
    error::{Doing, EngineError},
    executor::{
        Executor,
        fate::{Fate, Finished},
        intents::{ChangeDetail, Detail},
        links,
    },
    planner::{
        candidate::{Candidate, Cause, Nominee},
        load, members, sources,
    },
    target::{
        line::{Repeat, Sent},
        search::{Search, search},
    },
};

/// Finds out what became of every request whose outcome is not known.
pub(super) async fn recover(cycle: &mut Cycle) -> Result<(), EngineError> {
    let planner = cycle.planner();
    let open = planner.store().list_intents(planner.job()).await.doing("read the open intents")?;
    // What is under way for groups waits until their mapping is switched on again.
    let (people, groups): (Vec<OpenIntent>, Vec<OpenIntent>) =
        open.into_iter().partition(|open| open.intent.object.user().is_some());
    let groups = if planner.provisions(ObjectKind::Group) { groups } else { Vec::new() };
    let size = usize::try_from(planner.page_size()).unwrap_or(500).max(1);
    // Groups go one by one: each may have very many members.
    for page in people.chunks(size).chain(groups.chunks(1)) {
        if cycle.stopped().is_some() {
            cycle.standing.unresolved.extend(page.iter().map(|open| open.intent.object));
            continue;
        }
        tracing::info!(job = %cycle.planner().job(), intents = page.len(), "checking requests of which the outcome is not known");
        let ids: Vec<ObjectId> = page.iter().map(|open| open.intent.object).collect();
        let executor = &cycle.executor;
        let mut found = sources::load_sources(&executor.planner, &ids).await?;
        let nominee = |id: &ObjectId| Nominee { id: *id, cause: Cause::Recovery, source: found.remove(id) };
        let nominees = ids.iter().map(nominee).collect();
        let candidates = load::load(&executor.planner, nominees).await?;
        let pairs: Vec<(&Candidate, &OpenIntent)> = candidates.iter().zip(page).collect();
        let checked = executor
            .line()
            .run_in_order(pairs, |(candidate, open)| check(executor, candidate, &open.intent))
            .await;
        let finished = candidates.into_iter().zip(checked).map(|(candidate, fate)| Finished {
            candidate,
            fate: fate.unwrap_or(Fate::Open { keep_intent: true }),
        });
        cycle.commit(finished.collect(), |_, _| {}).await?;
    }
    Ok(())
}

async fn check(executor: &Executor, candidate: &Candidate, intent: &Intent) -> Fate {
    // A detail that can't be read is from another version: what it says about the account is found by match
    // when the person is planned again.
    let detail: Detail = serde_json::from_value(intent.detail.clone()).unwrap_or_default();
    match (intent.action, &intent.target_id) {
        (LogAction::Create, _) => check_create(executor, candidate, detail).await,
        (LogAction::Update | LogAction::Disable, Some(target_id)) => {
            check_update(executor, candidate, intent.action, target_id, detail).await
        }
        (LogAction::Delete, Some(target_id)) => check_delete(executor, candidate, target_id).await,
        _ => Fate::Open { keep_intent: false },
    }
}

async fn check_create(executor: &Executor, candidate: &Candidate, detail: Detail) -> Fate {
    if candidate.link.is_some() {
        return Fate::Open { keep_intent: false };
    }
    let queries: Vec<MatchQuery> = detail
        .queries
        .into_iter()
        .filter_map(|(path, value, redacted)| {
            Some(MatchQuery { path: Arc::new(TargetPath::parse(&path).ok()?), value, redacted })
        })
        .collect();
    match search(executor.line(), candidate.kind(), &queries).await {
        Search::Done { observed: Observed::One(account), .. } => {
            let modified = detail.exported.iter().filter_map(|(path, value)| {
                let parsed = Arc::new(TargetPath::parse(path).ok()?);
                let set = Change::set(parsed, None, Some(value.clone()));
                Some(Change { redacted: detail.redacted.contains(path), ..set }.modified())
            });
            let modified = modified.collect();
            let mut link =
                links::new_link(&executor.planner, candidate, &account.id, detail.exported, Origin::Created);
            if link.kind == ObjectKind::Group {
                members::doubt_all(&mut link.exported);
            }
            Fate::Created { link, modified, exchanges: Vec::new() }
        }
        Search::Done { observed: Observed::Several(count), .. } => {
            Fate::Refused(Refusal::duplicate_target_entries(&queries, count))
        }
        Search::Done { .. } => Fate::Open { keep_intent: false },
        Search::Failed(_) | Search::Stopped => Fate::Open { keep_intent: true },
    }
}

async fn check_update(
    executor: &Executor,
    candidate: &Candidate,
    action: LogAction,
    target_id: &str,
    detail: Detail,
) -> Fate {
    let count = detail.changes.len();
    let changes: Vec<Change> = detail.changes.into_iter().filter_map(ChangeDetail::read).collect();
    // Of the members some may have come or gone: the link remembers which.
    let in_doubt = || {
        if !changes.iter().any(members::is_of_members) {
            return Fate::Open { keep_intent: false };
        }
        let link = links::linked(&executor.planner, candidate, target_id);
        Fate::Doubtful { link: members::doubt(link, &candidate.unsure, &changes) }
    };
    let made = |account: &TargetObject| {
        let is_made = |change| is_made(executor, candidate.kind(), change, &account.body);
        changes.len() == count && changes.iter().all(is_made)
    };
    match executor.line().send(Repeat::Safe, |connector| connector.read(candidate.kind(), target_id)).await {
        Sent::Reply(reply) => match reply.value {
            Some(account) if made(&account) => {}
            Some(_) => return in_doubt(),
            None => return Fate::Open { keep_intent: false },
        },
        // Updates may be sent twice: what can't be found out is simply done again.
        Sent::Failed(_) => return in_doubt(),
        Sent::Whole { .. } | Sent::Stopped => return Fate::Open { keep_intent: true },
    }
    let mut link = links::linked(&executor.planner, candidate, target_id);
    let adopted = candidate.link.is_none();
    link.exported = detail.exported;
    link.cause = detail.cause;
    let modified: Vec<ModifiedProperty> = changes.iter().map(Change::modified).collect();
    if action == LogAction::Disable {
        link.state = LinkState::Disabled;
        return Fate::Disabled { link, modified, exchanges: Vec::new() };
    }
    link.state = LinkState::Active;
    Fate::Updated { link, modified, exchanges: Vec::new(), adopted, kept: detail.kept }
}

fn is_made(executor: &Executor, kind: ObjectKind, change: &Change, body: &Value) -> bool {
    let found = change.path.find(body);
    match (change.apply(found), found) {
        (Some(after), Some(found)) => {
            executor.planner.rules(kind).target.rule(&change.path).agrees(&after, found)
        }
        (None, found) => found.is_none_or(|found| found.as_array().is_some_and(Vec::is_empty)),
        (Some(_), None) => false,
    }
}

async fn check_delete(executor: &Executor, candidate: &Candidate, target_id: &str) -> Fate {
    let Some(link) = &candidate.link else { return Fate::Open { keep_intent: false } };
    match executor.line().send(Repeat::Safe, |connector| connector.read(candidate.kind(), target_id)).await {
        Sent::Reply(reply) if reply.value.is_none() => {}
        Sent::Reply(_) | Sent::Failed(_) => return Fate::Open { keep_intent: false },
        Sent::Whole { .. } | Sent::Stopped => return Fate::Open { keep_intent: true },
    }
    if !executor.line().confirm().await {
        return Fate::Open { keep_intent: true };
    }
    Fate::Deleted { link: link.id, target_id: target_id.to_owned(), exchanges: Vec::new(), was_gone: false }
}
