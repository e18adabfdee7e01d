//! Jobs: what humans decide (`job_specs`, mappings, secrets) and what the worker writes (`job_statuses`).

use crate::table::{
    bytes, counter, drop, flag, id, id_or_null, index, key, number, number_or_null, text, text_or_null,
    unique,
};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
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
                    .col(number("updated_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("job_specs", "app_id")
                            .to("applications", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
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
            .col(number_or_null("cycle_start_seq"))
            .col(number_or_null("cycle_started_at"))
            .col(counter("processed"))
            .col(counter("total"));
        for outcome in ["created", "updated", "disabled", "deleted", "skipped", "failed"] {
            statuses.col(counter(outcome));
        }
        statuses
            .col(number_or_null("first_run_at"))
            .col(number_or_null("last_run_at"))
            .col(number_or_null("last_success_at"))
            .col(text_or_null("last_cycle"))
            .col(text_or_null("quarantine"))
            .col(number_or_null("quarantine_until"))
            .col(id_or_null("lease_owner"))
            .col(number_or_null("lease_until"))
            .foreign_key(
                ForeignKey::create()
                    .from("job_statuses", "job_id")
                    .to("job_specs", "job_id")
                    .on_delete(ForeignKeyAction::Cascade),
            );
        manager.create_table(statuses).await?;

        manager
            .create_table(
                Table::create()
                    .table("object_mappings")
                    .col(id("job_id"))
                    .col(text("mapping_key"))
                    .col(number("position"))
                    .col(text("name"))
                    .col(flag("enabled"))
                    .col(flag("creates"))
                    .col(flag("updates"))
                    .col(flag("deletes"))
                    .primary_key(Index::create().col("job_id").col("mapping_key"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("object_mappings", "job_id")
                            .to("job_specs", "job_id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("attribute_mappings")
                    .col(id("job_id"))
                    .col(text("mapping_key"))
                    .col(number("position"))
                    .col(text("target"))
                    .col(text("source"))
                    .col(text_or_null("default_value"))
                    .col(text("apply"))
                    .col(number_or_null("matching_priority"))
                    .primary_key(Index::create().col("job_id").col("mapping_key").col("position"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("attribute_mappings", ("job_id", "mapping_key"))
                            .to("object_mappings", ("job_id", "mapping_key"))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("secrets")
                    .col(id("app_id"))
                    .col(text("name"))
                    .col(bytes("nonce"))
                    .col(bytes("ciphertext"))
                    .col(number("updated_at"))
                    .primary_key(Index::create().col("app_id").col("name"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("secrets", "app_id")
                            .to("applications", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["secrets", "attribute_mappings", "object_mappings", "job_statuses", "job_specs"])
            .await
    }
}
