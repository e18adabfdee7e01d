//! Members of a group: in requests that the target takes.
//!
//! Each request can be repeated: a member that is in already is not sent again where reads tell so, since some targets
//! would have them twice. Members that nothing is known about are left alone.
use std::collections::HashSet;

use purser_domain::path::TargetPath;
use purser_domain::plan::{Change, ChangeKind};
use reqwest::StatusCode;
use serde_json::Value;

use super::edit::{Editing, Patched, lacks_patch};
use super::{patch, request};
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::json::find;
use crate::profile::{MemberRemoval, MembersRead};
use crate::refusal::Asked;

/// Whether this changes the members of a group.
pub(super) fn is_members(change: &Change) -> bool {
    is_members_path(&change.path)
}

/// Whether this is where the members of a group stand.
pub(super) fn is_members_path(path: &TargetPath) -> bool {
    path.attribute().eq_ignore_ascii_case("members")
        && path.extension().is_none()
        && path.sub().is_none()
        && path.filter().is_none()
}

/// What happens to members in one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    Add,
    Remove,
}

/// What has to be sent.
#[derive(Debug, Default)]
struct Steps {
    /// All members are to be these, whatever else is there.
    whole: Option<Vec<Value>>,
    gone: Vec<Value>,
    come: Vec<Value>,
}

impl Editing<'_> {
    /// Makes these changes of the group's members.
    pub(super) async fn change_members(&mut self, changes: &[&Change]) -> Result<Patched> {
        let removal = self.scim.profile.scim.member_removal;
        if removal == MemberRemoval::Replace {
            return self.replace_members(changes).await;
        }
        let known = self.known_members(changes).await?;
        let steps = plan(changes, known.as_deref(), self.scim.profile.scim.members_read);
        if let Some(whole) = steps.whole {
            return self.write_whole(&whole, changes).await;
        }
        if self.send_members(Move::Remove, &steps.gone, changes).await? == Patched::Missing {
            return Ok(Patched::Missing);
        }
        self.send_members(Move::Add, &steps.come, changes).await
    }

    /// Adds members to a group that has just been made with none but `known`.
    pub(super) async fn fill(&mut self, known: &[Value], rest: &[Value], change: &Change) -> Result<Patched> {
        match self.scim.profile.scim.member_removal {
            MemberRemoval::Put => Ok(Patched::Missing),
            MemberRemoval::Replace => {
                let all: Vec<Value> = known.iter().chain(rest).cloned().collect();
                self.write_one(patch::replace_members(&all, &self.scim.profile), &[change]).await
            }
            _ => self.send_members(Move::Add, rest, &[change]).await,
        }
    }

    /// The members as far as reads tell them and they matter; not knowing them is no error.
    async fn known_members(&mut self, changes: &[&Change]) -> Result<Option<Vec<Value>>> {
        let matters = changes.iter().any(|change| change.new.is_some() || is_bare_set(change));
        let told =
            matches!(self.scim.profile.scim.members_read, MembersRead::Returned | MembersRead::OnRequest);
        if !matters || !told {
            return Ok(None);
        }
        match self.scim.load(self.kind, &self.id, &mut self.trail).await {
            Ok(current) => Ok(Some(members_of(&current.object.body))),
            // Too large, or unreadable: the change itself may work all the same.
            Err(error) if matches!(error.kind(), ErrorKind::Misconfigured) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The whole list anew, for targets that can't change it.
    async fn replace_members(&mut self, changes: &[&Change]) -> Result<Patched> {
        let whole = match changes {
            [change] if change.kind == ChangeKind::Set => list_of(change.new.as_ref()).to_vec(),
            _ => {
                if matches!(self.scim.profile.scim.members_read, MembersRead::ByFilter | MembersRead::Never) {
                    return Err(self.blind());
                }
                let current = self.scim.load(self.kind, &self.id, &mut self.trail).await?;
                let before = members_of(&current.object.body);
                let mut now = Some(Value::Array(before.clone()));
                for change in changes {
                    now = change.apply(now.as_ref());
                }
                let now = list_of(now.as_ref()).to_vec();
                if now == before {
                    return Ok(Patched::Done);
                }
                now
            }
        };
        self.write_one(patch::replace_members(&whole, &self.scim.profile), changes).await
    }

    /// Exactly these members, where it is not known who is there.
    async fn write_whole(&mut self, whole: &[Value], changes: &[&Change]) -> Result<Patched> {
        let profile = &self.scim.profile;
        if whole.is_empty() {
            return self.write_one(patch::remove_all_members(profile), changes).await;
        }
        loop {
            let (first, rest) = whole.split_at(self.scim.chunk(whole.len()));
            let answer = self.send_patch(&patch::replace_members(first, profile)).await?;
            if answer.status == StatusCode::PAYLOAD_TOO_LARGE && first.len() > 1 {
                self.trail.push(answer.exchange);
                self.scim.shrink_chunk(first.len() / 2);
                continue;
            }
            if self.settle(answer, changes).await? == Patched::Missing {
                return Ok(Patched::Missing);
            }
            return self.send_members(Move::Add, rest, changes).await;
        }
    }

    async fn write_one(&mut self, body: Value, changes: &[&Change]) -> Result<Patched> {
        let answer = self.send_patch(&body).await?;
        self.settle(answer, changes).await
    }

    async fn send_members(&mut self, way: Move, members: &[Value], changes: &[&Change]) -> Result<Patched> {
        let mut rest = members;
        while !rest.is_empty() {
            let size = self.scim.chunk(rest.len());
            let (chunk, behind) = rest.split_at(size);
            let answer = self.send_patch(&self.body(way, chunk)).await?;
            match answer.status {
                // Refused whole: nothing is half done, so fewer may be tried.
                StatusCode::PAYLOAD_TOO_LARGE if size > 1 => {
                    self.trail.push(answer.exchange);
                    self.scim.shrink_chunk(size / 2);
                    continue;
                }
                StatusCode::BAD_REQUEST if way == Move::Remove && !lacks_patch(&answer) => {
                    self.trail.push(answer.exchange.clone());
                    let Some(left) = self.still_there(chunk).await? else {
                        return Err(self.refusal(answer, changes));
                    };
                    if !left.is_empty() {
                        let again = self.send_patch(&self.body(way, &left)).await?;
                        self.settle(again, changes).await?;
                    }
                }
                _ => {
                    if self.settle(answer, changes).await? == Patched::Missing {
                        return Ok(Patched::Missing);
                    }
                }
            }
            rest = behind;
        }
        Ok(Patched::Done)
    }

    fn body(&self, way: Move, members: &[Value]) -> Value {
        let profile = &self.scim.profile;
        match way {
            Move::Add => patch::add_members(members, profile),
            Move::Remove => patch::remove_members(
                members,
                profile.scim.member_removal == MemberRemoval::ValueArray,
                profile,
            ),
        }
    }

    /// Of members that could not be removed, those that are there: some targets refuse to remove who is not. `None`
    /// when that is not the reason.
    async fn still_there(&mut self, members: &[Value]) -> Result<Option<Vec<Value>>> {
        let there = match self.scim.profile.scim.members_read {
            MembersRead::Never => return Ok(None),
            MembersRead::ByFilter => {
                let mut there = HashSet::new();
                for id in ids_of(members) {
                    if self.has_member(&id).await? {
                        there.insert(id);
                    }
                }
                there
            }
            MembersRead::Returned | MembersRead::OnRequest => {
                let current = self.scim.load(self.kind, &self.id, &mut self.trail).await?;
                ids_of(&members_of(&current.object.body))
            }
        };
        let left: Vec<Value> = members
            .iter()
            .filter(|member| id_of(member).is_some_and(|id| there.contains(&id)))
            .cloned()
            .collect();
        Ok((left.len() < members.len()).then_some(left))
    }

    /// Asks by a filter whether this group has this member.
    pub(super) async fn has_member(&mut self, member: &str) -> Result<bool> {
        let query = request::membership_query(&self.id, member);
        let answer = self.scim.collection(self.kind, query, &mut self.trail).await?;
        match self.scim.read_collection(self.kind, answer, &mut self.trail)? {
            Ok(listing) => Ok(listing.objects.iter().any(|group| group.id == self.id)),
            Err(answer) => {
                let nothing = std::iter::empty();
                Err(self.scim.refused(answer, self.kind, Asked::Find, nothing))
            }
        }
    }

    fn blind(&self) -> ConnectorError {
        ConnectorError::new(
            ErrorKind::Misconfigured,
            format!(
                "{} takes members of a group only as a whole list, and does not show who is a member.",
                self.scim.endpoint.host()
            ),
            "Correct the profile settings member_removal and members_read, or switch the mapping of groups off.",
        )
        .with_probe()
    }
}

/// Cuts changes down to what has to be sent.
fn plan(changes: &[&Change], known: Option<&[Value]>, members_read: MembersRead) -> Steps {
    let mut steps = Steps::default();
    let there = known.map(ids_of).unwrap_or_default();
    for change in changes {
        let new = list_of(change.new.as_ref());
        match change.kind {
            ChangeKind::Add => steps.come.extend(new.iter().cloned()),
            ChangeKind::Remove => steps.gone.extend(list_of(change.old.as_ref()).iter().cloned()),
            ChangeKind::Set => {
                // What reads tell may be less than what is there, and so may be what was exported last.
                let mut before = list_of(change.old.as_ref()).to_vec();
                before.extend(known.unwrap_or_default().iter().cloned());
                let blind = is_bare_set(change) && known.is_none_or(<[Value]>::is_empty);
                if blind && (members_read != MembersRead::ByFilter || new.is_empty()) {
                    steps.whole = Some(new.to_vec());
                    continue;
                }
                steps.gone.extend(without(&before, new));
                steps.come.extend(new.iter().cloned());
            }
        }
    }
    let mut seen = HashSet::new();
    steps.come.retain(|member| match id_of(member) {
        Some(id) => !there.contains(&id) && seen.insert(id),
        None => true,
    });
    let mut seen = HashSet::new();
    steps.gone.retain(|member| id_of(member).is_none_or(|id| seen.insert(id)));
    steps
}

/// Sets all members without knowing who was exported.
fn is_bare_set(change: &Change) -> bool {
    change.kind == ChangeKind::Set && change.old.is_none()
}

/// Those of `these` that are not among `those`.
pub(super) fn without(these: &[Value], those: &[Value]) -> Vec<Value> {
    let those = ids_of(those);
    these.iter().filter(|member| id_of(member).is_none_or(|id| !those.contains(&id))).cloned().collect()
}

fn members_of(body: &Value) -> Vec<Value> {
    list_of(body.as_object().and_then(|body| find(body, "members"))).to_vec()
}

pub(super) fn list_of(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(elements)) => elements,
        Some(one) => std::slice::from_ref(one),
    }
}

fn ids_of(members: &[Value]) -> HashSet<String> {
    members.iter().filter_map(id_of).collect()
}

/// The id of a member, whether it stands in an object or by itself.
pub(super) fn id_of(member: &Value) -> Option<String> {
    match member {
        Value::Object(object) => id_of(find(object, "value")?),
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}
