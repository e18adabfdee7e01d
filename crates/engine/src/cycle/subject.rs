//! The people of one page, with all that planning needs to know about them: read in bulk, a few queries a page.
use std::collections::HashMap;

use purser_connectors::Exchange;
use purser_domain::{
    ids::{LinkId, UserId},
    plan::Link,
    scope::{Scope, ScopeFacts, ScopeMode, decide_scope},
    user::User,
};
use purser_store::ChangeKind;

use super::context::Cycle;
use crate::error::EngineError;

/// Why somebody is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Everybody is, in an initial cycle.
    Directory,
    /// The directory changed.
    Change(ChangeKind),
    /// It failed before, so many times; 0 when the account was gone.
    Retry(u32),
    /// Somebody whom they refer to has an account now.
    Reference,
    /// A request for them was under way when the last cycle was cut off.
    Recovery,
    /// Their link was left behind by a person who is gone.
    Orphan,
}

/// Somebody to look at.
#[derive(Debug)]
pub(crate) struct Seed {
    pub(crate) id: UserId,
    pub(crate) cause: Cause,
    /// `None` when gone from the directory for good.
    pub(crate) user: Option<User>,
}

/// The manager's account, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Manager {
    /// No manager, or no mapping for one.
    None,
    /// Their account's id in the target.
    Linked(String),
    /// A manager without an account (yet).
    Unlinked(UserId),
}

/// What the search for an account came to, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Nobody,
    One(String),
    Several(u32),
}

/// Somebody with all that planning needs.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) id: UserId,
    pub(crate) cause: Cause,
    pub(crate) user: Option<User>,
    pub(crate) scope: Scope,
    pub(crate) link: Option<Link>,
    pub(crate) manager: Manager,
    /// A link whose account turned out to be gone; it goes when nothing takes its place.
    pub(crate) stale: Option<LinkId>,
    /// The questions that were asked.
    pub(crate) asked: Vec<Exchange>,
    pub(crate) found: Option<Found>,
}

impl Subject {
    /// The name to show, also of somebody who is gone.
    pub(crate) fn name(&self) -> String {
        match (&self.user, &self.link) {
            (Some(user), _) => user.name(),
            (None, Some(link)) if !link.display_name.is_empty() => link.display_name.clone(),
            _ => self.id.to_string(),
        }
    }

    pub(crate) fn manager_target(&self) -> Option<&str> {
        match &self.manager {
            Manager::Linked(target) => Some(target),
            _ => None,
        }
    }
}

/// Reads what belongs to these people.
pub(crate) async fn load(cycle: &Cycle, seeds: Vec<Seed>) -> Result<Vec<Subject>, EngineError> {
    let store = cycle.store();
    let ids: Vec<UserId> = seeds.iter().map(|seed| seed.id).collect();
    let mut roles = if cycle.spec().scope == ScopeMode::Assigned {
        let app = cycle.spec().application_id;
        store.find_entitlements(app, &ids).await.map_err(EngineError::store("read the assignments"))?
    } else {
        HashMap::new()
    };
    let mut links =
        store.find_links(cycle.job(), &ids).await.map_err(EngineError::store("read the links"))?;
    let managers = load_managers(cycle, &seeds).await?;
    let subjects = seeds.into_iter().map(|seed| {
        let roles = roles.remove(&seed.id).unwrap_or_default();
        let scope = decide_scope(&ScopeFacts {
            scope: cycle.spec().scope,
            default_access_counts: cycle.spec().default_access_counts,
            account_enabled: seed.user.as_ref().is_some_and(|user| user.account_enabled),
            soft_deleted: seed.user.as_ref().is_none_or(|user| user.deleted_at.is_some()),
            roles: &roles,
        });
        let manager = match seed.user.as_ref().and_then(|user| user.manager) {
            Some(manager) if cycle.mapping.reads_manager() => managers
                .get(&manager)
                .map_or(Manager::Unlinked(manager), |link| Manager::Linked(link.target_id.clone())),
            _ => Manager::None,
        };
        Subject {
            link: links.remove(&seed.id),
            id: seed.id,
            cause: seed.cause,
            user: seed.user,
            scope,
            manager,
            stale: None,
            asked: Vec::new(),
            found: None,
        }
    });
    Ok(subjects.collect())
}

async fn load_managers(cycle: &Cycle, seeds: &[Seed]) -> Result<HashMap<UserId, Link>, EngineError> {
    if !cycle.mapping.reads_manager() {
        return Ok(HashMap::new());
    }
    let mut managers: Vec<UserId> =
        seeds.iter().filter_map(|seed| seed.user.as_ref().and_then(|user| user.manager)).collect();
    managers.sort_unstable();
    managers.dedup();
    if managers.is_empty() {
        return Ok(HashMap::new());
    }
    let store = cycle.store();
    store.find_links(cycle.job(), &managers).await.map_err(EngineError::store("read the managers' links"))
}
