//! People: create, edit, disable, delete, restore.
use crate::caller::{Caller, Right};
use crate::directory::rows::view_user_row;
use crate::directory::user_fields::{check_attributes, compare, find_manager, load_person, set_attributes};
use crate::error::{Result, ServiceError, conflict, differing, stale};
use crate::input::is_ticked;
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use purser_contract::directory::{UserForm, UserRowView, UserView};
use purser_contract::problem::Problem;
use purser_domain::user::{User, UserAttributes};

impl Portal {
    /// Creates (empty id) or edits a person.
    pub async fn save_user(&self, caller: &Caller, form: UserForm) -> Result<UserView> {
        caller.may(Right::Write)?;
        let user = if form.id.trim().is_empty() {
            self.create_user(caller, &form).await?
        } else {
            self.change_user(caller, &form).await?
        };
        self.view_user(&user).await
    }

    async fn create_user(&self, caller: &Caller, form: &UserForm) -> Result<User> {
        let mut attributes = UserAttributes::default();
        set_attributes(&mut attributes, form_attributes(form))?;
        let enabled = is_ticked(form.account_enabled.as_deref());
        self.create_user_from(caller, attributes, enabled, Some(&form.manager)).await
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
        self.commit(tx).await?;
        Ok(user)
    }

    /// Lets a person sign in, or not; a person who may not is disabled in every application.
    pub async fn set_user_enabled(&self, caller: &Caller, id: &str, enabled: bool) -> Result<UserView> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let stored = load_person(&tx, id).await?;
        refuse_deleted(&stored)?;
        let edited = User { account_enabled: enabled, ..stored.clone() };
        let user = self.edit_user(&tx, caller, &stored, edited).await?;
        self.commit(tx).await?;
        self.view_user(&user).await
    }

    /// Deletes a person softly: disabled in every application, restorable for 30 days. Deleting twice is once.
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
        self.commit(tx).await?;
        Ok(view_user_row(&deleted))
    }

    /// Brings a softly deleted person back as they were, memberships and assignments included.
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
        self.commit(tx).await?;
        self.view_user(&restored).await
    }
}

/// Refuses to edit a person who is softly deleted.
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
