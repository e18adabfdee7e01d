//! What the worker knows about a job. The counters are those of the running or else of the last cycle.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_statuses")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub job_id: Uuid,
    pub observed_generation: i64,
    pub observed_mapping_generation: i64,
    pub initial_done: bool,
    pub watermark: i64,
    pub cycle_id: Option<Uuid>,
    pub cycle_kind: Option<String>,
    pub cycle_cursor: Option<Uuid>,
    pub cycle_start_seq: Option<i64>,
    pub cycle_started_at: Option<i64>,
    pub processed: i64,
    pub total: i64,
    pub created: i64,
    pub updated: i64,
    pub disabled: i64,
    pub deleted: i64,
    pub skipped: i64,
    pub failed: i64,
    pub first_run_at: Option<i64>,
    pub last_run_at: Option<i64>,
    pub last_cycle: Option<String>,
    pub quarantine: Option<String>,
    pub quarantine_until: Option<i64>,
    pub lease_owner: Option<Uuid>,
    pub lease_until: Option<i64>,
    pub cycle_cursor_kind: Option<String>,
    pub processed_groups: i64,
    pub total_groups: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
