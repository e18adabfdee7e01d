//! Who is assigned to which application, directly or through a group.

use crate::{
    ChangeKind, NameKey, ObjectId, Reads, StoreError, Tx, bulk,
    convert::{instant, millis, unsigned, word},
    entities::{application, assignment, membership},
    error::Doing,
};
use jiff::Timestamp;
use purser_domain::{
    ids::{AppId, AssignmentId, GroupId, RoleId, UserId},
    object::ObjectKind,
    scope::Entitlement,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query},
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Who can be assigned: a person, or a group, that is each of its members.
pub type Principal = ObjectId;

/// An assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignment {
    /// Id.
    pub id: AssignmentId,
    /// To what.
    pub app: AppId,
    /// Who.
    pub principal: Principal,
    /// With which role of the application.
    pub role: RoleId,
    /// Since when.
    pub created_at: Timestamp,
}

/// An assignment as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentRow {
    /// The assignment.
    pub assignment: Assignment,
    /// Name of who is assigned.
    pub display_name: String,
    /// Sign-in name of a person; empty for a group.
    pub detail: String,
    name_key: String,
}

impl AssignmentRow {
    /// The row's place in the list.
    #[must_use]
    pub fn key(&self) -> NameKey {
        NameKey { name: self.name_key.clone(), id: self.assignment.id.as_uuid() }
    }
}

/// How many are assigned to an application.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AssignmentCounts {
    /// People, directly.
    pub users: u64,
    /// Groups.
    pub groups: u64,
}

/// An assignment that reaches a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserAssignment {
    /// The assignment.
    pub assignment: Assignment,
    /// Name of the application.
    pub application_name: String,
    /// The group through which it reaches the person; `None` when direct.
    pub via_group: Option<GroupId>,
}

impl Reads {
    /// Assignments of an application by the name of who is assigned, if that name contains the words of `search`.
    pub async fn list_assignments(
        &self,
        app: AppId,
        search: &str,
        after: Option<&NameKey>,
        limit: u64,
    ) -> Result<Vec<AssignmentRow>, StoreError> {
        let after = after.map(|key| (key.name.as_str(), key.id));
        let statement = bulk::assignments(app, search, after, None, limit);
        let rows = ListedRow::find_by_statement(statement).all(&self.db()).await.doing("list assignments")?;
        rows.into_iter().map(ListedRow::into_row).collect()
    }

    /// The assignment with this id.
    pub async fn find_assignment(&self, id: AssignmentId) -> Result<Option<AssignmentRow>, StoreError> {
        let found =
            assignment::Entity::find_by_id(id.as_uuid()).one(&self.db()).await.doing("find an assignment")?;
        let Some(found) = found else { return Ok(None) };
        let statement = bulk::assignments(AppId::from_uuid(found.app_id), "", None, Some(found.id), 1);
        let row =
            ListedRow::find_by_statement(statement).one(&self.db()).await.doing("find an assignment")?;
        row.map(ListedRow::into_row).transpose()
    }

    /// How many are assigned to the application.
    pub async fn count_assignments(&self, app: AppId) -> Result<AssignmentCounts, StoreError> {
        let query = assignment::Entity::find()
            .select_only()
            .column(assignment::Column::PrincipalKind)
            .column_as(Expr::cust("COUNT(*)"), "assigned")
            .filter(assignment::Column::AppId.eq(app.as_uuid()))
            .group_by(assignment::Column::PrincipalKind)
            .into_tuple::<(String, i64)>();
        let mut counts = AssignmentCounts::default();
        for (kind, count) in query.all(&self.db()).await.doing("count assignments")? {
            match word("kind of principal", &kind)? {
                ObjectKind::User => counts.users = unsigned(count),
                ObjectKind::Group => counts.groups = unsigned(count),
            }
        }
        Ok(counts)
    }

    /// The assignments that reach a person, directly and through groups, by application and with the direct
    /// ones first.
    pub async fn list_assignments_of(&self, user: UserId) -> Result<Vec<UserAssignment>, StoreError> {
        let groups = Query::select()
            .column(membership::Column::GroupId)
            .from(membership::Entity)
            .and_where(membership::Column::UserId.eq(user.as_uuid()))
            .take();
        let reaching = Condition::any()
            .add(assignment::Column::PrincipalId.eq(user.as_uuid()))
            .add(assignment::Column::PrincipalId.in_subquery(groups));
        let query = assignment::Entity::find().filter(reaching).order_by_asc(assignment::Column::Id);
        let rows = query.all(&self.db()).await.doing("list a user's assignments")?;
        let names = self.application_names(rows.iter().map(|row| row.app_id)).await?;
        let mut found = rows
            .into_iter()
            .map(|row| {
                let application_name = names.get(&row.app_id).cloned().unwrap_or_default();
                let assignment = from_row(row)?;
                let via_group = assignment.principal.group();
                Ok(UserAssignment { assignment, application_name, via_group })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        found.sort_by(|a, b| (&a.application_name, a.via_group).cmp(&(&b.application_name, b.via_group)));
        Ok(found)
    }

    /// The assignments of a group.
    pub async fn list_group_assignments(&self, group: GroupId) -> Result<Vec<Assignment>, StoreError> {
        let query = assignment::Entity::find().filter(assignment::Column::PrincipalId.eq(group.as_uuid()));
        query.all(&self.db()).await.doing("list a group's assignments")?.into_iter().map(from_row).collect()
    }

    /// Those of the given users and groups that are assigned to the application directly.
    pub async fn find_assigned(&self, app: AppId, principals: &[Uuid]) -> Result<HashSet<Uuid>, StoreError> {
        let query = assignment::Entity::find()
            .select_only()
            .column(assignment::Column::PrincipalId)
            .filter(assignment::Column::AppId.eq(app.as_uuid()))
            .filter(assignment::Column::PrincipalId.is_in(principals.iter().copied()))
            .into_tuple::<Uuid>();
        Ok(query.all(&self.db()).await.doing("find who is assigned")?.into_iter().collect())
    }

    /// The roles that the given people have in the application. People without any are absent.
    pub async fn find_entitlements(
        &self,
        app: AppId,
        users: &[UserId],
    ) -> Result<HashMap<UserId, Vec<Entitlement>>, StoreError> {
        let mut found: HashMap<UserId, Vec<Entitlement>> = HashMap::with_capacity(users.len());
        for chunk in users.chunks(bulk::CHUNK) {
            let rows: Vec<(Uuid, Uuid, Option<Uuid>)> =
                self.read_rows(bulk::entitlements(app, chunk), "find entitlements").await?;
            for (user, role, group) in rows {
                found.entry(UserId::from_uuid(user)).or_default().push(Entitlement {
                    role: RoleId::from_uuid(role),
                    via_group: group.map(GroupId::from_uuid),
                });
            }
        }
        Ok(found)
    }

    /// The roles with which the given groups are assigned to the application. One that is not is absent.
    pub async fn find_group_roles(
        &self,
        app: AppId,
        groups: &[GroupId],
    ) -> Result<HashMap<GroupId, Vec<Entitlement>>, StoreError> {
        let mut found: HashMap<GroupId, Vec<Entitlement>> = HashMap::new();
        for chunk in groups.chunks(bulk::CHUNK) {
            let query = assignment::Entity::find()
                .select_only()
                .column(assignment::Column::PrincipalId)
                .column(assignment::Column::RoleId)
                .filter(assignment::Column::AppId.eq(app.as_uuid()))
                .filter(assignment::Column::PrincipalKind.eq(ObjectKind::Group.as_str()))
                .filter(assignment::Column::PrincipalId.is_in(chunk.iter().map(|id| id.as_uuid())))
                .into_tuple::<(Uuid, Uuid)>();
            for (group, role) in query.all(&self.db()).await.doing("find the roles of groups")? {
                let entitlement = Entitlement { role: RoleId::from_uuid(role), via_group: None };
                found.entry(GroupId::from_uuid(group)).or_default().push(entitlement);
            }
        }
        Ok(found)
    }

    async fn application_names(
        &self,
        ids: impl Iterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, String>, StoreError> {
        let query = application::Entity::find()
            .select_only()
            .column(application::Column::Id)
            .column(application::Column::DisplayName)
            .filter(application::Column::Id.is_in(ids))
            .into_tuple::<(Uuid, String)>();
        Ok(query.all(&self.db()).await.doing("find names of applications")?.into_iter().collect())
    }
}

impl Tx {
    /// Assigns somebody.
    pub async fn insert_assignment(&self, new: &Assignment) -> Result<(), StoreError> {
        let row = assignment::ActiveModel {
            id: Set(new.id.as_uuid()),
            app_id: Set(new.app.as_uuid()),
            principal_kind: Set(new.principal.kind().to_string()),
            principal_id: Set(new.principal.as_uuid()),
            role_id: Set(new.role.as_uuid()),
            created_at: Set(millis(new.created_at)),
        };
        self.insert(row).await.doing_unique("insert an assignment", "assignment")?;
        self.append_assignment(new, new.created_at).await
    }

    /// Ends an assignment and returns it; `None` when there was none.
    pub async fn delete_assignment(
        &self,
        id: AssignmentId,
        now: Timestamp,
    ) -> Result<Option<Assignment>, StoreError> {
        let found =
            assignment::Entity::find_by_id(id.as_uuid()).one(&self.db()).await.doing("find an assignment")?;
        let Some(found) = found else { return Ok(None) };
        assignment::Entity::delete_by_id(id.as_uuid())
            .exec(&self.db())
            .await
            .doing("delete an assignment")?;
        let ended = from_row(found)?;
        self.append_assignment(&ended, now).await?;
        Ok(Some(ended))
    }

    async fn append_assignment(&self, assignment: &Assignment, now: Timestamp) -> Result<(), StoreError> {
        let (app, kind) = (assignment.app, ChangeKind::Assignment);
        match assignment.principal {
            Principal::User(user) => self.append_change(user, Some(app), kind, now).await,
            Principal::Group(group) => {
                self.append_changes_for_group_members(group, app, kind, now).await?;
                self.append_change(group, Some(app), kind, now).await
            }
        }
    }
}

#[derive(FromQueryResult)]
struct ListedRow {
    id: Uuid,
    app_id: Uuid,
    principal_kind: String,
    principal_id: Uuid,
    role_id: Uuid,
    created_at: i64,
    display_name: Option<String>,
    detail: Option<String>,
    name_key: String,
}

impl ListedRow {
    fn into_row(self) -> Result<AssignmentRow, StoreError> {
        Ok(AssignmentRow {
            assignment: Assignment {
                id: AssignmentId::from_uuid(self.id),
                app: AppId::from_uuid(self.app_id),
                principal: principal(&self.principal_kind, self.principal_id)?,
                role: RoleId::from_uuid(self.role_id),
                created_at: instant(self.created_at)?,
            },
            display_name: self.display_name.unwrap_or_default(),
            detail: self.detail.unwrap_or_default(),
            name_key: self.name_key,
        })
    }
}

fn from_row(row: assignment::Model) -> Result<Assignment, StoreError> {
    Ok(Assignment {
        id: AssignmentId::from_uuid(row.id),
        app: AppId::from_uuid(row.app_id),
        principal: principal(&row.principal_kind, row.principal_id)?,
        role: RoleId::from_uuid(row.role_id),
        created_at: instant(row.created_at)?,
    })
}

fn principal(kind: &str, id: Uuid) -> Result<Principal, StoreError> {
    Ok(Principal::new(word("kind of principal", kind)?, id))
}
