//! A page that is a list: search, how many were found, the rows, and the way to the next ones.
use super::body::Body;
use super::empty::EmptyState;
use super::menu::Menu;
use super::pager::Pager;
use super::search::SearchBox;
use super::shell::{Crumb, Shell};
use super::table::DataTable;
use crate::shared::grouped;
use leptos::prelude::*;
use purser_contract::page::ListForm;

/// A list of the portal. Its children are what it says while there is nothing to list.
#[component]
pub fn ListPage(
    /// Its address.
    path: &'static str,
    /// What it lists.
    title: &'static str,
    /// The thing that it belongs to.
    #[prop(optional)]
    resource: &'static str,
    /// Grey line under the title.
    #[prop(optional)]
    subtitle: &'static str,
    /// The way here after Home.
    #[prop(optional)]
    crumbs: Vec<Crumb>,
    /// What can be done.
    commands: AnyView,
    /// A pane over the page.
    #[prop(optional_no_strip, into)]
    pane: Option<AnyView>,
    /// A sentence about the list.
    #[prop(optional)]
    lead: &'static str,
    /// What the search looks through.
    search: &'static str,
    /// Search and cursor.
    form: ListForm,
    /// One row and many: *user*, *users*.
    nouns: (&'static str, &'static str),
    /// What no row has when a search finds none: *Nobody's name*. Without it the children say it.
    #[prop(optional)]
    sought: &'static str,
    /// How many there are, where the list knows it.
    #[prop(optional_no_strip)]
    total: Option<u64>,
    /// The column titles.
    columns: Vec<&'static str>,
    /// The rows.
    rows: Vec<AnyView>,
    /// Cursor of the next page.
    next: Option<String>,
    /// Shown instead of rows.
    children: Body,
) -> impl IntoView {
    let (one, many) = nouns;
    let found = total.map(|total| {
        let noun = if total == 1 { one } else { many };
        view! { <p class="found">{format!("{} {noun} found", grouped(total))}</p> }
    });
    let list = if !rows.is_empty() {
        view! { <DataTable caption=title columns>{rows}</DataTable> }.into_any()
    } else if sought.is_empty() || form.search.is_empty() {
        children.0
    } else {
        view! {
            <EmptyState
                icon=icondata::LuSearchX
                title=format!("No {many} found")
                text=format!("{sought} has \"{}\" in it.", form.search)
                action=view! { <a class="button" href=path>{format!("Show all {many}")}</a> }.into_any()
            />
        }
        .into_any()
    };
    let way = std::iter::once(Crumb::new("Home", "/")).chain(crumbs).collect();
    view! {
        <Shell title resource subtitle menu=Menu::portal(path) crumbs=way commands pane>
            {(!lead.is_empty()).then(|| view! { <p class="lead">{lead}</p> })}
            <SearchBox path value=form.search.clone() label=search/>
            {found}
            {list}
            <Pager path query=vec![("search", form.search)] after=form.after next/>
        </Shell>
    }
}
