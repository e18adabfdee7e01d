//! Applications and their roles.

use crate::{
    NameKey, Reads, StoreError, Tx,
    convert::{instant, millis},
    entities::{app_role, application},
    error::Doing,
    keyset::{behind, containing},
};
use jiff::Timestamp;
use purser_domain::ids::{AppId, RoleId};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// An application that was added from the gallery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Object id; in the API the service principal's.
    pub id: AppId,
    /// What the portal calls *Application ID*; in the API `appId`.
    pub client_id: Uuid,
    /// The gallery app that it came from.
    pub template_id: String,
    /// Name.
    pub display_name: String,
    /// Free text.
    pub notes: String,
    /// Grows with every edit.
    pub generation: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub updated_at: Timestamp,
}

/// A role of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRole {
    /// Id; unique within the application only, since *Default Access* is the zero id everywhere.
    pub id: RoleId,
    /// The application.
    pub app: AppId,
    /// Name.
    pub display_name: String,
    /// Sentence.
    pub description: String,
    /// What the application calls it.
    pub value: Option<String>,
    /// Can be given to people.
    pub enabled: bool,
}

impl Reads {
    /// The application with this id.
    pub async fn find_application(&self, id: AppId) -> Result<Option<Application>, StoreError> {
        let found = application::Entity::find_by_id(id.as_uuid()).one(&self.db()).await;
        found.doing("find an application")?.map(from_row).transpose()
    }

    /// The application with this id.
    pub async fn load_application(&self, id: AppId) -> Result<Application, StoreError> {
        let found = self.find_application(id).await?;
        found.ok_or_else(|| StoreError::Missing { what: "application", id: id.to_string() })
    }

    /// Applications by name whose name contains the words of `search`.
    pub async fn list_applications(
        &self,
        search: &str,
        after: Option<&NameKey>,
        limit: u64,
    ) -> Result<Vec<Application>, StoreError> {
        let query = application::Entity::find()
            .filter(containing(application::Column::NameKey, search))
            .filter(behind(application::Column::NameKey, application::Column::Id, after))
            .order_by_asc(application::Column::NameKey)
            .order_by_asc(application::Column::Id)
            .limit(limit);
        query.all(&self.db()).await.doing("list applications")?.into_iter().map(from_row).collect()
    }

    /// How many [`Reads::list_applications`] would list in all.
    pub async fn count_applications(&self, search: &str) -> Result<u64, StoreError> {
        let query = application::Entity::find().filter(containing(application::Column::NameKey, search));
        query.count(&self.db()).await.doing("count applications")
    }

    /// The application's roles, *Default Access* first.
    pub async fn list_roles(&self, app: AppId) -> Result<Vec<AppRole>, StoreError> {
        Ok(self.list_role_rows(app).await?.into_iter().map(|row| row.role).collect())
    }
}

impl Tx {
    /// Adds an application.
    pub async fn insert_application(&self, new: &Application) -> Result<(), StoreError> {
        self.insert(to_row(new)).await.doing("insert an application")
    }

    /// Stores name and notes under generation `expected_generation + 1`.
    pub async fn update_application(
        &self,
        changed: &Application,
        expected_generation: i64,
    ) -> Result<(), StoreError> {
        let mut row = to_row(changed);
        row.generation = Set(expected_generation + 1);
        (row.id, row.client_id, row.template_id, row.created_at) = (NotSet, NotSet, NotSet, NotSet);
        let done = application::Entity::update_many()
            .set(row)
            .filter(application::Column::Id.eq(changed.id.as_uuid()))
            .filter(application::Column::Generation.eq(expected_generation))
            .exec(&self.db())
            .await
            .doing("update an application")?;
        if done.rows_affected == 0 {
            let stored = self.load_application(changed.id).await?.generation;
            return Err(StoreError::Stale { what: "application", stored });
        }
        Ok(())
    }

    /// Removes an application with its roles, assignments, secrets and job (schema, links, intents, escrows).
    /// Its provisioning log stays.
    pub async fn delete_application(&self, id: AppId) -> Result<(), StoreError> {
        let done = application::Entity::delete_by_id(id.as_uuid()).exec(&self.db()).await;
        StoreError::require(done.doing("delete an application")?.rows_affected, "application", id)
    }

    /// Adds a role to its application.
    pub async fn insert_role(&self, new: &AppRole) -> Result<(), StoreError> {
        let row = app_role::ActiveModel {
            app_id: Set(new.app.as_uuid()),
            id: Set(new.id.as_uuid()),
            display_name: Set(new.display_name.clone()),
            description: Set(new.description.clone()),
            value: Set(new.value.clone()),
            enabled: Set(new.enabled),
            ..Default::default()
        };
        self.insert(row).await.doing_unique("insert a role", "role")
    }
}

fn to_row(application: &Application) -> application::ActiveModel {
    application::ActiveModel {
        id: Set(application.id.as_uuid()),
        client_id: Set(application.client_id),
        template_id: Set(application.template_id.clone()),
        display_name: Set(application.display_name.clone()),
        notes: Set(application.notes.clone()),
        generation: Set(application.generation),
        created_at: Set(millis(application.created_at)),
        updated_at: Set(millis(application.updated_at)),
        name_key: Set(application.display_name.to_lowercase()),
    }
}

fn from_row(row: application::Model) -> Result<Application, StoreError> {
    Ok(Application {
        id: AppId::from_uuid(row.id),
        client_id: row.client_id,
        template_id: row.template_id,
        display_name: row.display_name,
        notes: row.notes,
        generation: row.generation,
        created_at: instant(row.created_at)?,
        updated_at: instant(row.updated_at)?,
    })
}
