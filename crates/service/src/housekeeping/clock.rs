//! Nothing is removed for good by a clock that jumped.
//!
//! Each housekeeping stores its time. One that comes more than two days after the last, or before it, removes nothing;
//! Home says so, and what would go, until an administrator has confirmed that. A machine that was off for some days asks,
//! too: it can't tell the two apart. As long as nothing is stored that goes by age there is nothing to lose, so a new
//! installation just begins.
//!
//! A confirmation is for what was shown: it names the instant by which that was counted, and no more goes than was due
//! then.
use super::ROWS_A_STEP;
use crate::caller::{Caller, Right};
use crate::directory::purge::count_expired;
use crate::error::{Result, conflict};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use jiff::{SignedDuration, Timestamp};
use purser_contract::directory::{ConfirmPurgeForm, HeldPurgeView, PurgedView};
use purser_store::{Reads, UserFilter};

/// Setting that holds the time of the last housekeeping, in milliseconds.
const LAST_RUN: &str = "last_housekeeping_at";
/// A run that comes later than this after the last one asks first. Runs come once a day.
const USUAL_GAP: SignedDuration = SignedDuration::from_hours(48);
/// A confirmation of what was shown longer ago is refused.
const SHOWN_FOR: SignedDuration = SignedDuration::from_hours(1);
/// So many steps of a log are counted, and go when they are confirmed; the rest is the next housekeeping's.
const CONFIRMED_STEPS: u64 = 10;
const MOST_COUNTED: u64 = CONFIRMED_STEPS * ROWS_A_STEP;

/// What is old enough to go.
struct Due {
    people: u64,
    accounts: u64,
    log_rows: u64,
    /// There may be more rows than were counted.
    more_log_rows: bool,
}

impl Due {
    fn is_empty(&self) -> bool {
        self.people == 0 && self.log_rows == 0
    }
}

impl Portal {
    /// Whether a housekeeping may begin now; then its time is stored.
    pub(super) async fn begin_housekeeping(&self, now: Timestamp) -> Result<bool> {
        let last = find_last_run(self.store()).await?;
        if self.is_in_doubt(last, now).await? {
            tracing::warn!(?last, %now, "what is old is kept until an administrator confirms on Home");
            return Ok(false);
        }
        let tx = self.store().begin().await?;
        tx.put_setting(LAST_RUN, &now.as_millisecond().to_string()).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// What waits to be removed until an administrator confirms it; `None` when nothing does.
    pub async fn find_held_purge(&self, caller: &Caller) -> Result<Option<HeldPurgeView>> {
        caller.may(Right::Read)?;
        let now = self.now();
        let last = find_last_run(self.store()).await?;
        if is_usual(last, now) {
            return Ok(None);
        }
        let due = self.count_due(self.store(), now).await?;
        Ok((!due.is_empty()).then(|| HeldPurgeView {
            people: due.people,
            accounts: due.accounts,
            log_rows: due.log_rows,
            more_log_rows: due.more_log_rows,
            logs_kept_days: u64::try_from(self.deps.logs_kept.as_hours() / 24).unwrap_or_default(),
            last_run_at: last.map(|at| at.to_string()),
            now: now.to_string(),
        }))
    }

    /// Lets a housekeeping that waits go ahead: the clock is right, and what was shown is to go.
    ///
    /// # Errors
    /// `Conflict` when the form is not about what would go by now, or nothing waits.
    pub async fn confirm_purge(&self, caller: &Caller, form: ConfirmPurgeForm) -> Result<PurgedView> {
        caller.may(Right::GrantAccess)?;
        let now = self.now();
        let tx = self.store().begin().await?;
        let last = find_last_run(&tx).await?;
        let look_again = |what: &str| conflict(what).advice("Look at Home again, then confirm.");
        let shown = form.now.parse::<Timestamp>().ok().filter(|shown| is_within(*shown, now, SHOWN_FOR));
        let nothing_waits = || look_again("Nothing waits to be removed as it was shown.");
        let shown = shown.filter(|_| !is_usual(last, now)).ok_or_else(nothing_waits)?;
        let due = self.count_due(&tx, shown).await?;
        if due.is_empty() {
            return Err(nothing_waits().into());
        }
        if due.people > form.people || due.log_rows > form.log_rows {
            return Err(look_again("By now more would be removed than was shown.").into());
        }
        tx.put_setting(LAST_RUN, &now.as_millisecond().to_string()).await?;
        let note = AuditNote::default()
            .with("Users", due.people)
            .with("Accounts", due.accounts)
            .with("Log rows", due.log_rows)
            .with("Last housekeeping", last.map_or_else(|| "never".to_owned(), |at| at.to_string()));
        self.audit(&tx, caller, Activity::ConfirmPurge, note).await?;
        tx.commit().await?;
        Ok(PurgedView {
            people: self.purge_expired_users(caller, shown).await?,
            log_rows: self.purge_logs(shown, CONFIRMED_STEPS).await?,
        })
    }

    /// Whether something that goes by age could go too early. After a jump that is all there is, and not only what is due
    /// by now: what is young would be due too early later.
    async fn is_in_doubt(&self, last: Option<Timestamp>, now: Timestamp) -> Result<bool> {
        if is_usual(last, now) {
            return Ok(false);
        }
        let before = if last.is_some() { Timestamp::MAX } else { self.logs_kept_from(now) };
        let store = self.store();
        Ok(store.count_users(UserFilter::Deleted, "").await? > 0
            || store.count_old_logs(before, 1).await? > 0
            || store.count_old_audit(before, 1).await? > 0)
    }

    async fn count_due(&self, reads: &Reads, now: Timestamp) -> Result<Due> {
        let (people, accounts) = count_expired(reads, now).await?;
        let before = self.logs_kept_from(now);
        let logs = reads.count_old_logs(before, MOST_COUNTED).await?;
        let audit = reads.count_old_audit(before, MOST_COUNTED).await?;
        let more_log_rows = logs == MOST_COUNTED || audit == MOST_COUNTED;
        Ok(Due { people, accounts, log_rows: logs + audit, more_log_rows })
    }
}

/// Whether a run at `now` comes as it should after the last one.
fn is_usual(last: Option<Timestamp>, now: Timestamp) -> bool {
    last.is_some_and(|last| is_within(last, now, USUAL_GAP))
}

/// Whether `then` lies at most so long before `now`, and not after it.
fn is_within(then: Timestamp, now: Timestamp, most: SignedDuration) -> bool {
    (SignedDuration::ZERO..=most).contains(&now.duration_since(then))
}

async fn find_last_run(reads: &Reads) -> Result<Option<Timestamp>> {
    let stored = reads.find_setting(LAST_RUN).await?;
    // A value that is no time is as good as none.
    Ok(stored.and_then(|text| Timestamp::from_millisecond(text.parse().ok()?).ok()))
}
