//! A list without rows.
use super::icon::Icon;
use leptos::prelude::*;

/// Says that there is nothing, why, and what to do about it.
#[component]
pub fn EmptyState(
    /// Picture.
    icon: icondata::Icon,
    /// For example *No users found*.
    #[prop(into)]
    title: String,
    /// What to do.
    #[prop(into)]
    text: String,
    /// A button or link that does it.
    #[prop(optional_no_strip, into)]
    action: Option<AnyView>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon icon=icon/>
            <h2 class="empty-title">{title}</h2>
            <p>{text}</p>
            {action.map(|action| view! { <div class="empty-action">{action}</div> })}
        </div>
    }
}
