//! The list of users.
use crate::components::{Badge, CommandLink, EmptyState, ListPage, Monogram, Tone, page};
use crate::context::{caller, portal, query};
use leptos::prelude::*;
use purser_contract::directory::{UserFilter, UserRowView};
use purser_contract::page::ListForm;

/// Everybody who is not deleted, with search.
#[component]
pub fn UsersPage() -> impl IntoView {
    page(async {
        let form = query::<ListForm>();
        let users = portal()?.list_users(&caller()?, UserFilter::Present, form.clone()).await?;
        let commands = view! {
            <CommandLink href="/users/new" icon=icondata::LuPlus label="New user"/>
            <CommandLink href="/users/import" icon=icondata::LuFileUp label="Import users"/>
            <CommandLink href="/users" icon=icondata::LuRefreshCw label="Refresh"/>
            <CommandLink href="/users/deleted" icon=icondata::LuUserX label="Deleted users"/>
        };
        let view = view! {
            <ListPage
                path="/users"
                title="All users"
                resource="Users"
                subtitle="Directory"
                commands=commands.into_any()
                search="Search by name or sign-in name"
                form
                nouns=("user", "users")
                sought="Nobody's name or sign-in name"
                total=users.total
                columns=vec!["Name", "User principal name", "Department", "Account"]
                rows=users.items.into_iter().map(row).collect()
                next=users.next
            >
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
            </ListPage>
        };
        Ok(view.into_any())
    })
}

fn row(user: UserRowView) -> AnyView {
    let (tone, label) = if user.account_enabled { (Tone::Good, "Enabled") } else { (Tone::Calm, "Disabled") };
    view! {
        <tr>
            <th scope="row">
                <Monogram name=user.display_name.clone() round=true/>
                <a href=format!("/users/{}", user.id)><bdi>{user.display_name}</bdi></a>
            </th>
            <td>{user.user_principal_name}</td>
            <td><bdi>{user.department}</bdi></td>
            <td><Badge tone label/></td>
        </tr>
    }
    .into_any()
}
