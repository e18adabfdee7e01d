//! A job's mappings become one document in the shape of Graph's `synchronizationSchema`, in `job_specs`. The two tables
//! that held them go.
//!
//! A document says more than the tables could. On the way down what they have no column for is left behind: scoping
//! filters, attribute lists, clear flows.

use crate::table::{drop, flag, id, number, number_or_null, text, text_or_null};
use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, prelude::Uuid},
};
use serde_json::{Value as Json, json};

/// Both sides with their attributes, as a new application had them when this step was released.
const DIRECTORIES: &str = include_str!("m0007_directories.json");
/// The name of our own side in [`DIRECTORIES`].
const SOURCE: &str = "Purser";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = text("schema");
        column.default("");
        manager.alter_table(Table::alter().table("job_specs").add_column(column).take()).await?;
        for (job, application) in list_jobs(manager).await? {
            let document = read_tables(manager, job, &application).await?;
            write_document(manager, job, &document).await?;
        }
        drop(manager, &["attribute_mappings", "object_mappings"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_tables(manager).await?;
        let query = Query::select().columns(["job_id", "schema"]).from("job_specs").take();
        for row in manager.get_connection().query_all(&query).await? {
            let job: Uuid = row.try_get("", "job_id")?;
            let document: String = row.try_get("", "schema")?;
            if !document.is_empty() {
                write_tables(manager, job, &read_json("a job's schema", &document)?).await?;
            }
        }
        manager.alter_table(Table::alter().table("job_specs").drop_column("schema").take()).await
    }
}

/// Every job with the name of its application.
async fn list_jobs(manager: &SchemaManager<'_>) -> Result<Vec<(Uuid, String)>, DbErr> {
    let query = Query::select()
        .column(("job_specs", "job_id"))
        .column(("applications", "display_name"))
        .from("job_specs")
        .inner_join("applications", Expr::col(("applications", "id")).equals(("job_specs", "app_id")))
        .take();
    let rows = manager.get_connection().query_all(&query).await?;
    rows.iter().map(|row| Ok((row.try_get("", "job_id")?, row.try_get("", "display_name")?))).collect()
}

async fn write_document(manager: &SchemaManager<'_>, job: Uuid, document: &Json) -> Result<(), DbErr> {
    let update = Query::update()
        .table("job_specs")
        .value("schema", document.to_string())
        .and_where(Expr::col("job_id").eq(job))
        .take();
    manager.get_connection().execute(&update).await?;
    Ok(())
}

/// The document that says what a job's rows say.
async fn read_tables(manager: &SchemaManager<'_>, job: Uuid, application: &str) -> Result<Json, DbErr> {
    let query = Query::select()
        .columns(["mapping_key", "name", "enabled", "creates", "updates", "deletes"])
        .from("object_mappings")
        .and_where(Expr::col("job_id").eq(job))
        .order_by("position", Order::Asc)
        .take();
    let mut rules = Vec::new();
    for row in manager.get_connection().query_all(&query).await? {
        let key: String = row.try_get("", "mapping_key")?;
        let object = if key == "groups" { "Group" } else { "User" };
        let name: String = row.try_get("", "name")?;
        let enabled: bool = row.try_get("", "enabled")?;
        let mut flows = Vec::new();
        for (column, word) in [("creates", "Add"), ("updates", "Update"), ("deletes", "Delete")] {
            if row.try_get("", column)? {
                flows.push(word);
            }
        }
        rules.push(json!({
            "id": key,
            "name": if object == "User" { "USER_TO_USER" } else { "GROUP_TO_GROUP" },
            "priority": rules.len() + 1,
            "editable": true,
            "metadata": [],
            "sourceDirectoryName": SOURCE,
            "targetDirectoryName": application,
            "objectMappings": [{
                "name": name,
                "enabled": enabled,
                "flowTypes": if flows.is_empty() { "None".to_owned() } else { flows.join(", ") },
                "scope": null,
                "sourceObjectName": object,
                "targetObjectName": object,
                "metadata": [],
                "attributeMappings": read_rows(manager, job, &key).await?,
            }],
        }));
    }
    let mut directories = read_json("the directories of this step", DIRECTORIES)?;
    if let Some(target) = directories.get_mut(1) {
        (target["id"], target["name"]) = (application.into(), application.into());
    }
    Ok(json!({ "directories": directories, "synchronizationRules": rules }))
}

async fn read_rows(manager: &SchemaManager<'_>, job: Uuid, key: &str) -> Result<Vec<Json>, DbErr> {
    let query = Query::select()
        .columns(["target", "source", "default_value", "apply", "matching_priority"])
        .from("attribute_mappings")
        .and_where(Expr::col("job_id").eq(job))
        .and_where(Expr::col("mapping_key").eq(key))
        .order_by("position", Order::Asc)
        .take();
    let mut mappings = Vec::new();
    for row in manager.get_connection().query_all(&query).await? {
        let target: String = row.try_get("", "target")?;
        let source: String = row.try_get("", "source")?;
        let default: Option<String> = row.try_get("", "default_value")?;
        let apply: String = row.try_get("", "apply")?;
        let priority: Option<i64> = row.try_get("", "matching_priority")?;
        mappings.push(json!({
            "targetAttributeName": target,
            "source": shape_source(&read_json("the source of a mapping", &source)?),
            "defaultValue": default,
            "flowBehavior": "FlowWhenChanged",
            "flowType": if apply == "onCreate" { "ObjectAddOnly" } else { "Always" },
            "matchingPriority": priority.unwrap_or(0),
            "exportMissingReferences": false,
        }));
    }
    Ok(mappings)
}

/// `{"type": "direct", "value": "mail"}` as a node of Graph's; null for a row without a source.
fn shape_source(stored: &Json) -> Json {
    let text = stored["value"].as_str().unwrap_or_default();
    let (kind, name, expression) = match stored["type"].as_str() {
        Some("direct") => ("Attribute", text, format!("[{text}]")),
        Some("constant") => ("Constant", text, format!("\"{}\"", text.replace('"', "\"\""))),
        Some("expression") => {
            ("Function", text.split('(').next().unwrap_or_default().trim(), text.to_owned())
        }
        _ => return Json::Null,
    };
    json!({ "type": kind, "name": name, "expression": expression, "parameters": [] })
}

/// The rows that say what a job's document says, as far as they can.
async fn write_tables(manager: &SchemaManager<'_>, job: Uuid, document: &Json) -> Result<(), DbErr> {
    let mut position = 0_i64;
    for mapping in list(document, "synchronizationRules").flat_map(|rule| list(rule, "objectMappings")) {
        let key = if mapping["sourceObjectName"] == "Group" { "groups" } else { "users" };
        let flows = mapping["flowTypes"].as_str().unwrap_or_default();
        let flows_to = |word: &str| flows.split(',').any(|flow| flow.trim().eq_ignore_ascii_case(word));
        let insert = Query::insert()
            .into_table("object_mappings")
            .columns([
                "job_id",
                "mapping_key",
                "position",
                "name",
                "enabled",
                "creates",
                "updates",
                "deletes",
            ])
            .values([
                job.into(),
                key.into(),
                position.into(),
                mapping["name"].as_str().unwrap_or_default().into(),
                mapping["enabled"].as_bool().unwrap_or(true).into(),
                flows_to("Add").into(),
                flows_to("Update").into(),
                flows_to("Delete").into(),
            ])
            .map_err(|error| DbErr::Migration(error.to_string()))?
            // The old tables knew one mapping of a kind.
            .on_conflict(OnConflict::columns(["job_id", "mapping_key"]).do_nothing().to_owned())
            .take();
        if manager.get_connection().execute(&insert).await?.rows_affected() == 1 {
            write_rows(manager, job, key, mapping).await?;
            position += 1;
        }
    }
    Ok(())
}

async fn write_rows(manager: &SchemaManager<'_>, job: Uuid, key: &str, mapping: &Json) -> Result<(), DbErr> {
    for (row, position) in list(mapping, "attributeMappings").zip(0_i64..) {
        let on_create = row["flowType"] == "ObjectAddOnly";
        let priority = row["matchingPriority"].as_i64().filter(|priority| *priority > 0);
        let insert = Query::insert()
            .into_table("attribute_mappings")
            .columns([
                "job_id",
                "mapping_key",
                "position",
                "target",
                "source",
                "default_value",
                "apply",
                "matching_priority",
            ])
            .values([
                job.into(),
                key.into(),
                position.into(),
                row["targetAttributeName"].as_str().unwrap_or_default().into(),
                store_source(&row["source"]).to_string().into(),
                row["defaultValue"].as_str().map(str::to_owned).into(),
                if on_create { "onCreate" } else { "always" }.into(),
                priority.into(),
            ])
            .map_err(|error| DbErr::Migration(error.to_string()))?
            .take();
        manager.get_connection().execute(&insert).await?;
    }
    Ok(())
}

/// A node of Graph's as `{"type": "direct", "value": "mail"}`.
fn store_source(node: &Json) -> Json {
    let word = |field: &str| node[field].as_str().unwrap_or_default();
    match word("type") {
        "Attribute" => json!({ "type": "direct", "value": word("name") }),
        "Constant" => json!({ "type": "constant", "value": word("name") }),
        "Function" => json!({ "type": "expression", "value": word("expression") }),
        _ => json!({ "type": "none" }),
    }
}

fn list<'a>(parent: &'a Json, field: &str) -> impl Iterator<Item = &'a Json> + use<'a> {
    parent[field].as_array().into_iter().flatten()
}

fn read_json(what: &str, text: &str) -> Result<Json, DbErr> {
    serde_json::from_str(text).map_err(|error| DbErr::Migration(format!("{what} can't be read: {error}")))
}

/// The two tables as step 3 made them.
async fn create_tables(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
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
        .await
}
