//! The frame of the pages of one application.
use super::body::Body;
use super::menu::Menu;
use super::shell::{Crumb, Shell};
use leptos::prelude::*;

/// A blade of an application: its name, initials and menu, and the way to it.
#[component]
pub fn ApplicationShell(
    /// What the page shows of the application.
    #[prop(into)]
    title: String,
    /// Its object id.
    #[prop(into)]
    id: String,
    /// Its name.
    #[prop(into)]
    name: String,
    /// Address of the page's item in the menu.
    #[prop(into)]
    current: String,
    /// Grey line under the title.
    #[prop(default = "Enterprise Application".to_owned(), into)]
    subtitle: String,
    /// The way from the application to the page.
    #[prop(optional)]
    crumbs: Vec<Crumb>,
    /// What can be done.
    #[prop(optional_no_strip, into)]
    commands: Option<AnyView>,
    /// A pane over the page.
    #[prop(optional_no_strip, into)]
    pane: Option<AnyView>,
    /// The content.
    children: Body,
) -> impl IntoView {
    let way = Crumb::to_application(&id, &name).into_iter().chain(crumbs).collect();
    view! {
        <Shell
            title
            resource=name.clone()
            subtitle
            monogram=name
            menu=Menu::application(&id, &current)
            crumbs=way
            commands
            pane
        >
            {children.0}
        </Shell>
    }
}
