use crate::support::Bench;
use purser_domain::user::USER_ATTRIBUTES;
use purser_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

#[tokio::test]
async fn every_step_goes_up_down_and_up_again() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let db = bench.store.connection();
    let all = schema(db).await?;
    assert!(all.len() > 40, "tables and indexes");
    assert!(purser_migrations::pending(db).await?.is_empty());

    Migrator::down(db, None).await?;
    let left: Vec<String> = schema(db).await?.into_iter().map(|(name, _)| name).collect();
    assert_eq!(left, ["seaql_migrations"]);
    assert_eq!(purser_migrations::pending(db).await?.len(), Migrator::migrations().len());

    purser_migrations::migrate(db).await?;
    assert_eq!(schema(db).await?, all);
    Ok(())
}

#[tokio::test]
async fn migrating_twice_changes_nothing() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    purser_migrations::migrate(bench.store.connection()).await?;
    assert!(purser_migrations::pending(bench.store.connection()).await?.is_empty());
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

/// The text of everything that the steps made, by name.
async fn schema(db: &impl ConnectionTrait) -> anyhow::Result<Vec<(String, Option<String>)>> {
    let query = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name";
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, query)).await?;
    Ok(rows.iter().map(|row| row.try_get_many_by_index()).collect::<Result<_, _>>()?)
}
