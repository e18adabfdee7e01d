//! The list of users.
use crate::api::users::list_users;
use crate::components::{
    Badge, CommandLink, Crumb, DataTable, EmptyState, Menu, Monogram, Pager, SearchBox, Shell, Tone, grouped,
    page,
};
use crate::context::query;
use leptos::prelude::*;
use purser_contract::directory::{UserFilter, UserRowView};
use purser_contract::page::ListForm;

/// Everybody who is not deleted, with search.
#[component]
pub fn UsersPage() -> impl IntoView {
    page(async {
        let form = query::<ListForm>();
        let users = list_users(UserFilter::Present, form.clone()).await?;
        let found = users.total.map(|total| view! { <p class="found">{found(total)}</p> });
        let list = if users.items.is_empty() { nobody(&form) } else { table(users.items) };
        let commands = view! {
            <CommandLink href="/users/new" icon=icondata::LuPlus label="New user"/>
            <CommandLink href="/users/import" icon=icondata::LuFileUp label="Import users"/>
            <CommandLink href="/users" icon=icondata::LuRefreshCw label="Refresh"/>
            <CommandLink href="/users/deleted" icon=icondata::LuUserX label="Deleted users"/>
        };
        let view = view! {
            <Shell
                title="All users"
                resource="Users"
                subtitle="Directory"
                menu=Menu::portal("/users")
                crumbs=vec![Crumb::new("Home", "/")]
                commands=commands.into_any()
            >
                <SearchBox path="/users" value=form.search.clone() label="Search by name or sign-in name"/>
                {found}
                {list}
                <Pager path="/users" query=vec![("search", form.search)] after=form.after next=users.next/>
            </Shell>
        };
        Ok(view.into_any())
    })
}

/// "1 user found", "300 users found".
fn found(total: u64) -> String {
    if total == 1 { "1 user found".to_owned() } else { format!("{} users found", grouped(total)) }
}

fn table(users: Vec<UserRowView>) -> AnyView {
    let rows = users
        .into_iter()
        .map(|user| {
            let status = if user.account_enabled {
                view! { <Badge tone=Tone::Good label="Enabled"/> }.into_any()
            } else {
                view! { <Badge tone=Tone::Calm label="Disabled"/> }.into_any()
            };
            view! {
                <tr>
                    <th scope="row">
                        <Monogram name=user.display_name.clone() round=true/>
                        <a href=format!("/users/{}", user.id)><bdi>{user.display_name}</bdi></a>
                    </th>
                    <td>{user.user_principal_name}</td>
                    <td><bdi>{user.department}</bdi></td>
                    <td>{status}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <DataTable caption="Users" columns=vec!["Name", "User principal name", "Department", "Account"]>{rows}</DataTable>
    }
    .into_any()
}

fn nobody(form: &ListForm) -> AnyView {
    if form.search.is_empty() {
        view! {
            <EmptyState
                icon=icondata::LuUser
                title="No users yet"
                text="Import a list of people from a CSV file, or create them one by one."
                action=view! {
                    <a class="button button-primary" href="/users/import">"Import users"</a>
                    <a class="button" href="/users/new">"New user"</a>
                }
                .into_any()
            />
        }
        .into_any()
    } else {
        view! {
            <EmptyState
                icon=icondata::LuSearch
                title="No users found"
                text=format!("Nobody's name or sign-in name has \"{}\" in it.", form.search)
                action=view! { <a class="button" href="/users">"Show all users"</a> }.into_any()
            />
        }
        .into_any()
    }
}
