//! Watches over a form: Save is grey until something changed, what was edited and not saved is
//! outlined, and leaving with unsaved changes is asked back.
//!
//! Without JavaScript Save is simply always usable.
use leptos::prelude::*;

/// Guards the form with this id; stands anywhere on its page.
///
/// Knows by class or attribute: `.field` is outlined, `button[data-save][form=...]` is switched,
/// `[data-discard]` leaves without being asked.
#[island]
pub fn FormGuard(
    /// Id of the form.
    #[prop(into)]
    form: String,
    /// The form holds unsaved values from the start: it comes back from a refusal.
    edited: bool,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    guard::start(form, edited);
    #[cfg(not(feature = "hydrate"))]
    let _ = (form, edited);
}

#[cfg(feature = "hydrate")]
mod guard {
    use leptos::ev;
    use leptos::prelude::*;
    use wasm_bindgen::JsCast as _;
    use web_sys::{Element, HtmlButtonElement, HtmlFormElement, HtmlInputElement, HtmlOptionElement};
    use web_sys::{HtmlSelectElement, HtmlTextAreaElement};

    pub(super) fn start(id: String, edited: bool) {
        let unsaved = StoredValue::new(false);
        let review = move || {
            if let Some(form) = document().get_element_by_id(&id).and_then(|found| found.dyn_into().ok()) {
                let changed = mark_changes(&form) || edited;
                unsaved.set_value(changed);
                enable_save(&id, changed);
            }
        };
        review();
        window_event_listener(ev::input, {
            let review = review.clone();
            move |_| review()
        });
        window_event_listener(ev::change, move |_| review());
        window_event_listener(ev::submit, move |_| unsaved.set_value(false));
        window_event_listener(ev::click, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if target.is_some_and(|target| target.closest("[data-discard]").ok().flatten().is_some()) {
                unsaved.set_value(false);
            }
        });
        window_event_listener(ev::beforeunload, move |event| {
            if unsaved.get_value() {
                event.prevent_default();
            }
        });
    }

    /// Outlines every field whose control was changed; whether there is one.
    fn mark_changes(form: &HtmlFormElement) -> bool {
        let controls = form.elements();
        let fields = (0..controls.length()).filter_map(|index| {
            let control = controls.item(index)?;
            Some((control.closest(".field").ok()??, is_changed(&control)))
        });
        let fields: Vec<(Element, bool)> = fields.collect();
        // A field may have several controls (radio buttons), so all are cleared first.
        for (field, _) in &fields {
            let _ = field.class_list().remove_1("is-edited");
        }
        let changed = fields.iter().filter(|(_, changed)| *changed);
        for (field, _) in changed.clone() {
            let _ = field.class_list().add_1("is-edited");
        }
        changed.count() > 0
    }

    fn enable_save(form: &str, enabled: bool) {
        let Ok(buttons) = document().query_selector_all("button[data-save]") else { return };
        for button in (0..buttons.length())
            .filter_map(|index| buttons.item(index)?.dyn_into::<HtmlButtonElement>().ok())
        {
            if button.get_attribute("form").as_deref() == Some(form) {
                button.set_disabled(!enabled);
            }
        }
    }

    /// Whether a control holds something else than what the page came with.
    fn is_changed(control: &Element) -> bool {
        if let Some(input) = control.dyn_ref::<HtmlInputElement>() {
            return match input.type_().as_str() {
                "checkbox" | "radio" => input.checked() != input.default_checked(),
                "hidden" => false,
                _ => input.value() != input.default_value(),
            };
        }
        if let Some(text) = control.dyn_ref::<HtmlTextAreaElement>() {
            return text.default_value().is_ok_and(|stored| stored != text.value());
        }
        control.dyn_ref::<HtmlSelectElement>().is_some_and(|select| {
            let options = select.options();
            let option = |index| options.item(index)?.dyn_into::<HtmlOptionElement>().ok();
            let stored = (0..options.length())
                .find(|index| option(*index).is_some_and(|option| option.default_selected()));
            u32::try_from(select.selected_index()).ok() != Some(stored.unwrap_or(0))
        })
    }
}
