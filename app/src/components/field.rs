//! Form fields: label, control, hint and error belong together.
//!
//! The error shows by itself when the flash of a refused form has a problem for `field`.
//! The class `field` is what the form guard island marks when its control was changed.
use super::icon::Icon;
use crate::context::flash;
use leptos::prelude::*;

/// A control's id, its hint's and its error's, as they refer to each other.
struct Ids {
    control: String,
    hint: Option<String>,
    error: Option<String>,
}

impl Ids {
    fn new(name: &str, hint: &str, error: Option<&String>) -> Self {
        let control = name.replace('[', "-").replace(']', "");
        Self {
            hint: (!hint.is_empty()).then(|| format!("{control}-hint")),
            error: error.map(|_| format!("{control}-error")),
            control,
        }
    }

    /// What describes the control: its error first.
    fn described_by(&self) -> Option<String> {
        let ids: Vec<&str> = self.error.iter().chain(&self.hint).map(String::as_str).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// A line of text (or several).
#[component]
pub fn TextField(
    /// Name in the form, for example `form[display_name]`.
    #[prop(into)]
    name: String,
    /// Label.
    #[prop(into)]
    label: String,
    /// Value now.
    #[prop(into)]
    value: String,
    /// What a problem calls this field; empty when none ever does.
    #[prop(optional, into)]
    field: String,
    /// A sentence below the control.
    #[prop(optional, into)]
    hint: String,
    /// `text`, `email`, `password`, `url` ...
    #[prop(default = "text")]
    kind: &'static str,
    /// Must be filled in.
    #[prop(optional)]
    required: bool,
    /// Can't be changed; a disabled control is not sent.
    #[prop(optional)]
    disabled: bool,
    /// Example shown while empty.
    #[prop(optional, into)]
    placeholder: String,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Has the focus when the page opens.
    #[prop(optional)]
    autofocus: bool,
    /// Characters at most; 0 for no limit here.
    #[prop(optional)]
    max_length: u32,
    /// Several lines.
    #[prop(optional)]
    multiline: bool,
    /// Values to choose from, with their names; others may be typed all the same.
    #[prop(optional)]
    choices: Vec<(String, String)>,
) -> impl IntoView {
    let error = flash().problem_for(&field);
    // What was refused has the focus, however far down the page it stands.
    let autofocus = error.is_some() || (autofocus && flash().problem.is_none());
    let ids = Ids::new(&name, &hint, error.as_ref());
    let described_by = ids.described_by();
    let invalid = error.as_ref().map(|_| "true");
    let max_length = (max_length > 0).then(|| max_length.to_string());
    let placeholder = (!placeholder.is_empty()).then_some(placeholder);
    let list = (!choices.is_empty()).then(|| format!("{}-choices", ids.control));
    let options = list.clone().map(|id| {
        let options =
            choices.into_iter().map(|(value, label)| view! { <option value=value>{label}</option> });
        view! { <datalist id=id>{options.collect_view()}</datalist> }
    });
    let control = if multiline {
        view! {
            <textarea
                class="input input-multiline"
                id=ids.control.clone()
                name=name
                rows="4"
                required=required
                disabled=disabled
                maxlength=max_length
                placeholder=placeholder
                autofocus=autofocus
                aria-describedby=described_by
                aria-invalid=invalid
            >
                {textarea_text(&value)}
            </textarea>
        }
        .into_any()
    } else {
        view! {
            <input
                class="input"
                id=ids.control.clone()
                name=name
                type=kind
                value=value
                required=required
                disabled=disabled
                maxlength=max_length
                placeholder=placeholder
                autocomplete=autocomplete
                autofocus=autofocus
                list=list
                aria-describedby=described_by
                aria-invalid=invalid
            />
            {options}
        }
        .into_any()
    };
    frame(label, required, hint, error, ids, control)
}

/// A value as the content of a `<textarea>`, whose children Leptos writes as they stand.
///
/// A browser drops one newline at the start, so one stands there for it to drop; and it reads a bare
/// carriage return as a newline.
fn textarea_text(value: &str) -> String {
    format!("\n{}", value.replace('&', "&amp;").replace('<', "&lt;").replace('\r', "&#13;"))
}

/// One of several values.
#[component]
pub fn SelectField(
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
    /// What a problem calls this field.
    #[prop(optional, into)]
    field: String,
    /// A sentence below the control.
    #[prop(optional, into)]
    hint: String,
    /// Can't be changed; a disabled control is not sent.
    #[prop(optional)]
    disabled: bool,
    /// Values among the options that are shown and can't be chosen.
    #[prop(optional)]
    barred: Vec<String>,
) -> impl IntoView {
    let error = flash().problem_for(&field);
    let ids = Ids::new(&name, &hint, error.as_ref());
    let options = options
        .into_iter()
        .map(|(choice, label)| {
            let selected = choice == value;
            let disabled = barred.contains(&choice);
            view! { <option value=choice selected=selected disabled=disabled>{label}</option> }
        })
        .collect_view();
    let control = view! {
        <select
            class="input select"
            id=ids.control.clone()
            name=name
            disabled=disabled
            aria-describedby=ids.described_by()
            aria-invalid=error.as_ref().map(|_| "true")
        >
            {options}
        </select>
    }
    .into_any();
    frame(label, false, hint, error, ids, control)
}

/// Yes or no; sent as `true` when ticked, not at all when not.
#[component]
pub fn CheckField(
    /// Name in the form.
    #[prop(into)]
    name: String,
    /// Label.
    #[prop(into)]
    label: String,
    /// Ticked now.
    checked: bool,
    /// A sentence below the control.
    #[prop(optional, into)]
    hint: String,
    /// Can't be changed.
    #[prop(optional)]
    disabled: bool,
) -> impl IntoView {
    let ids = Ids::new(&name, &hint, None);
    let described_by = ids.described_by();
    view! {
        <div class="field">
            <label class="check">
                <input
                    type="checkbox"
                    id=ids.control
                    name=name
                    value="true"
                    checked=checked
                    disabled=disabled
                    aria-describedby=described_by
                />
                <span>{label}</span>
            </label>
            {ids.hint.map(|id| view! { <p class="field-hint" id=id>{hint}</p> })}
        </div>
    }
}

/// A value that goes with the form unseen.
#[component]
pub fn HiddenField(
    /// Name in the form.
    #[prop(into)]
    name: String,
    /// Value.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

/// Label above, control, hint and error below.
fn frame(
    label: String,
    required: bool,
    hint: String,
    error: Option<String>,
    ids: Ids,
    control: AnyView,
) -> AnyView {
    let Ids { control: control_id, hint: hint_id, error: error_id } = ids;
    let error = error.zip(error_id).map(|(error, id)| {
        view! {
            <p class="field-error" id=id>
                <Icon icon=icondata::LuCircleAlert/>
                {error}
            </p>
        }
    });
    view! {
        <div class="field">
            <label class="field-label" for=control_id>
                {label}
                {required.then(|| view! { <span class="required" aria-hidden="true">" *"</span> })}
            </label>
            {control}
            {hint_id.map(|id| view! { <p class="field-hint" id=id>{hint}</p> })}
            {error}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Flash;
    use purser_contract::problem::{Problem, ProblemKind};

    fn render(flash: Flash) -> String {
        Owner::new().with(|| {
            provide_context(flash);
            view! {
                <TextField
                    name="form[attributes][city]"
                    field="city"
                    label="City"
                    hint="Where the office is."
                    value="<Bern>"
                />
            }
            .to_html()
        })
    }

    #[test]
    fn a_refused_field_says_why_and_has_the_focus() {
        let problem = Problem::new(ProblemKind::Invalid, "There is no such city.").field("city");
        let html = render(Flash::problem(problem));
        assert!(html.contains(r#"id="form-attributes-city""#), "{html}");
        assert!(
            html.contains(r#"aria-describedby="form-attributes-city-error form-attributes-city-hint""#),
            "{html}"
        );
        assert!(html.contains(r#"aria-invalid="true""#), "{html}");
        assert!(html.contains("autofocus"), "{html}");
        assert!(html.contains("There is no such city."), "{html}");
    }

    #[test]
    fn several_lines_of_text_never_end_their_field() {
        let value = "\n</textarea><meta http-equiv=refresh>&lt;\r\n";
        let html = Owner::new().with(|| {
            provide_context(Flash::default());
            view! { <TextField name="form[notes]" label="Notes" value=value multiline=true/> }.to_html()
        });
        let (_, text) = html.split_once("<textarea").and_then(|(_, rest)| rest.split_once('>')).unwrap();
        let (text, rest) = text.split_once("</textarea>").unwrap();
        assert_eq!(text, "\n\n&lt;/textarea>&lt;meta http-equiv=refresh>&amp;lt;&#13;\n");
        assert!(!rest.contains("meta"), "{html}");
    }

    #[test]
    fn a_value_is_text_and_never_markup() {
        let html = render(Flash::default());
        assert!(html.contains("&lt;Bern&gt;"), "{html}");
        assert!(!html.contains("aria-invalid"), "{html}");
        assert!(html.contains(r#"aria-describedby="form-attributes-city-hint""#), "{html}");
    }
}
