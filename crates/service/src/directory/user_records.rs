//! People as the API sees them: whole records in, whole records out.
use crate::caller::{Caller, Right};
use crate::directory::user_edit::refuse_deleted;
use crate::directory::user_fields::{check_attributes, find_manager, load_person, set_attributes};
use crate::error::{Result, invalid};
use crate::input::{decode_cursor, encode_cursor, page_size};
use crate::page::cut;
use crate::portal::Portal;
use purser_contract::page::PageView;
use purser_domain::user::{User, UserAttributes};
use purser_store::{NameKey, StoreError, UserQuery};
use std::collections::BTreeMap;

/// What an API client changes about a person; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserPatch {
    /// Text attributes by name or Graph name; `None` clears.
    pub attributes: BTreeMap<String, Option<String>>,
    /// May sign in.
    pub account_enabled: Option<bool>,
}

impl Portal {
    /// One page of the people who meet every condition; `total` counts them all.
    pub async fn query_users(
        &self,
        caller: &Caller,
        query: &UserQuery,
        after: &str,
        size: u32,
    ) -> Result<PageView<User>> {
        caller.may(Right::Read)?;
        let size = page_size(size);
        let after = decode_cursor::<NameKey>(after)?;
        let listed = self.store().list_users_filtered(query, after.as_ref(), u64::from(size) + 1).await;
        let rows = match listed {
            Err(StoreError::Missing { what: "attribute", id }) => {
                return Err(invalid(format!("Users can't be filtered by \"{id}\"."))
                    .code("Request_UnsupportedQuery")
                    .into());
            }
            rows => rows?,
        };
        let total = self.store().count_users_filtered(query).await?;
        let (items, next) = cut(rows, size, |user| encode_cursor(&NameKey::of_user(user)));
        Ok(PageView { items, next, total: Some(total) })
    }

    /// A person who is not deleted, by id or sign-in name.
    pub async fn load_user_record(&self, caller: &Caller, id_or_upn: &str) -> Result<User> {
        caller.may(Right::Read)?;
        let user = load_person(self.store(), id_or_upn).await?;
        refuse_gone(&user, id_or_upn)?;
        Ok(user)
    }

    /// Creates a person. The manager is given by id or sign-in name.
    pub async fn create_user_from(
        &self,
        caller: &Caller,
        attributes: UserAttributes,
        enabled: bool,
        manager: Option<&str>,
    ) -> Result<User> {
        caller.may(Right::Write)?;
        check_attributes(&attributes)?;
        let tx = self.store().begin().await?;
        let manager = find_manager(&tx, None, manager.unwrap_or_default()).await?;
        let user = self.new_user(attributes, enabled, manager);
        self.add_user(&tx, caller, &user).await?;
        self.commit(tx).await?;
        Ok(user)
    }

    /// Changes what the patch names.
    pub async fn patch_user(&self, caller: &Caller, id_or_upn: &str, patch: UserPatch) -> Result<User> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let stored = load_person(&tx, id_or_upn).await?;
        refuse_gone(&stored, id_or_upn)?;
        let mut edited = stored.clone();
        set_attributes(&mut edited.attributes, patch.attributes)?;
        check_attributes(&edited.attributes)?;
        edited.account_enabled = patch.account_enabled.unwrap_or(stored.account_enabled);
        let user = self.edit_user(&tx, caller, &stored, edited).await?;
        self.commit(tx).await?;
        Ok(user)
    }

    /// The person's manager.
    pub async fn load_manager(&self, caller: &Caller, id_or_upn: &str) -> Result<Option<User>> {
        let user = self.load_user_record(caller, id_or_upn).await?;
        match user.manager {
            Some(manager) => Ok(self.store().find_user(manager).await?),
            None => Ok(None),
        }
    }

    /// Sets the person's manager (id or sign-in name), or takes it away.
    pub async fn set_manager(&self, caller: &Caller, id_or_upn: &str, manager: Option<&str>) -> Result<User> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let stored = load_person(&tx, id_or_upn).await?;
        refuse_deleted(&stored)?;
        let manager = find_manager(&tx, Some(&stored), manager.unwrap_or_default()).await?;
        let edited = User { manager, ..stored.clone() };
        let user = self.edit_user(&tx, caller, &stored, edited).await?;
        self.commit(tx).await?;
        Ok(user)
    }
}

/// To the API a softly deleted person is not there.
fn refuse_gone(user: &User, asked: &str) -> Result<()> {
    if user.deleted_at.is_none() { Ok(()) } else { Err(crate::error::not_found("user", asked).into()) }
}
