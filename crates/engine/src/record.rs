//! Rows of the provisioning log: what was looked at, decided and done about one object, in the words of the
//! system that Purser follows (section 8 of its fact sheet).
//!
//! Rows are written by the hundred thousand, so steps are few: import, matching (only when the target was
//! searched), scoping, references (only when one is missing), and export or skip. Of the requests a row keeps method,
//! path, status and time, what was sent by those that write and what was answered by those that were refused: cut to a
//! few kilobytes, without credentials, and without the values that a mapping's `Redact` keeps out of logs.
mod blamed;
mod endings;
mod names;
mod steps;
mod transcript;

use jiff::Timestamp;
use purser_domain::{
    ids::ChangeId,
    log::{LogDetail, SkipCode},
    object::ObjectKind,
};
use purser_store::{Escrow, LogEntry, new_id};

use crate::{
    executor::{Executor, fate::Fate},
    planner::candidate::{Candidate, Entry},
};

use blamed::missing_value;
use endings::Ending;
pub(crate) use names::Names;
use steps::{import, matching, reference, scoping};
use transcript::transcribe;

/// The row for an object; `None` for those that nothing can be said about.
pub(crate) fn entry(
    executor: &Executor,
    candidate: &Candidate,
    fate: &Fate,
    escrow: Option<&Escrow>,
    names: &Names,
    now: Timestamp,
) -> Option<LogEntry> {
    let name = candidate.name();
    let about = About {
        kind: candidate.kind(),
        name: &name,
        target: executor.planner.target_name(),
        is_gone: candidate.source.is_none(),
        updates: executor.planner.rules(candidate.kind()).mapping.actions().update,
    };
    let mut ending = Ending::of(fate, about, escrow, names)?;
    let mapping = executor.planner.loaded.schema.mapping(about.kind);
    if let Some(sentence) = missing_value(fate, mapping.map_or(&[][..], |mapping| &mapping.attributes)) {
        ending.add(&sentence);
    }
    let mut steps = Vec::with_capacity(4);
    steps.push(import(candidate, about));
    if let Some(step) = matching(candidate, about) {
        steps.push(step);
    }
    if candidate.source.is_some() {
        steps.push(scoping(executor, about, &candidate.scope, names));
    }
    if let Some(step) = reference(candidate, fate, about, names) {
        steps.push(step);
    }
    steps.push(ending.step);
    let said = || candidate.asked.iter().chain(ending.exchanges);
    let duration: u128 = said().map(|exchange| exchange.duration.as_millis()).sum();
    let exchanges = transcribe(said(), candidate.asked.len() + ending.exchanges.len());
    let user = candidate.source.as_ref().and_then(Entry::person);
    let upn = user.and_then(|user| user.attributes.user_principal_name.clone());
    Some(LogEntry {
        id: ChangeId::from_uuid(new_id(executor.planner.clock())),
        job: executor.job(),
        app: executor.planner.spec().application_id,
        cycle: executor.cycle,
        at: now,
        action: ending.action,
        status: ending.status,
        kind: about.kind,
        source_id: candidate.id.as_uuid(),
        source_name: name,
        source_detail: upn.unwrap_or_default(),
        target_id: target_id(candidate, fate),
        summary: ending.summary,
        duration_ms: u32::try_from(duration).unwrap_or(u32::MAX),
        detail: LogDetail {
            steps,
            skip: skip_code(fate),
            modified: ending.modified,
            error: ending.error,
            exchanges,
        },
    })
}

fn skip_code(fate: &Fate) -> Option<SkipCode> {
    match fate {
        Fate::Skipped { skip, .. } => Some(skip.code),
        _ => None,
    }
}

/// What a row is about.
#[derive(Clone, Copy)]
struct About<'a> {
    kind: ObjectKind,
    name: &'a str,
    /// The application's name.
    target: &'a str,
    /// The directory does not have it any more.
    is_gone: bool,
    /// *Update* is ticked.
    updates: bool,
}

impl About<'_> {
    /// What the target has of it.
    const fn there(self) -> &'static str {
        match self.kind {
            ObjectKind::User => "account",
            ObjectKind::Group => "group",
        }
    }

    /// The same with its article.
    const fn one_there(self) -> &'static str {
        match self.kind {
            ObjectKind::User => "an account",
            ObjectKind::Group => "a group",
        }
    }
}

fn target_id(candidate: &Candidate, fate: &Fate) -> Option<String> {
    if let Some(link) = fate.link() {
        return Some(link.target_id.clone());
    }
    match fate {
        Fate::Deleted { target_id, .. } => Some(target_id.clone()),
        Fate::Vanished { link, .. } => Some(link.target_id.clone()),
        _ => candidate.link.as_ref().map(|link| link.target_id.clone()),
    }
}
