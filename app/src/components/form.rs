//! Forms that are posted to a server function.
use super::body::Body;
use super::field::HiddenField;
use super::pane::{Pane, PrimaryButton};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use std::marker::PhantomData;

/// A form of the server function `F`, which the page names as a type: `<PostForm<SaveUser>>`.
#[component]
pub fn PostForm<F: ServerFn + 'static>(
    /// Never given: it only carries the type.
    #[prop(optional)]
    posted_to: PhantomData<F>,
    /// Id, for buttons outside of the form.
    #[prop(optional, into)]
    id: String,
    /// Class.
    #[prop(optional, into)]
    class: String,
    /// It carries a file.
    #[prop(optional)]
    file: bool,
    /// Mistakes are the server's to explain.
    #[prop(optional)]
    novalidate: bool,
    /// The fields.
    children: Body,
) -> impl IntoView {
    let PhantomData = posted_to;
    view! {
        <form
            class=(!class.is_empty()).then_some(class)
            id=(!id.is_empty()).then_some(id)
            method="post"
            action=F::PATH
            enctype=file.then_some("multipart/form-data")
            novalidate=novalidate
        >
            {children.0}
        </form>
    }
}

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
    /// Whom or what it is about.
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
