//! Credentials of applications: they go in and are read by the engine, and never leave it.

use crate::{Reads, StoreError, Tx, cipher::Sealed, convert::millis, entities::secret, error::Doing};
use jiff::Timestamp;
use purser_domain::{ids::AppId, secret::Secret};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::OnConflict,
};

impl Reads {
    /// The secret of this name.
    ///
    /// # Errors
    /// [`StoreError::Secret`] when it was stored under another master key.
    pub async fn read_secret(&self, app: AppId, name: &str) -> Result<Option<Secret>, StoreError> {
        let key = (app.as_uuid(), name.to_owned());
        let Some(row) = secret::Entity::find_by_id(key).one(&self.db()).await.doing("read a secret")? else {
            return Ok(None);
        };
        let sealed = Sealed { nonce: row.nonce, ciphertext: row.ciphertext };
        let plain = self.cipher.open(app, name, &sealed);
        plain.map(|plain| Some(Secret::new(plain))).ok_or_else(|| StoreError::Secret { key: name.to_owned() })
    }

    /// Whether there is a secret of this name. Does not decrypt it.
    pub async fn has_secret(&self, app: AppId, name: &str) -> Result<bool, StoreError> {
        let query = secret::Entity::find()
            .filter(secret::Column::AppId.eq(app.as_uuid()))
            .filter(secret::Column::Name.eq(name));
        Ok(query.count(&self.db()).await.doing("look for a secret")? > 0)
    }
}

impl Tx {
    /// Stores a secret, in place of an older one.
    pub async fn write_secret(
        &self,
        app: AppId,
        name: &str,
        value: &Secret,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sealed = self.cipher.seal(app, name, value.expose());
        let sealed = sealed.ok_or_else(|| StoreError::Encrypt { key: name.to_owned() })?;
        let row = secret::ActiveModel {
            app_id: Set(app.as_uuid()),
            name: Set(name.to_owned()),
            nonce: Set(sealed.nonce),
            ciphertext: Set(sealed.ciphertext),
            updated_at: Set(millis(now)),
        };
        let replace = OnConflict::columns([secret::Column::AppId, secret::Column::Name])
            .update_columns([secret::Column::Nonce, secret::Column::Ciphertext, secret::Column::UpdatedAt])
            .to_owned();
        secret::Entity::insert(row)
            .on_conflict(replace)
            .exec_without_returning(&self.db())
            .await
            .doing("write a secret")?;
        Ok(())
    }

    /// Removes a secret. False when there was none.
    pub async fn delete_secret(&self, app: AppId, name: &str) -> Result<bool, StoreError> {
        let key = (app.as_uuid(), name.to_owned());
        let done = secret::Entity::delete_by_id(key).exec(&self.db()).await.doing("delete a secret")?;
        Ok(done.rows_affected > 0)
    }
}
