//! The first schema, a file for each area of tables.
//!
//! Until the first release it may be edited; a column goes into the table's statement. Afterwards it is as fixed as every
//! other step.

mod access;
mod applications;
mod directory;
mod imports;
mod jobs;
mod provisioning;

use crate::table::drop;
use sea_orm_migration::prelude::*;

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0001_baseline"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        directory::create(manager).await?;
        applications::create(manager).await?;
        jobs::create(manager).await?;
        provisioning::create(manager).await?;
        access::create(manager).await?;
        imports::create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for tables in [
            imports::TABLES,
            access::TABLES,
            provisioning::TABLES,
            jobs::TABLES,
            applications::TABLES,
            directory::TABLES,
        ] {
            drop(manager, tables).await?;
        }
        Ok(())
    }
}
