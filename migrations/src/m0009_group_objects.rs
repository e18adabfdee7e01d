//! Groups are provisioned as people are: links, intents, escrows, changes and log rows say which kind of object they
//! are about. Two objects of one target may have the same id there when they are of different kinds.
//! The audit log says why something was refused.

use crate::table::{text, text_or_null, unique};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Where an object's id stood in a column named after people.
const RENAMED: [&str; 3] = ["changes", "intents", "escrows"];

/// What says which kind of object a row is about. Everything there was before is about people.
const KINDS: [(&str, &str); 5] = [
    ("changes", "object_kind"),
    ("intents", "object_kind"),
    ("escrows", "object_kind"),
    ("links", "object_kind"),
    ("provisioning_logs", "source_kind"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in RENAMED {
            rename(manager, table, "user_id", "object_id").await?;
        }
        for (table, name) in KINDS {
            let column = text(name).default("User").take();
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }
        let cursor = text_or_null("cycle_cursor_kind");
        manager.alter_table(Table::alter().table("job_statuses").add_column(cursor).take()).await?;
        let refusal = text_or_null("refusal");
        manager.alter_table(Table::alter().table("audit_logs").add_column(refusal).take()).await?;
        drop_index(manager, "ux_links_job_id_target_id").await?;
        unique(manager, "links", &["job_id", "object_kind", "target_id"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager, "ux_links_job_id_object_kind_target_id").await?;
        for (table, name) in KINDS.into_iter().rev() {
            // A version that knows people only would take these rows for people who are gone.
            let groups = Query::delete().from_table(table).and_where(Expr::col(name).eq("Group")).to_owned();
            manager.execute(groups).await?;
            drop_column(manager, table, name).await?;
        }
        let lost = Query::update()
            .table("job_statuses")
            .value("cycle_cursor", Option::<Vec<u8>>::None)
            .and_where(Expr::col("cycle_cursor_kind").eq("Group"))
            .to_owned();
        manager.execute(lost).await?;
        drop_column(manager, "job_statuses", "cycle_cursor_kind").await?;
        drop_column(manager, "audit_logs", "refusal").await?;
        for table in RENAMED {
            rename(manager, table, "object_id", "user_id").await?;
        }
        unique(manager, "links", &["job_id", "target_id"]).await
    }
}

async fn rename(
    manager: &SchemaManager<'_>,
    table: &'static str,
    from: &'static str,
    to: &'static str,
) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).rename_column(from, to).take()).await
}

async fn drop_column(
    manager: &SchemaManager<'_>,
    table: &'static str,
    column: &'static str,
) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).drop_column(column).take()).await
}

async fn drop_index(manager: &SchemaManager<'_>, name: &'static str) -> Result<(), DbErr> {
    manager.drop_index(Index::drop().name(name).to_owned()).await
}
