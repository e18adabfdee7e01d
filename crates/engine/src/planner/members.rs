//! Members of groups, as far as a run has to think about them.
//!
//! Members are sent in several requests, and a group of fifty thousand takes hundreds. If one of them fails, it is not
//! known which members have come or gone. Such members stand in the link under a key of their own, `@unsure`: until a
//! request has succeeded they count as missing if they are wanted, and as there if they are not. So a person who leaves
//! a group between a request that failed half-way and its repetition is taken out all the same.
//!
//! Invariant: no element is in the exported members and in doubt at once.
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use purser_domain::{
    ids::GroupId,
    object::ObjectKind,
    path::TargetPath,
    plan::{Change, ChangeKind, Edit, Link, MatchQuery},
};
use purser_store::{Member, ObjectId};
use serde_json::{Map, Value};

use super::setup::Planner;
use crate::error::{Doing, EngineError};

/// The attribute that holds a group's members.
const MEMBERS: &str = "members";
/// The key in `Link::exported`, which is no path, of members that may or may not be in.
const UNSURE: &str = "@unsure";
/// Groups with more members than this are not read to see whether they are there: the answer may be megabytes.
const LARGE: usize = 1_000;
/// What groups are called.
const NAMES: [&str; 2] = ["displayName", "name"];
/// So many members are in memory at once for each object that a page may have.
const FOR_EACH_OBJECT: u64 = 40;

/// Takes the doubt out of a link and makes of it what the plan understands. Returns the elements in doubt.
///
/// `wanted` are the accounts that should be members now.
pub(crate) fn settle(link: &mut Link, wanted: &[Member]) -> Vec<Value> {
    let Some(Value::Array(unsure)) = link.exported.shift_remove(UNSURE) else { return Vec::new() };
    let wanted: HashSet<&str> = wanted.iter().filter_map(|member| member.account.as_deref()).collect();
    let unwanted = unsure.iter().filter(|element| id_of(element).is_none_or(|id| !wanted.contains(id)));
    let unwanted: Vec<Value> = unwanted.cloned().collect();
    if !unwanted.is_empty() {
        let mut members = take(&mut link.exported);
        members.extend(unwanted);
        link.exported.insert(MEMBERS.to_owned(), Value::Array(members));
    }
    unsure
}

/// The link of a group after these changes failed half-way, or may have: `unsure` were in doubt before.
pub(crate) fn doubt(mut link: Link, unsure: &[Value], changes: &[Change]) -> Link {
    let mut doubtful: Vec<Value> = unsure.to_vec();
    for change in changes.iter().filter(|change| change.path.as_str() == MEMBERS) {
        let touched = [&change.old, &change.new];
        doubtful.extend(touched.into_iter().flatten().filter_map(Value::as_array).flatten().cloned());
    }
    put_in_doubt(&mut link.exported, doubtful);
    link
}

/// What a group that was created with an answer that got lost has: all but its members.
pub(crate) fn doubt_all(exported: &mut Map<String, Value>) {
    let members = take(exported);
    put_in_doubt(exported, members);
}

fn put_in_doubt(exported: &mut Map<String, Value>, doubtful: Vec<Value>) {
    let mut seen = HashSet::with_capacity(doubtful.len());
    let doubtful: Vec<Value> =
        doubtful.into_iter().filter(|element| seen.insert(element.to_string())).collect();
    let ids: HashSet<&str> = doubtful.iter().filter_map(id_of).collect();
    let mut members = take(exported);
    members.retain(|element| id_of(element).is_none_or(|id| !ids.contains(id)));
    if !members.is_empty() {
        exported.insert(MEMBERS.to_owned(), Value::Array(members));
    }
    if !doubtful.is_empty() {
        exported.insert(UNSURE.to_owned(), Value::Array(doubtful));
    }
}

/// Whether a link holds members that may or may not be in, so that the group is to be seen to.
pub(crate) fn is_doubtful(link: &Link) -> bool {
    link.kind == ObjectKind::Group && link.exported.contains_key(UNSURE)
}

/// Whether the edit takes several requests, of which some may have been carried out when it fails.
pub(crate) fn touches_members(edit: &Edit) -> bool {
    edit.changes.iter().any(|change| change.path.as_str() == MEMBERS)
}

/// Whether the change takes members out or in.
pub(crate) fn is_of_members(change: &Change) -> bool {
    change.kind != ChangeKind::Set && change.path.as_str() == MEMBERS
}

/// How to find a group again that is too large to be read as a whole. Its members are not asked for.
pub(crate) fn query_large(link: &Link) -> Option<MatchQuery> {
    let members = link.exported.get(MEMBERS).and_then(Value::as_array)?;
    if link.kind != ObjectKind::Group || members.len() <= LARGE {
        return None;
    }
    let (path, value) = NAMES.iter().find_map(|name| Some((*name, link.exported.get(*name)?)))?;
    Some(MatchQuery { path: Arc::new(TargetPath::parse(path).ok()?), value: value.clone(), redacted: false })
}

fn take(exported: &mut Map<String, Value>) -> Vec<Value> {
    match exported.shift_remove(MEMBERS) {
        Some(Value::Array(members)) => members,
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

/// The account's id in an element: `{"value": "7"}` or `"7"`.
fn id_of(element: &Value) -> Option<&str> {
    element.get("value").unwrap_or(element).as_str()
}

/// Cuts groups into pieces whose members fit into memory at once; a piece has at least one group.
pub(crate) async fn cut(planner: &Planner, groups: Vec<GroupId>) -> Result<Vec<Vec<GroupId>>, EngineError> {
    let budget = planner.page_size().saturating_mul(FOR_EACH_OBJECT);
    let counts = match planner.rules(ObjectKind::Group).mapping.reads_members() {
        true => planner.store().count_members_of(&groups).await,
        false => Ok(HashMap::new()),
    };
    let counts = counts.doing("count the members of groups")?;
    let (mut pieces, mut members): (Vec<Vec<GroupId>>, u64) = (Vec::new(), 0);
    for group in groups {
        let count = counts.get(&group).copied().unwrap_or(0);
        match pieces.last_mut() {
            Some(piece) if members.saturating_add(count) <= budget => {
                members += count;
                piece.push(group);
            }
            _ => {
                members = count;
                pieces.push(vec![group]);
            }
        }
    }
    Ok(pieces)
}

/// The groups among these objects.
pub(crate) fn groups_of(objects: &[ObjectId]) -> Vec<GroupId> {
    objects.iter().filter_map(|object| object.group()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_domain::{
        ids::{JobId, LinkId, UserId},
        plan::{LinkState, Origin},
    };
    use serde_json::json;
    use uuid::Uuid;

    fn link(exported: Value) -> Link {
        Link {
            id: LinkId::from_uuid(Uuid::nil()),
            job: JobId::from_uuid(Uuid::nil()),
            kind: ObjectKind::Group,
            source: Uuid::nil(),
            target_id: "g".to_owned(),
            state: LinkState::Active,
            origin: Origin::Created,
            exported: exported.as_object().cloned().unwrap_or_default(),
            cause: None,
            display_name: String::new(),
        }
    }

    fn member(account: &str) -> Member {
        Member { user: UserId::from_uuid(Uuid::nil()), account: Some(account.to_owned()) }
    }

    fn change(kind: ChangeKind, old: Option<Value>, new: Option<Value>) -> Change {
        let path = Arc::new(TargetPath::parse(MEMBERS).expect("a path"));
        Change { path, kind, old, new, redacted: false }
    }

    #[test]
    fn members_in_doubt_are_missing_if_wanted_and_there_if_not() {
        let mut group = link(json!({"displayName": "Cooks", "members": [{"value": "a"}],
            "@unsure": [{"value": "b"}, {"value": "c"}]}));
        let unsure = settle(&mut group, &[member("a"), member("b")]);
        assert_eq!(unsure.len(), 2);
        assert_eq!(group.exported["members"], json!([{"value": "a"}, {"value": "c"}]));
        assert!(!group.exported.contains_key("@unsure"));
    }

    #[test]
    fn what_failed_half_way_is_in_doubt_until_it_succeeds() {
        let group = link(json!({"members": [{"value": "a"}, {"value": "b"}]}));
        let changes = [
            change(ChangeKind::Remove, Some(json!([{"value": "b"}])), None),
            change(ChangeKind::Add, None, Some(json!([{"value": "c"}]))),
        ];
        let mut after = doubt(group, &[], &changes);
        assert_eq!(after.exported["members"], json!([{"value": "a"}]));
        assert_eq!(after.exported["@unsure"], json!([{"value": "b"}, {"value": "c"}]));
        assert!(is_doubtful(&after));
        // Again, with b back and c gone: b is missing, c is there.
        let unsure = settle(&mut after, &[member("a"), member("b")]);
        assert_eq!(after.exported["members"], json!([{"value": "a"}, {"value": "c"}]));
        let changes = [
            change(ChangeKind::Remove, Some(json!([{"value": "c"}])), None),
            change(ChangeKind::Add, None, Some(json!([{"value": "b"}]))),
        ];
        let after = doubt(after, &unsure, &changes);
        assert_eq!(after.exported["members"], json!([{"value": "a"}]));
        assert_eq!(after.exported["@unsure"], json!([{"value": "b"}, {"value": "c"}]));
    }

    #[test]
    fn a_group_that_was_made_with_a_lost_answer_has_all_its_members_in_doubt() {
        let mut exported = json!({"displayName": "Cooks", "members": [{"value": "a"}]});
        let exported = exported.as_object_mut().expect("an object");
        doubt_all(exported);
        assert_eq!(json!(exported), json!({"displayName": "Cooks", "@unsure": [{"value": "a"}]}));
    }
}
