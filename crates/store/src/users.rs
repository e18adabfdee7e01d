//! People of the directory.
//!
//! A soft-deleted person keeps the row, the sign-in name and the memberships until purged or restored.

use crate::{
    ChangeKind, NameKey, Reads, StoreError, Tx,
    convert::{instant, instant_or_none, millis},
    entities::{assignment, link, user},
    error::Doing,
    keyset::{behind, containing, starting_with},
};
use jiff::Timestamp;
use purser_domain::{
    ids::UserId,
    user::{USER_ATTRIBUTES, User},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait as _, Select,
    sea_query::{Expr, ExprTrait, Func},
};
use std::{collections::HashMap, str::FromStr};

/// Which people a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UserFilter {
    /// Everybody who is not deleted.
    #[default]
    Present,
    /// The soft-deleted.
    Deleted,
}

/// What the API's `$filter` asks for: all conditions must hold. Soft-deleted people are never found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserQuery {
    /// The conditions; none finds everybody.
    pub conditions: Vec<UserCondition>,
}

/// One condition. Text is compared without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserCondition {
    /// A text attribute, by its own or Graph's name, equals a value.
    Equals {
        /// Name.
        attribute: String,
        /// Value.
        value: String,
    },
    /// A text attribute, by its own or Graph's name, starts with a value.
    StartsWith {
        /// Name.
        attribute: String,
        /// Value.
        value: String,
    },
    /// May or may not sign in.
    Enabled(bool),
    /// Has this id.
    Id(UserId),
}

impl Reads {
    /// The person with this id, also a soft-deleted one.
    pub async fn find_user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let found = user::Entity::find_by_id(id.as_uuid()).one(&self.db()).await.doing("find a user")?;
        found.map(from_row).transpose()
    }

    /// The person with this id, also a soft-deleted one.
    pub async fn load_user(&self, id: UserId) -> Result<User, StoreError> {
        let found = self.find_user(id).await?;
        found.ok_or_else(|| StoreError::Missing { what: "user", id: id.to_string() })
    }

    /// The person with this sign-in name, in whatever case, also a soft-deleted one.
    pub async fn find_user_by_upn(&self, upn: &str) -> Result<Option<User>, StoreError> {
        let query = user::Entity::find().filter(user::Column::UpnKey.eq(upn.to_lowercase()));
        query.one(&self.db()).await.doing("find a user by sign-in name")?.map(from_row).transpose()
    }

    /// The people with these sign-in names, by the name in lower case, also soft-deleted ones.
    pub async fn find_users_by_upn(&self, upns: &[String]) -> Result<HashMap<String, User>, StoreError> {
        let keys = upns.iter().map(|upn| upn.to_lowercase());
        let query = user::Entity::find().filter(user::Column::UpnKey.is_in(keys));
        let rows = query.all(&self.db()).await.doing("find users by sign-in name")?;
        rows.into_iter().map(|row| Ok((row.upn_key.clone(), from_row(row)?))).collect()
    }

    /// People by name whose names contain the words of `search`.
    pub async fn list_users(
        &self,
        filter: UserFilter,
        search: &str,
        after: Option<&NameKey>,
        limit: u64,
    ) -> Result<Vec<User>, StoreError> {
        page(searched(filter, search), after, limit).all(&self.db()).await.doing("list users")?.map_rows()
    }

    /// How many [`Reads::list_users`] would list in all.
    pub async fn count_users(&self, filter: UserFilter, search: &str) -> Result<u64, StoreError> {
        searched(filter, search).count(&self.db()).await.doing("count users")
    }

    /// People by name who meet the conditions.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when a condition names an attribute that does not exist.
    pub async fn list_users_filtered(
        &self,
        query: &UserQuery,
        after: Option<&NameKey>,
        limit: u64,
    ) -> Result<Vec<User>, StoreError> {
        page(filtered(query)?, after, limit).all(&self.db()).await.doing("filter users")?.map_rows()
    }

    /// How many [`Reads::list_users_filtered`] would list in all.
    pub async fn count_users_filtered(&self, query: &UserQuery) -> Result<u64, StoreError> {
        filtered(query)?.count(&self.db()).await.doing("count filtered users")
    }

    /// People who were soft-deleted before the given instant, the first-deleted first.
    pub async fn list_expired_users(
        &self,
        deleted_before: Timestamp,
        limit: u64,
    ) -> Result<Vec<User>, StoreError> {
        let query = user::Entity::find()
            .filter(user::Column::DeletedAt.lt(millis(deleted_before)))
            .order_by_asc(user::Column::DeletedAt)
            .limit(limit);
        query.all(&self.db()).await.doing("list expired users")?.map_rows()
    }

    /// How many people were softly deleted before that instant, and how many accounts they are linked to.
    pub async fn count_expired_users(&self, deleted_before: Timestamp) -> Result<(u64, u64), StoreError> {
        let expired = user::Entity::find().filter(user::Column::DeletedAt.lt(millis(deleted_before)));
        let ids = expired.clone().select_only().column(user::Column::Id).into_query();
        let links = link::Entity::find().filter(link::Column::SourceId.in_subquery(ids));
        let people = expired.count(&self.db()).await.doing("count expired users")?;
        Ok((people, links.count(&self.db()).await.doing("count the accounts of expired users")?))
    }

    /// Everybody, soft-deleted people too, by id: the order in which a cycle walks.
    pub async fn page_users(&self, after: Option<UserId>, limit: u64) -> Result<Vec<User>, StoreError> {
        let mut query = user::Entity::find().order_by_asc(user::Column::Id).limit(limit);
        if let Some(after) = after {
            query = query.filter(user::Column::Id.gt(after.as_uuid()));
        }
        query.all(&self.db()).await.doing("page through users")?.map_rows()
    }

    /// How many people [`Reads::page_users`] walks through.
    pub async fn count_users_total(&self) -> Result<u64, StoreError> {
        user::Entity::find().count(&self.db()).await.doing("count all users")
    }

    /// Those of the given people who exist, soft-deleted or not, by id. At most some thousand ids.
    pub async fn load_users(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let query = user::Entity::find()
            .filter(user::Column::Id.is_in(ids.iter().map(|id| id.as_uuid())))
            .order_by_asc(user::Column::Id);
        query.all(&self.db()).await.doing("load users")?.map_rows()
    }

    /// The people whose manager is one of the given people, by manager.
    pub async fn find_reports(
        &self,
        managers: &[UserId],
    ) -> Result<HashMap<UserId, Vec<UserId>>, StoreError> {
        let query = user::Entity::find()
            .select_only()
            .column(user::Column::ManagerId)
            .column(user::Column::Id)
            .filter(user::Column::ManagerId.is_in(managers.iter().map(|id| id.as_uuid())))
            .order_by_asc(user::Column::Id)
            .into_tuple::<(uuid::Uuid, uuid::Uuid)>();
        let mut reports: HashMap<UserId, Vec<UserId>> = HashMap::new();
        for (manager, report) in query.all(&self.db()).await.doing("find reports")? {
            reports.entry(UserId::from_uuid(manager)).or_default().push(UserId::from_uuid(report));
        }
        Ok(reports)
    }
}

impl Tx {
    /// Adds a person.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the sign-in name is in use, by a soft-deleted person perhaps.
    pub async fn insert_user(&self, new: &User) -> Result<(), StoreError> {
        let row = to_row(new);
        self.insert(row).await.doing_unique("insert a user", "userPrincipalName")?;
        self.append_change(new.id, None, ChangeKind::Created, new.created_at).await
    }

    /// Stores a person under generation `expected_generation + 1`. Does not touch `created_at` and `deleted_at`.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the stored generation is another one, [`StoreError::Taken`] when the sign-in name is
    /// in use, [`StoreError::Missing`].
    pub async fn update_user(&self, changed: &User, expected_generation: i64) -> Result<(), StoreError> {
        let mut row = to_row(changed);
        row.generation = Set(expected_generation + 1);
        row.id = sea_orm::ActiveValue::NotSet;
        row.created_at = sea_orm::ActiveValue::NotSet;
        row.deleted_at = sea_orm::ActiveValue::NotSet;
        let done = user::Entity::update_many()
            .set(row)
            .filter(user::Column::Id.eq(changed.id.as_uuid()))
            .filter(user::Column::Generation.eq(expected_generation))
            .exec(&self.db())
            .await
            .doing_unique("update a user", "userPrincipalName")?;
        if done.rows_affected == 0 {
            let stored = self.load_user(changed.id).await?.generation;
            return Err(StoreError::Stale { what: "user", stored });
        }
        self.append_change(changed.id, None, ChangeKind::Updated, changed.updated_at).await
    }

    /// Marks a person as deleted. Does nothing to one who is already.
    pub async fn soft_delete_user(&self, id: UserId, now: Timestamp) -> Result<(), StoreError> {
        if self.load_user(id).await?.deleted_at.is_none() {
            self.mark_deleted(id, Some(now), now).await?;
            self.append_change(id, None, ChangeKind::SoftDeleted, now).await?;
        }
        Ok(())
    }

    /// Takes the deletion mark off a person. Does nothing to one who has none.
    pub async fn restore_user(&self, id: UserId, now: Timestamp) -> Result<(), StoreError> {
        if self.load_user(id).await?.deleted_at.is_some() {
            self.mark_deleted(id, None, now).await?;
            self.append_change(id, None, ChangeKind::Restored, now).await?;
        }
        Ok(())
    }

    /// Removes a person for good, with memberships, assignments and the place as others' manager. Links stay, since
    /// they are what the account in each target is removed by.
    pub async fn hard_delete_user(&self, id: UserId, now: Timestamp) -> Result<(), StoreError> {
        self.load_user(id).await?;
        self.append_changes_for_reports(id, now).await?;
        self.append_changes_for_groups_of(id, now).await?;
        user::Entity::update_many()
            .col_expr(user::Column::ManagerId, Expr::value(Option::<uuid::Uuid>::None))
            .filter(user::Column::ManagerId.eq(id.as_uuid()))
            .exec(&self.db())
            .await
            .doing("remove a manager")?;
        assignment::Entity::delete_many()
            .filter(assignment::Column::PrincipalId.eq(id.as_uuid()))
            .exec(&self.db())
            .await
            .doing("remove a user's assignments")?;
        user::Entity::delete_by_id(id.as_uuid()).exec(&self.db()).await.doing("delete a user")?;
        self.append_change(id, None, ChangeKind::Deleted, now).await
    }

    async fn mark_deleted(
        &self,
        id: UserId,
        at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        user::Entity::update_many()
            .col_expr(user::Column::DeletedAt, Expr::value(at.map(millis)))
            .col_expr(user::Column::UpdatedAt, Expr::value(millis(now)))
            .col_expr(user::Column::Generation, Expr::col(user::Column::Generation).add(1))
            .filter(user::Column::Id.eq(id.as_uuid()))
            .exec(&self.db())
            .await
            .doing("mark a user as deleted")?;
        Ok(())
    }
}

/// Rows to people.
pub(crate) trait UserRows {
    fn map_rows(self) -> Result<Vec<User>, StoreError>;
}

impl UserRows for Vec<user::Model> {
    fn map_rows(self) -> Result<Vec<User>, StoreError> {
        self.into_iter().map(from_row).collect()
    }
}

fn searched(filter: UserFilter, search: &str) -> Select<user::Entity> {
    let query = match filter {
        UserFilter::Present => user::Entity::find().filter(user::Column::DeletedAt.is_null()),
        UserFilter::Deleted => user::Entity::find().filter(user::Column::DeletedAt.is_not_null()),
    };
    query.filter(containing(user::Column::SearchKey, search))
}

fn page(query: Select<user::Entity>, after: Option<&NameKey>, limit: u64) -> Select<user::Entity> {
    query
        .filter(behind(user::Column::NameKey, user::Column::Id, after))
        .order_by_asc(user::Column::NameKey)
        .order_by_asc(user::Column::Id)
        .limit(limit)
}

fn filtered(query: &UserQuery) -> Result<Select<user::Entity>, StoreError> {
    let mut condition = Condition::all().add(user::Column::DeletedAt.is_null());
    for wanted in &query.conditions {
        condition = match wanted {
            UserCondition::Enabled(enabled) => condition.add(user::Column::AccountEnabled.eq(*enabled)),
            UserCondition::Id(id) => condition.add(user::Column::Id.eq(id.as_uuid())),
            UserCondition::Equals { attribute, value } => condition.add(match column(attribute)? {
                user::Column::UserPrincipalName => user::Column::UpnKey.eq(value.to_lowercase()),
                user::Column::DisplayName => user::Column::NameKey.eq(value.to_lowercase()),
                column => Func::lower(Expr::col(column)).eq(value.to_lowercase()),
            }),
            UserCondition::StartsWith { attribute, value } => condition.add(match column(attribute)? {
                user::Column::UserPrincipalName => starting_with(user::Column::UpnKey, &value.to_lowercase()),
                user::Column::DisplayName => starting_with(user::Column::NameKey, &value.to_lowercase()),
                column => {
                    let folded = value.to_lowercase();
                    let start = Expr::expr(Func::lower(Expr::col(column)));
                    Condition::all()
                        .add(start.clone().gte(folded.clone()))
                        .add(start.lt(format!("{folded}{}", char::MAX)))
                }
            }),
        };
    }
    Ok(user::Entity::find().filter(condition))
}

/// The column of a text attribute, by its own or Graph's name.
pub(crate) fn column(attribute: &str) -> Result<user::Column, StoreError> {
    USER_ATTRIBUTES
        .iter()
        .find(|known| known.name == attribute || known.graph_name == attribute)
        .and_then(|known| user::Column::from_str(known.column).ok())
        .ok_or_else(|| StoreError::Missing { what: "attribute", id: attribute.to_owned() })
}

fn to_row(user: &User) -> user::ActiveModel {
    let attributes = &user.attributes;
    let upn = attributes.user_principal_name.as_deref().unwrap_or_default().to_lowercase();
    let names = [&attributes.display_name, &attributes.given_name, &attributes.surname, &attributes.mail];
    let mut search_key = upn.clone();
    for name in names.into_iter().flatten() {
        search_key.push('\n');
        search_key.push_str(&name.to_lowercase());
    }
    let mut row = user::ActiveModel {
        id: Set(user.id.as_uuid()),
        account_enabled: Set(user.account_enabled),
        manager_id: Set(user.manager.map(UserId::as_uuid)),
        deleted_at: Set(user.deleted_at.map(millis)),
        created_at: Set(millis(user.created_at)),
        updated_at: Set(millis(user.updated_at)),
        generation: Set(user.generation),
        name_key: Set(user.name().to_lowercase()),
        upn_key: Set(upn),
        search_key: Set(search_key),
        ..Default::default()
    };
    row.set_attributes(attributes);
    row
}

pub(crate) fn from_row(row: user::Model) -> Result<User, StoreError> {
    Ok(User {
        id: UserId::from_uuid(row.id),
        account_enabled: row.account_enabled,
        manager: row.manager_id.map(UserId::from_uuid),
        deleted_at: instant_or_none(row.deleted_at)?,
        created_at: instant(row.created_at)?,
        updated_at: instant(row.updated_at)?,
        generation: row.generation,
        attributes: row.into_attributes(),
    })
}
