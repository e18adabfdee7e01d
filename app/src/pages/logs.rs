//! The provisioning log: the list (of one application or of all) and one row in full.

mod detail;
mod list;

pub use detail::LogPage;
pub use list::LogsPage;

use crate::components::{Badge, Tone};
use leptos::prelude::*;
use purser_domain::log::{LogAction, LogStatus};

fn status_label(status: LogStatus) -> &'static str {
    match status {
        LogStatus::Success => "Success",
        LogStatus::Failure => "Failure",
        LogStatus::Skipped => "Skipped",
        LogStatus::Warning => "Warning",
    }
}

fn action_label(action: LogAction) -> &'static str {
    match action {
        LogAction::Create => "Create",
        LogAction::Update => "Update",
        LogAction::Delete => "Delete",
        LogAction::Disable => "Disable",
        LogAction::Other => "Other",
    }
}

/// How a row or step ended, as a badge.
#[component]
fn StatusBadge(
    /// How it ended.
    status: LogStatus,
) -> impl IntoView {
    let tone = match status {
        LogStatus::Success => Tone::Good,
        LogStatus::Failure => Tone::Bad,
        LogStatus::Warning => Tone::Warn,
        LogStatus::Skipped => Tone::Calm,
    };
    view! { <Badge tone label=status_label(status)/> }
}
