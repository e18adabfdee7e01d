//! What can be done on a page: icon and words, in the bar under the title.
use super::icon::Icon;
use leptos::prelude::*;

/// Leads somewhere.
#[component]
pub fn CommandLink(
    /// Where to.
    #[prop(into)]
    href: String,
    /// Its icon.
    icon: icondata::Icon,
    /// Its words.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    view! {
        <a class="command" href=href>
            <Icon icon=icon/>
            <span>{label}</span>
        </a>
    }
}

/// Sends a form of the page.
#[component]
pub fn CommandButton(
    /// Id of the form.
    #[prop(into)]
    form: String,
    /// Its icon.
    icon: icondata::Icon,
    /// Its words.
    #[prop(into)]
    label: String,
    /// A Save: grey until the form guard sees a change.
    #[prop(optional)]
    save: bool,
    /// Name of a value sent with the form; empty for none.
    #[prop(optional, into)]
    name: String,
    /// That value.
    #[prop(optional, into)]
    value: String,
    /// Can't be used now.
    #[prop(optional)]
    disabled: bool,
) -> impl IntoView {
    let value = (!name.is_empty()).then_some(value);
    let name = (!name.is_empty()).then_some(name);
    view! {
        <button
            class="command"
            type="submit"
            form=form
            name=name
            value=value
            disabled=disabled
            data-save=save.then_some("true")
        >
            <Icon icon=icon/>
            <span>{label}</span>
        </button>
    }
}

/// Opens the page anew, without what was typed; the form guard does not ask back.
#[component]
pub fn CommandDiscard(
    /// The page.
    #[prop(into)]
    href: String,
) -> impl IntoView {
    view! {
        <a class="command" href=href data-discard="true">
            <Icon icon=icondata::LuX/>
            <span>"Discard"</span>
        </a>
    }
}
