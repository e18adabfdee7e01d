//! Jobs: what humans decide (`job_specs`, secrets) and what the worker writes (`job_statuses`).

use crate::table::{
    bytes, counter, flag, id, id_or_null, index, key, number, number_or_null, owned, text, text_or_null,
    unique,
};
use sea_orm_migration::prelude::*;

/// In the order in which they can be dropped.
pub(super) const TABLES: &[&str] = &["secrets", "job_statuses", "job_specs"];

pub(super) async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut job_specs = Table::create();
    job_specs
        .table("job_specs")
        .col(key("job_id"))
        .col(id("app_id"))
        .col(number("generation"))
        .col(number("mapping_generation"))
        .col(text("mode"))
        .col(flag("enabled"))
        .col(text("scope"))
        .col(text("tenant_url"))
        .col(text("notification_email"))
        .col(flag("notify_on_failure"))
        .col(flag("default_access_counts"))
        .col(text("credential_method"))
        .col(text("profile"))
        // What maps where, as one document in Graph's shape; empty until the job was given one.
        .col(text("schema").default("").take())
        .col(number("updated_at"))
        .foreign_key(&mut owned("job_specs", "app_id", "applications", "id"));
    manager.create_table(job_specs).await?;
    unique(manager, "job_specs", &["app_id"]).await?;
    index(manager, "job_specs", &["enabled"]).await?;

    let mut statuses = Table::create();
    statuses
        .table("job_statuses")
        .col(key("job_id"))
        .col(counter("observed_generation"))
        .col(counter("observed_mapping_generation"))
        .col(flag("initial_done"))
        .col(counter("watermark"))
        .col(id_or_null("cycle_id"))
        .col(text_or_null("cycle_kind"))
        .col(id_or_null("cycle_cursor"))
        .col(text_or_null("cycle_cursor_kind"))
        .col(number_or_null("cycle_start_seq"))
        .col(number_or_null("cycle_started_at"))
        .col(counter("processed"))
        .col(counter("total"))
        .col(counter("processed_groups"))
        .col(counter("total_groups"));
    for outcome in ["created", "updated", "disabled", "deleted", "skipped", "failed"] {
        statuses.col(counter(outcome));
    }
    statuses
        .col(number_or_null("first_run_at"))
        .col(number_or_null("last_run_at"))
        .col(text_or_null("last_cycle"))
        .col(text_or_null("quarantine"))
        .col(number_or_null("quarantine_until"))
        .col(id_or_null("lease_owner"))
        .col(number_or_null("lease_until"))
        .foreign_key(&mut owned("job_statuses", "job_id", "job_specs", "job_id"));
    manager.create_table(statuses).await?;

    let mut secrets = Table::create();
    secrets
        .table("secrets")
        .col(id("app_id"))
        .col(text("name"))
        .col(bytes("nonce"))
        .col(bytes("ciphertext"))
        .col(number("updated_at"))
        .col(number_or_null("expires_at"))
        .primary_key(Index::create().col("app_id").col("name"))
        .foreign_key(&mut owned("secrets", "app_id", "applications", "id"));
    manager.create_table(secrets).await
}
