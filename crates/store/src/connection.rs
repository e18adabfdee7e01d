//! Opening the database, and the three faces of it: [`Store`], [`Reads`], [`Tx`].

use crate::{StoreError, cipher::Cipher, error::Doing};
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DatabaseExecutor, DatabaseTransaction,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sqlx::{
        SqlitePool,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use std::{ops::Deref, sync::Arc, time::Duration};

const READERS: u32 = 8;
const WAIT: Duration = Duration::from_secs(10);
/// How long a write waits for the writes before it. The longest of them is a batch of an import.
const WRITER_WAIT: Duration = Duration::from_secs(60);
/// Prepared statements kept by a connection; the bulk statements of a cycle stay among them.
const STATEMENTS: usize = 256;

/// Page caches, in SQLite's spelling of 16 MB and 2 MB. The readers' counts for each of them.
const WRITER_CACHE: &str = "-16384";
const READER_CACHE: &str = "-2048";

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
    ///
    /// # Errors
    /// When the database can't be opened.
    pub async fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        // The writer comes first: it turns WAL on, which a reader could not do beside others.
        let writer = connect(&config.database_url, 1, WRITER_WAIT, WRITER_CACHE).await?;
        let readers = connect(&config.database_url, READERS, WAIT, READER_CACHE).await?;
        let cipher = Arc::new(Cipher::new(&config.master_key));
        let reads = Arc::new(Reads { source: Source::Pool(readers.clone()), cipher });
        Ok(Self { reads, readers, writer })
    }

    /// The writer's connection, for migrations.
    #[must_use]
    pub fn connection(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// A pool on the same database for the queue.
    #[must_use]
    pub fn queue_pool(&self) -> SqlitePool {
        self.readers.get_sqlite_connection_pool().clone()
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// When it gives none.
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
    ///
    /// # Errors
    /// When a connection can't be closed in order.
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
}

impl Deref for Tx {
    type Target = Reads;

    fn deref(&self) -> &Reads {
        &self.reads
    }
}

async fn connect(
    url: &str,
    connections: u32,
    wait: Duration,
    cache: &'static str,
) -> Result<DatabaseConnection, StoreError> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(wait)
        // A connection to a file does not go stale, so it need not be tried before each use, nor replaced.
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .busy_timeout(WAIT)
                .foreign_keys(true)
                .statement_cache_capacity(STATEMENTS)
                // 16 MB: pages of an index that every batch touches are copied back to the file once, not each time.
                .pragma("wal_autocheckpoint", "4000")
                .pragma("cache_size", cache)
                .pragma("temp_store", "memory")
        })
        .map_sqlx_sqlite_pool_opts(|pool| pool.max_lifetime(None).idle_timeout(None));
    Database::connect(options).await.map_err(|source| StoreError::Open { source })
}
