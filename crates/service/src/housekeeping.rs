//! What would grow for ever, cut back once a day: people who were deleted long ago, both logs, and the change feed.
//!
//! Whatever goes by age goes here, after the question of [`clock`] whether the clock may be believed.
//! Logs go in small steps, each a transaction of its own, with room for everybody else between them. A crash between two
//! steps is harmless: what is left goes the next time.
//!
//! Deliberately absent: sessions, which the server forgets each minute; the queue's finished tasks, which the engine removes itself; and imports, which are kept.
mod clock;

use crate::caller::Caller;
use crate::error::Result;
use crate::portal::Portal;
use jiff::{SignedDuration, Timestamp};

/// Consumed changes are kept this long, for whoever looks into what happened.
const CHANGES_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// So many rows of a log go in one transaction; a row of the provisioning log has some kilobytes.
const ROWS_A_STEP: u64 = 2_000;

/// A log whose rows go by age.
#[derive(Clone, Copy)]
enum Log {
    Provisioning,
    Audit,
}

impl Portal {
    /// Does all of it, unless the clock is in doubt. Safe to call at any time and twice. What fails does not keep the
    /// rest from being done.
    pub async fn keep_house(&self) -> Result<()> {
        let now = self.now();
        if !self.begin_housekeeping(now).await? {
            return Ok(());
        }
        let users = self.purge_expired_users(&Caller::System, now).await;
        let changes = self.purge_changes(now).await;
        let logs = self.purge_logs(now, u64::MAX).await;
        tracing::info!(
            users = users.as_ref().ok(),
            changes = changes.as_ref().ok(),
            logs = logs.as_ref().ok(),
            "removed what is old"
        );
        users.and(changes).and(logs).map(drop)
    }

    async fn purge_changes(&self, now: Timestamp) -> Result<u64> {
        let tx = self.store().begin().await?;
        let changes = tx.purge_changes(now.checked_sub(CHANGES_KEPT).unwrap_or(Timestamp::MIN)).await?;
        tx.commit().await?;
        Ok(changes)
    }

    /// Removes rows of both logs that are too old at `now`, in at most so many steps each; says how many.
    async fn purge_logs(&self, now: Timestamp, steps: u64) -> Result<u64> {
        let before = self.logs_kept_from(now);
        let provisioning = self.purge_log(Log::Provisioning, before, steps).await?;
        Ok(provisioning + self.purge_log(Log::Audit, before, steps).await?)
    }

    fn logs_kept_from(&self, now: Timestamp) -> Timestamp {
        now.checked_sub(self.deps.logs_kept).unwrap_or(Timestamp::MIN)
    }

    async fn purge_log(&self, log: Log, before: Timestamp, steps: u64) -> Result<u64> {
        let mut purged = 0;
        for _ in 0..steps {
            let tx = self.store().begin().await?;
            let rows = match log {
                Log::Provisioning => tx.purge_logs(before, ROWS_A_STEP).await?,
                Log::Audit => tx.purge_audit(before, ROWS_A_STEP).await?,
            };
            tx.commit().await?;
            if rows == 0 {
                break;
            }
            purged += rows;
            tokio::task::yield_now().await;
        }
        Ok(purged)
    }
}
