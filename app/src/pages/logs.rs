//! The provisioning log: the list (of one application or of all) and one row in full.

mod detail;
mod list;

pub use detail::LogPage;
pub use list::LogsPage;

use crate::components::{Badge, Tone};
use leptos::prelude::*;

/// The statuses of a row: as in the query string, and in words.
const STATUSES: [(&str, &str); 4] =
    [("success", "Success"), ("failure", "Failure"), ("skipped", "Skipped"), ("warning", "Warning")];

/// The actions of a row: as in the query string, and in words.
const ACTIONS: [(&str, &str); 5] = [
    ("create", "Create"),
    ("update", "Update"),
    ("delete", "Delete"),
    ("disable", "Disable"),
    ("other", "Other"),
];

/// The words for a value of the wire; a value that we have no words for is shown as it is.
fn label(words: &[(&str, &str)], value: &str) -> String {
    words.iter().find(|(known, _)| *known == value).map_or(value, |(_, label)| label).to_owned()
}

/// How a row or step ended, as a badge.
#[component]
fn StatusBadge(
    /// `success`, `failure`, `skipped` or `warning`.
    status: String,
) -> impl IntoView {
    let tone = match status.as_str() {
        "success" => Tone::Good,
        "failure" => Tone::Bad,
        "warning" => Tone::Warn,
        _ => Tone::Calm,
    };
    view! { <Badge tone label=label(&STATUSES, &status)/> }
}
