//! Deleted users, who can be restored for 30 days.
use crate::api::users::{PurgeUser, RestoreUser, name};
use crate::components::{
    CommandLink, ConfirmPane, Crumb, EmptyState, HiddenField, ListPage, Monogram, PostForm, TimeStamp, page,
};
use crate::context::{caller, portal, query, query_value, url};
use leptos::prelude::*;
use purser_contract::directory::{UserFilter, UserRowView, UserView};
use purser_contract::page::ListForm;

const PATH: &str = "/users/deleted";

/// The list, with *Restore* and *Delete permanently*.
#[component]
pub fn DeletedUsersPage() -> impl IntoView {
    page(async {
        let form = query::<ListForm>();
        let users = portal()?.list_users(&caller()?, UserFilter::Deleted, form.clone()).await?;
        let pane = match query_value("pane").as_str() {
            "purge" => Some(purge_pane(portal()?.load_user(&caller()?, &query_value("id")).await?)),
            _ => None,
        };
        let view = view! {
            <ListPage
                path=PATH
                title="Deleted users"
                resource="Users"
                subtitle="Directory"
                crumbs=vec![Crumb::new("Users", "/users")]
                commands=view! { <CommandLink href=PATH icon=icondata::LuRefreshCw label="Refresh"/> }.into_any()
                pane
                search="Search by name or sign-in name"
                form
                nouns=("deleted user", "deleted users")
                columns=vec!["Name", "User principal name", "Deleted", "Deleted for good", ""]
                rows=users.items.into_iter().map(row).collect()
                next=users.next
            >
                <EmptyState
                    icon=icondata::LuUserX
                    title="No deleted users found"
                    text="Users that are deleted stay here for 30 days and can be restored; then they are deleted for good."
                />
            </ListPage>
        };
        Ok(view.into_any())
    })
}

fn row(user: UserRowView) -> AnyView {
    let stamp = |at: Option<String>| at.map(|at| view! { <TimeStamp at/> });
    let restore_label = format!("Restore {}", user.display_name);
    let purge_label = format!("Delete {} permanently", user.display_name);
    let purge = url(PATH, &[("pane", "purge"), ("id", &user.id)]);
    view! {
        <tr>
            <th scope="row">
                <Monogram name=user.display_name.clone() round=true/>
                <a href=format!("/users/{}", user.id)><bdi>{user.display_name.clone()}</bdi></a>
            </th>
            <td>{user.user_principal_name}</td>
            <td>{stamp(user.deleted_at)}</td>
            <td>{stamp(user.purge_at)}</td>
            <td class="cell-actions">
                <PostForm<RestoreUser>>
                    <HiddenField name="id" value=user.id/>
                    <button class="link" type="submit" aria-label=restore_label>
                        "Restore"
                    </button>
                </PostForm<RestoreUser>>
                <a href=purge aria-label=purge_label>"Delete permanently"</a>
            </td>
        </tr>
    }
    .into_any()
}

fn purge_pane(user: UserView) -> AnyView {
    view! {
        <ConfirmPane<PurgeUser> title="Delete permanently" label="Delete permanently" id=user.id.clone() close=PATH>
            <p>"Delete " <strong>{name(&user)}</strong> " for good? This can't be undone."</p>
            <p>
                "Accounts that Purser manages for this user are deleted in the applications, "
                "where their mappings say so."
            </p>
        </ConfirmPane<PurgeUser>>
    }
    .into_any()
}
