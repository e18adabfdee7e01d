//! People: lists and the page of one.
use crate::caller::{Caller, Right};
use crate::directory::rows::{view_group_row, view_user_row};
use crate::directory::user_fields::load_person;
use crate::error::Result;
use crate::input::{decode_cursor, encode_cursor, page_size, search_text};
use crate::page::cut;
use crate::portal::Portal;
use purser_contract::directory::{UserApplicationView, UserFilter, UserRowView, UserView};
use purser_contract::page::{ListForm, PageView};
use purser_domain::user::User;
use purser_store::NameKey;
use std::collections::HashMap;

/// Groups shown on a person's page.
const MAX_GROUPS: u64 = 200;

impl Portal {
    /// One page of the people who are present, or of the soft-deleted ones.
    pub async fn list_users(
        &self,
        caller: &Caller,
        filter: UserFilter,
        form: ListForm,
    ) -> Result<PageView<UserRowView>> {
        caller.may(Right::Read)?;
        let filter = match filter {
            UserFilter::Present => purser_store::UserFilter::Present,
            UserFilter::Deleted => purser_store::UserFilter::Deleted,
        };
        let (size, search) = (page_size(form.size), search_text(&form.search));
        let after = decode_cursor::<NameKey>(&form.after)?;
        let rows = self.store().list_users(filter, &search, after.as_ref(), u64::from(size) + 1).await?;
        let total = self.store().count_users(filter, &search).await?;
        let (rows, next) = cut(rows, size, |user| encode_cursor(&NameKey::of_user(user)));
        Ok(PageView { items: rows.iter().map(view_user_row).collect(), next, total: Some(total) })
    }

    /// A person with groups and applications, by id or sign-in name; soft-deleted ones too.
    pub async fn load_user(&self, caller: &Caller, id_or_upn: &str) -> Result<UserView> {
        caller.may(Right::Read)?;
        let user = load_person(self.store(), id_or_upn).await?;
        self.view_user(&user).await
    }

    pub(crate) async fn view_user(&self, user: &User) -> Result<UserView> {
        let manager = match user.manager {
            Some(id) => self.store().find_user(id).await?,
            None => None,
        };
        let groups = self.store().list_groups_of(user.id, MAX_GROUPS).await?;
        let attributes = user.attributes.iter();
        Ok(UserView {
            id: user.id.to_string(),
            generation: user.generation,
            attributes: attributes
                .filter_map(|(attribute, value)| Some((attribute.name.to_owned(), value?.to_owned())))
                .collect(),
            account_enabled: user.account_enabled,
            manager_id: user.manager.map(|id| id.to_string()),
            manager_name: manager.map(|manager| manager.name()),
            created_at: user.created_at.to_string(),
            deleted_at: user.deleted_at.map(|at| at.to_string()),
            groups: groups.iter().map(view_group_row).collect(),
            applications: self.view_applications_of(user).await?,
        })
    }

    async fn view_applications_of(&self, user: &User) -> Result<Vec<UserApplicationView>> {
        let mut views: Vec<UserApplicationView> = Vec::new();
        // Several assignments (direct, by groups) to one application are one line here.
        let mut seen = HashMap::new();
        for held in self.store().list_assignments_of(user.id).await? {
            seen.entry(held.assignment.app).or_insert(held.application_name);
        }
        for (app, display_name) in seen {
            let link = match self.store().find_job_of(app).await? {
                Some(job) => self.store().find_links(job, &[user.id]).await?.remove(&user.id),
                None => None,
            };
            views.push(UserApplicationView {
                application_id: app.to_string(),
                display_name,
                link_state: link.as_ref().map(|link| link.state),
                target_id: link.map(|link| link.target_id),
            });
        }
        views.sort_by(|a, b| (&a.display_name, &a.application_id).cmp(&(&b.display_name, &b.application_id)));
        Ok(views)
    }
}
