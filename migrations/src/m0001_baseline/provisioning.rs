//! What the engine keeps: links, intents, escrows and the provisioning log.

use crate::table::{id, index, key, number, owned, sequence, text, text_or_null, unique};
use sea_orm_migration::prelude::*;

/// In the order in which they can be dropped.
pub(super) const TABLES: &[&str] = &["provisioning_logs", "escrows", "intents", "links"];

pub(super) async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // `source_id` has no foreign key: a link outlives the person, so that the account can still be removed.
    let mut links = Table::create();
    links
        .table("links")
        .col(key("id"))
        .col(id("job_id"))
        .col(id("source_id"))
        .col(text("object_kind"))
        .col(text("target_id"))
        .col(text("state"))
        .col(text("origin"))
        .col(text_or_null("cause"))
        .col(text("display_name"))
        .col(text("exported"))
        .foreign_key(&mut owned("links", "job_id", "job_specs", "job_id"));
    manager.create_table(links).await?;
    unique(manager, "links", &["job_id", "source_id"]).await?;
    // Two objects of one target may have the same id there when they are of different kinds.
    unique(manager, "links", &["job_id", "object_kind", "target_id"]).await?;
    index(manager, "links", &["source_id"]).await?;

    let mut intents = Table::create();
    intents
        .table("intents")
        .col(id("job_id"))
        .col(id("object_id"))
        .col(text("object_kind"))
        .col(id("cycle_id"))
        .col(text("action"))
        .col(text_or_null("target_id"))
        .col(text("detail"))
        .col(number("opened_at"))
        .primary_key(Index::create().col("job_id").col("object_id"))
        .foreign_key(&mut owned("intents", "job_id", "job_specs", "job_id"));
    manager.create_table(intents).await?;

    let mut escrows = Table::create();
    escrows
        .table("escrows")
        .col(id("job_id"))
        .col(id("object_id"))
        .col(text("object_kind"))
        .col(text("kind"))
        .col(text("code"))
        .col(text("message"))
        .col(number("attempts"))
        .col(number("since"))
        .col(number("due_at"))
        .primary_key(Index::create().col("job_id").col("object_id"))
        .foreign_key(&mut owned("escrows", "job_id", "job_specs", "job_id"));
    manager.create_table(escrows).await?;
    index(manager, "escrows", &["job_id", "due_at"]).await?;

    // The log outlives the application and the people it speaks of: no foreign keys.
    let mut provisioning_logs = Table::create();
    provisioning_logs
        .table("provisioning_logs")
        .col(sequence("seq"))
        .col(id("change_id"))
        .col(id("app_id"))
        .col(id("job_id"))
        .col(id("cycle_id"))
        .col(number("at"))
        .col(text("action"))
        .col(text("status"))
        .col(id("source_id"))
        .col(text("source_kind"))
        .col(text("source_name"))
        .col(text("source_detail"))
        .col(text_or_null("target_id"))
        .col(text("summary"))
        .col(number("duration_ms"))
        .col(text("search_key"))
        .col(text("detail"));
    manager.create_table(provisioning_logs).await?;
    unique(manager, "provisioning_logs", &["change_id"]).await?;
    index(manager, "provisioning_logs", &["app_id", "seq"]).await?;
    index(manager, "provisioning_logs", &["app_id", "status", "seq"]).await?;
    index(manager, "provisioning_logs", &["app_id", "action", "seq"]).await?;
    index(manager, "provisioning_logs", &["source_id", "seq"]).await
}
