//! Who works on a job. A queue delivers at least once, so a worker that runs a cycle also holds the job's lease, and
//! every write of the cycle checks in its own transaction that it still does.

use crate::{Store, StoreError, Tx, convert::millis, entities::job_status, error::Doing};
use jiff::Timestamp;
use purser_domain::ids::JobId;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, UpdateMany, sea_query::Expr,
};
use uuid::Uuid;

impl Store {
    /// Takes the lease if it is free, has run out, or is `owner`'s already. False when it is another's.
    pub async fn acquire_lease(
        &self,
        job: JobId,
        owner: Uuid,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let free = Condition::any()
            .add(job_status::Column::LeaseOwner.is_null())
            .add(job_status::Column::LeaseOwner.eq(owner))
            .add(job_status::Column::LeaseUntil.lte(millis(now)));
        let done = job_status::Entity::update_many()
            .col_expr(job_status::Column::LeaseOwner, Expr::value(owner))
            .col_expr(job_status::Column::LeaseUntil, Expr::value(millis(until)))
            .filter(job_status::Column::JobId.eq(job.as_uuid()))
            .filter(free)
            .exec(self.writer())
            .await
            .doing("acquire a lease")?;
        Ok(done.rows_affected > 0)
    }

    /// Prolongs the lease. False when it is not `owner`'s any more.
    pub async fn renew_lease(&self, job: JobId, owner: Uuid, until: Timestamp) -> Result<bool, StoreError> {
        let done = held(job, owner)
            .col_expr(job_status::Column::LeaseUntil, Expr::value(millis(until)))
            .exec(self.writer())
            .await
            .doing("renew a lease")?;
        Ok(done.rows_affected > 0)
    }

    /// Gives the lease back. Does nothing when it is not `owner`'s.
    pub async fn release_lease(&self, job: JobId, owner: Uuid) -> Result<(), StoreError> {
        held(job, owner)
            .col_expr(job_status::Column::LeaseOwner, Expr::value(Option::<Uuid>::None))
            .col_expr(job_status::Column::LeaseUntil, Expr::value(Option::<i64>::None))
            .exec(self.writer())
            .await
            .doing("release a lease")?;
        Ok(())
    }
}

/// An update of the job's status that finds nothing unless `owner` holds the lease.
pub(crate) fn held(job: JobId, owner: Uuid) -> UpdateMany<job_status::Entity> {
    job_status::Entity::update_many()
        .filter(job_status::Column::JobId.eq(job.as_uuid()))
        .filter(job_status::Column::LeaseOwner.eq(owner))
}

/// Fails unless `owner` holds the lease. It can't be taken away before the transaction ends.
pub(crate) async fn require_lease(tx: &Tx, job: JobId, owner: Uuid) -> Result<(), StoreError> {
    let query = job_status::Entity::find()
        .filter(job_status::Column::JobId.eq(job.as_uuid()))
        .filter(job_status::Column::LeaseOwner.eq(owner));
    match query.count(&tx.db()).await.doing("check a lease")? {
        0 => Err(StoreError::LeaseLost),
        _ => Ok(()),
    }
}
