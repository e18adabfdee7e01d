//! Users, groups, who is a member of what, and the feed of changes.

use crate::table::{
    flag, id, id_or_null, index, key, number, number_or_null, owned, sequence, text, text_or_null, unique,
};
use sea_orm_migration::prelude::*;

/// Text attributes of a user, one column each.
const ATTRIBUTES: [&str; 37] = [
    "user_principal_name",
    "display_name",
    "given_name",
    "surname",
    "mail",
    "mail_nickname",
    "job_title",
    "department",
    "company_name",
    "employee_id",
    "employee_type",
    "preferred_language",
    "usage_location",
    "physical_delivery_office_name",
    "street_address",
    "city",
    "state",
    "postal_code",
    "country",
    "telephone_number",
    "mobile",
    "facsimile_telephone_number",
    "extension_attribute1",
    "extension_attribute2",
    "extension_attribute3",
    "extension_attribute4",
    "extension_attribute5",
    "extension_attribute6",
    "extension_attribute7",
    "extension_attribute8",
    "extension_attribute9",
    "extension_attribute10",
    "extension_attribute11",
    "extension_attribute12",
    "extension_attribute13",
    "extension_attribute14",
    "extension_attribute15",
];

/// In the order in which they can be dropped.
pub(super) const TABLES: &[&str] = &["changes", "memberships", "groups", "users"];

pub(super) async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut users = Table::create();
    users
        .table("users")
        .col(key("id"))
        .col(flag("account_enabled"))
        .col(id_or_null("manager_id"))
        .col(number_or_null("deleted_at"))
        .col(number("created_at"))
        .col(number("updated_at"))
        .col(number("generation"))
        // What lists are sorted by, what must be unique, and what a search looks into: all in lower case.
        .col(text("name_key"))
        .col(text("upn_key"))
        .col(text("search_key"));
    for attribute in ATTRIBUTES {
        users.col(text_or_null(attribute));
    }
    manager.create_table(users).await?;
    unique(manager, "users", &["upn_key"]).await?;
    index(manager, "users", &["deleted_at", "name_key", "id"]).await?;
    index(manager, "users", &["name_key", "id"]).await?;
    index(manager, "users", &["manager_id"]).await?;
    index(manager, "users", &["employee_id"]).await?;
    manager
        .get_connection()
        .execute_unprepared("CREATE INDEX ix_users_lower_mail ON users (lower(mail))")
        .await?;

    let mut groups = Table::create();
    groups
        .table("groups")
        .col(key("id"))
        .col(text("display_name"))
        .col(text_or_null("description"))
        .col(text_or_null("mail_nickname"))
        .col(number("generation"))
        .col(number("created_at"))
        .col(number("updated_at"))
        .col(text("name_key"));
    manager.create_table(groups).await?;
    index(manager, "groups", &["name_key", "id"]).await?;

    let mut memberships = Table::create();
    memberships
        .table("memberships")
        .col(id("group_id"))
        .col(id("user_id"))
        .col(number("created_at"))
        .primary_key(Index::create().col("group_id").col("user_id"))
        .foreign_key(&mut owned("memberships", "group_id", "groups", "id"))
        .foreign_key(&mut owned("memberships", "user_id", "users", "id"));
    manager.create_table(memberships).await?;
    index(manager, "memberships", &["user_id", "group_id"]).await?;

    // No foreign key: a row outlives the object that it is about.
    let mut changes = Table::create();
    changes
        .table("changes")
        .col(sequence("seq"))
        .col(id("object_id"))
        .col(text("object_kind"))
        .col(id_or_null("app_id"))
        .col(text("kind"))
        .col(number("at"));
    manager.create_table(changes).await?;
    index(manager, "changes", &["app_id", "seq"]).await
}
