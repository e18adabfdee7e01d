//! The list of groups.
use crate::components::{CommandLink, EmptyState, ListPage, Monogram, grouped, page};
use crate::context::{caller, portal, query};
use leptos::prelude::*;
use purser_contract::directory::GroupRowView;
use purser_contract::page::ListForm;

/// All groups, with search.
#[component]
pub fn GroupsPage() -> impl IntoView {
    page(async {
        let form = query::<ListForm>();
        let groups = portal()?.list_groups(&caller()?, form.clone()).await?;
        let commands = view! {
            <CommandLink href="/groups/new" icon=icondata::LuPlus label="New group"/>
            <CommandLink href="/groups" icon=icondata::LuRefreshCw label="Refresh"/>
        };
        let view = view! {
            <ListPage
                path="/groups"
                title="All groups"
                resource="Groups"
                subtitle="Directory"
                commands=commands.into_any()
                search="Search by name"
                form
                nouns=("group", "groups")
                sought="No group's name"
                total=groups.total
                columns=vec!["Name", "Description", "Members"]
                rows=groups.items.into_iter().map(row).collect()
                next=groups.next
            >
                <EmptyState
                    icon=icondata::LuUsers
                    title="No groups yet"
                    text="A group is assigned to an application once; whoever joins it gets an account, whoever leaves it loses it."
                    action=view! { <a class="button button-primary" href="/groups/new">"New group"</a> }.into_any()
                />
            </ListPage>
        };
        Ok(view.into_any())
    })
}

fn row(group: GroupRowView) -> AnyView {
    view! {
        <tr>
            <th scope="row">
                <Monogram name=group.display_name.clone()/>
                <a href=format!("/groups/{}", group.id)><bdi>{group.display_name}</bdi></a>
            </th>
            <td><bdi>{group.description}</bdi></td>
            <td class="cell-number">{grouped(group.member_count)}</td>
        </tr>
    }
    .into_any()
}
