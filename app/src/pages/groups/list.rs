//! The list of groups.
use crate::api::groups::list_groups;
use crate::components::{
    CommandLink, Crumb, DataTable, EmptyState, Menu, Monogram, Pager, SearchBox, Shell, grouped, page,
};
use crate::context::query;
use leptos::prelude::*;
use purser_contract::directory::GroupRowView;
use purser_contract::page::ListForm;

/// All groups, with search.
#[component]
pub fn GroupsPage() -> impl IntoView {
    page(async {
        let form = query::<ListForm>();
        let groups = list_groups(form.clone()).await?;
        let found = groups.total.map(|total| view! { <p class="found">{found(total)}</p> });
        let list = if groups.items.is_empty() { nothing(&form) } else { table(groups.items) };
        let commands = view! {
            <CommandLink href="/groups/new" icon=icondata::LuPlus label="New group"/>
            <CommandLink href="/groups" icon=icondata::LuRefreshCw label="Refresh"/>
        };
        let view = view! {
            <Shell
                title="All groups"
                resource="Groups"
                subtitle="Directory"
                menu=Menu::portal("/groups")
                crumbs=vec![Crumb::new("Home", "/")]
                commands=commands.into_any()
            >
                <SearchBox path="/groups" value=form.search.clone() label="Search by name"/>
                {found}
                {list}
                <Pager path="/groups" query=vec![("search", form.search)] after=form.after next=groups.next/>
            </Shell>
        };
        Ok(view.into_any())
    })
}

fn found(total: u64) -> String {
    if total == 1 { "1 group found".to_owned() } else { format!("{} groups found", grouped(total)) }
}

fn table(groups: Vec<GroupRowView>) -> AnyView {
    let rows = groups
        .into_iter()
        .map(|group| {
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
        })
        .collect_view();
    view! { <DataTable caption="Groups" columns=vec!["Name", "Description", "Members"]>{rows}</DataTable> }
        .into_any()
}

fn nothing(form: &ListForm) -> AnyView {
    if form.search.is_empty() {
        view! {
            <EmptyState
                icon=icondata::LuUsers
                title="No groups yet"
                text="A group is assigned to an application once; whoever joins it gets an account, whoever leaves it loses it."
                action=view! { <a class="button button-primary" href="/groups/new">"New group"</a> }.into_any()
            />
        }
        .into_any()
    } else {
        view! {
            <EmptyState
                icon=icondata::LuSearch
                title="No groups found"
                text=format!("No group's name has \"{}\" in it.", form.search)
                action=view! { <a class="button" href="/groups">"Show all groups"</a> }.into_any()
            />
        }
        .into_any()
    }
}
