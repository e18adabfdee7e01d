//! Intents: what is stored before a page is written, and what is made of it after a crash.
//!
//! An intent without an outcome means: this request may have reached the target. Nothing is sent for its object
//! before the target has been asked. What turns out to have been done gets its link and its row in the log like
//! everything else; what was not done is dropped, and comes again from the place that never moved past it.
use purser_domain::{
    log::{LogAction, ModifiedProperty},
    object::ObjectKind,
    path::TargetPath,
    plan::{
        Action, Change, ChangeKind, DisableCause, Link, LinkState, MatchQuery, Observed, Origin, Refusal,
        TargetObject,
    },
};
use purser_store::{Intent, ObjectId, OpenIntent};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;

use super::{
    commit,
    context::{Cycle, Repeat, Sent},
    execute::{self, Search},
    fate::Fate,
    ledger::Ledger,
    members,
    pool::run_in_order,
    source,
    subject::{self, Cause, Seed, Subject},
};
use crate::error::EngineError;

/// All that is needed to find out what became of a request, even if its person is gone by then.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Detail {
    /// By which the account is found again: path, value, and whether logs must not show it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    queries: Vec<(String, Value, bool)>,
    /// `Link::exported` if it was done.
    exported: Map<String, Value>,
    /// What was to be changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<ChangeDetail>,
    /// The paths whose values logs must not show.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    redacted: Vec<String>,
    /// Why the account was to be disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<DisableCause>,
}

/// A change as it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct ChangeDetail {
    path: String,
    kind: ChangeKind,
    old: Option<Value>,
    new: Option<Value>,
    redacted: bool,
}

impl ChangeDetail {
    fn of(change: &Change) -> Self {
        let (kind, old, new) = (change.kind, change.old.clone(), change.new.clone());
        Self { path: change.path.to_string(), kind, old, new, redacted: change.redacted }
    }

    fn read(self) -> Option<Change> {
        let path = Arc::new(TargetPath::parse(&self.path).ok()?);
        Some(Change { path, kind: self.kind, old: self.old, new: self.new, redacted: self.redacted })
    }
}

/// The intent of an action; `None` for actions that send nothing.
pub(crate) fn intent(
    cycle: &Cycle,
    subject: &Subject,
    action: &Action,
    queries: &[MatchQuery],
) -> Option<Intent> {
    let (target_id, detail) = match action {
        Action::Create(write) => {
            let query = |query: &MatchQuery| (query.path.to_string(), query.value.clone(), query.redacted);
            let queries = queries.iter().map(query).collect();
            let hidden = write.values.iter().filter(|value| value.redacted);
            let redacted = hidden.map(|value| value.path.to_string()).collect();
            (None, Detail { queries, exported: write.exported(), redacted, ..Detail::default() })
        }
        Action::Update { target_id, changes, exported_after, .. } => {
            let (exported, changes) = (exported_after.clone(), spell(changes));
            (Some(target_id), Detail { exported, changes, ..Detail::default() })
        }
        Action::Disable { target_id, changes, exported_after, cause } => {
            let (exported, changes) = (exported_after.clone(), spell(changes));
            (Some(target_id), Detail { exported, changes, cause: Some(*cause), ..Detail::default() })
        }
        Action::Delete { target_id } => (Some(target_id), Detail::default()),
        Action::Match(_)
        | Action::Choose(_)
        | Action::Look { .. }
        | Action::Link { .. }
        | Action::Remember { .. }
        | Action::Skip(_)
        | Action::Refuse(_) => return None,
    };
    Some(Intent {
        object: subject.id,
        action: execute::log_action(action),
        target_id: target_id.cloned(),
        detail: serde_json::to_value(&detail).ok()?,
        opened_at: cycle.clock().now(),
    })
}

fn spell(changes: &[Change]) -> Vec<ChangeDetail> {
    changes.iter().map(ChangeDetail::of).collect()
}

/// Finds out what became of every request whose outcome is not known.
pub(crate) async fn recover(cycle: &Cycle, ledger: &mut Ledger) -> Result<(), EngineError> {
    let store = cycle.store();
    let open = store.list_intents(cycle.job()).await.map_err(EngineError::store("read the open intents"))?;
    // What is under way for groups waits until their mapping is switched on again.
    let (people, groups): (Vec<OpenIntent>, Vec<OpenIntent>) =
        open.into_iter().partition(|open| open.intent.object.user().is_some());
    let groups = if cycle.provisions(ObjectKind::Group) { groups } else { Vec::new() };
    let size = usize::try_from(cycle.engine.deps.settings.page).unwrap_or(500).max(1);
    // Groups go one by one: each may have very many members.
    for page in people.chunks(size).chain(groups.chunks(1)) {
        if cycle.control.stopped().is_some() {
            ledger.unresolved.extend(page.iter().map(|open| open.intent.object));
            continue;
        }
        tracing::info!(job = %cycle.job(), intents = page.len(), "checking requests of which the outcome is not known");
        let ids: Vec<ObjectId> = page.iter().map(|open| open.intent.object).collect();
        let mut sources = source::load_sources(cycle, &ids).await?;
        let seed = |id: &ObjectId| Seed { id: *id, cause: Cause::Recovery, source: sources.remove(id) };
        let seeds = ids.iter().map(seed).collect();
        let subjects = subject::load(cycle, seeds).await?;
        let pairs: Vec<(&Subject, &OpenIntent)> = subjects.iter().zip(page).collect();
        let checked = run_in_order(pairs, &cycle.control, &cycle.gate, |(subject, open)| {
            check(cycle, subject, &open.intent)
        })
        .await;
        let fates =
            checked.into_iter().map(|fate| fate.unwrap_or(Fate::Open { keep_intent: true })).collect();
        commit::commit(cycle, ledger, &subjects, fates, |_, _| {}).await?;
    }
    Ok(())
}

async fn check(cycle: &Cycle, subject: &Subject, intent: &Intent) -> Fate {
    // A detail that can't be read is from another version: what it says about the account is found by match
    // when the person is planned again.
    let detail: Detail = serde_json::from_value(intent.detail.clone()).unwrap_or_default();
    match (intent.action, &intent.target_id) {
        (LogAction::Create, _) => check_create(cycle, subject, detail).await,
        (LogAction::Update | LogAction::Disable, Some(target_id)) => {
            check_update(cycle, subject, intent.action, target_id, detail).await
        }
        (LogAction::Delete, Some(target_id)) => check_delete(cycle, subject, target_id).await,
        _ => Fate::Open { keep_intent: false },
    }
}

async fn check_create(cycle: &Cycle, subject: &Subject, detail: Detail) -> Fate {
    if subject.link.is_some() {
        return Fate::Open { keep_intent: false };
    }
    let queries: Vec<MatchQuery> = detail
        .queries
        .into_iter()
        .filter_map(|(path, value, redacted)| {
            Some(MatchQuery { path: Arc::new(TargetPath::parse(&path).ok()?), value, redacted })
        })
        .collect();
    match execute::search(cycle, subject.kind(), &queries).await {
        Search::Done { observed: Observed::One(account), .. } => {
            let modified = detail.exported.iter().filter_map(|(path, value)| {
                let parsed = Arc::new(TargetPath::parse(path).ok()?);
                let set = Change::set(parsed, None, Some(value.clone()));
                Some(Change { redacted: detail.redacted.contains(path), ..set }.modified())
            });
            let modified = modified.collect();
            let mut link = execute::new_link(cycle, subject, &account.id, detail.exported, Origin::Created);
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
    cycle: &Cycle,
    subject: &Subject,
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
        let adopted = || execute::new_link(cycle, subject, target_id, Map::new(), Origin::Adopted);
        let link = subject.link.clone().unwrap_or_else(adopted);
        Fate::Doubtful { link: members::doubt(link, &subject.unsure, &changes) }
    };
    let made = |account: &TargetObject| {
        let is_made = |change| is_made(cycle, subject.kind(), change, &account.body);
        changes.len() == count && changes.iter().all(is_made)
    };
    match cycle.send(Repeat::Safe, |connector| connector.read(subject.kind(), target_id)).await {
        Sent::Reply(reply) => match reply.value {
            Some(account) if made(&account) => {}
            Some(_) => return in_doubt(),
            None => return Fate::Open { keep_intent: false },
        },
        // Updates may be sent twice: what can't be found out is simply done again.
        Sent::Failed(_) => return in_doubt(),
        Sent::Whole { .. } | Sent::Stopped => return Fate::Open { keep_intent: true },
    }
    let mut link: Link = match &subject.link {
        Some(link) => link.clone(),
        None => execute::new_link(cycle, subject, target_id, Map::new(), Origin::Adopted),
    };
    let adopted = subject.link.is_none();
    link.exported = detail.exported;
    link.cause = detail.cause;
    let modified: Vec<ModifiedProperty> = changes.iter().map(Change::modified).collect();
    if action == LogAction::Disable {
        link.state = LinkState::Disabled;
        return Fate::Disabled { link, modified, exchanges: Vec::new() };
    }
    link.state = LinkState::Active;
    Fate::Updated { link, modified, exchanges: Vec::new(), adopted }
}

fn is_made(cycle: &Cycle, kind: ObjectKind, change: &Change, body: &Value) -> bool {
    let found = change.path.find(body);
    match (change.apply(found), found) {
        (Some(after), Some(found)) => cycle.rules(kind).target.rule(&change.path).agrees(&after, found),
        (None, found) => found.is_none_or(|found| found.as_array().is_some_and(Vec::is_empty)),
        (Some(_), None) => false,
    }
}

async fn check_delete(cycle: &Cycle, subject: &Subject, target_id: &str) -> Fate {
    let Some(link) = &subject.link else { return Fate::Open { keep_intent: false } };
    match cycle.send(Repeat::Safe, |connector| connector.read(subject.kind(), target_id)).await {
        Sent::Reply(reply) if reply.value.is_none() => {}
        Sent::Reply(_) | Sent::Failed(_) => return Fate::Open { keep_intent: false },
        Sent::Whole { .. } | Sent::Stopped => return Fate::Open { keep_intent: true },
    }
    if !cycle.confirm_target().await {
        return Fate::Open { keep_intent: true };
    }
    Fate::Deleted { link: link.id, target_id: target_id.to_owned(), exchanges: Vec::new(), was_gone: false }
}
