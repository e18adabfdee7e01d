//! Settings of the installation that are not in its configuration, by name.

use crate::{Reads, StoreError, Tx, entities::setting, error::Doing};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

impl Reads {
    /// The value of a setting.
    pub async fn find_setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let found = setting::Entity::find_by_id(name).one(&self.db()).await.doing("find a setting")?;
        Ok(found.map(|row| row.value))
    }
}

impl Tx {
    /// Stores a setting, in place of an older value.
    pub async fn put_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let row = setting::ActiveModel { name: Set(name.to_owned()), value: Set(value.to_owned()) };
        let replace =
            OnConflict::column(setting::Column::Name).update_column(setting::Column::Value).to_owned();
        setting::Entity::insert(row)
            .on_conflict(replace)
            .exec_without_returning(&self.db())
            .await
            .doing("put a setting")?;
        Ok(())
    }

    /// Removes a setting. False when there was none.
    pub async fn delete_setting(&self, name: &str) -> Result<bool, StoreError> {
        let done = setting::Entity::delete_by_id(name).exec(&self.db()).await.doing("delete a setting")?;
        Ok(done.rows_affected > 0)
    }
}
