//! What to do about a stale edit.
use crate::context::flash;
use leptos::prelude::*;

/// The two ways out of a stale edit: save what this form holds over what was saved meanwhile, or drop
/// it. Shows nothing unless the form was refused for that reason; both versions are in the shell's
/// [`super::ProblemBar`] then, and the page has taken over the present generation.
#[component]
pub fn ConflictChoice(
    /// Id of the form.
    #[prop(into)]
    form: String,
    /// The page that it is on.
    #[prop(into)]
    here: String,
    /// A sentence about what has to be typed again; empty for nothing.
    #[prop(optional, into)]
    note: String,
) -> impl IntoView {
    flash().is_stale().then(|| {
        view! {
            <div class="conflict" role="group" aria-label="Which version to keep">
                <p>"The fields below hold your version. Change what you like, then decide. " {note}</p>
                <div class="conflict-choice">
                    <button class="button button-primary" type="submit" form=form>"Keep mine"</button>
                    <a class="button" href=here data-discard="true">"Take theirs"</a>
                </div>
            </div>
        }
    })
}
