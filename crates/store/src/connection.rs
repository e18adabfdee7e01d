//! Opening the database, and the three faces of it: [`Store`], [`Reads`], [`Tx`].

use crate::{StoreError, cipher::Cipher, error::Doing};
use sea_orm::{
    ActiveModelTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseExecutor,
    DatabaseTransaction, DbErr, EntityTrait, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait, TryGetableMany,
    sqlx::{
        SqlitePool,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use std::{ops::Deref, sync::Arc, time::Duration};

/// How long a connection waits for SQLite's lock, which another process may hold.
const BUSY: Duration = Duration::from_secs(10);
/// Prepared statements kept by a connection; the bulk statements of a cycle stay among them.
const STATEMENTS: usize = 256;

/// How a pool's connections differ from the other's.
struct Kind {
    connections: u32,
    /// How long a caller waits for one.
    wait: Duration,
    synchronous: SqliteSynchronous,
    /// The page cache of each, in SQLite's spelling.
    cache: &'static str,
    /// Whether a statement that would write is refused.
    read_only: &'static str,
}

/// The one that writes. It commits with `FULL`, so that what was answered for survives a power cut. The longest write that
/// others wait for is a batch of an import.
const WRITER: Kind = Kind {
    connections: 1,
    wait: Duration::from_secs(60),
    synchronous: SqliteSynchronous::Full,
    cache: "-16384",
    read_only: "off",
};

/// Those that read.
const READERS: Kind = Kind {
    connections: 8,
    wait: Duration::from_secs(10),
    synchronous: SqliteSynchronous::Normal,
    cache: "-2048",
    read_only: "on",
};

/// What is needed to open the store.
#[derive(Clone)]
pub struct StoreConfig {
    /// For example `sqlite:purser.db?mode=rwc`.
    pub database_url: String,
    /// Encrypts secrets at rest.
    pub master_key: [u8; 32],
}

impl std::fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoreConfig")
            .field("database_url", &self.database_url)
            .field("master_key", &"***")
            .finish()
    }
}

/// The open database. Clones share it.
#[derive(Clone)]
pub struct Store {
    reads: Arc<Reads>,
    readers: DatabaseConnection,
    writer: DatabaseConnection,
}

impl Store {
    /// Opens the database, which is made when `database_url` says `mode=rwc`. Does not migrate it.
    pub async fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        // The writer comes first: it turns WAL on, which a reader could not do beside others.
        let writer = connect(&config.database_url, &WRITER).await?;
        let readers = connect(&config.database_url, &READERS).await?;
        let cipher = Arc::new(Cipher::new(&config.master_key));
        let reads = Arc::new(Reads { source: Source::Pool(readers.clone()), cipher });
        Ok(Self { reads, readers, writer })
    }

    /// The writer's connection, for migrations.
    #[must_use]
    pub fn connection(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// The writer's connection as the queue wants it.
    pub(crate) fn queue_pool(&self) -> SqlitePool {
        self.writer.get_sqlite_connection_pool().clone()
    }

    /// Asks the database for a sign of life.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.readers.ping().await.doing("reach the database")
    }

    /// Begins a transaction that writes. It waits for the writer before it.
    ///
    /// # Errors
    /// When the writers before it take longer than a minute.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.writer.begin_with_options(options).await.doing("begin a transaction")?;
        Ok(Tx { reads: self.within(transaction) })
    }

    /// Begins a transaction that only reads, so that several reads see one state.
    pub(crate) async fn snapshot(&self) -> Result<Reads, StoreError> {
        Ok(self.within(self.readers.begin().await.doing("begin a read")?))
    }

    /// The writer's connection, for writes that are one statement.
    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Closes all connections once they are idle.
    pub async fn close(self) -> Result<(), StoreError> {
        self.readers.close().await.doing("close the database")?;
        self.writer.close().await.doing("close the database")
    }

    fn within(&self, transaction: DatabaseTransaction) -> Reads {
        Reads { source: Source::Transaction(transaction), cipher: Arc::clone(&self.reads.cipher) }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

impl Deref for Store {
    type Target = Reads;

    fn deref(&self) -> &Reads {
        &self.reads
    }
}

/// Everything that can be asked. Reached through [`Store`] and [`Tx`].
pub struct Reads {
    source: Source,
    pub(crate) cipher: Arc<Cipher>,
}

enum Source {
    Pool(DatabaseConnection),
    Transaction(DatabaseTransaction),
}

impl Reads {
    pub(crate) fn db(&self) -> DatabaseExecutor<'_> {
        match &self.source {
            Source::Pool(connection) => DatabaseExecutor::Connection(connection),
            Source::Transaction(transaction) => DatabaseExecutor::Transaction(transaction),
        }
    }

    /// The rows of a statement that was written by hand.
    pub(crate) async fn read_rows<T: TryGetableMany>(
        &self,
        statement: Statement,
        doing: &'static str,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.db().query_all_raw(statement).await.doing(doing)?;
        rows.iter().map(|row| row.try_get_many_by_index().doing(doing)).collect()
    }
}

/// A transaction that writes. Dropping it without [`Tx::commit`] leaves everything as it was.
pub struct Tx {
    reads: Reads,
}

impl Tx {
    /// Makes everything that was written final.
    ///
    /// # Errors
    /// When the database refuses; then nothing was written.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.reads.source {
            Source::Transaction(transaction) => transaction.commit().await.doing("commit"),
            // Not made by anybody: `Store::begin` is the only way to a `Tx`.
            Source::Pool(_) => Ok(()),
        }
    }

    pub(crate) async fn insert<A>(&self, row: A) -> Result<(), DbErr>
    where
        A: ActiveModelTrait,
    {
        A::Entity::insert(row).exec_without_returning(&self.db()).await.map(drop)
    }

    pub(crate) async fn insert_many<A>(&self, rows: impl IntoIterator<Item = A>) -> Result<(), DbErr>
    where
        A: ActiveModelTrait,
    {
        A::Entity::insert_many(rows).exec_without_returning(&self.db()).await.map(drop)
    }
}

impl Deref for Tx {
    type Target = Reads;

    fn deref(&self) -> &Reads {
        &self.reads
    }
}

async fn connect(url: &str, kind: &'static Kind) -> Result<DatabaseConnection, StoreError> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(kind.connections)
        .acquire_timeout(kind.wait)
        // A connection to a file does not go stale, so it need not be tried before each use, nor replaced.
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(kind.synchronous)
                .busy_timeout(BUSY)
                .foreign_keys(true)
                .statement_cache_capacity(STATEMENTS)
                // 16 MB: pages of an index that every batch touches are copied back to the file once, not each time.
                .pragma("wal_autocheckpoint", "4000")
                .pragma("cache_size", kind.cache)
                .pragma("temp_store", "memory")
                .pragma("query_only", kind.read_only)
        })
        .map_sqlx_sqlite_pool_opts(|pool| pool.max_lifetime(None).idle_timeout(None));
    Database::connect(options).await.map_err(|source| StoreError::Open { source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::{ConnectionTrait, DbBackend, Statement};

    async fn open(folder: &tempfile::TempDir) -> Store {
        let database_url = format!("sqlite:{}?mode=rwc", folder.path().join("purser.db").display());
        Store::open(&StoreConfig { database_url, master_key: [7; 32] }).await.unwrap()
    }

    async fn ask(db: &DatabaseConnection, pragma: &str) -> i64 {
        let statement = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA {pragma}"));
        db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    #[tokio::test]
    async fn what_is_written_is_on_the_disk_before_the_commit_returns() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder).await;
        let full = 2;
        assert_eq!(ask(store.writer(), "synchronous").await, full);
        assert_eq!(ask(store.connection(), "synchronous").await, full);
        let queue = DatabaseConnection::from(store.queue_pool());
        assert_eq!(ask(&queue, "synchronous").await, full, "the queue writes through the writer, too");
    }

    #[tokio::test]
    async fn nothing_is_written_past_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder).await;
        store.writer().execute_unprepared("CREATE TABLE t (x)").await.unwrap();
        assert_eq!(ask(&store.readers, "query_only").await, 1);
        assert!(store.readers.execute_unprepared("INSERT INTO t VALUES (1)").await.is_err());
    }
}
