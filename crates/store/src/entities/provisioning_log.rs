//! A row of the provisioning log. `detail` is JSON.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "provisioning_logs")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub change_id: Uuid,
    pub app_id: Uuid,
    pub job_id: Uuid,
    pub cycle_id: Uuid,
    pub at: i64,
    pub action: String,
    pub status: String,
    pub source_id: Uuid,
    pub source_name: String,
    pub source_detail: String,
    pub target_id: Option<String>,
    pub summary: String,
    pub duration_ms: i64,
    pub search_key: String,
    pub detail: String,
    pub source_kind: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
