//! The bar across the top of every page.
use super::form::PostForm;
use super::icon::Icon;
use crate::api::session::{SetTheme, SignOut};
use crate::context;
use crate::islands::ThemeToggle;
use http::request::Parts;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

/// Name of the portal, the theme, who is signed in, and the way out.
#[component]
pub fn HeaderBar() -> impl IntoView {
    let back = use_context::<Parts>()
        .and_then(|parts| parts.uri.path_and_query().map(ToString::to_string))
        .unwrap_or_else(|| "/".to_owned());
    let account = context::caller().ok().map(|caller| {
        view! {
            <span class="header-name">{caller.name().to_owned()}</span>
            <PostForm<SignOut>>
                <button class="header-button" type="submit">
                    <Icon icon=icondata::LuLogOut/>
                    <span>"Sign out"</span>
                </button>
            </PostForm<SignOut>>
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
                <ThemeToggle action=SetTheme::PATH.to_owned() back>
                    <Icon icon=icondata::LuSunMoon/>
                </ThemeToggle>
                {account}
            </div>
        </header>
    }
}
