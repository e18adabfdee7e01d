//! A pane that asks back.
use super::body::Body;
use super::field::HiddenField;
use super::pane::{Pane, PrimaryButton};
use super::post_form::PostForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use std::marker::PhantomData;

/// Id of a confirmation's form; a page has one pane at most.
const CONFIRM: &str = "confirm";

/// A pane that asks before the server function `F`, which takes an `id`, does something that can't be taken back.
#[component]
pub fn ConfirmPane<F: ServerFn + From<String> + 'static>(
    /// Never given: it only carries the type.
    #[prop(optional)]
    posted_to: PhantomData<F>,
    /// Its title.
    #[prop(into)]
    title: String,
    /// What the button says.
    #[prop(into)]
    label: String,
    /// What it is about.
    #[prop(into)]
    id: String,
    /// The page without the pane.
    #[prop(into)]
    close: String,
    /// It destroys nothing.
    #[prop(optional)]
    harmless: bool,
    /// What happens then.
    children: Body,
) -> impl IntoView {
    let PhantomData = posted_to;
    let danger = !harmless;
    let footer = view! {
        <PrimaryButton label form=CONFIRM danger/>
        <a class="button" href=close.clone()>"Cancel"</a>
    };
    view! {
        <Pane title close footer=footer.into_any()>
            <PostForm<F> id=CONFIRM class="stack">
                <HiddenField name="id" value=id/>
                {children.0}
            </PostForm<F>>
        </Pane>
    }
}
