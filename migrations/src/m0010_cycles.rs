//! Cycles count people and groups apart.

use crate::table::{counter, number_or_null};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COUNTERS: [&str; 2] = ["processed_groups", "total_groups"];
/// Said nothing that `last_run_at` does not say.
const GONE: &str = "last_success_at";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in COUNTERS {
            manager
                .alter_table(Table::alter().table("job_statuses").add_column(counter(name)).take())
                .await?;
        }
        manager.alter_table(Table::alter().table("job_statuses").drop_column(GONE).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = number_or_null(GONE);
        manager.alter_table(Table::alter().table("job_statuses").add_column(column).take()).await?;
        for name in COUNTERS {
            manager.alter_table(Table::alter().table("job_statuses").drop_column(name).take()).await?;
        }
        Ok(())
    }
}
