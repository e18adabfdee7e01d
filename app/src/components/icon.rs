//! Icons of the Lucide set.
use leptos::prelude::*;

/// An icon; decoration only, since the words beside it say what it means.
#[component]
pub fn Icon(
    /// For example `icondata::LuPlus`.
    icon: icondata::Icon,
) -> impl IntoView {
    view! {
        <svg
            class="icon"
            viewBox=icon.view_box
            fill=icon.fill
            stroke=icon.stroke
            stroke-width="1.6"
            stroke-linecap=icon.stroke_linecap
            stroke-linejoin=icon.stroke_linejoin
            aria-hidden="true"
            focusable="false"
            inner_html=icon.data
        ></svg>
    }
}
