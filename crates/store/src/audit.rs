//! The audit log: who changed what in Purser itself, and who was not let in. Rows are added and never edited, and leave
//! it by age.

use crate::{
    Reads, StoreError, Tx,
    convert::{from_json, instant, millis, to_json, word},
    entities::audit_log,
    error::Doing,
    keyset::containing,
};
use jiff::Timestamp;
use purser_domain::refusal::Refusal;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Query,
};
use uuid::Uuid;

/// Something that was done, or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Id.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who: an administrator or a token; `None` for Purser itself.
    pub actor_id: Option<Uuid>,
    /// Who, by name.
    pub actor_name: String,
    /// What.
    pub activity: String,
    /// To what.
    pub target_id: Option<Uuid>,
    /// To what, by name.
    pub target_name: String,
    /// Label and value; never a secret.
    pub details: Vec<(String, String)>,
    /// Why it was refused; `None` when it was done.
    pub refusal: Option<Refusal>,
}

/// A stored row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Place in the log, by which lists go.
    pub seq: i64,
    /// The row.
    pub entry: AuditEntry,
}

impl Reads {
    /// Rows below `after` in which the words of `search` appear, the newest first.
    pub async fn list_audit(
        &self,
        search: &str,
        after: Option<i64>,
        limit: u64,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let mut query = audit_log::Entity::find()
            .filter(containing(audit_log::Column::SearchKey, search))
            .order_by_desc(audit_log::Column::Seq)
            .limit(limit);
        if let Some(after) = after {
            query = query.filter(audit_log::Column::Seq.lt(after));
        }
        query.all(&self.db()).await.doing("list the audit log")?.into_iter().map(from_row).collect()
    }

    /// How many of the `limit` oldest rows are from before the given instant.
    pub async fn count_old_audit(&self, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
        let old = audit_log::Entity::find().filter(old(before, limit));
        old.count(&self.db()).await.doing("count old rows of the audit log")
    }
}

impl Tx {
    /// Adds a row.
    pub async fn append_audit(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let search_key =
            format!("{}\n{}\n{}", entry.actor_name, entry.activity, entry.target_name).to_lowercase();
        let row = audit_log::ActiveModel {
            seq: NotSet,
            id: Set(entry.id),
            at: Set(millis(entry.at)),
            actor_id: Set(entry.actor_id),
            actor_name: Set(entry.actor_name.clone()),
            activity: Set(entry.activity.clone()),
            target_id: Set(entry.target_id),
            target_name: Set(entry.target_name.clone()),
            search_key: Set(search_key),
            details: Set(to_json("details of an audit row", &entry.details)?),
            refusal: Set(entry.refusal.map(|refusal| refusal.as_str().to_owned())),
        };
        self.insert(row).await.doing("append to the audit log")
    }

    /// Removes those of the `limit` oldest rows that are from before the given instant. Returns how many.
    pub async fn purge_audit(&self, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
        let done = audit_log::Entity::delete_many()
            .filter(old(before, limit))
            .exec(&self.db())
            .await
            .doing("purge the audit log")?;
        Ok(done.rows_affected)
    }
}

fn old(before: Timestamp, limit: u64) -> Condition {
    let oldest = Query::select()
        .column(audit_log::Column::Seq)
        .from(audit_log::Entity)
        .order_by(audit_log::Column::Seq, sea_orm::Order::Asc)
        .limit(limit)
        .take();
    Condition::all()
        .add(audit_log::Column::Seq.in_subquery(oldest))
        .add(audit_log::Column::At.lt(millis(before)))
}

fn from_row(row: audit_log::Model) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        seq: row.seq,
        entry: AuditEntry {
            id: row.id,
            at: instant(row.at)?,
            actor_id: row.actor_id,
            actor_name: row.actor_name,
            activity: row.activity,
            target_id: row.target_id,
            target_name: row.target_name,
            details: from_json("details of an audit row", &row.details)?,
            refusal: row.refusal.as_deref().map(|text| word("refusal", text)).transpose()?,
        },
    })
}
