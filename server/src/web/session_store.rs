//! Where sessions live: the store's table, through a small `SessionStore` of our own (the published ones
//! still pull another sqlx).
//!
//! Invariants:
//! - The id in the table is a hash of the cookie's: a reader of the database can't sign in with it.
//! - A session ends after the idle time, and whatever happens after the longest time since sign-in. Both
//!   are counted by our own clock, here, at every save.
//! - A stranger's session (a refused sign-in's code lives in one) ends soon, holds little, and there are never many:
//!   strangers can't fill the disk.
//! - `save` never brings a deleted session back: a slow request must not undo a sign-out.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use purser_app::context::{ADMINISTRATOR, SIGNED_IN_AT};
use purser_store::{Clock, SessionRecord, Store};
use sha2::{Digest, Sha256};
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store,
};

/// Session key of the last activity of a person.
pub const SEEN_AT: &str = "seen_at";

/// How long a stranger's session lasts.
const ANONYMOUS: Duration = Duration::from_secs(15 * 60);
/// Bytes that such a session may hold; one with more is not kept.
const ANONYMOUS_BYTES: usize = 4 * 1024;
/// How many of them are kept; beyond, the oldest goes.
const ANONYMOUS_ROWS: usize = 10_000;

/// How long sessions last.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    /// Without activity.
    pub idle: Duration,
    /// Since sign-in.
    pub absolute: Duration,
}

/// Sessions in the store.
#[derive(Clone)]
pub struct StoredSessions {
    store: Store,
    clock: Arc<dyn Clock>,
    limits: SessionLimits,
    /// Keys of the anonymous sessions that this process made, oldest first. Those of one before it end by themselves.
    anonymous: Arc<Mutex<VecDeque<String>>>,
    most_anonymous: usize,
}

impl fmt::Debug for StoredSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredSessions").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl StoredSessions {
    /// Sessions in this store.
    pub fn new(store: Store, clock: Arc<dyn Clock>, limits: SessionLimits) -> Self {
        Self { store, clock, limits, anonymous: Arc::default(), most_anonymous: ANONYMOUS_ROWS }
    }

    /// Whether the row is to be kept. An anonymous one is counted when it is new, and may push out another.
    async fn admit(&self, record: &Record, row: &SessionRecord, is_new: bool) -> session_store::Result<bool> {
        if record.data.contains_key(ADMINISTRATOR) {
            return Ok(true);
        }
        if row.data.len() > ANONYMOUS_BYTES {
            tracing::debug!(bytes = row.data.len(), "an anonymous session holds too much and was not kept");
            return Ok(false);
        }
        let oldest = is_new.then(|| {
            let mut kept = self.anonymous.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push_back(row.id.clone());
            if kept.len() > self.most_anonymous { kept.pop_front() } else { None }
        });
        if let Some(oldest) = oldest.flatten() {
            self.store.delete_session(&oldest).await.map_err(backend)?;
        }
        Ok(true)
    }

    fn row(&self, record: &Record) -> session_store::Result<SessionRecord> {
        let data =
            serde_json::to_vec(record).map_err(|error| session_store::Error::Encode(error.to_string()))?;
        Ok(SessionRecord { id: key_of(&record.id), data, expires_at: self.expires_at(record) })
    }

    fn expires_at(&self, record: &Record) -> Timestamp {
        let now = self.clock.now();
        let after =
            |from: Timestamp, duration: Duration| from.checked_add(duration).unwrap_or(Timestamp::MAX);
        let instant = |key: &str| {
            let value = record.data.get(key)?;
            serde_json::from_value::<Timestamp>(value.clone()).ok()
        };
        match (record.data.contains_key(ADMINISTRATOR), instant(SIGNED_IN_AT)) {
            (true, Some(signed_in)) => {
                let seen = instant(SEEN_AT).unwrap_or(signed_in).max(signed_in);
                after(seen, self.limits.idle).min(after(signed_in, self.limits.absolute))
            }
            _ => after(now, ANONYMOUS),
        }
    }
}

fn key_of(id: &Id) -> String {
    Sha256::digest(id.0.to_le_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn backend(error: impl fmt::Display) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for StoredSessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        if !self.admit(record, &self.row(record)?, true).await? {
            return Ok(());
        }
        while !self.store.create_session(&self.row(record)?).await.map_err(backend)? {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let row = self.row(record)?;
        if !self.admit(record, &row, false).await? {
            return Ok(());
        }
        if !self.store.update_session(&row).await.map_err(backend)? {
            tracing::debug!("a session ended while a request used it");
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let row = self.store.load_session(&key_of(id), self.clock.now()).await.map_err(backend)?;
        row.map(|row| serde_json::from_slice(&row.data))
            .transpose()
            .map_err(|error| session_store::Error::Decode(error.to_string()))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.store.delete_session(&key_of(id)).await.map_err(backend)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_store::{StoreConfig, SystemClock};
    use tower_sessions::cookie::time::OffsetDateTime;

    async fn sessions(folder: &std::path::Path) -> StoredSessions {
        let file = folder.join("purser.db").display().to_string();
        let config = StoreConfig { database_url: format!("sqlite://{file}?mode=rwc"), master_key: [0; 32] };
        let store = Store::open(&config).await.unwrap();
        purser_migrations::migrate(store.connection()).await.unwrap();
        let hour = Duration::from_secs(3_600);
        let limits = SessionLimits { idle: hour, absolute: hour };
        StoredSessions { most_anonymous: 3, ..StoredSessions::new(store, Arc::new(SystemClock), limits) }
    }

    fn record(key: &str, value: impl Into<serde_json::Value>) -> Record {
        let data = [(key.to_owned(), value.into())].into();
        Record { id: Id::default(), data, expiry_date: OffsetDateTime::UNIX_EPOCH }
    }

    #[tokio::test]
    async fn of_too_many_anonymous_sessions_the_oldest_go_and_signed_in_ones_stay() {
        let folder = tempfile::tempdir().unwrap();
        let sessions = sessions(folder.path()).await;
        let mut made = Vec::new();
        for key in [ADMINISTRATOR, "a", "b", "c", "d", "e"] {
            let mut new = record(key, "x");
            sessions.create(&mut new).await.unwrap();
            made.push(new.id);
        }
        let mut kept = Vec::new();
        for id in &made {
            kept.push(sessions.load(id).await.unwrap().is_some());
        }
        assert_eq!(kept, [true, false, false, true, true, true]);
    }

    #[tokio::test]
    async fn an_anonymous_session_that_holds_too_much_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let sessions = sessions(folder.path()).await;
        let mut large = record("flash", "x".repeat(ANONYMOUS_BYTES));
        sessions.create(&mut large).await.unwrap();
        assert!(sessions.load(&large.id).await.unwrap().is_none());

        let mut small = record("flash", "x");
        sessions.create(&mut small).await.unwrap();
        let grown = Record { id: small.id, ..record("flash", "x".repeat(ANONYMOUS_BYTES)) };
        sessions.save(&grown).await.unwrap();
        let stored = sessions.load(&small.id).await.unwrap().unwrap();
        assert_eq!(stored.data["flash"], "x");

        let mut own = record(ADMINISTRATOR, "x".repeat(ANONYMOUS_BYTES));
        sessions.create(&mut own).await.unwrap();
        assert!(sessions.load(&own.id).await.unwrap().is_some());
    }
}
