//! Beginning and ending of cycles, and quarantine. What happens between is in `batch`.

use crate::{
    CycleKind, FinishedCycle, ObjectId, Progress, Quarantine, RunningCycle, Store, StoreError,
    convert::{millis, signed, to_json},
    entities::job_status,
    error::Doing,
    leases::{held, require_lease},
};
use jiff::Timestamp;
use purser_domain::ids::JobId;
use sea_orm::{
    UpdateMany,
    sea_query::{Expr, Func},
};
use uuid::Uuid;

/// The configuration that a cycle begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObservedGenerations {
    /// [`crate::JobSpec::generation`].
    pub generation: i64,
    /// [`crate::JobSpec::mapping_generation`].
    pub mapping_generation: i64,
}

impl Store {
    /// Notes that a cycle began, in place of one that did not finish.
    pub async fn begin_cycle(
        &self,
        job: JobId,
        owner: Uuid,
        cycle: &RunningCycle,
        observed: ObservedGenerations,
    ) -> Result<(), StoreError> {
        let first_run = Func::coalesce([
            Expr::col(job_status::Column::FirstRunAt),
            Expr::value(millis(cycle.started_at)),
        ]);
        let update = held(job, owner)
            .col_expr(job_status::Column::CycleId, Expr::value(cycle.id.as_uuid()))
            .col_expr(job_status::Column::CycleKind, Expr::value(cycle.kind.as_str()))
            .col_expr(job_status::Column::CycleStartSeq, Expr::value(cycle.start_seq))
            .col_expr(job_status::Column::CycleStartedAt, Expr::value(millis(cycle.started_at)))
            .col_expr(job_status::Column::FirstRunAt, first_run.into())
            .col_expr(job_status::Column::ObservedGeneration, Expr::value(observed.generation))
            .col_expr(
                job_status::Column::ObservedMappingGeneration,
                Expr::value(observed.mapping_generation),
            );
        let progress = Progress {
            cursor: cycle.cursor,
            processed: cycle.processed,
            total: cycle.total,
            processed_groups: cycle.processed_groups,
            total_groups: cycle.total_groups,
            counts: cycle.counts,
            watermark: None,
        };
        let update = set_progress(update, &progress);
        let done = update.exec(self.writer()).await.doing("begin a cycle")?;
        if done.rows_affected == 0 { Err(StoreError::LeaseLost) } else { Ok(()) }
    }

    /// Notes that the running cycle finished: what it did becomes the last cycle's, the watermark moves on, and after an
    /// initial cycle the job goes on with incremental ones. Does nothing when no cycle runs.
    ///
    /// `look_again_at` is when everybody must be looked at again although nothing may have changed.
    pub async fn finish_cycle(
        &self,
        job: JobId,
        owner: Uuid,
        watermark: i64,
        finished_at: Timestamp,
        look_again_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        require_lease(&tx, job, owner).await?;
        let status = tx.load_status(job).await?;
        let Some(cycle) = status.cycle else { return Ok(()) };
        let finished = FinishedCycle {
            id: cycle.id,
            kind: cycle.kind,
            began_at: cycle.started_at,
            ended_at: finished_at,
            processed: cycle.processed,
            total: cycle.total,
            processed_groups: cycle.processed_groups,
            total_groups: cycle.total_groups,
            counts: cycle.counts,
        };
        let finished = status.finished.with(finished, look_again_at);
        let initial_done = status.initial_done || cycle.kind == CycleKind::Initial;
        held(job, owner)
            .col_expr(job_status::Column::CycleId, Expr::value(Option::<Uuid>::None))
            .col_expr(job_status::Column::CycleKind, Expr::value(Option::<String>::None))
            .col_expr(job_status::Column::CycleCursor, Expr::value(Option::<Uuid>::None))
            .col_expr(job_status::Column::CycleCursorKind, Expr::value(Option::<String>::None))
            .col_expr(job_status::Column::CycleStartSeq, Expr::value(Option::<i64>::None))
            .col_expr(job_status::Column::CycleStartedAt, Expr::value(Option::<i64>::None))
            .col_expr(job_status::Column::InitialDone, Expr::value(initial_done))
            .col_expr(job_status::Column::Watermark, Expr::value(watermark))
            .col_expr(job_status::Column::LastCycle, Expr::value(to_json("finished cycles", &finished)?))
            .col_expr(job_status::Column::LastRunAt, Expr::value(millis(finished_at)))
            .exec(&tx.db())
            .await
            .doing("finish a cycle")?;
        tx.commit().await
    }

    /// Puts the job into quarantine, or lifts it.
    pub async fn set_quarantine(
        &self,
        job: JobId,
        owner: Uuid,
        quarantine: Option<&Quarantine>,
    ) -> Result<(), StoreError> {
        let text = quarantine.map(|quarantine| to_json("quarantine", quarantine)).transpose()?;
        let until = quarantine.map(|quarantine| millis(quarantine.next_attempt_at));
        let done = held(job, owner)
            .col_expr(job_status::Column::Quarantine, Expr::value(text))
            .col_expr(job_status::Column::QuarantineUntil, Expr::value(until))
            .exec(self.writer())
            .await
            .doing("set a quarantine")?;
        if done.rows_affected == 0 { Err(StoreError::LeaseLost) } else { Ok(()) }
    }
}

/// How far the running cycle is.
pub(crate) fn set_progress(
    update: UpdateMany<job_status::Entity>,
    progress: &Progress,
) -> UpdateMany<job_status::Entity> {
    let Progress { cursor, processed, total, processed_groups, total_groups, counts, watermark } = progress;
    let mut update = update
        .col_expr(job_status::Column::CycleCursor, Expr::value(cursor.map(ObjectId::as_uuid)))
        .col_expr(
            job_status::Column::CycleCursorKind,
            Expr::value(cursor.map(|cursor| cursor.kind().as_str())),
        )
        .col_expr(job_status::Column::Processed, Expr::value(signed(*processed)))
        .col_expr(job_status::Column::Total, Expr::value(signed(*total)))
        .col_expr(job_status::Column::ProcessedGroups, Expr::value(signed(*processed_groups)))
        .col_expr(job_status::Column::TotalGroups, Expr::value(signed(*total_groups)))
        .col_expr(job_status::Column::Created, Expr::value(signed(counts.created)))
        .col_expr(job_status::Column::Updated, Expr::value(signed(counts.updated)))
        .col_expr(job_status::Column::Disabled, Expr::value(signed(counts.disabled)))
        .col_expr(job_status::Column::Deleted, Expr::value(signed(counts.deleted)))
        .col_expr(job_status::Column::Skipped, Expr::value(signed(counts.skipped)))
        .col_expr(job_status::Column::Failed, Expr::value(signed(counts.failed)));
    if let Some(watermark) = watermark {
        update = update.col_expr(job_status::Column::Watermark, Expr::value(*watermark));
    }
    update
}
