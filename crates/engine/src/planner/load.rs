//! From nominees to candidates: what planning needs to know, read in bulk, a few queries a page.
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use purser_domain::{
    ids::{GroupId, RoleId, UserId},
    object::ObjectKind,
    plan::Link,
    scope::{
        AssignedRole, Entitlement, FilterVerdict, MEMBER_OF, Scope, ScopeFacts, ScopeMode, Verdict,
        decide_scope,
    },
    user::User,
    value::Value,
};
use purser_store::AppRole;

use super::{
    candidate::{Candidate, Entry, Manager, Nominee},
    members,
    setup::Planner,
};
use crate::error::{Doing, EngineError};

/// Reads what belongs to these objects, which are of one kind.
pub(crate) async fn load(planner: &Planner, nominees: Vec<Nominee>) -> Result<Vec<Candidate>, EngineError> {
    match nominees.first().map(|nominee| nominee.id.kind()) {
        Some(ObjectKind::Group) => load_groups(planner, nominees).await,
        _ => load_people(planner, nominees).await,
    }
}

fn candidate(nominee: Nominee, scope: Scope, link: Option<Link>, now: Timestamp) -> Candidate {
    Candidate {
        id: nominee.id,
        cause: nominee.cause,
        source: nominee.source,
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

async fn load_people(planner: &Planner, nominees: Vec<Nominee>) -> Result<Vec<Candidate>, EngineError> {
    let (store, rules) = (planner.store(), planner.rules(ObjectKind::User));
    let ids: Vec<UserId> = nominees.iter().filter_map(|nominee| nominee.id.user()).collect();
    let mut roles = if planner.spec().scope == ScopeMode::Assigned {
        let app = planner.spec().application_id;
        store.find_entitlements(app, &ids).await.doing("read the assignments")?
    } else {
        HashMap::new()
    };
    let mut links = store.find_links(planner.job(), &ids).await.doing("read the links")?;
    let managers = load_managers(planner, &nominees).await?;
    let mut groups = if rules.filter.reads_membership() {
        store.find_groups_of(&ids).await.doing("read who is in which group")?
    } else {
        HashMap::new()
    };
    let named = load_roles(planner).await?;
    let now = planner.clock().now();
    let candidates = nominees.into_iter().zip(ids).map(|(nominee, id)| {
        let entitlements = roles.remove(&id).unwrap_or_default();
        let groups = groups.remove(&id).unwrap_or_default();
        let user = nominee.source.as_ref().and_then(Entry::person);
        let scope = decide(planner, user, &entitlements, &groups);
        let manager = match user.and_then(|user| user.manager) {
            Some(manager) if rules.mapping.reads_manager() => managers
                .get(&manager)
                .map_or(Manager::Unlinked(manager), |link| Manager::Linked(link.target_id.clone())),
            _ => Manager::None,
        };
        let roles = name_roles(planner, &named, &entitlements);
        Candidate { manager, roles, ..candidate(nominee, scope, links.remove(&id), now) }
    });
    Ok(candidates.collect())
}

async fn load_groups(planner: &Planner, nominees: Vec<Nominee>) -> Result<Vec<Candidate>, EngineError> {
    let (store, rules) = (planner.store(), planner.rules(ObjectKind::Group));
    let ids: Vec<GroupId> = nominees.iter().filter_map(|nominee| nominee.id.group()).collect();
    let roles = if planner.spec().scope == ScopeMode::Assigned {
        let app = planner.spec().application_id;
        store.find_group_roles(app, &ids).await.doing("read the assignments")?
    } else {
        HashMap::new()
    };
    let mut links = store.find_links(planner.job(), &ids).await.doing("read the links")?;
    let scopes: Vec<Scope> = nominees
        .iter()
        .zip(&ids)
        .map(|(nominee, id)| {
            decide_group(planner, nominee.source.as_ref(), roles.get(id).map_or(&[], Vec::as_slice))
        })
        .collect();
    // The members of a group that is out of scope do not matter, however many they are.
    let wanted: Vec<GroupId> =
        ids.iter().zip(&scopes).filter(|(_, scope)| scope.in_scope).map(|(id, _)| *id).collect();
    let mut members = if rules.mapping.reads_members() {
        let found = store.find_members(planner.job(), &wanted).await;
        found.doing("read the members of groups")?
    } else {
        HashMap::new()
    };
    let now = planner.clock().now();
    let candidates = nominees.into_iter().zip(ids).zip(scopes).map(|((nominee, id), scope)| {
        let members = members.remove(&id).unwrap_or_default();
        let mut link = links.remove(&id);
        let unsure = link.as_mut().map(|link| members::settle(link, &members)).unwrap_or_default();
        Candidate { members, unsure, ..candidate(nominee, scope, link, now) }
    });
    Ok(candidates.collect())
}

fn decide_group(planner: &Planner, source: Option<&Entry>, roles: &[Entitlement]) -> Scope {
    let verdict = match source {
        Some(Entry::Group(group)) => {
            planner.rules(ObjectKind::Group).filter.evaluate(&|name| group.source_value(name))
        }
        _ => Verdict::Passed,
    };
    let spec = planner.spec();
    decide_scope(&ScopeFacts {
        soft_deleted: source.is_none(),
        ..ScopeFacts::of_group(spec.scope, spec.default_access_counts, roles, borrow(&verdict))
    })
}

fn decide(planner: &Planner, user: Option<&User>, roles: &[Entitlement], groups: &[GroupId]) -> Scope {
    let read = |user: &User, name: &str| match name {
        MEMBER_OF if groups.is_empty() => None,
        MEMBER_OF => Some(Value::List(groups.iter().map(|group| Value::text(group.to_string())).collect())),
        _ => user.source_value(name),
    };
    // An object that is gone is out of scope anyway.
    let filter = &planner.rules(ObjectKind::User).filter;
    let verdict = user.map_or(Verdict::Passed, |user| filter.evaluate(&|name| read(user, name)));
    decide_scope(&ScopeFacts {
        scope: planner.spec().scope,
        default_access_counts: planner.spec().default_access_counts,
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
async fn load_roles(planner: &Planner) -> Result<HashMap<RoleId, AssignedRole>, EngineError> {
    if !planner.rules(ObjectKind::User).mapping.uses_roles() {
        return Ok(HashMap::new());
    }
    let roles = planner.store().list_roles(planner.spec().application_id).await;
    let roles = roles.doing("read the application's roles")?;
    let assigned = |role: AppRole| {
        (role.id, AssignedRole { id: role.id, value: role.value, display_name: role.display_name })
    };
    Ok(roles.into_iter().map(assigned).collect())
}

/// The roles that a person has, each once, by name. *Default Access* is no role to tell a target of.
fn name_roles(
    planner: &Planner,
    named: &HashMap<RoleId, AssignedRole>,
    entitlements: &[Entitlement],
) -> Vec<AssignedRole> {
    if !planner.rules(ObjectKind::User).mapping.uses_roles() {
        return Vec::new();
    }
    let counts = |role: &RoleId| *role != RoleId::DEFAULT_ACCESS;
    let ids: HashSet<RoleId> =
        entitlements.iter().map(|entitlement| entitlement.role).filter(counts).collect();
    let mut roles: Vec<AssignedRole> = ids.iter().filter_map(|id| named.get(id)).cloned().collect();
    roles.sort_by(|left, right| (&left.display_name, left.id).cmp(&(&right.display_name, right.id)));
    roles
}

async fn load_managers(
    planner: &Planner,
    nominees: &[Nominee],
) -> Result<HashMap<UserId, Link>, EngineError> {
    if !planner.rules(ObjectKind::User).mapping.reads_manager() {
        return Ok(HashMap::new());
    }
    let mut managers: Vec<UserId> =
        nominees.iter().filter_map(|nominee| nominee.source.as_ref()?.person()?.manager).collect();
    managers.sort_unstable();
    managers.dedup();
    if managers.is_empty() {
        return Ok(HashMap::new());
    }
    let store = planner.store();
    store.find_links(planner.job(), &managers).await.doing("read the managers' links")
}
