//! Esc closes a pane, and the focus starts in it.
use leptos::prelude::*;

/// Stands in the pane.
#[island]
pub fn PaneKeys(
    /// The page without the pane.
    close: String,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    keys::start(close);
    #[cfg(not(feature = "hydrate"))]
    let _ = close;
}

#[cfg(feature = "hydrate")]
mod keys {
    use leptos::ev;
    use leptos::prelude::*;
    use wasm_bindgen::JsCast as _;
    use web_sys::HtmlElement;

    /// Where the focus may start: what asks for it, the first control, the way out.
    const FIRST: [&str; 3] = [
        ".pane [autofocus]",
        ".pane-body :is(input:not([type=hidden]), select, textarea, button)",
        ".pane-close",
    ];

    pub(super) fn start(close: String) {
        let find = |selector| document().query_selector(selector).ok().flatten();
        // Whoever was quicker than this script, and types in the pane already, stays where they are.
        let first = find(".pane :focus").is_none().then(|| FIRST.into_iter().find_map(find)).flatten();
        if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
            let _ = first.focus();
        }
        window_event_listener(ev::keydown, move |event| {
            if event.key() == "Escape" && !event.default_prevented() {
                let _ = window().location().set_href(&close);
            }
        });
    }
}
