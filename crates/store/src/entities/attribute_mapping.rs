//! One row of a mapping. `source` is JSON.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attribute_mappings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub job_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub mapping_key: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub target: String,
    pub source: String,
    pub default_value: Option<String>,
    pub apply: String,
    pub matching_priority: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
