//! A bar across the page with something to know.
use super::badge::Tone;
use super::body::Body;
use super::icon::Icon;
use leptos::prelude::*;

/// A bar with a sentence or more.
#[component]
pub fn InfoBar(
    /// Blue unless said otherwise.
    #[prop(default = Tone::Info)]
    tone: Tone,
    /// The words.
    children: Body,
) -> impl IntoView {
    // Bad news interrupts a screen reader, the rest waits its turn.
    let role = if tone == Tone::Bad { "alert" } else { "note" };
    view! {
        <div class=format!("bar bar-{}", tone.class()) role=role>
            <Icon icon=tone.icon()/>
            <div class="bar-text">{children.0}</div>
        </div>
    }
}
