//! Groups, and who is in them. Members come and go by memberships, which have ids of their own.
use serde_json::{Map, Value, json};

use super::answers::{NOT_FOUND, Refusal, Reply, deleted};
use super::call::Call;
use super::input::{self, BLANK, INVALID, TAKEN, UNKNOWN, bad};
use super::page::Page;
use super::store::{Group, Store, time_at};
use super::{MemberStyle, SamanageOptions, custom_fields};

pub(super) const WORD: &str = "group";
const MEMBERSHIP: &str = "membership";

pub(super) fn list(call: &Call<'_>, store: &Store) -> Reply {
    let matches = |group: &Group| {
        call.query.find("name").is_none_or(|part| input::has(store.name_of_group(group), part))
    };
    let hits: Vec<_> = store.groups.iter().filter(|(_, group)| matches(group)).collect();
    let page = Page::of(&call.query, call.options, hits.len());
    let with_members = call.options.memberships_in_lists;
    let write = |(id, group): (&u64, &Group)| {
        let mut record = write(store, *id, group, call.options);
        if let Some(record) = record.as_object_mut().filter(|_| !with_members) {
            record.shift_remove("memberships");
        }
        record
    };
    let records = page.cut(hits.into_iter()).into_iter().map(write).collect();
    Reply::List(WORD, records, page)
}

pub(super) fn read(call: &Call<'_>, store: &Store, id: u64) -> Result<Reply, Refusal> {
    let group = store.groups.get(&id).ok_or(NOT_FOUND)?;
    Ok(Reply::One(WORD, write(store, id, group, call.options)))
}

pub(super) fn create(call: &Call<'_>, store: &mut Store) -> Result<Reply, Refusal> {
    let sent = call.unwrap(WORD)?;
    let id = insert(store, &sent, call.options)?;
    call.audit(store, "Create", WORD, id, &sent);
    let group = store.groups.get(&id).ok_or(NOT_FOUND)?;
    Ok(Reply::Created(WORD, write(store, id, group, call.options)))
}

pub(super) fn insert(
    store: &mut Store,
    sent: &Map<String, Value>,
    options: &SamanageOptions,
) -> Result<u64, Refusal> {
    let group = changed(store, None, Group::default(), sent, options)?;
    let (id, time) = (store.next_id(), store.next_time());
    store.groups.insert(id, Group { created: time, updated: time, ..group });
    Ok(id)
}

pub(super) fn update(call: &Call<'_>, store: &mut Store, id: u64) -> Result<Reply, Refusal> {
    let old = store.groups.get(&id).ok_or(NOT_FOUND)?.clone();
    let sent = call.unwrap(WORD)?;
    let group = changed(store, Some(id), old, &sent, call.options)?;
    let updated = store.next_time();
    store.groups.insert(id, Group { updated, ..group });
    call.audit(store, "Update", WORD, id, &sent);
    read(call, store, id)
}

pub(super) fn delete(call: &Call<'_>, store: &mut Store, id: u64) -> Result<Reply, Refusal> {
    let group = store.groups.get(&id).ok_or(NOT_FOUND)?;
    if group.owner.is_some() {
        return Err(personal());
    }
    let name = group.name.clone();
    store.remove_group(id);
    store.next_time();
    store.append_audit(call.caller, "Destroy", WORD, id, name);
    Ok(deleted(WORD))
}

/// Makes users members: `?group_id=1&user_ids=1,2`. What a body says is not looked at.
pub(super) fn add_members(call: &Call<'_>, store: &mut Store) -> Result<Reply, Refusal> {
    let group = call.query.find("group_id").ok_or_else(|| bad("group_id is missing."))?;
    let users = call.query.find("user_ids").ok_or_else(|| bad("user_ids is missing."))?;
    let group: u64 = group.parse().map_err(|_| NOT_FOUND)?;
    if store.groups.get(&group).ok_or(NOT_FOUND)?.owner.is_some() {
        return Err(personal());
    }
    let users: Option<Vec<u64>> = users.split(',').map(|id| id.trim().parse().ok()).collect();
    let known = |users: &Vec<u64>| users.iter().all(|id| store.users.contains_key(id));
    let users = users.filter(known).ok_or_else(|| Refusal::Invalid(vec![("user_ids", UNKNOWN)]))?;
    store.next_time();
    let mut records = Vec::new();
    for user in users {
        let Some(id) = store.insert_membership(group, user) else { continue };
        store.append_audit(call.caller, "Create", MEMBERSHIP, id, format!("user {user} in group {group}"));
        records.push(write_membership(store, id, group, user, call.options));
    }
    Ok(Reply::Some(MEMBERSHIP, records))
}

/// Ends a membership, by its own id.
pub(super) fn remove_member(call: &Call<'_>, store: &mut Store, id: u64) -> Result<Reply, Refusal> {
    let (group, user) = store.memberships.get(&id).copied().ok_or(NOT_FOUND)?;
    if store.groups.get(&group).is_some_and(|group| group.owner.is_some()) {
        return Err(personal());
    }
    store.remove_membership(id);
    store.next_time();
    store.append_audit(call.caller, "Destroy", MEMBERSHIP, id, format!("user {user} in group {group}"));
    Ok(deleted(MEMBERSHIP))
}

/// The group with what the request says. Members are not among it, nor is whether it is disabled.
fn changed(
    store: &mut Store,
    id: Option<u64>,
    mut group: Group,
    sent: &Map<String, Value>,
    options: &SamanageOptions,
) -> Result<Group, Refusal> {
    if group.owner.is_some() {
        return Err(personal());
    }
    input::put_text(sent, "name", &mut group.name);
    input::put_text(sent, "description", &mut group.description);
    let mut complaints = Vec::new();
    let taken = |(holder, other): (&u64, &Group)| {
        other.owner.is_none() && other.name == group.name && Some(*holder) != id
    };
    if group.name.trim().is_empty() {
        complaints.push(("name", BLANK));
    } else if store.groups.iter().any(taken) {
        complaints.push(("name", TAKEN));
    }
    // The name is the service's own, and spelt so.
    match sent.get("superviser_id") {
        None => {}
        Some(value) if input::clears(value) => group.superviser = None,
        Some(value) => match input::id_of(value).filter(|id| store.users.contains_key(id)) {
            Some(user) => group.superviser = Some(user),
            None => complaints.push(("superviser_id", UNKNOWN)),
        },
    }
    if !complaints.is_empty() {
        return Err(Refusal::Invalid(complaints));
    }
    custom_fields::apply(store, &mut group.custom, sent, options)?;
    Ok(group)
}

fn personal() -> Refusal {
    Refusal::Invalid(vec![("is_user", INVALID)])
}

/// The group as it is told of.
pub(super) fn write(store: &Store, id: u64, group: &Group, options: &SamanageOptions) -> Value {
    let owner = group.owner.and_then(|owner| store.users.get(&owner));
    let members: Vec<_> = group
        .members
        .iter()
        .map(|(user, membership)| write_membership(store, *membership, id, *user, options))
        .collect();
    json!({
        "id": id,
        "name": store.name_of_group(group),
        "description": group.description,
        "is_user": group.owner.is_some(),
        "disabled": owner.is_some_and(|user| user.disabled),
        "reports_to": write_superior(store, group.superviser.or_else(|| owner?.reports_to)),
        "send_notifications": false,
        "custom_fields_values": custom_fields::write(store, &group.custom),
        "memberships": members,
        "created_at": time_at(group.created),
        "updated_at": time_at(group.updated),
    })
}

fn write_membership(store: &Store, id: u64, group: u64, user: u64, options: &SamanageOptions) -> Value {
    match options.members {
        MemberStyle::Id => json!({"id": id, "group_id": group, "user_id": user}),
        MemberStyle::Record => {
            let (name, email) = store.users.get(&user).map(|user| (&user.name, &user.email)).unzip();
            json!({"id": id, "group_id": group, "user": {"id": user, "name": name, "email": email}})
        }
    }
}

/// Somebody to whom others report: his personal group, and he himself.
pub(super) fn write_superior(store: &Store, id: Option<u64>) -> Option<Value> {
    let id = id?;
    let user = store.users.get(&id)?;
    Some(json!({
        "group_id": user.personal_group,
        "is_user": true,
        "id": id,
        "name": user.name,
        "email": user.email,
    }))
}
