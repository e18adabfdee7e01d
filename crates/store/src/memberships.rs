//! Who is in which group, in bulk: for the scoping filters that read it.

use crate::{Reads, StoreError, bulk, error::Doing};
use purser_domain::ids::{AppId, GroupId, UserId};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;
use uuid::Uuid;

impl Reads {
    /// The groups of the given people, by id. Who is in none is absent.
    pub async fn find_groups_of(
        &self,
        users: &[UserId],
    ) -> Result<HashMap<UserId, Vec<GroupId>>, StoreError> {
        let mut found: HashMap<UserId, Vec<GroupId>> = HashMap::new();
        for chunk in users.chunks(bulk::CHUNK) {
            let rows = self.db().query_all_raw(bulk::groups_of(chunk)).await;
            for row in rows.doing("find the groups of people")? {
                let (user, group): (Uuid, Uuid) =
                    row.try_get_many_by_index().doing("read the groups of people")?;
                found.entry(UserId::from_uuid(user)).or_default().push(GroupId::from_uuid(group));
            }
        }
        Ok(found)
    }

    /// The applications whose rules may ask who is in which group, so that a change of that concerns them even if the
    /// group is not assigned. One too many does no harm: it looks, and finds nothing to do.
    pub async fn list_membership_readers(&self) -> Result<Vec<AppId>, StoreError> {
        let rows = self.db().query_all_raw(bulk::membership_readers()).await;
        let mut found = Vec::new();
        for row in rows.doing("list the jobs that read memberships")? {
            let app: Uuid = row.try_get_by_index(0).doing("list the jobs that read memberships")?;
            found.push(AppId::from_uuid(app));
        }
        Ok(found)
    }
}
