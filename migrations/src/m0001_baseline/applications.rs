//! Applications, their roles, and who is assigned to them.

use crate::table::{flag, id, index, key, number, number_or_null, owned, text, text_or_null, unique};
use sea_orm_migration::prelude::*;

/// In the order in which they can be dropped.
pub(super) const TABLES: &[&str] = &["assignments", "app_roles", "applications"];

pub(super) async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut applications = Table::create();
    applications
        .table("applications")
        .col(key("id"))
        .col(id("client_id"))
        .col(text("template_id"))
        .col(text("display_name"))
        .col(text("notes"))
        .col(number("generation"))
        .col(number("created_at"))
        .col(number("updated_at"))
        .col(text("name_key"));
    manager.create_table(applications).await?;
    index(manager, "applications", &["name_key", "id"]).await?;

    // Every application has a Default Access role, whose id is the same everywhere: hence the key of two.
    let mut app_roles = Table::create();
    app_roles
        .table("app_roles")
        .col(id("app_id"))
        .col(id("id"))
        .col(text("display_name"))
        .col(text("description"))
        .col(text_or_null("value"))
        .col(flag("enabled"))
        .col(text("origin").default("portal").take())
        .col(number_or_null("missing_since"))
        .primary_key(Index::create().col("app_id").col("id"))
        .foreign_key(&mut owned("app_roles", "app_id", "applications", "id"));
    manager.create_table(app_roles).await?;

    let mut assignments = Table::create();
    assignments
        .table("assignments")
        .col(key("id"))
        .col(id("app_id"))
        .col(text("principal_kind"))
        .col(id("principal_id"))
        .col(id("role_id"))
        .col(number("created_at"))
        .foreign_key(
            ForeignKey::create()
                .from("assignments", ("app_id", "role_id"))
                .to("app_roles", ("app_id", "id"))
                .on_delete(ForeignKeyAction::Cascade),
        );
    manager.create_table(assignments).await?;
    unique(manager, "assignments", &["app_id", "principal_id", "role_id"]).await?;
    index(manager, "assignments", &["app_id", "principal_kind"]).await?;
    index(manager, "assignments", &["app_id", "role_id"]).await?;
    index(manager, "assignments", &["principal_id"]).await
}
