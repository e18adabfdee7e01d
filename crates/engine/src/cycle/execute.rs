//! Carries out what the plan says about one object, and says what became of it.
//!
//! Everything here may be cut off at any await: before a request goes out its intent is stored, and what came of
//! it is only believed once the page is committed.
use purser_connectors::{ConnectorError, Deleted, ErrorKind, Exchange};
use purser_domain::{
    ids::LinkId,
    log::{LogAction, ModifiedProperty},
    mapping::ObjectKind,
    plan::{
        Action, Change, Link, LinkState, MatchQuery, Observed, Origin, Refusal, Skip, SkipCode, SkipReason,
        TargetObject, Write,
    },
};
use purser_store::new_id;
use serde_json::{Map, Value};

use super::{
    choose::hide_query,
    context::{Cycle, Repeat, Sent},
    fate::{Failure, Fate},
    subject::Subject,
};

/// What a search came to.
pub(crate) enum Search {
    Done { observed: Observed, asked: Vec<Exchange> },
    Failed(Box<Failure>),
    Stopped,
}

/// Asks the target for an account, question by question, up to the first hit.
pub(crate) async fn search(cycle: &Cycle, queries: &[MatchQuery]) -> Search {
    let mut asked = Vec::with_capacity(1);
    for query in queries {
        match cycle.send(Repeat::Safe, |connector| connector.find(ObjectKind::User, query)).await {
            Sent::Reply(mut reply) => {
                if query.redacted {
                    hide_query(&mut reply.exchange);
                }
                asked.push(reply.exchange);
                let mut found = reply.value;
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
                Fate::Disabled { link, modified: Vec::new(), exchange: None }
            }
            Some(link) => Fate::Updated { link, modified: Vec::new(), exchange: None, adopted: false },
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
    let error = match cycle.send(Repeat::Never, |connector| connector.create(ObjectKind::User, write)).await {
        Sent::Reply(reply) => {
            let link = created(cycle, subject, &reply.value, write.exported());
            return Fate::Created { link, modified: write.modified(), exchange: Some(reply.exchange) };
        }
        Sent::Failed(error) => error,
        Sent::Whole { unsure } => return Fate::Open { keep_intent: unsure },
        Sent::Stopped => return Fate::Open { keep_intent: false },
    };
    if matches!(error.kind(), ErrorKind::Ambiguous) {
        // The answer was lost. Look now; if the account is not there (yet), recovery looks again before
        // anything else is sent for this person.
        match search(cycle, queries).await {
            Search::Done { observed: Observed::One(account), .. } => {
                let link = created(cycle, subject, &account, write.exported());
                return Fate::Created { link, modified: write.modified(), exchange: None };
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
    let error = match cycle
        .send(Repeat::Safe, |connector| connector.update(ObjectKind::User, target_id, changes))
        .await
    {
        Sent::Reply(reply) => {
            let Some(link) = link_after(cycle, subject, action) else {
                return Fate::Open { keep_intent: true };
            };
            let exchange = Some(reply.exchange);
            return match action {
                Action::Disable { .. } => Fate::Disabled { link, modified: modified(), exchange },
                Action::Update { adopt, .. } => {
                    Fate::Updated { link, modified: modified(), exchange, adopted: *adopt }
                }
                _ => Fate::Open { keep_intent: true },
            };
        }
        Sent::Failed(error) => error,
        Sent::Whole { unsure } => return Fate::Open { keep_intent: unsure },
        Sent::Stopped => return Fate::Open { keep_intent: false },
    };
    match (error.kind(), &subject.link) {
        (ErrorKind::NotFound, Some(link)) => {
            // Before an account is believed to be gone, the address must be right: a wrong one answers 404 to
            // everything, and a leaver's account would be forgotten while it is still enabled.
            if !cycle.confirm_target().await {
                return Fate::Open { keep_intent: false };
            }
            vanished(link, subject, error.exchange().cloned())
        }
        _ => {
            let hides = changes.iter().any(|change| change.redacted);
            failed(log_action(action), error, modified(), hides, false)
        }
    }
}

/// The account of a link is gone.
pub(crate) fn vanished(link: &Link, subject: &Subject, exchange: Option<Exchange>) -> Fate {
    let (mut link, leaver) = (link.clone(), !subject.scope.in_scope);
    if leaver {
        link.state = LinkState::Disabled;
        link.cause = link.cause.or(subject.scope.cause());
    }
    Fate::Vanished { link, leaver, exchange }
}

async fn delete(cycle: &Cycle, subject: &Subject, target_id: &str) -> Fate {
    let Some(link) = &subject.link else { return Fate::Nobody };
    let (exchange, was_gone) =
        match cycle.send(Repeat::Safe, |connector| connector.delete(ObjectKind::User, target_id)).await {
            Sent::Reply(reply) => (Some(reply.exchange), reply.value == Deleted::WasGone),
            Sent::Failed(error) if matches!(error.kind(), ErrorKind::NotFound) => {
                (error.exchange().cloned(), true)
            }
            Sent::Failed(error) => return failed(LogAction::Delete, error, Vec::new(), false, false),
            Sent::Whole { unsure } => return Fate::Open { keep_intent: unsure },
            Sent::Stopped => return Fate::Open { keep_intent: false },
        };
    // As with updates: "not found" counts only from a target that works.
    if was_gone && !cycle.confirm_target().await {
        return Fate::Open { keep_intent: false };
    }
    Fate::Deleted { link: link.id, target_id: target_id.to_owned(), exchange, was_gone }
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
        source: subject.id.as_uuid(),
        target_id: target.to_owned(),
        state: LinkState::Active,
        origin,
        exported,
        cause: None,
        display_name: subject.name(),
    }
}

/// An account that had left our care before its person was deleted is forgotten with them.
fn unlink(subject: &Subject, skip: &Skip) -> Option<LinkId> {
    let left = subject.user.is_none() && skip.reasons.contains(&SkipReason::NoLongerManaged);
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
    Fate::Failed { action, failure, modified, keep_intent }
}

/// An account that already belongs to somebody else is nobody's to take.
pub(crate) fn taken(target_id: &str, other: &str) -> Refusal {
    Refusal::duplicate_source_entries(target_id, other)
}
