//! The history of Purser's database schema, one file a step.
//!
//! Invariants:
//! - A step that was released is never edited: a later step changes what it made. None was released yet, so that there
//!   is one step, [`m0001_baseline`], and a new table or column goes into its statement there.
//! - A step names tables and columns literally. It knows nothing of the entities in `purser-store`, so that it still
//!   means the same when they have moved on.
//! - Every step runs in a transaction, on SQLite too: a half-applied step does not exist.
//! - Instants are `INTEGER` milliseconds since 1970 in UTC, ids are 16-byte UUIDs.
//!
//! The queue's own tables live in the same file and have their own history; nothing here touches them.
//!
//! To add a table before the first release: 1. its statement in the file of its area in `m0001_baseline`, its name in
//! that file's `TABLES`; 2. the entity in `purser-store`. To add a step after it: 1. a file `mNNNN_noun.rs` with `up` and
//! `down`; 2. one line in [`Migrator::migrations`]; 3. the entity. The store's tests run every step up, down and up again,
//! and compare each entity with its table.

mod m0001_baseline;
mod table;

use sea_orm_migration::{
    MigrationTrait,
    sea_orm::{DatabaseConnection, DbErr},
};

pub use sea_orm_migration::MigratorTrait;

/// All steps in order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_baseline::Migration)]
    }
}

/// Brings the database up to date. Does nothing when it is.
///
/// # Errors
/// When a step fails (it is rolled back; the steps before it stay), or when the database was made by a newer Purser
/// that has steps which this one does not know.
pub async fn migrate(db: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(db, None).await
}

/// Names of the steps that [`migrate`] would apply. Writes nothing.
///
/// # Errors
/// When the database can't be read or was made by a newer Purser.
pub async fn pending(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let pending = Migrator::get_pending_migrations_read_only(db).await?;
    Ok(pending.iter().map(|migration| migration.name().to_owned()).collect())
}
