//! The bar across the top of every page.
use super::icon::Icon;
use crate::context;
use crate::islands::ThemeToggle;
use http::request::Parts;
use leptos::prelude::*;

/// Name of the portal, the theme, who is signed in, and the way out.
#[component]
pub fn HeaderBar() -> impl IntoView {
    let back = use_context::<Parts>()
        .and_then(|parts| parts.uri.path_and_query().map(ToString::to_string))
        .unwrap_or_else(|| "/".to_owned());
    let account = context::caller().ok().map(|caller| {
        view! {
            <span class="header-name">{caller.name().to_owned()}</span>
            <form method="post" action="/api/sign_out">
                <button class="header-button" type="submit">
                    <Icon icon=icondata::LuLogOut/>
                    <span>"Sign out"</span>
                </button>
            </form>
        }
    });
    view! {
        <header class="header">
            <a class="skip" href="#content">"Skip to the content"</a>
            <a class="header-brand" href="/">
                <Icon icon=icondata::LuAnchor/>
                "Purser"
            </a>
            <div class="header-tools">
                <ThemeToggle back>
                    <Icon icon=icondata::LuSunMoon/>
                </ThemeToggle>
                {account}
            </div>
        </header>
    }
}
