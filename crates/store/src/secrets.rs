//! Credentials of applications: they go in and are read by the engine, and never leave it.

use crate::{
    Reads, StoreError, Tx,
    cipher::Sealed,
    convert::{instant_or_none, millis},
    entities::secret,
    error::Doing,
};
use jiff::Timestamp;
use purser_domain::{ids::AppId, secret::Secret};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use std::collections::BTreeMap;

impl Reads {
    /// The secret of this name.
    pub async fn read_secret(&self, app: AppId, name: &str) -> Result<Option<Secret>, StoreError> {
        let key = (app.as_uuid(), name.to_owned());
        let found = secret::Entity::find_by_id(key).one(&self.db()).await.doing("read a secret")?;
        found.map(|row| self.open(row).map(|(_, secret)| secret)).transpose()
    }

    /// All secrets of an application, by their names.
    pub async fn read_secrets(&self, app: AppId) -> Result<BTreeMap<String, Secret>, StoreError> {
        let query = secret::Entity::find().filter(secret::Column::AppId.eq(app.as_uuid()));
        let rows = query.all(&self.db()).await.doing("read secrets")?;
        rows.into_iter().map(|row| self.open(row)).collect()
    }

    fn open(&self, row: secret::Model) -> Result<(String, Secret), StoreError> {
        let sealed = Sealed { nonce: row.nonce, ciphertext: row.ciphertext };
        match self.cipher.open(AppId::from_uuid(row.app_id), &row.name, &sealed) {
            Some(plain) => Ok((row.name, Secret::new(plain))),
            None => Err(StoreError::Secret { key: row.name }),
        }
    }

    /// The names of an application's secrets, with the time when each ends, if that is known. Decrypts nothing.
    pub async fn list_secret_names(
        &self,
        app: AppId,
    ) -> Result<BTreeMap<String, Option<Timestamp>>, StoreError> {
        let query = secret::Entity::find().filter(secret::Column::AppId.eq(app.as_uuid()));
        let rows = query.all(&self.db()).await.doing("list secrets")?;
        rows.into_iter().map(|row| Ok((row.name, instant_or_none(row.expires_at)?))).collect()
    }
}

impl Tx {
    /// Stores a secret, in place of an older one; when it ends is not known.
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
            expires_at: Set(None),
        };
        let replace = OnConflict::columns([secret::Column::AppId, secret::Column::Name])
            .update_columns([
                secret::Column::Nonce,
                secret::Column::Ciphertext,
                secret::Column::UpdatedAt,
                secret::Column::ExpiresAt,
            ])
            .to_owned();
        secret::Entity::insert(row)
            .on_conflict(replace)
            .exec_without_returning(&self.db())
            .await
            .doing("write a secret")?;
        Ok(())
    }

    /// Notes when a secret ends. False when there is none of this name.
    pub async fn set_secret_expiry(
        &self,
        app: AppId,
        name: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let row = secret::ActiveModel { expires_at: Set(expires_at.map(millis)), ..Default::default() };
        let query = secret::Entity::update_many()
            .set(row)
            .filter(secret::Column::AppId.eq(app.as_uuid()))
            .filter(secret::Column::Name.eq(name));
        Ok(query.exec(&self.db()).await.doing("note when a secret ends")?.rows_affected > 0)
    }

    /// Removes a secret. False when there was none.
    pub async fn delete_secret(&self, app: AppId, name: &str) -> Result<bool, StoreError> {
        let key = (app.as_uuid(), name.to_owned());
        let done = secret::Entity::delete_by_id(key).exec(&self.db()).await.doing("delete a secret")?;
        Ok(done.rows_affected > 0)
    }
}
