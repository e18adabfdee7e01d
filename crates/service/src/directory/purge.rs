//! Deleting people for good: by hand, and 30 days after they were deleted. Whether the clock may be believed is
//! housekeeping's to say.
use crate::caller::{Caller, Right};
use crate::directory::rows::RESTORABLE;
use crate::directory::user_fields::load_person;
use crate::error::{Result, conflict};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use jiff::Timestamp;
use purser_domain::user::User;
use purser_store::{Reads, Tx};

/// People deleted for good in one transaction.
const PURGE_BATCH: u64 = 200;
/// People deleted for good in one run; the others are the next run's.
const MAX_A_RUN: u64 = 2_000;

impl Portal {
    /// Deletes a person for good; their accounts are deleted in every application that they are managed in.
    /// Only softly deleted ones, so that one wrong click can be taken back.
    pub async fn purge_user(&self, caller: &Caller, id: &str) -> Result<()> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let stored = load_person(&tx, id).await?;
        if stored.deleted_at.is_none() {
            return Err(conflict(format!("{} is not deleted.", stored.name()))
                .advice(
                    "Delete the user first; then they can be deleted for good under Users > Deleted users.",
                )
                .into());
        }
        self.purge_in(&tx, caller, &stored).await?;
        self.commit(tx).await
    }

    /// Deletes those for good who were softly deleted 30 days before `now`; says how many.
    pub(crate) async fn purge_expired_users(&self, caller: &Caller, now: Timestamp) -> Result<u64> {
        let Ok(before) = now.checked_sub(RESTORABLE) else { return Ok(0) };
        let mut purged = 0;
        while purged < MAX_A_RUN {
            let tx = self.store().begin().await?;
            let expired = tx.list_expired_users(before, PURGE_BATCH).await?;
            if expired.is_empty() {
                break;
            }
            for user in &expired {
                self.purge_in(&tx, caller, user).await?;
                purged += 1;
            }
            self.commit(tx).await?;
        }
        Ok(purged)
    }

    async fn purge_in(&self, tx: &Tx, caller: &Caller, user: &User) -> Result<()> {
        tx.hard_delete_user(user.id, self.now()).await?;
        self.audit(tx, caller, Activity::PurgeUser, AuditNote::on(user.id.as_uuid(), user.name())).await
    }
}

/// The people who would be deleted for good, and the accounts that they are linked to.
pub(crate) async fn count_expired(reads: &Reads, now: Timestamp) -> Result<(u64, u64)> {
    match now.checked_sub(RESTORABLE) {
        Ok(before) => Ok(reads.count_expired_users(before).await?),
        Err(_) => Ok((0, 0)),
    }
}
