//! Groups and their members.

use crate::{
    ChangeKind, NameKey, Reads, StoreError, Tx, bulk,
    convert::{instant, millis, unsigned},
    entities::{assignment, group, membership, user},
    error::Doing,
    keyset::{behind, containing},
    users::UserRows,
};
use jiff::Timestamp;
use purser_domain::{
    group::Group,
    ids::{AppId, GroupId, UserId},
    user::User,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, Query},
};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// A group as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// The group.
    pub group: Group,
    /// Direct members who are not soft-deleted.
    pub member_count: u64,
}

impl Reads {
    /// The group with this id.
    pub async fn find_group(&self, id: GroupId) -> Result<Option<Group>, StoreError> {
        let found = group::Entity::find_by_id(id.as_uuid()).one(&self.db()).await.doing("find a group")?;
        found.map(from_row).transpose()
    }

    /// The group with this id.
    pub async fn load_group(&self, id: GroupId) -> Result<Group, StoreError> {
        let found = self.find_group(id).await?;
        found.ok_or_else(|| StoreError::Missing { what: "group", id: id.to_string() })
    }

    /// Those of the given groups that exist.
    pub async fn find_groups(&self, ids: &[GroupId]) -> Result<HashMap<GroupId, Group>, StoreError> {
        let query = group::Entity::find().filter(group::Column::Id.is_in(ids.iter().map(|id| id.as_uuid())));
        let rows = query.all(&self.db()).await.doing("find groups")?;
        rows.into_iter().map(|row| Ok((GroupId::from_uuid(row.id), from_row(row)?))).collect()
    }

    /// All groups by id, behind a place in that order.
    pub async fn page_groups(&self, after: Option<GroupId>, limit: u64) -> Result<Vec<Group>, StoreError> {
        let mut query = group::Entity::find().order_by_asc(group::Column::Id).limit(limit);
        if let Some(after) = after {
            query = query.filter(group::Column::Id.gt(after.as_uuid()));
        }
        query.all(&self.db()).await.doing("page through groups")?.into_iter().map(from_row).collect()
    }

    /// Groups by name whose name contains the words of `search`.
    pub async fn list_groups(
        &self,
        search: &str,
        after: Option<&NameKey>,
        limit: u64,
    ) -> Result<Vec<GroupRow>, StoreError> {
        let query = group::Entity::find()
            .filter(containing(group::Column::NameKey, search))
            .filter(behind(group::Column::NameKey, group::Column::Id, after))
            .order_by_asc(group::Column::NameKey)
            .order_by_asc(group::Column::Id)
            .limit(limit);
        self.with_counts(query.all(&self.db()).await.doing("list groups")?).await
    }

    /// How many [`Reads::list_groups`] would list in all.
    pub async fn count_groups(&self, search: &str) -> Result<u64, StoreError> {
        let query = group::Entity::find().filter(containing(group::Column::NameKey, search));
        query.count(&self.db()).await.doing("count groups")
    }

    /// Members by name whose names contain the words of `search`, without the soft-deleted.
    pub async fn list_members(
        &self,
        group: GroupId,
        search: &str,
        after: Option<&NameKey>,
        limit: u64,
    ) -> Result<Vec<User>, StoreError> {
        let query = members(group, search)
            .filter(behind(user::Column::NameKey, user::Column::Id, after))
            .order_by_asc(user::Column::NameKey)
            .order_by_asc(user::Column::Id)
            .limit(limit);
        query.all(&self.db()).await.doing("list members")?.map_rows()
    }

    /// How many [`Reads::list_members`] would list in all.
    pub async fn count_members(&self, group: GroupId, search: &str) -> Result<u64, StoreError> {
        members(group, search).count(&self.db()).await.doing("count members")
    }

    /// The groups that the person is a direct member of, by name.
    pub async fn list_groups_of(&self, user: UserId, limit: u64) -> Result<Vec<GroupRow>, StoreError> {
        let of_user = Query::select()
            .column(membership::Column::GroupId)
            .from(membership::Entity)
            .and_where(membership::Column::UserId.eq(user.as_uuid()))
            .take();
        let query = group::Entity::find()
            .filter(group::Column::Id.in_subquery(of_user))
            .order_by_asc(group::Column::NameKey)
            .order_by_asc(group::Column::Id)
            .limit(limit);
        self.with_counts(query.all(&self.db()).await.doing("list a user's groups")?).await
    }

    async fn with_counts(&self, rows: Vec<group::Model>) -> Result<Vec<GroupRow>, StoreError> {
        let present = Query::select()
            .column(user::Column::Id)
            .from(user::Entity)
            .and_where(user::Column::DeletedAt.is_null())
            .take();
        let counts = membership::Entity::find()
            .select_only()
            .column(membership::Column::GroupId)
            .column_as(Expr::cust("COUNT(*)"), "members")
            .filter(membership::Column::GroupId.is_in(rows.iter().map(|row| row.id)))
            .filter(membership::Column::UserId.in_subquery(present))
            .group_by(membership::Column::GroupId)
            .into_tuple::<(Uuid, i64)>();
        let counts: HashMap<Uuid, i64> =
            counts.all(&self.db()).await.doing("count members of groups")?.into_iter().collect();
        rows.into_iter()
            .map(|row| {
                let member_count = unsigned(counts.get(&row.id).copied().unwrap_or(0));
                Ok(GroupRow { group: from_row(row)?, member_count })
            })
            .collect()
    }
}

impl Tx {
    /// Adds a group.
    pub async fn insert_group(&self, new: &Group) -> Result<(), StoreError> {
        self.insert(to_row(new)).await.doing("insert a group")?;
        self.append_group_change(new.id, ChangeKind::Created, new.created_at).await
    }

    /// Stores a group under generation `expected_generation + 1`. Does not touch `created_at`.
    pub async fn update_group(&self, changed: &Group, expected_generation: i64) -> Result<(), StoreError> {
        let mut row = to_row(changed);
        row.generation = Set(expected_generation + 1);
        row.id = sea_orm::ActiveValue::NotSet;
        row.created_at = sea_orm::ActiveValue::NotSet;
        let done = group::Entity::update_many()
            .set(row)
            .filter(group::Column::Id.eq(changed.id.as_uuid()))
            .filter(group::Column::Generation.eq(expected_generation))
            .exec(&self.db())
            .await
            .doing("update a group")?;
        if done.rows_affected == 0 {
            let stored = self.load_group(changed.id).await?.generation;
            return Err(StoreError::Stale { what: "group", stored });
        }
        self.append_group_change(changed.id, ChangeKind::Updated, changed.updated_at).await
    }

    /// Removes a group with its memberships and assignments.
    pub async fn delete_group(&self, id: GroupId, now: Timestamp) -> Result<(), StoreError> {
        self.load_group(id).await?;
        for app in self.apps_concerned_by(id).await? {
            self.append_changes_for_group_members(id, app, ChangeKind::Assignment, now).await?;
        }
        self.append_group_change(id, ChangeKind::Deleted, now).await?;
        assignment::Entity::delete_many()
            .filter(assignment::Column::PrincipalId.eq(id.as_uuid()))
            .exec(&self.db())
            .await
            .doing("remove a group's assignments")?;
        group::Entity::delete_by_id(id.as_uuid()).exec(&self.db()).await.doing("delete a group")?;
        Ok(())
    }

    /// Makes people members. Returns those who were not before; ids of no person are passed over.
    pub async fn add_members(
        &self,
        group: GroupId,
        users: &[UserId],
        now: Timestamp,
    ) -> Result<Vec<UserId>, StoreError> {
        let mut added = Vec::new();
        for chunk in users.chunks(bulk::CHUNK) {
            let known = self.load_users(chunk).await?;
            let query = membership::Entity::find()
                .select_only()
                .column(membership::Column::UserId)
                .filter(membership::Column::GroupId.eq(group.as_uuid()))
                .filter(membership::Column::UserId.is_in(chunk.iter().map(|id| id.as_uuid())))
                .into_tuple::<Uuid>();
            let members: HashSet<Uuid> =
                query.all(&self.db()).await.doing("find memberships")?.into_iter().collect();
            let new: Vec<UserId> =
                known.iter().map(|user| user.id).filter(|id| !members.contains(&id.as_uuid())).collect();
            if new.is_empty() {
                continue;
            }
            let rows = new.iter().map(|id| membership::ActiveModel {
                group_id: Set(group.as_uuid()),
                user_id: Set(id.as_uuid()),
                created_at: Set(millis(now)),
            });
            self.insert_many(rows).await.doing("add members")?;
            added.extend(new);
        }
        self.append_memberships(group, &added, now).await?;
        Ok(added)
    }

    /// Ends a membership. False when there was none.
    pub async fn remove_member(
        &self,
        group: GroupId,
        user: UserId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let key = (group.as_uuid(), user.as_uuid());
        let done = membership::Entity::delete_by_id(key).exec(&self.db()).await.doing("remove a member")?;
        let removed = done.rows_affected > 0;
        if removed {
            self.append_memberships(group, &[user], now).await?;
        }
        Ok(removed)
    }

    async fn append_memberships(
        &self,
        group: GroupId,
        users: &[UserId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if users.is_empty() {
            return Ok(());
        }
        for app in self.apps_concerned_by(group).await? {
            self.append_changes(users, Some(app), ChangeKind::Membership, now).await?;
        }
        self.append_group_change(group, ChangeKind::Membership, now).await
    }

    /// The applications that a membership of the group concerns: it is assigned, or a scoping filter may ask for it.
    async fn apps_concerned_by(&self, group: GroupId) -> Result<BTreeSet<AppId>, StoreError> {
        let assigned = self.list_group_assignments(group).await?.into_iter().map(|assignment| assignment.app);
        Ok(assigned.chain(self.list_membership_readers().await?).collect())
    }
}

fn members(group: GroupId, search: &str) -> Select<user::Entity> {
    let of_group = Query::select()
        .column(membership::Column::UserId)
        .from(membership::Entity)
        .and_where(membership::Column::GroupId.eq(group.as_uuid()))
        .take();
    user::Entity::find()
        .filter(user::Column::DeletedAt.is_null())
        .filter(user::Column::Id.in_subquery(of_group))
        .filter(containing(user::Column::SearchKey, search))
}

fn to_row(group: &Group) -> group::ActiveModel {
    group::ActiveModel {
        id: Set(group.id.as_uuid()),
        display_name: Set(group.display_name.clone()),
        description: Set(group.description.clone()),
        mail_nickname: Set(group.mail_nickname.clone()),
        generation: Set(group.generation),
        created_at: Set(millis(group.created_at)),
        updated_at: Set(millis(group.updated_at)),
        name_key: Set(group.display_name.to_lowercase()),
    }
}

fn from_row(row: group::Model) -> Result<Group, StoreError> {
    Ok(Group {
        id: GroupId::from_uuid(row.id),
        display_name: row.display_name,
        description: row.description,
        mail_nickname: row.mail_nickname,
        generation: row.generation,
        created_at: instant(row.created_at)?,
        updated_at: instant(row.updated_at)?,
    })
}
