//! What would grow for ever, cut back once a day: people who were deleted long ago, both logs and the change feed.
//!
//! Logs go in small steps, each a transaction of its own, with room for everybody else between them. A crash between two
//! steps is harmless: what is left goes the next time.
//!
//! Invariant: a clock that jumped removes no log. A run that comes more than two days after the last one, or before it,
//! puts its clock in doubt, and for a day nothing goes by age: time enough for a clock to be put right.
//!
//! Deliberately absent: the queue's tasks, which the engine removes itself, sessions, which the server forgets each
//! minute, and imports, which are kept.
use crate::directory::purge::{find_instant, is_usual};
use crate::error::Result;
use crate::portal::Portal;
use jiff::{SignedDuration, Timestamp};

/// Setting that holds the time of the last run, in milliseconds.
const LAST_RUN: &str = "last_housekeeping_at";
/// Setting that holds when the clock was last in doubt, in milliseconds.
const DOUBTED: &str = "clock_doubted_at";
/// How long a doubt lasts: somewhat less than the time between two runs.
const DOUBT: SignedDuration = SignedDuration::from_hours(23);
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
    /// Does all of it. Safe to call at any time and twice. What fails does not keep the rest from being done.
    pub async fn keep_house(&self) -> Result<()> {
        let users = self.purge_expired_users().await;
        let records = self.purge_records().await;
        tracing::info!(users = users.as_ref().ok(), "kept house");
        users.and(records)
    }

    async fn purge_records(&self) -> Result<()> {
        let now = self.now();
        if !self.trusts_clock(now).await? {
            tracing::warn!("the clock may have jumped: logs are kept for another day");
            return Ok(());
        }
        let before = |kept| now.checked_sub(kept).unwrap_or(Timestamp::MIN);
        let tx = self.store().begin().await?;
        let changes = tx.purge_changes(before(CHANGES_KEPT)).await?;
        tx.commit().await?;
        let old = before(self.deps.logs_kept);
        let logs = self.purge_in_steps(Log::Provisioning, old).await?;
        let audit = self.purge_in_steps(Log::Audit, old).await?;
        tracing::info!(changes, logs, audit, "removed what is old");
        Ok(())
    }

    /// Notes this run, and says whether what is old by its clock may go.
    async fn trusts_clock(&self, now: Timestamp) -> Result<bool> {
        let tx = self.store().begin().await?;
        let written = now.as_millisecond().to_string();
        let last = find_instant(&tx, LAST_RUN).await?;
        tx.put_setting(LAST_RUN, &written).await?;
        // The first run of an installation has nothing to compare with, and nothing to lose.
        if last.is_some() && !is_usual(last, now) {
            tx.put_setting(DOUBTED, &written).await?;
        }
        let doubted = find_instant(&tx, DOUBTED).await?;
        tx.commit().await?;
        Ok(doubted.is_none_or(|at| now.duration_since(at) >= DOUBT))
    }

    async fn purge_in_steps(&self, log: Log, before: Timestamp) -> Result<u64> {
        let mut purged = 0;
        loop {
            let tx = self.store().begin().await?;
            let rows = match log {
                Log::Provisioning => tx.purge_logs(before, ROWS_A_STEP).await?,
                Log::Audit => tx.purge_audit(before, ROWS_A_STEP).await?,
            };
            tx.commit().await?;
            if rows == 0 {
                return Ok(purged);
            }
            purged += rows;
            tokio::task::yield_now().await;
        }
    }
}
