//! A collapsible part of a page.
use super::body::Body;
use super::icon::Icon;
use leptos::prelude::*;

/// A part that opens and closes; closed parts of a form are still sent with it.
#[component]
pub fn Section(
    /// Its title.
    #[prop(into)]
    title: String,
    /// Open at first.
    #[prop(optional)]
    open: bool,
    /// What it holds.
    children: Body,
) -> impl IntoView {
    view! {
        <details class="section" open=open>
            <summary class="section-title">
                <Icon icon=icondata::LuChevronDown/>
                <h2>{title}</h2>
            </summary>
            <div class="section-body">{children.0}</div>
        </details>
    }
}
