//! Browser sessions, as bytes that only the session layer understands. Each write is a transaction of its own.

use crate::{
    Reads, Store, StoreError,
    convert::{instant, millis},
    entities::session,
    error::Doing,
};
use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

/// A session.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Id, which is what the cookie holds.
    pub id: String,
    /// Content.
    pub data: Vec<u8>,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for SessionRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionRecord").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl Reads {
    /// The session with this id unless it has ended.
    pub async fn load_session(&self, id: &str, now: Timestamp) -> Result<Option<SessionRecord>, StoreError> {
        let query = session::Entity::find_by_id(id).filter(session::Column::ExpiresAt.gt(millis(now)));
        let found = query.one(&self.db()).await.doing("load a session")?;
        found
            .map(|row| Ok(SessionRecord { id: row.id, data: row.data, expires_at: instant(row.expires_at)? }))
            .transpose()
    }
}

impl Store {
    /// Adds a session. False when the id is in use: take another one.
    pub async fn create_session(&self, new: &SessionRecord) -> Result<bool, StoreError> {
        let inserted = session::Entity::insert(to_row(new)).exec_without_returning(self.writer()).await;
        match inserted.doing_unique("create a session", "session") {
            Ok(_) => Ok(true),
            Err(StoreError::Taken { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Stores a session that is still there. False when it was ended meanwhile: it stays ended.
    pub async fn update_session(&self, changed: &SessionRecord) -> Result<bool, StoreError> {
        let done = session::Entity::update_many()
            .set(to_row(changed))
            .filter(session::Column::Id.eq(changed.id.as_str()))
            .exec(self.writer())
            .await
            .doing("update a session")?;
        Ok(done.rows_affected > 0)
    }

    /// Ends a session. Does nothing when there is none.
    pub async fn delete_session(&self, id: &str) -> Result<(), StoreError> {
        session::Entity::delete_by_id(id).exec(self.writer()).await.doing("delete a session")?;
        Ok(())
    }

    /// Removes sessions that have ended. Returns how many.
    pub async fn purge_sessions(&self, now: Timestamp) -> Result<u64, StoreError> {
        let ended = session::Entity::delete_many().filter(session::Column::ExpiresAt.lte(millis(now)));
        Ok(ended.exec(self.writer()).await.doing("purge sessions")?.rows_affected)
    }
}

fn to_row(session: &SessionRecord) -> session::ActiveModel {
    session::ActiveModel {
        id: Set(session.id.clone()),
        data: Set(session.data.clone()),
        expires_at: Set(millis(session.expires_at)),
    }
}
