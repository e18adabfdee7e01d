//! The word that something went well.
use super::icon::Icon;
use leptos::prelude::*;

/// A notification at the top right, which goes by itself; the page behind it shows the same.
#[component]
pub fn Toast(
    /// The sentence.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! {
        <div class="toast" role="status">
            <Icon icon=icondata::LuCircleCheck/>
            <p>{text}</p>
        </div>
    }
}
