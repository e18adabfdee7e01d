//! What humans decided about a job.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_specs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub job_id: Uuid,
    pub app_id: Uuid,
    pub generation: i64,
    pub mapping_generation: i64,
    pub mode: String,
    pub enabled: bool,
    pub scope: String,
    pub tenant_url: String,
    pub notification_email: String,
    pub notify_on_failure: bool,
    pub default_access_counts: bool,
    pub credential_method: String,
    pub profile: String,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
