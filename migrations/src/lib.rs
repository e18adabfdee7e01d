//! The history of Purser's database schema, one file a step.
//!
//! Invariants:
//! - A step that was released is never edited: a later step changes what it made.
//! - A step names tables and columns literally. It knows nothing of the entities in `purser-store`, so that it still
//!   means the same when they have moved on.
//! - Every step runs in a transaction, on SQLite too: a half-applied step does not exist.
//! - Instants are `INTEGER` milliseconds since 1970 in UTC, ids are 16-byte UUIDs.
//!
//! The queue's own tables live in the same file and have their own history; nothing here touches them.
//!
//! To add a step: 1. a file `mNNNN_noun.rs` with `up` and `down`; 2. one line in [`Migrator::migrations`];
//! 3. the entity in `purser-store`. The store's tests run every step up, down and up again.

mod m0001_directory;
mod m0002_applications;
mod m0003_jobs;
mod m0004_provisioning;
mod m0005_access;
mod m0006_imports;
mod m0007_job_schemas;
mod m0008_connections;
mod m0009_group_objects;
mod m0010_cycles;
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
        vec![
            Box::new(m0001_directory::Migration),
            Box::new(m0002_applications::Migration),
            Box::new(m0003_jobs::Migration),
            Box::new(m0004_provisioning::Migration),
            Box::new(m0005_access::Migration),
            Box::new(m0006_imports::Migration),
            Box::new(m0007_job_schemas::Migration),
            Box::new(m0008_connections::Migration),
            Box::new(m0009_group_objects::Migration),
            Box::new(m0010_cycles::Migration),
        ]
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
