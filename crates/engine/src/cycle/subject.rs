//! The people of one page, with all that planning needs to know about them: read in bulk, a few queries a page.
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use purser_connectors::Exchange;
use purser_domain::{
    ids::{GroupId, LinkId, RoleId, UserId},
    plan::{Action, Link, Observed, Reference, References, Source, plan_deprovision, plan_object},
    scope::{
        AssignedRole, Entitlement, FilterVerdict, MEMBER_OF, Scope, ScopeFacts, ScopeMode, Verdict,
        decide_scope,
    },
    user::User,
    value::Value,
};
use purser_store::{AppRole, ChangeKind};

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
    /// What they may do in the application, for the role functions; empty unless the mapping uses these.
    pub(crate) roles: Vec<AssignedRole>,
    /// The time that the rules see.
    pub(crate) now: Timestamp,
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

    /// Whom they refer to, as the plan wants it.
    fn references(&self) -> References<'_> {
        let source = self.user.as_ref().and_then(|user| user.manager);
        let account = match &self.manager {
            Manager::Linked(target) => Some(target.as_str()),
            Manager::None | Manager::Unlinked(_) => None,
        };
        let manager = source.map(|source| Reference { source: source.as_uuid(), account });
        References { manager, members: &[] }
    }

    /// Plans for them with what is known of the target.
    pub(crate) fn plan(&self, cycle: &Cycle, observed: &Observed) -> Action {
        match (&self.user, &self.link) {
            (Some(user), link) => {
                let context = cycle.expression_context(self.id, self.now);
                let about = purser_domain::plan::Subject {
                    source: Source::User(user),
                    scope: &self.scope,
                    references: self.references(),
                    roles: &self.roles,
                    context: &context,
                };
                plan_object(&cycle.mapping, about, link.as_ref(), observed)
            }
            (None, Some(link)) => plan_deprovision(&cycle.mapping, link),
            // Nobody is settled before anything is planned.
            (None, None) => Action::Match(Vec::new()),
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
    let mut groups = if cycle.filter.reads_membership() {
        store.find_groups_of(&ids).await.map_err(EngineError::store("read who is in which group"))?
    } else {
        HashMap::new()
    };
    let named = load_roles(cycle).await?;
    let now = cycle.clock().now();
    let subjects = seeds.into_iter().map(|seed| {
        let entitlements = roles.remove(&seed.id).unwrap_or_default();
        let groups = groups.remove(&seed.id).unwrap_or_default();
        let scope = decide(cycle, seed.user.as_ref(), &entitlements, &groups);
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
            roles: name_roles(cycle, &named, &entitlements),
            now,
            stale: None,
            asked: Vec::new(),
            found: None,
        }
    });
    Ok(subjects.collect())
}

fn decide(cycle: &Cycle, user: Option<&User>, roles: &[Entitlement], groups: &[GroupId]) -> Scope {
    let read = |user: &User, name: &str| match name {
        MEMBER_OF if groups.is_empty() => None,
        MEMBER_OF => Some(Value::List(groups.iter().map(|group| Value::text(group.to_string())).collect())),
        _ => user.source_value(name),
    };
    // Who is gone is out of scope anyway.
    let verdict = user.map_or(Verdict::Passed, |user| cycle.filter.evaluate(&|name| read(user, name)));
    decide_scope(&ScopeFacts {
        scope: cycle.spec().scope,
        default_access_counts: cycle.spec().default_access_counts,
        account_enabled: user.is_some_and(|user| user.account_enabled),
        soft_deleted: user.is_none_or(|user| user.deleted_at.is_some()),
        roles,
        filter: match &verdict {
            Verdict::Passed => FilterVerdict::Passed,
            Verdict::Failed { clauses } => FilterVerdict::Failed(clauses),
            Verdict::Undecidable { message } => FilterVerdict::Undecidable(message),
        },
    })
}

/// The application's roles by id, if a row of the mapping wants them.
async fn load_roles(cycle: &Cycle) -> Result<HashMap<RoleId, AssignedRole>, EngineError> {
    if !cycle.mapping.uses_roles() {
        return Ok(HashMap::new());
    }
    let roles = cycle.store().list_roles(cycle.spec().application_id).await;
    let roles = roles.map_err(EngineError::store("read the application's roles"))?;
    let assigned = |role: AppRole| {
        (role.id, AssignedRole { id: role.id, value: role.value, display_name: role.display_name })
    };
    Ok(roles.into_iter().map(assigned).collect())
}

/// The roles that somebody has, each once, by name. *Default Access* is no role to tell a target of.
fn name_roles(
    cycle: &Cycle,
    named: &HashMap<RoleId, AssignedRole>,
    entitlements: &[Entitlement],
) -> Vec<AssignedRole> {
    if !cycle.mapping.uses_roles() {
        return Vec::new();
    }
    let counts = |role: &RoleId| *role != RoleId::DEFAULT_ACCESS;
    let ids: HashSet<RoleId> =
        entitlements.iter().map(|entitlement| entitlement.role).filter(counts).collect();
    let mut roles: Vec<AssignedRole> = ids.iter().filter_map(|id| named.get(id)).cloned().collect();
    roles.sort_by(|left, right| (&left.display_name, left.id).cmp(&(&right.display_name, right.id)));
    roles
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
