//! Writes that were about to be sent. After a crash, an intent without an outcome is looked up at the target before
//! anything is sent again. Closed by `batch`.

use crate::{
    ObjectId, Reads, Store, StoreError, bulk,
    convert::{from_json, instant, millis, to_json, word},
    entities::intent,
    error::Doing,
    leases::require_lease,
};
use jiff::Timestamp;
use purser_domain::{
    ids::{CycleId, JobId},
    log::LogAction,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

/// One write that is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Which object it is for.
    pub object: ObjectId,
    /// What it does.
    pub action: LogAction,
    /// The account; `None` for one to be created.
    pub target_id: Option<String>,
    /// What recovery needs, for example the values to match by.
    pub detail: serde_json::Value,
    /// When it was stored.
    pub opened_at: Timestamp,
}

/// An intent without an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIntent {
    /// The cycle that it was stored in.
    pub cycle: CycleId,
    /// The intent.
    pub intent: Intent,
}

impl Reads {
    /// The intents without an outcome, the oldest first.
    pub async fn list_intents(&self, job: JobId) -> Result<Vec<OpenIntent>, StoreError> {
        let query = intent::Entity::find()
            .filter(intent::Column::JobId.eq(job.as_uuid()))
            .order_by_asc(intent::Column::OpenedAt)
            .order_by_asc(intent::Column::ObjectId);
        query.all(&self.db()).await.doing("list intents")?.into_iter().map(from_row).collect()
    }
}

impl Store {
    /// Stores what is about to be sent, all of it or nothing. An older intent for the same object is replaced.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when the job's lease is not `owner`'s: then nothing may be sent.
    pub async fn open_intents(
        &self,
        job: JobId,
        owner: Uuid,
        cycle: CycleId,
        intents: &[Intent],
    ) -> Result<(), StoreError> {
        let mut values = Vec::with_capacity(intents.len() * bulk::INTENTS.columns());
        for intent in intents {
            values.extend([
                job.as_uuid().into(),
                intent.object.as_uuid().into(),
                cycle.as_uuid().into(),
                intent.action.as_str().into(),
                intent.target_id.clone().into(),
                to_json("intent", &intent.detail)?.into(),
                millis(intent.opened_at).into(),
                intent.object.kind().as_str().into(),
            ]);
        }
        let tx = self.begin().await?;
        require_lease(&tx, job, owner).await?;
        bulk::INTENTS.write(&tx.db(), values, "open intents", "intent").await?;
        tx.commit().await
    }
}

fn from_row(row: intent::Model) -> Result<OpenIntent, StoreError> {
    Ok(OpenIntent {
        cycle: CycleId::from_uuid(row.cycle_id),
        intent: Intent {
            object: ObjectId::read(&row.object_kind, row.object_id)?,
            action: word("action of an intent", &row.action)?,
            target_id: row.target_id,
            detail: from_json("intent", &row.detail)?,
            opened_at: instant(row.opened_at)?,
        },
    })
}
