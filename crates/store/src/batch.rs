//! The hot path of a cycle: what became of a page of objects, in one transaction.

use crate::{
    CycleCounts, Escrow, LogEntry, ObjectId, Store, StoreError, bulk,
    cycles::set_progress,
    error::Doing,
    escrows,
    leases::{held, require_lease},
    links, logs,
};
use purser_domain::{
    ids::{JobId, LinkId},
    plan::Link,
};
use uuid::Uuid;

/// What became of a page of objects. Everything is written, or nothing.
#[derive(Debug, Default)]
pub struct Batch {
    /// Links that are new or changed, of this job. One for the same source is replaced and keeps its id; two sources
    /// of one kind can't link to one account.
    pub links_upsert: Vec<Link>,
    /// Links that ended. They go before the others come.
    pub links_remove: Vec<LinkId>,
    /// Rows for the provisioning log.
    pub logs: Vec<LogEntry>,
    /// Objects whose intents have an outcome, or were not started.
    pub intents_done: Vec<ObjectId>,
    /// Objects to try again.
    pub escrows_upsert: Vec<Escrow>,
    /// Objects that need not wait any more.
    pub escrows_clear: Vec<ObjectId>,
    /// How far the cycle is; `None` leaves it.
    pub progress: Option<Progress>,
}

/// How far a cycle is, in whole and not in difference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// The last object that an initial cycle is done with: people come first, then groups.
    pub cursor: Option<ObjectId>,
    /// Objects done.
    pub processed: u64,
    /// Objects to do, as far as known.
    pub total: u64,
    /// Of those done, groups; the others are people.
    pub processed_groups: u64,
    /// Of those to do, groups.
    pub total_groups: u64,
    /// What it did so far.
    pub counts: CycleCounts,
    /// Place in the change feed that an incremental cycle has come to; `None` leaves the job's watermark.
    pub watermark: Option<i64>,
}

impl Store {
    /// Writes a batch.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when the job's lease is not `owner`'s any more, [`StoreError::Taken`] when two sources
    /// would link to one account; nothing is written then.
    pub async fn commit_batch(&self, job: JobId, owner: Uuid, batch: Batch) -> Result<(), StoreError> {
        // All that can be done without the writer is done before it is asked for.
        let mut link_values = Vec::with_capacity(batch.links_upsert.len() * bulk::LINKS.columns());
        for link in &batch.links_upsert {
            links::push(&mut link_values, link)?;
        }
        let mut log_values = Vec::with_capacity(batch.logs.len() * bulk::LOGS.columns());
        for entry in batch.logs {
            logs::push(&mut log_values, entry)?;
        }
        let mut escrow_values = Vec::with_capacity(batch.escrows_upsert.len() * bulk::ESCROWS.columns());
        for escrow in &batch.escrows_upsert {
            escrows::push(&mut escrow_values, job, escrow);
        }

        let tx = self.begin().await?;
        require_lease(&tx, job, owner).await?;
        let (db, job_id) = (tx.db(), job.as_uuid());
        let removed = batch.links_remove.iter().map(|id| id.as_uuid());
        bulk::remove(&db, "links", "id", job_id, removed, "remove links").await?;
        bulk::LINKS.write(&db, link_values, "store links", "link").await?;
        bulk::LOGS.write(&db, log_values, "append provisioning logs", "provisioning log").await?;
        let done = batch.intents_done.iter().map(|id| id.as_uuid());
        bulk::remove(&db, "intents", "object_id", job_id, done, "close intents").await?;
        let cleared = batch.escrows_clear.iter().map(|id| id.as_uuid());
        bulk::remove(&db, "escrows", "object_id", job_id, cleared, "clear escrows").await?;
        bulk::ESCROWS.write(&db, escrow_values, "store escrows", "escrow").await?;
        if let Some(progress) = batch.progress {
            let update = set_progress(held(job, owner), &progress);
            update.exec(&db).await.doing("store a cycle's progress")?;
        }
        drop(db);
        tx.commit().await
    }
}
