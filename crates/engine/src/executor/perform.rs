//! Sends one write, and says what became of it.
//!
//! Everything here may be cut off at any await: before a request goes out its intent is stored, and what came of
//! it is only believed once the page is committed.
use purser_connectors::{ConnectorError, Deleted, ErrorKind, Reply, Updated};
use purser_domain::{
    log::{LogAction, ModifiedProperty},
    object::ObjectKind,
    plan::{Edit, Link, MatchQuery, NewObject, Observed, Origin, TargetObject, Write},
};

use super::{Executor, fate::Fate, links};
use crate::{
    planner::{candidate::Candidate, members},
    target::{
        conversation::{conversation, shown},
        failure::Failure,
        line::{Repeat, Sent},
        search::{Search, search},
    },
};

/// Sends the write. Its intent has been stored.
pub(super) async fn perform(
    executor: &Executor,
    candidate: &Candidate,
    write: &Write,
    queries: &[MatchQuery],
) -> Fate {
    match write {
        Write::Create(object) => create(executor, candidate, object, queries).await,
        Write::Update { edit, .. } | Write::Disable { edit, .. } => {
            update(executor, candidate, write, edit).await
        }
        Write::Delete { target_id } => delete(executor, candidate, target_id).await,
    }
}

async fn create(
    executor: &Executor,
    candidate: &Candidate,
    object: &NewObject,
    queries: &[MatchQuery],
) -> Fate {
    let hides = object.values.iter().any(|value| value.redacted);
    let kind = candidate.kind();
    let new_link = |account: &TargetObject| {
        links::new_link(&executor.planner, candidate, &account.id, object.exported(), Origin::Created)
    };
    let error = match executor.line().send(Repeat::Never, |connector| connector.create(kind, object)).await {
        Sent::Reply(reply) => {
            let (account, exchanges) = conversation(reply, false);
            let link = new_link(&account);
            return Fate::Created { link, modified: object.modified(), exchanges: shown(exchanges, hides) };
        }
        Sent::Failed(error) => error,
        Sent::Whole { unsure } => return Fate::Open { keep_intent: unsure },
        Sent::Stopped => return Fate::Open { keep_intent: false },
    };
    if matches!(error.kind(), ErrorKind::Ambiguous) {
        // The answer was lost. Look now; if the account is not there (yet), recovery looks again before
        // anything else is sent for this person.
        match search(executor.line(), kind, queries).await {
            Search::Done { observed: Observed::One(account), .. } => {
                let mut link = new_link(&account);
                if kind == ObjectKind::Group {
                    members::doubt_all(&mut link.exported);
                }
                return Fate::Created { link, modified: object.modified(), exchanges: Vec::new() };
            }
            Search::Stopped => return Fate::Open { keep_intent: true },
            Search::Done { .. } | Search::Failed(_) => {}
        }
        return failed(LogAction::Create, error, object.modified(), hides, true);
    }
    failed(LogAction::Create, error, object.modified(), hides, false)
}

async fn update(executor: &Executor, candidate: &Candidate, write: &Write, edit: &Edit) -> Fate {
    let Edit { target_id, changes, .. } = edit;
    let hides = changes.iter().any(|change| change.redacted);
    let kind = candidate.kind();
    // Members go in several requests: whichever of them failed, others may have been carried out.
    let in_parts = kind == ObjectKind::Group && members::touches_members(edit);
    let sent = executor.line().send(Repeat::Safe, |connector| match write {
        Write::Disable { .. } => connector.disable(kind, target_id, changes),
        _ => connector.update(kind, target_id, changes),
    });
    let error = match sent.await {
        Sent::Reply(reply) => return updated(executor, candidate, write, edit, reply, hides),
        Sent::Failed(error) => error,
        Sent::Whole { unsure } => return Fate::Open { keep_intent: unsure || in_parts },
        Sent::Stopped => return Fate::Open { keep_intent: in_parts },
    };
    match (error.kind(), &candidate.link) {
        // "Not found" may also mean one of the members.
        (ErrorKind::NotFound, Some(_)) if in_parts && !is_gone(executor, kind, target_id).await => {}
        (ErrorKind::NotFound, Some(link)) => {
            // Before an account is believed to be gone, the address must be right: a wrong one answers 404 to
            // everything, and a leaver's account would be forgotten while it is still enabled.
            if !executor.line().confirm().await {
                return Fate::Open { keep_intent: false };
            }
            return links::vanished(link, candidate, error.exchange().cloned().into_iter().collect());
        }
        _ => {}
    }
    let mut fate = failed(write.log_action(), error, edit.modified(), hides, false);
    if let (true, Fate::Failed { doubt, .. }) = (in_parts, &mut fate) {
        let link = links::linked(&executor.planner, candidate, target_id);
        *doubt = Some(Box::new(members::doubt(link, &candidate.unsure, changes)));
    }
    fate
}

fn updated(
    executor: &Executor,
    candidate: &Candidate,
    write: &Write,
    edit: &Edit,
    reply: Reply<Updated>,
    hides: bool,
) -> Fate {
    let (updated, exchanges) = conversation(reply, false);
    let (exchanges, modified) = (shown(exchanges, hides), edit.modified());
    let exported = edit.exported_after.clone();
    let place = |link: Link| match updated.new_id.clone() {
        Some(target_id) => Link { target_id, ..link },
        None => link,
    };
    match (write, &candidate.link) {
        (Write::Disable { cause, .. }, Some(link)) => {
            let link = place(links::disabled(candidate, link, exported, *cause));
            Fate::Disabled { link, modified, exchanges }
        }
        (_, before) => {
            let adopted = before.is_none();
            let link = place(links::enabled(&executor.planner, candidate, &edit.target_id, exported));
            Fate::Updated { link, modified, exchanges, adopted, kept: edit.kept.clone() }
        }
    }
}

/// Whether the target says that it does not have the object.
async fn is_gone(executor: &Executor, kind: ObjectKind, target_id: &str) -> bool {
    let sent = executor.line().send(Repeat::Safe, |connector| connector.read(kind, target_id)).await;
    matches!(sent, Sent::Reply(reply) if reply.value.is_none())
}

async fn delete(executor: &Executor, candidate: &Candidate, target_id: &str) -> Fate {
    let Some(link) = &candidate.link else { return Fate::Nobody };
    let kind = candidate.kind();
    let (exchanges, was_gone) =
        match executor.line().send(Repeat::Safe, |connector| connector.delete(kind, target_id)).await {
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
    if was_gone && !executor.line().confirm().await {
        return Fate::Open { keep_intent: false };
    }
    Fate::Deleted { link: link.id, target_id: target_id.to_owned(), exchanges, was_gone }
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
