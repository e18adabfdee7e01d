//! What would grow for ever, cut back once a day.
use crate::error::Result;
use crate::portal::Portal;
use jiff::SignedDuration;

/// Consumed changes are kept this long, so that an administrator can look into what happened.
const CHANGES_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Portal {
    /// Deletes people for good 30 days after they were softly deleted, and forgets changes that every job has consumed and
    /// sessions that have ended. Safe to call at any time and twice.
    pub async fn keep_house(&self) -> Result<()> {
        let purged = self.purge_expired_users().await?;
        let now = self.now();
        let sessions = self.store().purge_sessions(now).await?;
        let mut changes = 0;
        if let Ok(before) = now.checked_sub(CHANGES_KEPT) {
            let tx = self.store().begin().await?;
            changes = tx.purge_changes(before).await?;
            tx.commit().await?;
        }
        tracing::info!(users = purged, sessions, changes, "kept house");
        Ok(())
    }
}
