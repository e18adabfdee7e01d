//! Choices that are all visible: a pill of two, or radio buttons.
use leptos::prelude::*;

/// A two-part pill, for example On and Off.
#[component]
pub fn Toggle(
    /// Name in the form.
    #[prop(into)]
    name: String,
    /// Label.
    #[prop(into)]
    label: String,
    /// Value now.
    #[prop(into)]
    value: String,
    /// Value and label of the two choices.
    options: [(&'static str, &'static str); 2],
    /// A sentence below.
    #[prop(optional, into)]
    hint: String,
    /// Can't be changed.
    #[prop(optional)]
    disabled: bool,
) -> impl IntoView {
    let parts = options
        .into_iter()
        .map(|(choice, label)| {
            view! {
                <label class="toggle-part">
                    <input
                        class="visually-hidden"
                        type="radio"
                        name=name.clone()
                        value=choice
                        checked=choice == value
                        disabled=disabled
                    />
                    <span>{label}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend class="field-label">{label}</legend>
            <div class="toggle">{parts}</div>
            {(!hint.is_empty()).then(|| view! { <p class="field-hint">{hint}</p> })}
        </fieldset>
    }
}

/// Radio buttons, one below the other.
#[component]
pub fn RadioField(
    /// Name in the form.
    #[prop(into)]
    name: String,
    /// Label.
    #[prop(into)]
    label: String,
    /// Value now.
    #[prop(into)]
    value: String,
    /// Value and label of each choice.
    options: Vec<(String, String)>,
) -> impl IntoView {
    let choices = options
        .into_iter()
        .map(|(choice, label)| {
            let checked = choice == value;
            view! {
                <label class="check">
                    <input type="radio" name=name.clone() value=choice checked=checked/>
                    <span>{label}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend class="field-label">{label}</legend>
            {choices}
        </fieldset>
    }
}
