//! A pane that slides over the page from the right.
//!
//! Whether it is open is in the URL (`?pane=...`), so it works without JavaScript, can be sent to a
//! colleague, and closes with a link; Esc does the same where JavaScript runs. The shell makes the
//! page below it inert, so that keyboard and screen reader stay in the pane.
use super::body::Body;
use super::icon::Icon;
use super::shell::problem_bar;
use crate::islands::PaneKeys;
use leptos::prelude::*;

/// A pane; hand it to the shell's `pane`.
#[component]
pub fn Pane(
    /// Its title.
    #[prop(into)]
    title: String,
    /// The page without it.
    #[prop(into)]
    close: String,
    /// Buttons at the bottom.
    #[prop(optional_no_strip, into)]
    footer: Option<AnyView>,
    /// What it holds.
    children: Body,
) -> impl IntoView {
    view! {
        <div class="pane-veil"></div>
        <section class="pane" role="dialog" aria-modal="true" aria-labelledby="pane-title">
            <div class="pane-head">
                <h2 class="pane-title" id="pane-title">{title}</h2>
                <a class="pane-close" href=close.clone() aria-label="Close">
                    <Icon icon=icondata::LuX/>
                </a>
            </div>
            <div class="pane-body">{problem_bar()} {children.0}</div>
            {footer.map(|footer| view! { <div class="pane-foot">{footer}</div> })}
            <PaneKeys close=close/>
        </section>
    }
}

/// The button that does what the page or pane is for.
#[component]
pub fn PrimaryButton(
    /// Its words.
    #[prop(into)]
    label: String,
    /// Id of the form it sends; empty for the one around it.
    #[prop(optional, into)]
    form: String,
    /// It destroys something.
    #[prop(optional)]
    danger: bool,
) -> impl IntoView {
    let class = if danger { "button button-danger" } else { "button button-primary" };
    view! { <button class=class type="submit" form=(!form.is_empty()).then_some(form)>{label}</button> }
}
