//! Members of groups: records of their own, which have ids of their own.
use std::collections::HashMap;
use std::sync::Arc;

use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::plan::{Change, ChangeKind};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::record::member_of;
use super::tenant::{SamanageConnector, object_path};
use super::{pages, problem};
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::exchange::Exchange;
use crate::http::encode;
use crate::refusal::Asked;

/// Most users that are refused one by one before the rest is given up.
const MOST_REFUSED: usize = 10;

/// How many users are added with one request where the profile names no number.
const ADDED_AT_ONCE: usize = 100;

/// The change that adds these.
pub(super) fn added(members: Vec<Value>) -> Result<Change> {
    let path = TargetPath::parse("members").map_err(|_| ConnectorError::of_ours("members is no path"))?;
    let change = Change::set(Arc::new(path), None, Some(Value::Array(members)));
    Ok(Change { kind: ChangeKind::Add, ..change })
}

impl SamanageConnector {
    /// Brings the members to what `changes` say. Reads them first: the ids of memberships are nowhere else to be had,
    /// and who is a member already is not added twice.
    pub(super) async fn change_members(&self, group: &str, changes: &[Change]) -> Result<Vec<Exchange>> {
        let (present, exchange) = self.memberships(group).await?;
        let mut exchanges = vec![exchange];
        let (add, remove) = differences(changes, &present);
        let at_once = match self.profile.common.members_per_request {
            0 => ADDED_AT_ONCE,
            count => usize::try_from(count).unwrap_or(ADDED_AT_ONCE),
        };
        let mut refused = Vec::new();
        let mut waiting: Vec<Vec<String>> = add.chunks(at_once).rev().map(<[String]>::to_vec).collect();
        while let Some(mut users) = waiting.pop() {
            let query = format!("group_id={group}&user_ids={}", users.join(","));
            let answer = self.send(Method::POST, "/memberships.json".to_owned(), Some(query), None).await;
            // Safe to repeat: a member that is in already is not added.
            let answer = answer.map_err(problem::repeatable)?;
            if answer.status.is_success() && !answer.is_page() {
                exchanges.push(answer.exchange);
                continue;
            }
            if answer.status.is_success() {
                return Err(self.unusable(answer, Asked::Update));
            }
            let error = self.refused(answer, ObjectKind::Group, Asked::Update, &[]);
            match error.kind() {
                // Of one user it means that he is a member by now.
                ErrorKind::Conflict if users.len() == 1 => {}
                // One user who is gone must not keep the others out.
                ErrorKind::Conflict | ErrorKind::NotFound | ErrorKind::Rejected { .. } => {
                    exchanges.extend(error.exchange().cloned());
                    if users.len() > 1 {
                        let half = users.split_off(users.len() / 2);
                        waiting.extend([half, users]);
                    } else {
                        refused.push((users.remove(0), error));
                        if refused.len() == MOST_REFUSED {
                            break;
                        }
                    }
                }
                _ => return Err(error),
            }
        }
        for membership in &remove {
            let path = format!("/memberships/{}.json", encode(membership));
            let answer = self.send(Method::DELETE, path, None, None).await?;
            // It may have been taken away in the application: that is what was wanted.
            if !answer.status.is_success() && answer.status != StatusCode::NOT_FOUND {
                return Err(self.refused(answer, ObjectKind::Group, Asked::Update, &[]));
            }
            exchanges.push(answer.exchange);
        }
        if let Some((user, error)) = refused.into_iter().next() {
            return Err(problem::no_member(self.endpoint.host(), &user, error));
        }
        if self.profile.common.read_back && !(add.is_empty() && remove.is_empty()) {
            exchanges.push(self.see_members(group, &add, &remove).await?);
        }
        Ok(exchanges)
    }

    /// The members of a group, each with its memberships. Nothing keeps the API from having two of one.
    async fn memberships(&self, group: &str) -> Result<(HashMap<String, Vec<String>>, Exchange)> {
        let answer = self.send(Method::GET, object_path(ObjectKind::Group, group)?, None, None).await?;
        if answer.status != StatusCode::OK {
            return Err(self.refused(answer, ObjectKind::Group, Asked::Update, &[]));
        }
        let Some(record) = pages::read_record(&answer, "group") else {
            return Err(self.unusable(answer, Asked::Update));
        };
        let mut present: HashMap<String, Vec<String>> = HashMap::new();
        let memberships = record.get("memberships").and_then(Value::as_array).into_iter().flatten();
        for (membership, user) in memberships.filter_map(member_of) {
            present.entry(user).or_default().push(membership);
        }
        Ok((present, answer.exchange))
    }

    /// Sees whether these are members now, and those memberships are not any more.
    async fn see_members(&self, group: &str, added: &[String], ended: &[String]) -> Result<Exchange> {
        let (present, exchange) = self.memberships(group).await?;
        let still = present.values().flatten().any(|membership| ended.contains(membership));
        if still || !added.iter().all(|user| present.contains_key(user)) {
            return Err(problem::ignored(&self.endpoint, exchange, "members"));
        }
        Ok(exchange)
    }
}

/// Users to add, and memberships to end.
fn differences(changes: &[Change], present: &HashMap<String, Vec<String>>) -> (Vec<String>, Vec<String>) {
    let (mut add, mut remove) = (Vec::new(), Vec::new());
    for change in changes {
        let (new, old) = (ids_in(change.new.as_ref()), ids_in(change.old.as_ref()));
        match change.kind {
            ChangeKind::Add => add.extend(new),
            ChangeKind::Remove => remove.extend(old),
            ChangeKind::Set => {
                let mut others: Vec<_> = present.keys().filter(|id| !new.contains(id)).cloned().collect();
                others.sort();
                remove.extend(others);
                add.extend(new);
            }
        }
    }
    add.retain(|user| !present.contains_key(user));
    let mut seen = std::collections::HashSet::new();
    add.retain(|user| seen.insert(user.clone()));
    (add, remove.iter().filter_map(|user| present.get(user)).flatten().cloned().collect())
}

/// The users in a list of members. Only ids that are numbers, since they stand in a query.
fn ids_in(members: Option<&Value>) -> Vec<String> {
    let members = members.and_then(Value::as_array).into_iter().flatten();
    let id = |member: &Value| match member {
        Value::Object(object) => object.get("value")?.as_str().map(str::to_owned),
        Value::String(id) => Some(id.clone()),
        _ => None,
    };
    members
        .filter_map(id)
        .filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn change(kind: ChangeKind, old: Option<Value>, new: Option<Value>) -> Change {
        Change { kind, old, new, ..added(Vec::new()).unwrap() }
    }

    #[test]
    fn only_what_differs_is_sent() {
        let present =
            HashMap::from([("1".into(), vec!["m1".into(), "m9".into()]), ("2".into(), vec!["m2".into()])]);
        let member = |id: &str| json!({ "value": id });
        let changes = [
            change(ChangeKind::Add, None, Some(json!([member("2"), member("3"), member("3")]))),
            change(ChangeKind::Remove, Some(json!([member("1"), member("9")])), None),
        ];
        assert_eq!(differences(&changes, &present), (vec!["3".into()], vec!["m1".into(), "m9".into()]));
        let set = [change(ChangeKind::Set, None, Some(json!([member("2"), member("4")])))];
        assert_eq!(differences(&set, &present), (vec!["4".into()], vec!["m1".into(), "m9".into()]));
    }

    #[test]
    fn an_id_that_is_no_number_never_reaches_a_query() {
        assert_eq!(ids_in(Some(&json!([{"value": "1&group_id=2"}, {"value": "7"}]))), ["7"]);
    }
}
