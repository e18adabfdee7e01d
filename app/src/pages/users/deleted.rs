//! Deleted users, who can be restored for 30 days.
use crate::api::users::{list_users, load_user, name};
use crate::components::{
    CommandLink, Crumb, DataTable, EmptyState, HiddenField, Menu, Monogram, Pager, Pane, PrimaryButton,
    SearchBox, Shell, TimeStamp, page,
};
use crate::context::{query, query_value, url};
use leptos::prelude::*;
use purser_contract::directory::{UserFilter, UserRowView, UserView};
use purser_contract::page::ListForm;

const PATH: &str = "/users/deleted";

/// The list, with *Restore* and *Delete permanently*.
#[component]
pub fn DeletedUsersPage() -> impl IntoView {
    page(async {
        let form = query::<ListForm>();
        let users = list_users(UserFilter::Deleted, form.clone()).await?;
        let pane = match query_value("pane").as_str() {
            "purge" => Some(purge_pane(load_user(&query_value("id")).await?)),
            _ => None,
        };
        let list = if users.items.is_empty() {
            view! {
                <EmptyState
                    icon=icondata::LuUserX
                    title="No deleted users found"
                    text="Users that are deleted stay here for 30 days and can be restored; then they are deleted for good."
                />
            }
            .into_any()
        } else {
            table(users.items)
        };
        let view = view! {
            <Shell
                title="Deleted users"
                resource="Users"
                subtitle="Directory"
                menu=Menu::portal(PATH)
                crumbs=vec![Crumb::new("Home", "/"), Crumb::new("Users", "/users")]
                commands=view! { <CommandLink href=PATH icon=icondata::LuRefreshCw label="Refresh"/> }.into_any()
                pane=pane
            >
                <SearchBox path=PATH value=form.search.clone() label="Search by name or sign-in name"/>
                {list}
                <Pager path=PATH query=vec![("search", form.search)] after=form.after next=users.next/>
            </Shell>
        };
        Ok(view.into_any())
    })
}

fn table(users: Vec<UserRowView>) -> AnyView {
    let stamp = |at: Option<String>| at.map(|at| view! { <TimeStamp at/> });
    let rows = users
        .into_iter()
        .map(|user| {
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
                        <form method="post" action="/api/restore_user">
                            <HiddenField name="id" value=user.id/>
                            <button class="link" type="submit" aria-label=format!("Restore {}", user.display_name)>
                                "Restore"
                            </button>
                        </form>
                        <a href=purge aria-label=format!("Delete {} permanently", user.display_name)>"Delete permanently"</a>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <DataTable caption="Deleted users" columns=vec!["Name", "User principal name", "Deleted", "Deleted for good", ""]>
            {rows}
        </DataTable>
    }
    .into_any()
}

fn purge_pane(user: UserView) -> AnyView {
    view! {
        <Pane
            title="Delete permanently"
            close=PATH
            footer=view! {
                <PrimaryButton label="Delete permanently" form="purge-user" danger=true/>
                <a class="button" href=PATH>"Cancel"</a>
            }
            .into_any()
        >
            <form id="purge-user" method="post" action="/api/purge_user">
                <HiddenField name="id" value=user.id.clone()/>
                <p>"Delete " <strong>{name(&user)}</strong> " for good? This can't be undone."</p>
                <p>
                    "Accounts that Purser manages for this user are deleted in the applications, "
                    "where their mappings say so."
                </p>
            </form>
        </Pane>
    }
    .into_any()
}
