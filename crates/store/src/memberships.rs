//! Who is in which group, in bulk: for the scoping filters that read it, and for groups that are provisioned.

use crate::{Reads, StoreError, bulk, convert::unsigned};
use purser_domain::ids::{AppId, GroupId, JobId, UserId};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A direct member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// Id of the account that a job has made or found, as long as it is enabled; `None` without one.
    pub account: Option<String>,
}

impl Reads {
    /// The direct members of the given groups, by id, soft-deleted people included, with the accounts that they have
    /// in a job. A group without members is absent.
    ///
    /// All of them are in memory at once: [`Reads::count_members_of`] tells before how many these are.
    pub async fn find_members(
        &self,
        job: JobId,
        groups: &[GroupId],
    ) -> Result<HashMap<GroupId, Vec<Member>>, StoreError> {
        let mut found: HashMap<GroupId, Vec<Member>> = HashMap::new();
        for chunk in groups.chunks(bulk::CHUNK) {
            let rows: Vec<(Uuid, Uuid, Option<String>)> =
                self.read_rows(bulk::members_of(job, chunk), "find members of groups").await?;
            for (group, user, account) in rows {
                let member = Member { user: UserId::from_uuid(user), account };
                found.entry(GroupId::from_uuid(group)).or_default().push(member);
            }
        }
        Ok(found)
    }

    /// The groups of the given people that a job keeps in order and that wait for nothing yet, each once.
    pub async fn find_linked_groups_of(
        &self,
        job: JobId,
        users: &[UserId],
    ) -> Result<HashSet<GroupId>, StoreError> {
        let mut found = HashSet::new();
        for chunk in users.chunks(bulk::CHUNK) {
            let rows: Vec<(Uuid,)> =
                self.read_rows(bulk::linked_groups_of(job, chunk), "find linked groups").await?;
            for (group,) in rows {
                found.insert(GroupId::from_uuid(group));
            }
        }
        Ok(found)
    }

    /// How many direct members the given groups have, soft-deleted people included. One without members is absent.
    pub async fn count_members_of(&self, groups: &[GroupId]) -> Result<HashMap<GroupId, u64>, StoreError> {
        let mut found = HashMap::with_capacity(groups.len());
        for chunk in groups.chunks(bulk::CHUNK) {
            let rows: Vec<(Uuid, i64)> =
                self.read_rows(bulk::member_counts(chunk), "count members of groups").await?;
            for (group, members) in rows {
                found.insert(GroupId::from_uuid(group), unsigned(members));
            }
        }
        Ok(found)
    }

    /// The groups of the given people, by id. People without any are absent.
    pub async fn find_groups_of(
        &self,
        users: &[UserId],
    ) -> Result<HashMap<UserId, Vec<GroupId>>, StoreError> {
        let mut found: HashMap<UserId, Vec<GroupId>> = HashMap::new();
        for chunk in users.chunks(bulk::CHUNK) {
            let rows: Vec<(Uuid, Uuid)> =
                self.read_rows(bulk::groups_of(chunk), "find the groups of people").await?;
            for (user, group) in rows {
                found.entry(UserId::from_uuid(user)).or_default().push(GroupId::from_uuid(group));
            }
        }
        Ok(found)
    }

    /// The applications whose rules may ask who is in which group, so that a change of that concerns them even if the
    /// group is not assigned. One too many does no harm: it looks, and finds nothing to do.
    pub(crate) async fn list_membership_readers(&self) -> Result<Vec<AppId>, StoreError> {
        let rows: Vec<(Uuid,)> =
            self.read_rows(bulk::membership_readers(), "list the jobs that read memberships").await?;
        Ok(rows.into_iter().map(|(app,)| AppId::from_uuid(app)).collect())
    }
}
