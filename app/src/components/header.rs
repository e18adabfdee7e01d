//! The bar across the top of every page.
use super::field::HiddenField;
use super::icon::Icon;
use super::post_form::PostForm;
use crate::api::session::{SetTheme, SignOut};
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
                <PostForm<SetTheme>>
                    <HiddenField name="back" value=back/>
                    <ThemeToggle>
                        <Icon icon=icondata::LuSunMoon/>
                    </ThemeToggle>
                </PostForm<SetTheme>>
                {account}
            </div>
        </header>
    }
}
