//! Administrators of Purser.

use crate::{
    Reads, StoreError, Tx,
    convert::{instant, millis},
    entities::administrator,
    error::Doing,
};
use jiff::Timestamp;
use purser_domain::ids::AdminId;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

/// An administrator.
#[derive(Clone, PartialEq, Eq)]
pub struct Administrator {
    /// Id.
    pub id: AdminId,
    /// E-mail address to sign in with.
    pub email: String,
    /// Name.
    pub display_name: String,
    /// The password, hashed.
    pub password_hash: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Sessions that began before are over.
    pub password_changed_at: Timestamp,
}

impl std::fmt::Debug for Administrator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Administrator")
            .field("id", &self.id)
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

impl Reads {
    /// The administrator with this id.
    pub async fn find_administrator(&self, id: AdminId) -> Result<Option<Administrator>, StoreError> {
        let found = administrator::Entity::find_by_id(id.as_uuid()).one(&self.db()).await;
        found.doing("find an administrator")?.map(from_row).transpose()
    }

    /// The administrator with this e-mail address, in whatever case.
    pub async fn find_administrator_by_email(
        &self,
        email: &str,
    ) -> Result<Option<Administrator>, StoreError> {
        let query =
            administrator::Entity::find().filter(administrator::Column::EmailKey.eq(email.to_lowercase()));
        query.one(&self.db()).await.doing("find an administrator by e-mail")?.map(from_row).transpose()
    }

    /// How many administrators there are; with none, Purser waits to be set up.
    pub async fn count_administrators(&self) -> Result<u64, StoreError> {
        administrator::Entity::find().count(&self.db()).await.doing("count administrators")
    }
}

impl Tx {
    /// Adds an administrator.
    pub async fn insert_administrator(&self, new: &Administrator) -> Result<(), StoreError> {
        let row = administrator::ActiveModel {
            id: Set(new.id.as_uuid()),
            email: Set(new.email.clone()),
            email_key: Set(new.email.to_lowercase()),
            display_name: Set(new.display_name.clone()),
            password_hash: Set(new.password_hash.clone()),
            created_at: Set(millis(new.created_at)),
            password_changed_at: Set(millis(new.password_changed_at)),
        };
        self.insert(row).await.doing_unique("insert an administrator", "e-mail address")
    }

    /// Stores a new password hash.
    pub async fn update_password(&self, id: AdminId, hash: &str, at: Timestamp) -> Result<(), StoreError> {
        let done = administrator::Entity::update_many()
            .col_expr(administrator::Column::PasswordHash, Expr::value(hash))
            .col_expr(administrator::Column::PasswordChangedAt, Expr::value(millis(at)))
            .filter(administrator::Column::Id.eq(id.as_uuid()))
            .exec(&self.db())
            .await
            .doing("update a password")?;
        StoreError::require(done.rows_affected, "administrator", id)
    }
}

fn from_row(row: administrator::Model) -> Result<Administrator, StoreError> {
    Ok(Administrator {
        id: AdminId::from_uuid(row.id),
        email: row.email,
        display_name: row.display_name,
        password_hash: row.password_hash,
        created_at: instant(row.created_at)?,
        password_changed_at: instant(row.password_changed_at)?,
    })
}
