//! Roles, sites and departments, which are referred to by name.
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::answers::{NOT_FOUND, Refusal, Reply, deleted};
use super::call::Call;
use super::input::{self, BLANK, Sought, TAKEN};
use super::page::Page;
use super::store::{Named, Store};
use super::words::Kind;

type All = BTreeMap<u64, Named>;

/// The records of this kind; `None` for users and groups, which are no such records.
pub(super) fn all(store: &Store, kind: Kind) -> Option<&All> {
    match kind {
        Kind::Roles => Some(&store.roles),
        Kind::Sites => Some(&store.sites),
        Kind::Departments => Some(&store.departments),
        Kind::Users | Kind::Groups => None,
    }
}

fn all_mut(store: &mut Store, kind: Kind) -> Option<&mut All> {
    match kind {
        Kind::Roles => Some(&mut store.roles),
        Kind::Sites => Some(&mut store.sites),
        Kind::Departments => Some(&mut store.departments),
        Kind::Users | Kind::Groups => None,
    }
}

/// The record that is meant; names are compared exactly.
pub(super) fn find(all: &All, sought: Sought<'_>) -> Option<u64> {
    match sought {
        Sought::Key(name) => all.iter().find(|(_, record)| record.name == name).map(|(id, _)| *id),
        Sought::Id(id) => all.contains_key(&id).then_some(id),
    }
}

pub(super) fn list(call: &Call<'_>, store: &Store, kind: Kind) -> Result<Reply, Refusal> {
    let matches = |record: &Named| call.query.find("name").is_none_or(|part| input::has(&record.name, part));
    let all = all(store, kind).ok_or(NOT_FOUND)?;
    let hits: Vec<_> = all.iter().filter(|(_, record)| matches(record)).collect();
    let page = Page::of(&call.query, call.options, hits.len());
    let write = |(id, record): (&u64, &Named)| write(kind.word(), *id, record);
    let records = page.cut(hits.into_iter()).into_iter().map(write).collect();
    Ok(Reply::List(kind.word(), records, page))
}

pub(super) fn read(store: &Store, kind: Kind, id: u64) -> Result<Reply, Refusal> {
    let record = all(store, kind).and_then(|all| all.get(&id)).ok_or(NOT_FOUND)?;
    Ok(Reply::One(kind.word(), write(kind.word(), id, record)))
}

pub(super) fn create(call: &Call<'_>, store: &mut Store, kind: Kind) -> Result<Reply, Refusal> {
    let sent = call.unwrap(kind.word())?;
    let id = insert(store, kind, &sent)?;
    call.audit(store, "Create", kind.word(), id, &sent);
    match read(store, kind, id)? {
        Reply::One(word, record) => Ok(Reply::Created(word, record)),
        other => Ok(other),
    }
}

pub(super) fn insert(store: &mut Store, kind: Kind, sent: &Map<String, Value>) -> Result<u64, Refusal> {
    let record = changed(store, kind, None, Named::default(), sent)?;
    let id = store.next_id();
    store.next_time();
    all_mut(store, kind).ok_or(NOT_FOUND)?.insert(id, record);
    Ok(id)
}

pub(super) fn update(call: &Call<'_>, store: &mut Store, kind: Kind, id: u64) -> Result<Reply, Refusal> {
    let old = all(store, kind).and_then(|all| all.get(&id)).ok_or(NOT_FOUND)?.clone();
    let sent = call.unwrap(kind.word())?;
    let record = changed(store, kind, Some(id), old, &sent)?;
    store.next_time();
    all_mut(store, kind).ok_or(NOT_FOUND)?.insert(id, record);
    call.audit(store, "Update", kind.word(), id, &sent);
    read(store, kind, id)
}

pub(super) fn delete(call: &Call<'_>, store: &mut Store, kind: Kind, id: u64) -> Result<Reply, Refusal> {
    let name = all(store, kind).and_then(|all| all.get(&id)).ok_or(NOT_FOUND)?.name.clone();
    remove(store, kind, id);
    store.next_time();
    store.append_audit(call.caller, "Destroy", kind.word(), id, name);
    Ok(deleted(kind.word()))
}

/// Removes the record, and with it what users had of it.
pub(super) fn remove(store: &mut Store, kind: Kind, id: u64) -> bool {
    for user in store.users.values_mut() {
        let slot = match kind {
            Kind::Roles => &mut user.role,
            Kind::Sites => &mut user.site,
            Kind::Departments => &mut user.department,
            Kind::Users | Kind::Groups => return false,
        };
        slot.take_if(|held| *held == id);
    }
    all_mut(store, kind).is_some_and(|all| all.remove(&id).is_some())
}

fn changed(
    store: &Store,
    kind: Kind,
    id: Option<u64>,
    mut record: Named,
    sent: &Map<String, Value>,
) -> Result<Named, Refusal> {
    input::put_text(sent, "name", &mut record.name);
    input::put_text(sent, "description", &mut record.description);
    input::put_text(sent, "location", &mut record.location);
    input::put_flag(sent, "portal", &mut record.portal);
    input::put_flag(sent, "show_my_tasks", &mut record.show_my_tasks);
    let all = all(store, kind).ok_or(NOT_FOUND)?;
    let complaint = if record.name.trim().is_empty() {
        BLANK
    } else if find(all, Sought::Key(&record.name)).is_some_and(|holder| Some(holder) != id) {
        TAKEN
    } else {
        return Ok(record);
    };
    Err(Refusal::Invalid(vec![("name", complaint)]))
}

/// The record as it is told of; a user's role, site and department are told in the same words.
pub(super) fn write(word: &str, id: u64, record: &Named) -> Value {
    let Named { name, description, location, portal, show_my_tasks } = record;
    match word {
        "role" => json!({
            "id": id, "name": name, "description": description, "portal": portal, "show_my_tasks": show_my_tasks,
        }),
        "site" => json!({"id": id, "name": name, "location": location, "description": description}),
        _ => json!({"id": id, "name": name, "description": description}),
    }
}
