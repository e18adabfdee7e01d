use crate::support::Bench;
use purser_domain::{
    mapping::{AttributeMapping, FlowType, MappingSource, ObjectActions},
    object::ObjectKind,
    user::USER_ATTRIBUTES,
};
use purser_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

#[tokio::test]
async fn every_step_goes_up_down_and_up_again() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let db = bench.store.connection();
    let all = tables(db).await?;
    assert!(purser_migrations::pending(db).await?.is_empty());

    Migrator::down(db, None).await?;
    assert_eq!(tables(db).await?, ["seaql_migrations"]);
    assert_eq!(purser_migrations::pending(db).await?.len(), Migrator::migrations().len());

    purser_migrations::migrate(db).await?;
    assert_eq!(tables(db).await?, all);
    Ok(())
}

#[tokio::test]
async fn migrating_twice_changes_nothing() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    purser_migrations::migrate(bench.store.connection()).await?;
    assert!(purser_migrations::pending(bench.store.connection()).await?.is_empty());
    Ok(())
}

/// Target, source, default value, application and matching precedence, as step 3 stores them.
type OldRow = (&'static str, &'static str, Option<&'static str>, &'static str, Option<i64>);

/// The rows of a job before step 7: edited, so that each column says something of its own.
const OLD_ROWS: &[OldRow] = &[
    ("userName", r#"{"type":"direct","value":"userPrincipalName"}"#, None, "always", Some(1)),
    ("externalId", r#"{"type":"direct","value":"objectId"}"#, None, "always", Some(2)),
    ("active", r#"{"type":"expression","value":"Not([IsSoftDeleted])"}"#, None, "always", None),
    ("title", r#"{"type":"constant","value":"a \"quoted\" text"}"#, Some("x"), "onCreate", None),
    ("nickName", r#"{"type":"none"}"#, Some("nobody"), "always", None),
];

#[tokio::test]
async fn mappings_of_an_older_version_live_on_in_the_schema_and_go_back() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let job = bench.add_application("Promapp").await?.job_id;
    let db = bench.store.connection();
    let since = Migrator::migrations().iter().skip_while(|step| step.name() != "m0007_job_schemas").count();
    Migrator::down(db, Some(u32::try_from(since)?)).await?;
    let insert = "INSERT INTO object_mappings (job_id, mapping_key, position, name, enabled, creates, updates, deletes) \
                  VALUES (?, 'users', 0, 'Synchronize Purser Users to Promapp', 1, 1, 0, 1)";
    run(db, insert, [job.as_uuid().into()]).await?;
    for ((target, source, default, apply, priority), position) in OLD_ROWS.iter().zip(0_i64..) {
        let insert = "INSERT INTO attribute_mappings \
                      (job_id, mapping_key, position, target, source, default_value, apply, matching_priority) \
                      VALUES (?, 'users', ?, ?, ?, ?, ?, ?)";
        let default = default.map(str::to_owned);
        let values = [
            job.as_uuid().into(),
            position.into(),
            (*target).into(),
            (*source).into(),
            default.into(),
            (*apply).into(),
            (*priority).into(),
        ];
        run(db, insert, values).await?;
    }
    let before = dump(db).await?;

    purser_migrations::migrate(db).await?;
    let schema = bench.store.load_schema(job).await?;
    let users = schema.mapping(ObjectKind::User).unwrap();
    assert_eq!(users.name, "Synchronize Purser Users to Promapp");
    assert_eq!(users.actions, ObjectActions { create: true, update: false, delete: true });
    let row = AttributeMapping::new;
    let direct = |name: &str| MappingSource::Direct(name.to_owned());
    let expected = [
        AttributeMapping { matching_priority: Some(1), ..row(direct("userPrincipalName"), "userName") },
        AttributeMapping { matching_priority: Some(2), ..row(direct("objectId"), "externalId") },
        row(MappingSource::Expression("Not([IsSoftDeleted])".to_owned()), "active"),
        AttributeMapping {
            default_value: Some("x".to_owned()),
            flow_type: FlowType::ObjectAddOnly,
            ..row(MappingSource::Constant("a \"quoted\" text".to_owned()), "title")
        },
        AttributeMapping { default_value: Some("nobody".to_owned()), ..row(MappingSource::None, "nickName") },
    ];
    let without_spelling =
        |row: &AttributeMapping| AttributeMapping { extra: serde_json::Map::new(), ..row.clone() };
    assert_eq!(users.attributes.iter().map(without_spelling).collect::<Vec<_>>(), expected);
    assert!(schema.target(ObjectKind::User).unwrap().attributes.len() > 20, "with the attribute list");
    assert!(schema.source(ObjectKind::User).unwrap().attributes.len() > 20);
    assert_eq!(schema.rule_of(ObjectKind::User).unwrap().target_directory, "Promapp");

    // What was stored by today's version goes back as well as what the step itself wrote.
    let tx = bench.store.begin().await?;
    tx.write_schema(job, &schema).await?;
    tx.commit().await?;
    Migrator::down(db, Some(u32::try_from(since)?)).await?;
    assert_eq!(dump(db).await?, before);
    Ok(())
}

#[tokio::test]
async fn every_attribute_of_the_domain_has_a_column() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let rows = bench
        .store
        .connection()
        .query_all_raw(Statement::from_string(
            DbBackend::Sqlite,
            "SELECT name FROM pragma_table_info('users')",
        ))
        .await?;
    let columns: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
    for attribute in USER_ATTRIBUTES {
        assert!(columns.iter().any(|column| column == attribute.column), "no column {}", attribute.column);
    }
    Ok(())
}

async fn tables(db: &impl ConnectionTrait) -> anyhow::Result<Vec<String>> {
    let query =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, query)).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

async fn run(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> anyhow::Result<()> {
    db.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
    Ok(())
}

/// All that the two tables of step 3 hold, as text.
async fn dump(db: &impl ConnectionTrait) -> anyhow::Result<Vec<String>> {
    let query = "SELECT concat_ws('|', hex(job_id), mapping_key, position, name, enabled, creates, updates, deletes) \
                 FROM object_mappings \
                 UNION ALL SELECT concat_ws('|', hex(job_id), mapping_key, position, target, source, \
                 coalesce(default_value, '-'), apply, coalesce(matching_priority, '-')) FROM attribute_mappings";
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, query)).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}
