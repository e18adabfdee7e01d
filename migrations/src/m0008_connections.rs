//! How an application is spoken to: which credential method it uses, what it has otherwise than its gallery file says,
//! when its credentials end, and which of its roles come from the application itself.

use crate::table::{number_or_null, text};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns().into_iter().rev() {
            let name = column.get_column_name().to_owned();
            manager.alter_table(Table::alter().table(table).drop_column(Alias::new(name)).take()).await?;
        }
        Ok(())
    }
}

fn columns() -> [(&'static str, ColumnDef); 5] {
    let with_default = |name, default: &str| {
        let mut column = text(name);
        column.default(default);
        column
    };
    [
        ("job_specs", with_default("credential_method", "")),
        ("job_specs", with_default("profile", "{}")),
        ("secrets", number_or_null("expires_at")),
        ("app_roles", with_default("origin", "portal")),
        ("app_roles", number_or_null("missing_since")),
    ]
}
