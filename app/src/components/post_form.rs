//! Forms that are posted to a server function.
use super::body::Body;
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
