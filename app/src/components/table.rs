//! Tables.
use super::body::Body;
use leptos::prelude::*;

/// A table; its rows are the children (`<tr>`).
#[component]
pub fn DataTable(
    /// What the table lists, for those who can't see it.
    #[prop(into)]
    caption: String,
    /// The column titles. An empty one stands over a column of actions.
    columns: Vec<&'static str>,
    /// The rows.
    children: Body,
) -> impl IntoView {
    let titles = columns
        .into_iter()
        .map(|title| match title {
            "" => view! { <th scope="col"><span class="visually-hidden">"Actions"</span></th> }.into_any(),
            _ => view! { <th scope="col">{title}</th> }.into_any(),
        })
        .collect_view();
    // The wrapper scrolls where the window is narrow, and is reachable by keyboard for that.
    let label = caption.clone();
    view! {
        <div class="table-scroll" role="region" aria-label=label tabindex="0">
            <table class="table">
                <caption class="visually-hidden">{caption}</caption>
                <thead>
                    <tr>{titles}</tr>
                </thead>
                <tbody>{children.0}</tbody>
            </table>
        </div>
    }
}
