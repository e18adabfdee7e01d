//! The tables as sea-orm sees them, each named after one row. No behaviour; what a row means is said by the module that
//! reads it. Kept in step with `purser-migrations` by the test below.
#![expect(
    unreachable_pub,
    reason = "sea-orm's derives need public items, and nothing of this leaves the crate"
)]

pub(crate) mod user;

/// A module with an entity for each table.
macro_rules! tables {
    ($($(#[$about:meta])* $name:ident = $table:literal {
        $($(#[$key:meta])* $column:ident: $type:ty,)+
    })+) => {
        $(
            $(#[$about])*
            pub(crate) mod $name {
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
                #[sea_orm(table_name = $table)]
                pub struct Model {
                    $($(#[$key])* pub $column: $type,)+
                }

                #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
                pub enum Relation {}

                impl ActiveModelBehavior for ActiveModel {}
            }
        )+

        #[cfg(test)]
        fn note_all(tables: &mut tests::Tables) {
            tests::note(tables, user::Entity);
            $(tests::note(tables, $name::Entity);)+
        }
    };
}

tables! {
    /// An administrator.
    administrator = "administrators" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        email: String,
        email_key: String,
        display_name: String,
        password_hash: String,
        created_at: i64,
        password_changed_at: i64,
    }

    /// An API token, of which only the hash is kept.
    api_token = "api_tokens" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        name: String,
        hash: Vec<u8>,
        created_at: i64,
        last_used_at: Option<i64>,
    }

    /// A role of an application.
    app_role = "app_roles" {
        #[sea_orm(primary_key, auto_increment = false)]
        app_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        display_name: String,
        description: String,
        value: Option<String>,
        enabled: bool,
        origin: String,
        missing_since: Option<i64>,
    }

    /// An application.
    application = "applications" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        client_id: Uuid,
        template_id: String,
        display_name: String,
        notes: String,
        generation: i64,
        created_at: i64,
        updated_at: i64,
        name_key: String,
    }

    /// A user or group assigned to an application.
    assignment = "assignments" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        app_id: Uuid,
        principal_kind: String,
        principal_id: Uuid,
        role_id: Uuid,
        created_at: i64,
    }

    /// A row of the audit log. `details` is JSON.
    audit_log = "audit_logs" {
        #[sea_orm(primary_key)]
        seq: i64,
        id: Uuid,
        at: i64,
        actor_id: Option<Uuid>,
        actor_name: String,
        activity: String,
        target_id: Option<Uuid>,
        target_name: String,
        search_key: String,
        details: String,
        refusal: Option<String>,
    }

    /// A row of the change feed.
    change = "changes" {
        #[sea_orm(primary_key)]
        seq: i64,
        object_id: Uuid,
        app_id: Option<Uuid>,
        kind: String,
        at: i64,
        object_kind: String,
    }

    /// An object that waits for another try.
    escrow = "escrows" {
        #[sea_orm(primary_key, auto_increment = false)]
        job_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        object_id: Uuid,
        kind: String,
        code: String,
        message: String,
        attempts: i64,
        since: i64,
        due_at: i64,
        object_kind: String,
    }

    /// A group.
    group = "groups" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        display_name: String,
        description: Option<String>,
        mail_nickname: Option<String>,
        generation: i64,
        created_at: i64,
        updated_at: i64,
        name_key: String,
    }

    /// A CSV import. `columns` and `preview` are JSON.
    import = "imports" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        file_name: String,
        state: String,
        columns: String,
        preview: String,
        total: i64,
        processed: i64,
        created: i64,
        updated: i64,
        unchanged: i64,
        failed: i64,
        error: Option<String>,
        created_by: String,
        created_at: i64,
        started_at: Option<i64>,
        finished_at: Option<i64>,
    }

    /// The file of an import.
    import_content = "import_contents" {
        #[sea_orm(primary_key, auto_increment = false)]
        import_id: Uuid,
        content: Vec<u8>,
    }

    /// A refused row of an import.
    import_error = "import_errors" {
        #[sea_orm(primary_key)]
        seq: i64,
        import_id: Uuid,
        line: i64,
        column_name: Option<String>,
        message: String,
    }

    /// A write that was about to be sent. `detail` is JSON.
    intent = "intents" {
        #[sea_orm(primary_key, auto_increment = false)]
        job_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        object_id: Uuid,
        cycle_id: Uuid,
        action: String,
        target_id: Option<String>,
        detail: String,
        opened_at: i64,
        object_kind: String,
    }

    /// The document of a job, JSON. It lies in the same table as `job_spec` and is read apart from it: it is a hundred times
    /// as long as the rest of the row, which is asked for every few seconds.
    job_schema = "job_specs" {
        #[sea_orm(primary_key, auto_increment = false)]
        job_id: Uuid,
        schema: String,
    }

    /// What humans decided about a job.
    job_spec = "job_specs" {
        #[sea_orm(primary_key, auto_increment = false)]
        job_id: Uuid,
        app_id: Uuid,
        generation: i64,
        mapping_generation: i64,
        mode: String,
        enabled: bool,
        scope: String,
        tenant_url: String,
        notification_email: String,
        notify_on_failure: bool,
        default_access_counts: bool,
        credential_method: String,
        profile: String,
        updated_at: i64,
    }

    /// What the worker knows about a job. The counters are those of the running or else of the last cycle.
    job_status = "job_statuses" {
        #[sea_orm(primary_key, auto_increment = false)]
        job_id: Uuid,
        observed_generation: i64,
        observed_mapping_generation: i64,
        initial_done: bool,
        watermark: i64,
        cycle_id: Option<Uuid>,
        cycle_kind: Option<String>,
        cycle_cursor: Option<Uuid>,
        cycle_start_seq: Option<i64>,
        cycle_started_at: Option<i64>,
        processed: i64,
        total: i64,
        created: i64,
        updated: i64,
        disabled: i64,
        deleted: i64,
        skipped: i64,
        failed: i64,
        first_run_at: Option<i64>,
        last_run_at: Option<i64>,
        last_cycle: Option<String>,
        quarantine: Option<String>,
        quarantine_until: Option<i64>,
        lease_owner: Option<Uuid>,
        lease_until: Option<i64>,
        cycle_cursor_kind: Option<String>,
        processed_groups: i64,
        total_groups: i64,
    }

    /// A source object and its account. `exported` is JSON.
    link = "links" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        job_id: Uuid,
        source_id: Uuid,
        target_id: String,
        state: String,
        origin: String,
        cause: Option<String>,
        display_name: String,
        exported: String,
        object_kind: String,
    }

    /// A user in a group.
    membership = "memberships" {
        #[sea_orm(primary_key, auto_increment = false)]
        group_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        user_id: Uuid,
        created_at: i64,
    }

    /// A row of the provisioning log. `detail` is JSON.
    provisioning_log = "provisioning_logs" {
        #[sea_orm(primary_key)]
        seq: i64,
        change_id: Uuid,
        app_id: Uuid,
        job_id: Uuid,
        cycle_id: Uuid,
        at: i64,
        action: String,
        status: String,
        source_id: Uuid,
        source_name: String,
        source_detail: String,
        target_id: Option<String>,
        summary: String,
        duration_ms: i64,
        search_key: String,
        detail: String,
        source_kind: String,
    }

    /// An encrypted credential.
    secret = "secrets" {
        #[sea_orm(primary_key, auto_increment = false)]
        app_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        name: String,
        nonce: Vec<u8>,
        ciphertext: Vec<u8>,
        updated_at: i64,
        expires_at: Option<i64>,
    }

    /// A browser session.
    session = "sessions" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        data: Vec<u8>,
        expires_at: i64,
    }

    /// A setting of the installation.
    setting = "settings" {
        #[sea_orm(primary_key, auto_increment = false)]
        name: String,
        value: String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Store, StoreConfig};
    use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, IdenStatic, Iterable, Statement};
    use std::collections::{BTreeMap, BTreeSet};

    pub(super) type Tables = BTreeMap<String, BTreeSet<String>>;

    pub(super) fn note<E: EntityTrait>(tables: &mut Tables, entity: E) {
        let columns = E::Column::iter().map(|column| column.as_str().to_owned());
        tables.entry(entity.table_name().to_owned()).or_default().extend(columns);
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
        let mut described = Tables::new();
        note_all(&mut described);
        assert_eq!(described, made);
    }
}
