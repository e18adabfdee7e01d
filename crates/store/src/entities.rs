//! The tables as sea-orm sees them: one file a table, named after one row. No behaviour; what a row means is said by
//! the module that reads it. Kept in step with `purser-migrations` by the store's tests.
#![expect(
    unreachable_pub,
    reason = "sea-orm's derives need public items, and nothing of this leaves the crate"
)]

pub(crate) mod administrator;
pub(crate) mod api_token;
pub(crate) mod app_role;
pub(crate) mod application;
pub(crate) mod assignment;
pub(crate) mod audit_log;
pub(crate) mod change;
pub(crate) mod escrow;
pub(crate) mod group;
pub(crate) mod import;
pub(crate) mod import_content;
pub(crate) mod import_error;
pub(crate) mod intent;
pub(crate) mod job_schema;
pub(crate) mod job_spec;
pub(crate) mod job_status;
pub(crate) mod link;
pub(crate) mod membership;
pub(crate) mod provisioning_log;
pub(crate) mod secret;
pub(crate) mod session;
pub(crate) mod setting;
pub(crate) mod user;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Store, StoreConfig};
    use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, IdenStatic, Iterable, Statement};
    use std::collections::{BTreeMap, BTreeSet};

    type Tables = BTreeMap<String, BTreeSet<String>>;

    fn note<E: EntityTrait>(tables: &mut Tables, entity: E) {
        let columns = E::Column::iter().map(|column| column.as_str().to_owned());
        tables.entry(entity.table_name().to_owned()).or_default().extend(columns);
    }

    fn described() -> Tables {
        let mut tables = Tables::new();
        macro_rules! note {
            ($($entity:ident),+ $(,)?) => { $(note(&mut tables, $entity::Entity);)+ };
        }
        note!(
            administrator,
            api_token,
            app_role,
            application,
            assignment,
            audit_log,
            change,
            escrow,
            group,
            import,
            import_content,
            import_error,
            intent,
            job_schema,
            job_spec,
            job_status,
            link,
            membership,
            provisioning_log,
            secret,
            session,
            setting,
            user,
        );
        tables
    }

    #[tokio::test]
    async fn each_table_has_the_columns_of_its_entity_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let database_url = format!("sqlite:{}?mode=rwc", folder.path().join("purser.db").display());
        let store = Store::open(&StoreConfig { database_url, master_key: [7; 32] }).await.unwrap();
        purser_migrations::migrate(store.connection()).await.unwrap();
        let query = "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c \
                     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'seaql_migrations'";
        let query = Statement::from_string(DbBackend::Sqlite, query);
        let mut made = Tables::new();
        for row in store.connection().query_all_raw(query).await.unwrap() {
            let (table, column): (String, String) = row.try_get_many_by_index().unwrap();
            made.entry(table).or_default().insert(column);
        }
        assert_eq!(described(), made);
    }
}
