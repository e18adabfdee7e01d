//! Against targets with habits of their own: the testkit's SCIM server, told to deviate in one thing or another.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test that asked for it")]
mod groups;
mod lists;
mod odd;
mod users;

use std::sync::Arc;

use purser_connectors::{Connector, Profile};
use purser_domain::mapping::MatchQuery;
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::plan::{Change, ChangeKind, NewObject, TargetObject, WriteValue};
use purser_testkit::{Pages, ScimTarget, TargetOptions};
use serde_json::{Value, json};

use crate::support;

const USER: ObjectKind = ObjectKind::User;
const GROUP: ObjectKind = ObjectKind::Group;

/// A target and a connector to it, both standard but for what is changed here.
async fn open(
    options: impl FnOnce(&mut TargetOptions),
    profile: impl FnOnce(&mut Profile),
) -> (ScimTarget, Arc<dyn Connector>) {
    let (mut chosen, mut declared) = (TargetOptions::default(), Profile::default());
    chosen.groups.refuses_strangers = false;
    options(&mut chosen);
    profile(&mut declared);
    let target = ScimTarget::start(chosen).await.unwrap();
    target.keep_journal(true);
    let kit = support::kit().unwrap();
    let connector = support::open(&kit, declared, &target.base_url(), target.token()).unwrap();
    (target, connector)
}

fn pages_of(size: usize) -> Pages {
    Pages { size, max: size, ..Pages::default() }
}

/// Makes an account in the target itself; gives its id.
fn insert(target: &ScimTarget, account: Value) -> String {
    target.insert(account).unwrap()
}

fn insert_group(target: &ScimTarget, group: Value) -> String {
    target.insert_group(group).unwrap()
}

/// Makes so many accounts, `n0` and so on; gives their ids.
fn fill(target: &ScimTarget, count: usize) -> Vec<String> {
    (0..count).map(|at| insert(target, json!({"userName": format!("n{at}")}))).collect()
}

/// The ids of a group's members, as the target has them.
fn members_of(target: &ScimTarget, id: &str) -> Vec<String> {
    let group = target.group(id).unwrap();
    let members = group["members"].as_array().cloned().unwrap_or_default();
    members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
}

fn path(text: &str) -> Arc<TargetPath> {
    support::path(text).unwrap()
}

fn query(attribute: &str, value: &str) -> MatchQuery {
    support::query(attribute, value).unwrap()
}

fn set(attribute: &str, old: Option<&str>, new: Option<&str>) -> Change {
    Change::set(path(attribute), old.map(|old| json!(old)), new.map(|new| json!(new)))
}

fn members(kind: ChangeKind, ids: &[&str]) -> Change {
    let list = Some(people(ids));
    let (old, new) = if kind == ChangeKind::Remove { (list, None) } else { (None, list) };
    Change { kind, ..Change::set(path("members"), old, new) }
}

fn people(ids: &[&str]) -> Value {
    ids.iter().map(|id| json!({ "value": id })).collect()
}

fn write(values: &[(&str, Value)]) -> NewObject {
    NewObject {
        values: values.iter().map(|(name, value)| WriteValue::new(path(name), value.clone())).collect(),
    }
}

fn group(ids: &[&str]) -> NewObject {
    write(&[("displayName", json!("Sales")), ("members", people(ids))])
}

const FIVE: &[&str] = &["a", "b", "c", "d", "e"];

fn names(matches: &[TargetObject]) -> Vec<&str> {
    matches.iter().map(|object| object.id.as_str()).collect()
}
