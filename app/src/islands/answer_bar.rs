//! A bar that an island shows; on both sides, with marks of its own, since the icon set stays on the
//! server.
use leptos::prelude::*;

/// Good or bad news with a title.
#[component]
pub(super) fn AnswerBar(
    /// Good news.
    ok: bool,
    /// What it is about.
    #[prop(into)]
    title: String,
    /// The words below.
    children: Children,
) -> impl IntoView {
    let mark = if ok { "m8.5 12 2.5 2.5 4.5-5" } else { "m15 9-6 6m0-6 6 6" };
    view! {
        <div class=if ok { "bar bar-good" } else { "bar bar-bad" }>
            <svg
                class="icon"
                viewBox="0 0 24 24"
                fill="none"
                stroke="currentColor"
                stroke-width="1.6"
                stroke-linecap="round"
                stroke-linejoin="round"
                aria-hidden="true"
                focusable="false"
            >
                <circle cx="12" cy="12" r="10"></circle>
                <path d=mark></path>
            </svg>
            <div class="bar-text">
                <p class="bar-title">{title}</p>
                {children()}
            </div>
        </div>
    }
}
