//! Who may use Purser, and what they did: administrators, sessions, API tokens, audit log; and settings.

use crate::table::{
    bytes, id, id_or_null, index, key, number, number_or_null, sequence, text, text_or_null, unique,
};
use sea_orm_migration::prelude::*;

/// In the order in which they can be dropped.
pub(super) const TABLES: &[&str] = &["settings", "audit_logs", "api_tokens", "sessions", "administrators"];

pub(super) async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut administrators = Table::create();
    administrators
        .table("administrators")
        .col(key("id"))
        .col(text("email"))
        .col(text("email_key"))
        .col(text("display_name"))
        .col(text("password_hash"))
        .col(number("created_at"))
        .col(number("password_changed_at"));
    manager.create_table(administrators).await?;
    unique(manager, "administrators", &["email_key"]).await?;

    let mut sessions = Table::create();
    sessions
        .table("sessions")
        .col(text("id").primary_key().take())
        .col(bytes("data"))
        .col(number("expires_at"));
    manager.create_table(sessions).await?;
    index(manager, "sessions", &["expires_at"]).await?;

    let mut api_tokens = Table::create();
    api_tokens
        .table("api_tokens")
        .col(key("id"))
        .col(text("name"))
        .col(bytes("hash"))
        .col(number("created_at"))
        .col(number_or_null("last_used_at"));
    manager.create_table(api_tokens).await?;
    unique(manager, "api_tokens", &["hash"]).await?;

    let mut audit_logs = Table::create();
    audit_logs
        .table("audit_logs")
        .col(sequence("seq"))
        .col(id("id"))
        .col(number("at"))
        .col(id_or_null("actor_id"))
        .col(text("actor_name"))
        .col(text("activity"))
        .col(id_or_null("target_id"))
        .col(text("target_name"))
        .col(text("search_key"))
        .col(text("details"))
        // Why it was refused; nothing when it was done.
        .col(text_or_null("refusal"));
    manager.create_table(audit_logs).await?;
    unique(manager, "audit_logs", &["id"]).await?;

    let mut settings = Table::create();
    settings.table("settings").col(text("name").primary_key().take()).col(text("value"));
    manager.create_table(settings).await
}
