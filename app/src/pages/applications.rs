//! Enterprise applications: the list, the gallery, and one application's Overview and Properties.
//!
//! To add a page of one application: 1. a component here (or in a room of its own) that takes its
//! menu from `Menu::application`, 2. a line in that menu, 3. a route in `lib.rs`.

mod gallery;
mod list;
mod overview;
mod properties;

pub use gallery::GalleryPage;
pub use list::ApplicationsPage;
pub use overview::ApplicationPage;
pub use properties::PropertiesPage;

use crate::components::{Badge, Crumb, Tone};
use leptos::prelude::*;
use purser_domain::job::ProvisioningState;

/// The breadcrumbs of a page of one application.
pub(crate) fn application_crumbs(id: &str, name: &str) -> Vec<Crumb> {
    vec![
        Crumb::new("Home", "/"),
        Crumb::new("Enterprise applications", "/applications"),
        Crumb::new(name, format!("/applications/{id}")),
    ]
}

/// How an application's provisioning stands, as a badge.
#[component]
pub(crate) fn ProvisioningBadge(
    /// How it stands.
    state: ProvisioningState,
) -> impl IntoView {
    let tone = match state {
        ProvisioningState::On => Tone::Good,
        ProvisioningState::Quarantine => Tone::Bad,
        ProvisioningState::Off | ProvisioningState::NotConfigured => Tone::Calm,
    };
    view! { <Badge tone label=state.as_str()/> }
}
