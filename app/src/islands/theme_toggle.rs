//! Switches between light and dark without loading the page anew, so that nothing typed is lost.
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// The button of a form that the server would switch the theme for, with the same cookie.
#[island]
pub fn ThemeToggle(
    /// What the button shows.
    children: Children,
) -> impl IntoView {
    let switch = |event: MouseEvent| {
        event.prevent_default();
        #[cfg(feature = "hydrate")]
        theme::switch();
    };
    view! {
        <button class="header-button" type="submit" aria-label="Switch between light and dark" on:click=switch>
            {children()}
        </button>
    }
}

#[cfg(feature = "hydrate")]
mod theme {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast as _;
    use web_sys::HtmlDocument;

    /// Sets the other theme on the document and in the cookie.
    pub(super) fn switch() {
        let Some(root) = document().document_element() else { return };
        let dark = match root.get_attribute("data-theme") {
            Some(theme) => theme == "dark",
            None => window()
                .match_media("(prefers-color-scheme: dark)")
                .ok()
                .flatten()
                .is_some_and(|preference| preference.matches()),
        };
        let next = if dark { "light" } else { "dark" };
        let _ = root.set_attribute("data-theme", next);
        let cookie = format!("theme={next}; Path=/; Max-Age=31536000; SameSite=Lax");
        let _ = document().unchecked_into::<HtmlDocument>().set_cookie(&cookie);
    }
}
