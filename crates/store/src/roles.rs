//! Roles that an application told by itself, beside those that the portal made.
//!
//! An imported role is known by its value, which is what mappings write. One that the application has no more is kept,
//! since people may hold it: it is marked, not offered, and comes back when the application has it again.

use crate::{
    AppRole, Reads, StoreError, Tx,
    convert::{instant_or_none, millis},
    entities::app_role,
    error::Doing,
};
use jiff::Timestamp;
use purser_domain::ids::{AppId, RoleId};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What `origin` says of a role that the application told.
const TARGET: &str = "target";

/// A role with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRow {
    /// The role.
    pub role: AppRole,
    /// The application told it; otherwise the portal made it.
    pub imported: bool,
    /// Since when the application has it no more; `None` when it has.
    pub missing_since: Option<Timestamp>,
}

/// A role as an application tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRole {
    /// What mappings write; tells one role from another.
    pub value: String,
    /// Name.
    pub display_name: String,
    /// What it allows; may be empty.
    pub description: String,
}

/// What an import of roles changed, by the roles' names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleChanges {
    /// Not known before.
    pub added: Vec<String>,
    /// With another name or description.
    pub changed: Vec<String>,
    /// Missing before, and there again.
    pub returned: Vec<String>,
    /// There before, and missing now.
    pub missing: Vec<String>,
}

impl RoleChanges {
    /// Whether everything is as it was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.changed.is_empty()
            && self.returned.is_empty()
            && self.missing.is_empty()
    }
}

impl Reads {
    /// The application's roles with where they come from, *Default Access* first.
    pub async fn list_role_rows(&self, app: AppId) -> Result<Vec<RoleRow>, StoreError> {
        let query = app_role::Entity::find()
            .filter(app_role::Column::AppId.eq(app.as_uuid()))
            .order_by_asc(app_role::Column::Id);
        query.all(&self.db()).await.doing("list roles")?.into_iter().map(from_row).collect()
    }
}

impl Tx {
    /// Makes the application's imported roles those of `roles`, which must have different values. `new_id` gives the
    /// id of one that was not known.
    pub async fn import_roles(
        &self,
        app: AppId,
        roles: &[ImportedRole],
        now: Timestamp,
        new_id: impl Fn() -> Uuid,
    ) -> Result<RoleChanges, StoreError> {
        let rows = self.list_role_rows(app).await?.into_iter().filter(|row| row.imported);
        let mut known: BTreeMap<String, RoleRow> =
            rows.map(|row| (row.role.value.clone().unwrap_or_default(), row)).collect();
        let mut changes = RoleChanges::default();
        for told in roles {
            match known.remove(&told.value) {
                None => {
                    self.insert_imported(app, told, new_id()).await?;
                    changes.added.push(told.display_name.clone());
                }
                Some(row) => {
                    let same = row.role.display_name == told.display_name
                        && row.role.description == told.description;
                    if row.missing_since.is_some() {
                        changes.returned.push(told.display_name.clone());
                    } else if same {
                        continue;
                    } else {
                        changes.changed.push(told.display_name.clone());
                    }
                    let edit = app_role::ActiveModel {
                        display_name: Set(told.display_name.clone()),
                        description: Set(told.description.clone()),
                        missing_since: Set(None),
                        ..Default::default()
                    };
                    self.edit_role(app, row.role.id, edit).await?;
                }
            }
        }
        for row in known.into_values().filter(|row| row.missing_since.is_none()) {
            let edit = app_role::ActiveModel { missing_since: Set(Some(millis(now))), ..Default::default() };
            self.edit_role(app, row.role.id, edit).await?;
            changes.missing.push(row.role.display_name);
        }
        Ok(changes)
    }

    async fn insert_imported(&self, app: AppId, told: &ImportedRole, id: Uuid) -> Result<(), StoreError> {
        let row = app_role::ActiveModel {
            app_id: Set(app.as_uuid()),
            id: Set(id),
            display_name: Set(told.display_name.clone()),
            description: Set(told.description.clone()),
            value: Set(Some(told.value.clone())),
            enabled: Set(true),
            origin: Set(TARGET.to_owned()),
            missing_since: NotSet,
        };
        self.insert(row).await.doing_unique("import a role", "role")
    }

    async fn edit_role(
        &self,
        app: AppId,
        role: RoleId,
        edit: app_role::ActiveModel,
    ) -> Result<(), StoreError> {
        app_role::Entity::update_many()
            .set(edit)
            .filter(app_role::Column::AppId.eq(app.as_uuid()))
            .filter(app_role::Column::Id.eq(role.as_uuid()))
            .exec(&self.db())
            .await
            .doing("update an imported role")?;
        Ok(())
    }
}

fn from_row(row: app_role::Model) -> Result<RoleRow, StoreError> {
    let missing_since = instant_or_none(row.missing_since)?;
    let imported = row.origin == TARGET;
    let role = AppRole {
        id: RoleId::from_uuid(row.id),
        app: AppId::from_uuid(row.app_id),
        display_name: row.display_name,
        description: row.description,
        value: row.value,
        enabled: row.enabled,
    };
    Ok(RoleRow { role, imported, missing_since })
}
