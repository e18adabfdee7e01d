//! *Test Connection* in place: asks with what the fields hold, saved or not, and shows the answer
//! under the button. Without JavaScript the same button posts the form, and the answer comes with
//! the page.

use super::answer_bar::AnswerBar;
use crate::shared::cure_link;
use leptos::html::Button;
use leptos::prelude::*;
use purser_contract::provisioning::TestConnectionView;

/// The button and its answer.
#[island]
pub fn TestConnection(
    /// Where the button posts the form without JavaScript.
    action: String,
    /// The application that is tested.
    application: String,
    /// What a test without JavaScript found.
    result: Option<TestConnectionView>,
) -> impl IntoView {
    let answer = RwSignal::new(result);
    let pending = RwSignal::new(false);
    let fault = RwSignal::new(None::<String>);
    let button = NodeRef::<Button>::new();
    let ask = move |event: leptos::ev::MouseEvent| {
        #[cfg(feature = "hydrate")]
        browser::ask(&event, button, answer, pending, fault);
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    view! {
        <div class="test-connection stack" id="test-connection">
            // `formnovalidate`: a missing URL is explained by the answer, like every other mistake.
            <button
                node_ref=button
                class="button"
                type="submit"
                formaction=action
                formnovalidate=true
                aria-disabled=move || pending.get().to_string()
                on:click=ask
            >
                "Test Connection"
            </button>
            <div role="status" aria-live="polite">
                {move || pending.get().then(|| view! { <p>"Testing the connection\u{2026}"</p> })}
                {move || (!pending.get()).then(|| answer.get().map(|answer| answer_bar(answer, &application)))}
                {move || fault.get().map(fault_bar)}
            </div>
        </div>
    }
}

fn answer_bar(answer: TestConnectionView, application: &str) -> AnyView {
    let TestConnectionView { ok, title, message, advice, cure, detail } = answer;
    let link = cure_link(cure, application);
    view! {
        <AnswerBar ok title>
            <p>{message}</p>
            {(!advice.is_empty()).then(|| view! { <p>{advice} {link}</p> })}
            {(!detail.is_empty())
                .then(|| {
                    view! {
                        <details class="inline-details">
                            <summary>"Technical detail"</summary>
                            <p class="answer-detail">{detail}</p>
                        </details>
                    }
                })}
        </AnswerBar>
    }
    .into_any()
}

fn fault_bar(sentence: String) -> AnyView {
    view! {
        <AnswerBar ok=false title="The test could not be made">
            <p>{sentence}</p>
        </AnswerBar>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use crate::api::provisioning::test_connection;
    use leptos::ev::MouseEvent;
    use leptos::html::Button;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use purser_contract::provisioning::{TestConnectionForm, TestConnectionView};
    use std::collections::BTreeMap;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlFormElement, HtmlInputElement, HtmlSelectElement};

    /// Asks instead of posting the form. One question at a time: a second press waits for the answer.
    pub(super) fn ask(
        event: &MouseEvent,
        button: NodeRef<Button>,
        answer: RwSignal<Option<TestConnectionView>>,
        pending: RwSignal<bool>,
        fault: RwSignal<Option<String>>,
    ) {
        let Some(form) = button.get_untracked().and_then(|button| button.form()) else { return };
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        fault.set(None);
        let question = TestConnectionForm {
            application_id: value(&form, "form[application_id]"),
            tenant_url: value(&form, "form[tenant_url]"),
            credential_method: value(&form, "form[credential_method]"),
            credentials: entries(&form, "form[credentials]["),
            only_entered: false,
        };
        spawn_local(async move {
            match test_connection(question).await {
                Ok(view) => answer.set(Some(view)),
                Err(refused) => {
                    answer.set(None);
                    fault.set(Some(refused.to_string()));
                }
            }
            pending.set(false);
        });
    }

    fn value(form: &HtmlFormElement, name: &str) -> String {
        form.elements().named_item(name).map_or_else(String::new, |element| value_of(&element))
    }

    /// Everything whose name begins so, by what stands between there and the closing bracket.
    fn entries(form: &HtmlFormElement, prefix: &str) -> BTreeMap<String, String> {
        let controls = form.elements();
        let controls = (0..controls.length()).filter_map(|index| controls.item(index));
        let entry = |control: Element| {
            let name = control.get_attribute("name")?;
            let key = name.strip_prefix(prefix)?.strip_suffix(']')?.to_owned();
            Some((key, value_of(&control)))
        };
        controls.filter_map(entry).collect()
    }

    fn value_of(control: &Element) -> String {
        if let Some(input) = control.dyn_ref::<HtmlInputElement>() {
            return input.value();
        }
        control.dyn_ref::<HtmlSelectElement>().map_or_else(String::new, HtmlSelectElement::value)
    }
}
