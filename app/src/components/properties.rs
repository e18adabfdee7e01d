//! Labels with values.
use leptos::prelude::*;

/// A list of labels with values.
#[component]
pub fn Properties(
    /// Label and value.
    rows: Vec<(&'static str, AnyView)>,
) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|(label, value)| view! { <div class="properties-row"><dt>{label}</dt><dd>{value}</dd></div> })
        .collect_view();
    view! { <dl class="properties">{rows}</dl> }
}
