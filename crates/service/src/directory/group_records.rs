//! Groups as the API sees them: whole records in, whole records out.
use crate::caller::{Caller, Right};
use crate::directory::groups::{MAX_DESCRIPTION, MAX_NAME, MAX_NICKNAME, load_group};
use crate::error::Result;
use crate::input::{
    decode_cursor, encode_cursor, optional_line, optional_text, page_size, required_line, search_text,
};
use crate::page::cut;
use crate::portal::Portal;
use purser_contract::page::{ListForm, PageView};
use purser_domain::group::Group;
use purser_domain::user::User;
use purser_store::{GroupRow, NameKey};

/// What an API client changes about a group; what is absent stays, `Some(None)` clears.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupPatch {
    /// Name.
    pub display_name: Option<String>,
    /// Description.
    pub description: Option<Option<String>>,
    /// Mail nickname.
    pub mail_nickname: Option<Option<String>>,
}

impl Portal {
    /// One page of the groups whose name starts with or contains `search`.
    pub async fn query_groups(&self, caller: &Caller, form: ListForm) -> Result<PageView<GroupRow>> {
        caller.may(Right::Read)?;
        let (size, search) = (page_size(form.size), search_text(&form.search));
        let after = decode_cursor::<NameKey>(&form.after)?;
        let rows = self.store().list_groups(&search, after.as_ref(), u64::from(size) + 1).await?;
        let total = self.store().count_groups(&search).await?;
        let (items, next) = cut(rows, size, |row| encode_cursor(&NameKey::of_group(&row.group)));
        Ok(PageView { items, next, total: Some(total) })
    }

    /// A group.
    pub async fn load_group_record(&self, caller: &Caller, id: &str) -> Result<Group> {
        caller.may(Right::Read)?;
        load_group(self.store(), id).await
    }

    /// Changes what the patch names.
    pub async fn patch_group(&self, caller: &Caller, id: &str, patch: GroupPatch) -> Result<Group> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let stored = load_group(&tx, id).await?;
        let mut edited = stored.clone();
        if let Some(name) = patch.display_name {
            edited.display_name = required_line("Name", "display_name", &name, MAX_NAME)?;
        }
        if let Some(text) = patch.description {
            edited.description =
                optional_text("Description", "description", &text.unwrap_or_default(), MAX_DESCRIPTION)?;
        }
        if let Some(text) = patch.mail_nickname {
            edited.mail_nickname =
                optional_line("Mail nickname", "mail_nickname", &text.unwrap_or_default(), MAX_NICKNAME)?;
        }
        let group = self.edit_group(&tx, caller, &stored, edited).await?;
        self.commit(tx).await?;
        Ok(group)
    }

    /// One page of a group's members.
    pub async fn query_members(
        &self,
        caller: &Caller,
        group: &str,
        form: ListForm,
    ) -> Result<PageView<User>> {
        caller.may(Right::Read)?;
        let group = load_group(self.store(), group).await?;
        let (size, search) = (page_size(form.size), search_text(&form.search));
        let after = decode_cursor::<NameKey>(&form.after)?;
        let rows = self.store().list_members(group.id, &search, after.as_ref(), u64::from(size) + 1).await?;
        let total = self.store().count_members(group.id, &search).await?;
        let (items, next) = cut(rows, size, |user| encode_cursor(&NameKey::of_user(user)));
        Ok(PageView { items, next, total: Some(total) })
    }
}
