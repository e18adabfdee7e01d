//! People: create, edit, disable, delete, restore, delete for good.
use crate::caller::{Caller, Right};
use crate::directory::user_fields::{check_attributes, compare, find_manager, load_person, set_attributes};
use crate::directory::users::{RESTORABLE, view_user_row};
use crate::error::{Result, ServiceError, conflict, differing, stale};
use crate::logs::audit::{Activity, AuditNote};
use crate::portal::Portal;
use purser_contract::directory::{UserForm, UserRowView, UserView};
use purser_contract::problem::Problem;
use purser_domain::user::{User, UserAttributes};
use purser_store::Tx;

/// People deleted for good in one transaction.
const PURGE_BATCH: u64 = 200;

impl Portal {
    /// Creates (empty id) or edits a person.
    ///
    /// # Errors
    /// [`ServiceError`]: a field that breaks a rule, a sign-in name that is taken, or an edit of a version that is
    /// not the stored one any more (`Conflict` with both versions).
    pub async fn save_user(&self, caller: &Caller, form: UserForm) -> Result<UserView> {
        caller.may(Right::Write)?;
        let user = if form.id.trim().is_empty() {
            self.create_user(caller, &form).await?
        } else {
            self.change_user(caller, &form).await?
        };
        self.wake();
        self.view_user(&user).await
    }

    async fn create_user(&self, caller: &Caller, form: &UserForm) -> Result<User> {
        let mut attributes = UserAttributes::default();
        set_attributes(&mut attributes, form_attributes(form))?;
        check_attributes(&attributes)?;
        let tx = self.store().begin().await?;
        let manager = find_manager(&tx, None, &form.manager).await?;
        let user = self.new_user(attributes, is_ticked(form.account_enabled.as_deref()), manager);
        self.add_user(&tx, caller, &user).await?;
        tx.commit().await?;
        Ok(user)
    }

    async fn change_user(&self, caller: &Caller, form: &UserForm) -> Result<User> {
        let tx = self.store().begin().await?;
        let stored = load_person(&tx, &form.id).await?;
        refuse_deleted(&stored)?;
        let mut edited = stored.clone();
        set_attributes(&mut edited.attributes, form_attributes(form))?;
        edited.account_enabled = is_ticked(form.account_enabled.as_deref());
        edited.manager = find_manager(&tx, Some(&stored), &form.manager).await?;
        if form.generation != stored.generation {
            let fields = compare(&edited, &stored);
            let fields =
                fields.into_iter().filter_map(|(label, yours, theirs)| differing(label, yours, theirs));
            return Err(stale("this user", fields.collect()).into());
        }
        check_attributes(&edited.attributes)?;
        let user = self.edit_user(&tx, caller, &stored, edited).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// Lets a person sign in, or not; who may not is disabled in every application.
    ///
    /// # Errors
    /// [`ServiceError`] when the caller may not write, or there is no such person.
    pub async fn set_user_enabled(&self, caller: &Caller, id: &str, enabled: bool) -> Result<UserView> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let stored = load_person(&tx, id).await?;
        refuse_deleted(&stored)?;
        let edited = User { account_enabled: enabled, ..stored.clone() };
        let user = self.edit_user(&tx, caller, &stored, edited).await?;
        tx.commit().await?;
        self.wake();
        self.view_user(&user).await
    }

    /// Deletes a person softly: disabled in every application, restorable for 30 days. Deleting twice is once.
    ///
    /// # Errors
    /// [`ServiceError`] when the caller may not write, or there is no such person.
    pub async fn delete_user(&self, caller: &Caller, id: &str) -> Result<UserRowView> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let stored = load_person(&tx, id).await?;
        if stored.deleted_at.is_some() {
            return Ok(view_user_row(&stored));
        }
        tx.soft_delete_user(stored.id, self.now()).await?;
        let note = AuditNote::on(stored.id.as_uuid(), stored.name());
        self.audit(&tx, caller, Activity::DeleteUser, note).await?;
        let deleted = tx.load_user(stored.id).await?;
        tx.commit().await?;
        self.wake();
        Ok(view_user_row(&deleted))
    }

    /// Brings a softly deleted person back as they were, memberships and assignments included.
    ///
    /// # Errors
    /// [`ServiceError`] when the caller may not write, or there is no such person.
    pub async fn restore_user(&self, caller: &Caller, id: &str) -> Result<UserView> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let stored = load_person(&tx, id).await?;
        if stored.deleted_at.is_some() {
            tx.restore_user(stored.id, self.now()).await?;
            let note = AuditNote::on(stored.id.as_uuid(), stored.name());
            self.audit(&tx, caller, Activity::RestoreUser, note).await?;
        }
        let restored = tx.load_user(stored.id).await?;
        tx.commit().await?;
        self.wake();
        self.view_user(&restored).await
    }

    /// Deletes a person for good; their accounts are deleted in every application that they are managed in.
    /// Only softly deleted ones, so that one wrong click can be taken back.
    ///
    /// # Errors
    /// [`ServiceError`] when the caller may not write, there is no such person, or they are not softly deleted.
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
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// Deletes for good who was softly deleted 30 days ago; says how many.
    ///
    /// # Errors
    /// [`ServiceError`] when the store fails.
    pub async fn purge_expired_users(&self) -> Result<u64> {
        let Ok(before) = self.now().checked_sub(RESTORABLE) else { return Ok(0) };
        let mut purged = 0;
        loop {
            let tx = self.store().begin().await?;
            let expired = tx.list_expired_users(before, PURGE_BATCH).await?;
            for user in &expired {
                self.purge_in(&tx, &Caller::System, user).await?;
                purged += 1;
            }
            tx.commit().await?;
            if expired.is_empty() {
                break;
            }
            self.wake();
        }
        Ok(purged)
    }

    async fn purge_in(&self, tx: &Tx, caller: &Caller, user: &User) -> Result<()> {
        tx.hard_delete_user(user.id, self.now()).await?;
        self.audit(tx, caller, Activity::PurgeUser, AuditNote::on(user.id.as_uuid(), user.name())).await
    }
}

/// A check box sends its value when it is ticked, and nothing when it is not.
pub(crate) fn is_ticked(value: Option<&str>) -> bool {
    matches!(value, Some("true" | "on" | "1"))
}

/// Refuses to edit who is softly deleted.
pub(crate) fn refuse_deleted(user: &User) -> Result<()> {
    if user.deleted_at.is_none() {
        return Ok(());
    }
    let problem: Problem = conflict(format!("{} is deleted and can't be changed.", user.name()))
        .advice("Restore the user first.");
    Err(ServiceError::from(problem))
}

fn form_attributes(form: &UserForm) -> impl Iterator<Item = (&String, Option<String>)> {
    form.attributes.iter().map(|(name, value)| (name, Some(value.clone())))
}
