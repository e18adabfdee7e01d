//! Carries out what the plan says about one object, and says what became of it.
//!
//! Everything here may be cut off at any await: before a request goes out its intent is stored, and what came of
//! it is only believed once the page is committed.
use purser_connectors::{ConnectorError, Deleted, ErrorKind, Exchange, Reply, Updated};
use purser_domain::{
    ids::LinkId,
    log::{LogAction, ModifiedProperty},
    object::ObjectKind,
    plan::{
        Action, Change, Link, LinkState, MatchQuery, Observed, Origin, Refusal, Skip, SkipCode, SkipReason,
        TargetObject, Write,
    },
};
use purser_store::new_id;
use serde_json::{Map, Value};

use super::{
    choose::conversation,
    context::{Cycle, Repeat, Sent},
    fate::{Failure, Fate},
    members,
    subject::Subject,
};

/// What a search came to.
pub(crate) enum Search {
    Done { observed: Observed, asked: Vec<Exchange> },
    Failed(Box<Failure>),
    Stopped,
}

/// Asks the target for an account, question by question, up to the first hit.
pub(crate) async fn search(cycle: &Cycle, kind: ObjectKind, queries: &[MatchQuery]) -> Search {
    let mut asked = Vec::with_capacity(1);
    for query in queries {
        match cycle.send(Repeat::Safe, |connector| connector.find(kind, query)).await {
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

/// Whether this action sends a write to the target, so that it needs an intent first.
pub(crate) fn writes(action: &Action) -> bool {
    match action {
        Action::Create(_) | Action::Delete { .. } => true,
        Action::Update { changes, .. } | Action::Disable { changes, .. } => !changes.is_empty(),
        Action::Match(_)
        | Action::Choose(_)
        | Action::Look { .. }
        | Action::Link { .. }
        | Action::Remember { .. }
        | Action::Skip(_)
        | Action::Refuse(_) => false,
    }
}

/// How the log calls what was tried.
pub(crate) fn log_action(action: &Action) -> LogAction {
    match action {
        Action::Create(_) => LogAction::Create,
        Action::Update { .. } => LogAction::Update,
        Action::Disable { .. } => LogAction::Disable,
        Action::Delete { .. } => LogAction::Delete,
        Action::Match(_)
        | Action::Choose(_)
        | Action::Look { .. }
        | Action::Link { .. }
        | Action::Remember { .. }
        | Action::Skip(_)
        | Action::Refuse(_) => LogAction::Other,
    }
}

/// Settles an action that sends nothing. `None` when it does send something.
pub(crate) fn settle(cycle: &Cycle, subject: &Subject, action: &Action) -> Option<Fate> {
    if writes(action) {
        return None;
    }
    Some(match action {
        Action::Skip(skip) => Fate::Skipped { unlink: unlink(subject, skip), skip: skip.clone(), link: None },
        Action::Remember { .. } => Fate::Skipped {
            skip: Skip::new(SkipCode::RedundantExport, [SkipReason::AlreadyMatches]),
            unlink: subject.stale,
            link: link_after(cycle, subject, action),
        },
        Action::Refuse(refusal) => Fate::Refused(refusal.clone()),
        Action::Link { target_id, exported_after } => {
            Fate::Linked { link: adopted(cycle, subject, target_id, exported_after.clone()) }
        }
        _ => match link_after(cycle, subject, action) {
            Some(link) if matches!(action, Action::Disable { .. }) => {
                Fate::Disabled { link, modified: Vec::new(), exchanges: Vec::new() }
            }
            Some(link) => Fate::Updated { link, modified: Vec::new(), exchanges: Vec::new(), adopted: false },
            None => return None,
        },
    })
}

/// Sends the write. Its intent has been stored.
pub(crate) async fn perform(
    cycle: &Cycle,
    subject: &Subject,
    action: &Action,
    queries: &[MatchQuery],
) -> Fate {
    match action {
        Action::Create(write) => create(cycle, subject, write, queries).await,
        Action::Update { target_id, changes, .. } | Action::Disable { target_id, changes, .. } => {
            update(cycle, subject, action, target_id, changes).await
        }
        Action::Delete { target_id } => delete(cycle, subject, target_id).await,
        Action::Match(_)
        | Action::Choose(_)
        | Action::Look { .. }
        | Action::Link { .. }
        | Action::Remember { .. }
        | Action::Skip(_)
        | Action::Refuse(_) => settle(cycle, subject, action).unwrap_or(Fate::Open { keep_intent: false }),
    }
}

async fn create(cycle: &Cycle, subject: &Subject, write: &Write, queries: &[MatchQuery]) -> Fate {
    let hides = write.values.iter().any(|value| value.redacted);
    let kind = subject.kind();
    let error = match cycle.send(Repeat::Never, |connector| connector.create(kind, write)).await {
        Sent::Reply(reply) => {
            let (account, exchanges) = conversation(reply, false);
            let link = created(cycle, subject, &account, write.exported());
            return Fate::Created { link, modified: write.modified(), exchanges: shown(exchanges, hides) };
        }
        Sent::Failed(error) => error,
        Sent::Whole { unsure } => return Fate::Open { keep_intent: unsure },
        Sent::Stopped => return Fate::Open { keep_intent: false },
    };
    if matches!(error.kind(), ErrorKind::Ambiguous) {
        // The answer was lost. Look now; if the account is not there (yet), recovery looks again before
        // anything else is sent for this person.
        match search(cycle, kind, queries).await {
            Search::Done { observed: Observed::One(account), .. } => {
                let mut link = created(cycle, subject, &account, write.exported());
                if kind == ObjectKind::Group {
                    members::doubt_all(&mut link.exported);
                }
                return Fate::Created { link, modified: write.modified(), exchanges: Vec::new() };
            }
            Search::Stopped => return Fate::Open { keep_intent: true },
            Search::Done { .. } | Search::Failed(_) => {}
        }
        return failed(LogAction::Create, error, write.modified(), hides, true);
    }
    failed(LogAction::Create, error, write.modified(), hides, false)
}

async fn update(
    cycle: &Cycle,
    subject: &Subject,
    action: &Action,
    target_id: &str,
    changes: &[Change],
) -> Fate {
    let modified = || changes.iter().map(Change::modified).collect::<Vec<_>>();
    let hides = changes.iter().any(|change| change.redacted);
    let kind = subject.kind();
    // Members go in several requests: whichever of them failed, others may have been carried out.
    let in_parts = kind == ObjectKind::Group && members::touches_members(action);
    let sent = cycle.send(Repeat::Safe, |connector| match action {
        Action::Disable { .. } => connector.disable(kind, target_id, changes),
        _ => connector.update(kind, target_id, changes),
    });
    let error = match sent.await {
        Sent::Reply(reply) => return updated(cycle, subject, action, reply, modified(), hides),
        Sent::Failed(error) => error,
        Sent::Whole { unsure } => return Fate::Open { keep_intent: unsure || in_parts },
        Sent::Stopped => return Fate::Open { keep_intent: in_parts },
    };
    match (error.kind(), &subject.link) {
        // "Not found" may also mean one of the members.
        (ErrorKind::NotFound, Some(_)) if in_parts && !is_gone(cycle, kind, target_id).await => {}
        (ErrorKind::NotFound, Some(link)) => {
            // Before an account is believed to be gone, the address must be right: a wrong one answers 404 to
            // everything, and a leaver's account would be forgotten while it is still enabled.
            if !cycle.confirm_target().await {
                return Fate::Open { keep_intent: false };
            }
            return vanished(link, subject, error.exchange().cloned().into_iter().collect());
        }
        _ => {}
    }
    let mut fate = failed(log_action(action), error, modified(), hides, false);
    if let (true, Fate::Failed { doubt, .. }) = (in_parts, &mut fate) {
        let link = match &subject.link {
            Some(link) => link.clone(),
            None => adopted(cycle, subject, target_id, Map::new()),
        };
        *doubt = Some(Box::new(members::doubt(link, &subject.unsure, changes)));
    }
    fate
}

fn updated(
    cycle: &Cycle,
    subject: &Subject,
    action: &Action,
    reply: Reply<Updated>,
    modified: Vec<ModifiedProperty>,
    hides: bool,
) -> Fate {
    let Some(mut link) = link_after(cycle, subject, action) else {
        return Fate::Open { keep_intent: true };
    };
    let (updated, exchanges) = conversation(reply, false);
    if let Some(new_id) = updated.new_id {
        link.target_id = new_id;
    }
    let exchanges = shown(exchanges, hides);
    match action {
        Action::Disable { .. } => Fate::Disabled { link, modified, exchanges },
        Action::Update { adopt, .. } => Fate::Updated { link, modified, exchanges, adopted: *adopt },
        _ => Fate::Open { keep_intent: true },
    }
}

/// Whether the target says that it does not have the object.
async fn is_gone(cycle: &Cycle, kind: ObjectKind, target_id: &str) -> bool {
    let sent = cycle.send(Repeat::Safe, |connector| connector.read(kind, target_id)).await;
    matches!(sent, Sent::Reply(reply) if reply.value.is_none())
}

/// What a log keeps of the requests for a write: no bodies where these hold a value that logs must not show.
fn shown(mut exchanges: Vec<Exchange>, hides: bool) -> Vec<Exchange> {
    if hides {
        for exchange in &mut exchanges {
            exchange.request_body = None;
            exchange.response_body = None;
        }
    }
    exchanges
}

/// The account of a link is gone.
pub(crate) fn vanished(link: &Link, subject: &Subject, exchanges: Vec<Exchange>) -> Fate {
    let (mut link, leaver) = (link.clone(), !subject.scope.in_scope);
    if leaver {
        link.state = LinkState::Disabled;
        link.cause = link.cause.or(subject.scope.cause());
    }
    Fate::Vanished { link, leaver, exchanges }
}

async fn delete(cycle: &Cycle, subject: &Subject, target_id: &str) -> Fate {
    let Some(link) = &subject.link else { return Fate::Nobody };
    let kind = subject.kind();
    let (exchanges, was_gone) =
        match cycle.send(Repeat::Safe, |connector| connector.delete(kind, target_id)).await {
            Sent::Reply(reply) => {
                let (deleted, exchanges) = conversation(reply, false);
                (exchanges, deleted == Deleted::WasGone)
            }
            Sent::Failed(error) if matches!(error.kind(), ErrorKind::NotFound) => {
                (error.exchange().cloned().into_iter().collect(), true)
            }
            Sent::Failed(error) => return failed(LogAction::Delete, error, Vec::new(), false, false),
            Sent::Whole { unsure } => return Fate::Open { keep_intent: unsure },
            Sent::Stopped => return Fate::Open { keep_intent: false },
        };
    // As with updates: "not found" counts only from a target that works.
    if was_gone && !cycle.confirm_target().await {
        return Fate::Open { keep_intent: false };
    }
    Fate::Deleted { link: link.id, target_id: target_id.to_owned(), exchanges, was_gone }
}

/// The link as it stands once the action is carried out, for actions that change an account.
pub(crate) fn link_after(cycle: &Cycle, subject: &Subject, action: &Action) -> Option<Link> {
    match action {
        Action::Update { target_id, exported_after, .. } => {
            let mut link = match &subject.link {
                Some(link) => link.clone(),
                None => return Some(adopted(cycle, subject, target_id, exported_after.clone())),
            };
            link.exported = exported_after.clone();
            link.state = LinkState::Active;
            link.cause = None;
            link.display_name = subject.name();
            Some(link)
        }
        Action::Remember { exported_after } => {
            let mut link = subject.link.clone()?;
            link.exported = exported_after.clone();
            Some(link)
        }
        Action::Disable { exported_after, cause, .. } => {
            let mut link = subject.link.clone()?;
            link.exported = exported_after.clone();
            link.state = LinkState::Disabled;
            link.cause = Some(*cause);
            link.display_name = subject.name();
            Some(link)
        }
        _ => None,
    }
}

fn adopted(cycle: &Cycle, subject: &Subject, target_id: &str, exported: Map<String, Value>) -> Link {
    new_link(cycle, subject, target_id, exported, Origin::Adopted)
}

fn created(cycle: &Cycle, subject: &Subject, account: &TargetObject, exported: Map<String, Value>) -> Link {
    new_link(cycle, subject, &account.id, exported, Origin::Created)
}

pub(crate) fn new_link(
    cycle: &Cycle,
    subject: &Subject,
    target: &str,
    exported: Map<String, Value>,
    origin: Origin,
) -> Link {
    Link {
        id: LinkId::from_uuid(new_id(cycle.clock())),
        job: cycle.job(),
        kind: subject.kind(),
        source: subject.id.as_uuid(),
        target_id: target.to_owned(),
        state: LinkState::Active,
        origin,
        exported,
        cause: None,
        display_name: subject.name(),
    }
}

/// What had left our care before its object was deleted is forgotten with it; so is a group that stays.
fn unlink(subject: &Subject, skip: &Skip) -> Option<LinkId> {
    let ends = |reason| matches!(reason, &SkipReason::NoLongerManaged | &SkipReason::GroupReleased);
    let left = subject.source.is_none() && skip.reasons.iter().any(ends);
    let gone = if left { subject.link.as_ref().map(|link| link.id) } else { None };
    gone.or(subject.stale)
}

fn failed(
    action: LogAction,
    error: ConnectorError,
    modified: Vec<ModifiedProperty>,
    hides: bool,
    keep_intent: bool,
) -> Fate {
    let mut failure = Failure::from(error);
    if hides {
        failure.hide_answer();
    }
    Fate::failed(action, failure, modified, keep_intent)
}

/// An account that already belongs to somebody else is nobody's to take.
pub(crate) fn taken(target_id: &str, other: &str) -> Refusal {
    Refusal::duplicate_source_entries(target_id, other)
}
