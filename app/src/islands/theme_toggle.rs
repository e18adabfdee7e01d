//! Switches between light and dark without loading the page anew, so that nothing typed is lost.
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// A button; without JavaScript it posts to the server, which sets the same cookie.
#[island]
pub fn ThemeToggle(
    /// Where the form is posted without JavaScript.
    action: String,
    /// The page to come back to without JavaScript.
    back: String,
    /// What the button shows.
    children: Children,
) -> impl IntoView {
    let switch = |event: SubmitEvent| {
        event.prevent_default();
        #[cfg(feature = "hydrate")]
        theme::switch();
    };
    view! {
        <form method="post" action=action on:submit=switch>
            <input type="hidden" name="back" value=back/>
            <button class="header-button" type="submit" aria-label="Switch between light and dark">
                {children()}
            </button>
        </form>
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
