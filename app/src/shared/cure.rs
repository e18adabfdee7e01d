//! The way to what cures a failure.
use leptos::prelude::*;
use purser_domain::log::Cure;

/// A link, as the end of an advice about this application.
pub fn cure_link(cure: Option<Cure>, application: &str) -> AnyView {
    let link = cure.map(|Cure::Probe| {
        let probe = format!("/applications/{application}/provisioning/probe");
        view! { " " <a href=probe>"Start a capability probe"</a> }
    });
    link.into_any()
}
