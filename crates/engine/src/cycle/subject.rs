//! The people or groups of one page, with all that planning needs to know about them: read in bulk, a few queries a page.
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use purser_connectors::Exchange;
use purser_domain::{
    group::Group,
    ids::{GroupId, LinkId, RoleId, UserId},
    object::ObjectKind,
    plan::{Action, Link, Observed, Reference, References, Source, plan_deprovision, plan_object},
    scope::{
        AssignedRole, Entitlement, FilterVerdict, MEMBER_OF, Scope, ScopeFacts, ScopeMode, Verdict,
        decide_scope,
    },
    user::User,
    value::Value,
};
use purser_store::{AppRole, ChangeKind, Member, ObjectId};
use serde_json::Value as Json;

use super::{context::Cycle, members};
use crate::error::EngineError;

/// Why an object is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Everything is, in an initial cycle.
    Directory,
    /// The directory changed.
    Change(ChangeKind),
    /// It failed before, so many times; 0 when the account was gone.
    Retry(u32),
    /// The account of somebody whom it refers to came, went, or has another id now.
    Reference,
    /// A request for it was under way when the last cycle was cut off.
    Recovery,
    /// Its link was left behind by an object that is gone.
    Orphan,
}

/// An object of the directory.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "pages are of one kind, nearly always people")]
pub(crate) enum Entry {
    Person(User),
    Group(Group),
}

impl Entry {
    fn name(&self) -> String {
        match self {
            Self::Person(user) => user.name(),
            Self::Group(group) => group.display_name.clone(),
        }
    }

    pub(crate) fn person(&self) -> Option<&User> {
        match self {
            Self::Person(user) => Some(user),
            Self::Group(_) => None,
        }
    }
}

/// Something to look at. A page holds objects of one kind.
#[derive(Debug)]
pub(crate) struct Seed {
    pub(crate) id: ObjectId,
    pub(crate) cause: Cause,
    /// `None` when gone from the directory for good.
    pub(crate) source: Option<Entry>,
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

/// An object with all that planning needs.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) id: ObjectId,
    pub(crate) cause: Cause,
    pub(crate) source: Option<Entry>,
    pub(crate) scope: Scope,
    pub(crate) link: Option<Link>,
    pub(crate) manager: Manager,
    /// Direct members, if this is a group in scope and its mapping wants them.
    pub(crate) members: Vec<Member>,
    /// Members of whom the link does not know whether they are in; see `members`.
    pub(crate) unsure: Vec<Json>,
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
    pub(crate) fn kind(&self) -> ObjectKind {
        self.id.kind()
    }

    /// The name to show, also of what is gone.
    pub(crate) fn name(&self) -> String {
        match (&self.source, &self.link) {
            (Some(source), _) => source.name(),
            (None, Some(link)) if !link.display_name.is_empty() => link.display_name.clone(),
            _ => self.id.to_string(),
        }
    }

    /// The manager as the plan wants them.
    fn manager_reference(&self) -> Option<Reference<'_>> {
        let source = self.source.as_ref()?.person()?.manager?;
        let account = match &self.manager {
            Manager::Linked(target) => Some(target.as_str()),
            Manager::None | Manager::Unlinked(_) => None,
        };
        Some(Reference { source: source.as_uuid(), account })
    }

    /// Plans for it with what is known of the target.
    pub(crate) fn plan(&self, cycle: &Cycle, observed: &Observed) -> Action {
        let mapping = &cycle.rules(self.kind()).mapping;
        let source = match &self.source {
            Some(Entry::Person(user)) => Source::User(user),
            Some(Entry::Group(group)) => Source::Group(group),
            None => {
                return match &self.link {
                    Some(link) => plan_deprovision(mapping, link),
                    // Nobody is settled before anything is planned.
                    None => Action::Match(Vec::new()),
                };
            }
        };
        let members: Vec<Reference<'_>> = self
            .members
            .iter()
            .map(|member| Reference { source: member.user.as_uuid(), account: member.account.as_deref() })
            .collect();
        let context = cycle.expression_context(self.id, self.now);
        let about = purser_domain::plan::Subject {
            source,
            scope: &self.scope,
            references: References { manager: self.manager_reference(), members: &members },
            roles: &self.roles,
            context: &context,
        };
        plan_object(mapping, about, self.link.as_ref(), observed)
    }
}

/// Reads what belongs to these objects, which are of one kind.
pub(crate) async fn load(cycle: &Cycle, seeds: Vec<Seed>) -> Result<Vec<Subject>, EngineError> {
    match seeds.first().map(|seed| seed.id.kind()) {
        Some(ObjectKind::Group) => load_groups(cycle, seeds).await,
        _ => load_people(cycle, seeds).await,
    }
}

fn subject(seed: Seed, scope: Scope, link: Option<Link>, now: Timestamp) -> Subject {
    Subject {
        id: seed.id,
        cause: seed.cause,
        source: seed.source,
        scope,
        link,
        manager: Manager::None,
        members: Vec::new(),
        unsure: Vec::new(),
        roles: Vec::new(),
        now,
        stale: None,
        asked: Vec::new(),
        found: None,
    }
}

async fn load_people(cycle: &Cycle, seeds: Vec<Seed>) -> Result<Vec<Subject>, EngineError> {
    let (store, rules) = (cycle.store(), cycle.rules(ObjectKind::User));
    let ids: Vec<UserId> = seeds.iter().filter_map(|seed| seed.id.user()).collect();
    let mut roles = if cycle.spec().scope == ScopeMode::Assigned {
        let app = cycle.spec().application_id;
        store.find_entitlements(app, &ids).await.map_err(EngineError::store("read the assignments"))?
    } else {
        HashMap::new()
    };
    let mut links =
        store.find_links(cycle.job(), &ids).await.map_err(EngineError::store("read the links"))?;
    let managers = load_managers(cycle, &seeds).await?;
    let mut groups = if rules.filter.reads_membership() {
        store.find_groups_of(&ids).await.map_err(EngineError::store("read who is in which group"))?
    } else {
        HashMap::new()
    };
    let named = load_roles(cycle).await?;
    let now = cycle.clock().now();
    let subjects = seeds.into_iter().zip(ids).map(|(seed, id)| {
        let entitlements = roles.remove(&id).unwrap_or_default();
        let groups = groups.remove(&id).unwrap_or_default();
        let user = seed.source.as_ref().and_then(Entry::person);
        let scope = decide(cycle, user, &entitlements, &groups);
        let manager = match user.and_then(|user| user.manager) {
            Some(manager) if rules.mapping.reads_manager() => managers
                .get(&manager)
                .map_or(Manager::Unlinked(manager), |link| Manager::Linked(link.target_id.clone())),
            _ => Manager::None,
        };
        let roles = name_roles(cycle, &named, &entitlements);
        Subject { manager, roles, ..subject(seed, scope, links.remove(&id), now) }
    });
    Ok(subjects.collect())
}

async fn load_groups(cycle: &Cycle, seeds: Vec<Seed>) -> Result<Vec<Subject>, EngineError> {
    let (store, rules) = (cycle.store(), cycle.rules(ObjectKind::Group));
    let ids: Vec<GroupId> = seeds.iter().filter_map(|seed| seed.id.group()).collect();
    let roles = if cycle.spec().scope == ScopeMode::Assigned {
        let app = cycle.spec().application_id;
        store.find_group_roles(app, &ids).await.map_err(EngineError::store("read the assignments"))?
    } else {
        HashMap::new()
    };
    let mut links =
        store.find_links(cycle.job(), &ids).await.map_err(EngineError::store("read the links"))?;
    let scopes: Vec<Scope> = seeds
        .iter()
        .zip(&ids)
        .map(|(seed, id)| decide_group(cycle, seed.source.as_ref(), roles.get(id).map_or(&[], Vec::as_slice)))
        .collect();
    // Who is in a group that is out of scope does not matter, however many they are.
    let wanted: Vec<GroupId> =
        ids.iter().zip(&scopes).filter(|(_, scope)| scope.in_scope).map(|(id, _)| *id).collect();
    let mut members = if rules.mapping.reads_members() {
        let found = store.find_members(cycle.job(), &wanted).await;
        found.map_err(EngineError::store("read the members of groups"))?
    } else {
        HashMap::new()
    };
    let now = cycle.clock().now();
    let subjects = seeds.into_iter().zip(ids).zip(scopes).map(|((seed, id), scope)| {
        let members = members.remove(&id).unwrap_or_default();
        let mut link = links.remove(&id);
        let unsure = link.as_mut().map(|link| members::settle(link, &members)).unwrap_or_default();
        Subject { members, unsure, ..subject(seed, scope, link, now) }
    });
    Ok(subjects.collect())
}

fn decide_group(cycle: &Cycle, source: Option<&Entry>, roles: &[Entitlement]) -> Scope {
    let verdict = match source {
        Some(Entry::Group(group)) => {
            cycle.rules(ObjectKind::Group).filter.evaluate(&|name| group.source_value(name))
        }
        _ => Verdict::Passed,
    };
    let spec = cycle.spec();
    decide_scope(&ScopeFacts {
        soft_deleted: source.is_none(),
        ..ScopeFacts::of_group(spec.scope, spec.default_access_counts, roles, borrow(&verdict))
    })
}

fn decide(cycle: &Cycle, user: Option<&User>, roles: &[Entitlement], groups: &[GroupId]) -> Scope {
    let read = |user: &User, name: &str| match name {
        MEMBER_OF if groups.is_empty() => None,
        MEMBER_OF => Some(Value::List(groups.iter().map(|group| Value::text(group.to_string())).collect())),
        _ => user.source_value(name),
    };
    // Who is gone is out of scope anyway.
    let filter = &cycle.rules(ObjectKind::User).filter;
    let verdict = user.map_or(Verdict::Passed, |user| filter.evaluate(&|name| read(user, name)));
    decide_scope(&ScopeFacts {
        scope: cycle.spec().scope,
        default_access_counts: cycle.spec().default_access_counts,
        account_enabled: user.is_some_and(|user| user.account_enabled),
        soft_deleted: user.is_none_or(|user| user.deleted_at.is_some()),
        roles,
        filter: borrow(&verdict),
    })
}

fn borrow(verdict: &Verdict) -> FilterVerdict<'_> {
    match verdict {
        Verdict::Passed => FilterVerdict::Passed,
        Verdict::Failed { clauses } => FilterVerdict::Failed(clauses),
        Verdict::Undecidable { message } => FilterVerdict::Undecidable(message),
    }
}

/// The application's roles by id, if a row of the mapping wants them.
async fn load_roles(cycle: &Cycle) -> Result<HashMap<RoleId, AssignedRole>, EngineError> {
    if !cycle.rules(ObjectKind::User).mapping.uses_roles() {
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
    if !cycle.rules(ObjectKind::User).mapping.uses_roles() {
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
    if !cycle.rules(ObjectKind::User).mapping.reads_manager() {
        return Ok(HashMap::new());
    }
    let mut managers: Vec<UserId> =
        seeds.iter().filter_map(|seed| seed.source.as_ref()?.person()?.manager).collect();
    managers.sort_unstable();
    managers.dedup();
    if managers.is_empty() {
        return Ok(HashMap::new());
    }
    let store = cycle.store();
    store.find_links(cycle.job(), &managers).await.map_err(EngineError::store("read the managers' links"))
}
