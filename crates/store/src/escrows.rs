//! Objects that wait for another try. Written by `batch` only.

use crate::{
    ObjectId, ObjectKey, Reads, StoreError, bulk,
    convert::{instant, millis, small, word},
    entities::escrow,
    error::Doing,
};
use jiff::Timestamp;
use purser_domain::{ids::JobId, vocabulary};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Value};
use std::collections::HashMap;

vocabulary! {
    /// What the object waits for.
    pub enum EscrowKind {
        /// The write failed.
        Failure = "failure",
        /// An object that it refers to has no account yet.
        Reference = "reference",
    }
}

/// An object that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escrow {
    /// The object.
    pub object: ObjectId,
    /// What for.
    pub kind: EscrowKind,
    /// Code of the error.
    pub code: String,
    /// What happened.
    pub message: String,
    /// Tries that failed.
    pub attempts: u32,
    /// When it first failed.
    pub since: Timestamp,
    /// When it is tried again.
    pub due_at: Timestamp,
}

impl Reads {
    /// The escrows of the given objects.
    pub async fn find_escrows<K: ObjectKey>(
        &self,
        job: JobId,
        objects: &[K],
    ) -> Result<HashMap<K, Escrow>, StoreError> {
        let mut found = HashMap::new();
        for chunk in objects.chunks(bulk::CHUNK) {
            let query = escrow::Entity::find()
                .filter(escrow::Column::JobId.eq(job.as_uuid()))
                .filter(escrow::Column::ObjectId.is_in(chunk.iter().map(|id| (*id).into().as_uuid())));
            for row in query.all(&self.db()).await.doing("find escrows")? {
                let escrow = from_row(row)?;
                if let Some(key) = K::of(escrow.object) {
                    found.insert(key, escrow);
                }
            }
        }
        Ok(found)
    }

    /// The escrows that are due, the longest-waiting first.
    pub async fn list_due_escrows(
        &self,
        job: JobId,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<Escrow>, StoreError> {
        let query = escrow::Entity::find()
            .filter(escrow::Column::JobId.eq(job.as_uuid()))
            .filter(escrow::Column::DueAt.lte(millis(now)))
            .order_by_asc(escrow::Column::DueAt)
            .order_by_asc(escrow::Column::ObjectId)
            .limit(limit);
        query.all(&self.db()).await.doing("list due escrows")?.into_iter().map(from_row).collect()
    }

    /// How many objects of the job wait.
    pub async fn count_escrows(&self, job: JobId) -> Result<u64, StoreError> {
        let query = escrow::Entity::find().filter(escrow::Column::JobId.eq(job.as_uuid()));
        query.count(&self.db()).await.doing("count escrows")
    }

    /// When the first of the job's escrows is due.
    pub(crate) async fn first_due_escrow(&self, job: JobId) -> Result<Option<Timestamp>, StoreError> {
        let query = escrow::Entity::find()
            .select_only()
            .column(escrow::Column::DueAt)
            .filter(escrow::Column::JobId.eq(job.as_uuid()))
            .order_by_asc(escrow::Column::DueAt)
            .limit(1)
            .into_tuple::<i64>();
        query.one(&self.db()).await.doing("find the first due escrow")?.map(instant).transpose()
    }
}

/// The values of [`bulk::ESCROWS`], appended to `values`.
pub(crate) fn push(values: &mut Vec<Value>, job: JobId, escrow: &Escrow) {
    values.extend([
        job.as_uuid().into(),
        escrow.object.as_uuid().into(),
        escrow.kind.as_str().into(),
        escrow.code.as_str().into(),
        escrow.message.as_str().into(),
        i64::from(escrow.attempts).into(),
        millis(escrow.since).into(),
        millis(escrow.due_at).into(),
        escrow.object.kind().as_str().into(),
    ]);
}

fn from_row(row: escrow::Model) -> Result<Escrow, StoreError> {
    Ok(Escrow {
        object: ObjectId::read(&row.object_kind, row.object_id)?,
        kind: word("kind of escrow", &row.kind)?,
        code: row.code,
        message: row.message,
        attempts: small(row.attempts),
        since: instant(row.since)?,
        due_at: instant(row.due_at)?,
    })
}
