//! The search box over a list.
use super::body::Body;
use super::icon::Icon;
use leptos::prelude::*;

/// Searches a list: a plain GET form, so that the words are in the URL.
#[component]
pub fn SearchBox(
    /// Path of the list.
    #[prop(into)]
    path: String,
    /// The words now.
    #[prop(into)]
    value: String,
    /// What it searches, for example *Search by name or sign-in name*.
    #[prop(into)]
    label: String,
    /// Query name of the words.
    #[prop(default = "search")]
    name: &'static str,
    /// Filters beside it, and hidden values that must stay.
    #[prop(optional)]
    children: Option<Body>,
) -> impl IntoView {
    view! {
        <form class="search" method="get" action=path role="search">
            <label class="search-box">
                <Icon icon=icondata::LuSearch/>
                <span class="visually-hidden">{label.clone()}</span>
                <input class="input" type="search" name=name value=value placeholder=label/>
            </label>
            {children.map(|children| children.0)}
            <button class="button" type="submit">"Search"</button>
        </form>
    }
}
