//! Deleting people for good: by hand, and 30 days after they were deleted.
//!
//! Invariant: nobody is deleted for good by a clock that jumped. Each run stores its time; a run that comes more than
//! two days after the last one, or before it, deletes nobody, says so on Home, and waits until an administrator has
//! looked at the number and confirmed. A machine that was off for some days asks, too: it can't tell the two apart.
//! As long as nobody is deleted softly there is nothing to lose, so a new installation just begins.
use crate::caller::{Caller, Right};
use crate::directory::rows::RESTORABLE;
use crate::directory::user_fields::load_person;
use crate::error::{Result, conflict};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use jiff::{SignedDuration, Timestamp};
use purser_contract::directory::{ConfirmPurgeForm, HeldPurgeView};
use purser_domain::user::User;
use purser_store::{Reads, Tx, UserFilter};

/// Setting that holds the time of the last run, in milliseconds.
const LAST_PURGE: &str = "last_purge_at";
/// A run that comes later than this after the last one asks first. Runs come once a day.
const USUAL_GAP: SignedDuration = SignedDuration::from_hours(48);
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

    /// Deletes people for good 30 days after they were softly deleted; says how many. None while the clock is in doubt.
    pub async fn purge_expired_users(&self) -> Result<u64> {
        let now = self.now();
        let last = find_last_purge(self.store()).await?;
        if !is_usual(last, now) && self.store().count_users(UserFilter::Deleted, "").await? > 0 {
            tracing::warn!(?last, %now, "deleted people are kept until an administrator confirms on Home");
            return Ok(0);
        }
        let tx = self.store().begin().await?;
        tx.put_setting(LAST_PURGE, &now.as_millisecond().to_string()).await?;
        tx.commit().await?;
        self.purge_expired(&Caller::System, now).await
    }

    /// What a purge would delete that waits for an administrator; `None` when none does.
    pub async fn find_held_purge(&self, caller: &Caller) -> Result<Option<HeldPurgeView>> {
        caller.may(Right::Read)?;
        let now = self.now();
        let last = find_last_purge(self.store()).await?;
        if is_usual(last, now) {
            return Ok(None);
        }
        let (people, accounts) = count_expired(self.store(), now).await?;
        Ok((people > 0).then(|| HeldPurgeView {
            people,
            accounts,
            last_purge_at: last.map(|at| at.to_string()),
            now: now.to_string(),
        }))
    }

    /// Lets a purge that waits go ahead: the clock is right, and these people are to go.
    ///
    /// # Errors
    /// `Conflict` when more people would be deleted than the form says, or no purge waits.
    pub async fn confirm_purge(&self, caller: &Caller, form: ConfirmPurgeForm) -> Result<u64> {
        caller.may(Right::GrantAccess)?;
        let now = self.now();
        let tx = self.store().begin().await?;
        let last = find_last_purge(&tx).await?;
        let (people, accounts) = count_expired(&tx, now).await?;
        if is_usual(last, now) || people == 0 {
            return Err(conflict("No purge of deleted users waits for a confirmation.").into());
        }
        if people > form.people {
            return Err(conflict(format!("By now {people} users would be deleted for good."))
                .advice("Look at the number on Home again, then confirm.")
                .into());
        }
        tx.put_setting(LAST_PURGE, &now.as_millisecond().to_string()).await?;
        let note = AuditNote::default()
            .with("Users", people)
            .with("Accounts", accounts)
            .with("Last purge", last.map_or_else(|| "never".to_owned(), |at| at.to_string()));
        self.audit(&tx, caller, Activity::ConfirmPurge, note).await?;
        tx.commit().await?;
        self.purge_expired(caller, now).await
    }

    async fn purge_expired(&self, caller: &Caller, now: Timestamp) -> Result<u64> {
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

/// Whether a run at `now` comes as it should after the last one.
pub(crate) fn is_usual(last: Option<Timestamp>, now: Timestamp) -> bool {
    last.is_some_and(|last| {
        let gap = now.duration_since(last);
        gap >= SignedDuration::ZERO && gap <= USUAL_GAP
    })
}

async fn find_last_purge(reads: &Reads) -> Result<Option<Timestamp>> {
    find_instant(reads, LAST_PURGE).await
}

/// A time that is kept as a setting, in milliseconds. A value that is no time is as good as none.
pub(crate) async fn find_instant(reads: &Reads, setting: &str) -> Result<Option<Timestamp>> {
    let stored = reads.find_setting(setting).await?;
    Ok(stored.and_then(|text| Timestamp::from_millisecond(text.parse().ok()?).ok()))
}

/// The people who would be deleted for good, and the accounts that they are linked to.
async fn count_expired(reads: &Reads, now: Timestamp) -> Result<(u64, u64)> {
    match now.checked_sub(RESTORABLE) {
        Ok(before) => Ok(reads.count_expired_users(before).await?),
        Err(_) => Ok((0, 0)),
    }
}
