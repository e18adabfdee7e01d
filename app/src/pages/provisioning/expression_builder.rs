//! The expression builder: an expression is typed, tried out on sample values or a person, and its output shown.
//!
//! One form and the page that shows its answer, so it works without JavaScript. Nothing is saved.

use crate::api::provisioning::forms::{TestExpression, TestedExpression};
use crate::components::*;
use crate::context::{caller, flash, param, portal, query_value, url};
use leptos::prelude::*;
use purser_contract::schema::{
    ExpressionErrorView, ExpressionTestForm, ExpressionTestView, ExpressionView, FunctionView,
};
use purser_domain::expression::OutcomeKind;

/// What the page shows: what was typed, and what came of it if it was tried.
struct Shown {
    form: ExpressionTestForm,
    view: Option<ExpressionTestView>,
}

/// Expression builder.
#[component]
pub fn ExpressionBuilderPage() -> impl IntoView {
    page(async {
        let application = portal()?.load_application(&caller()?, &param("id")).await?;
        let provisioning = format!("/applications/{}/provisioning", application.id);
        let here = format!("{provisioning}/expression-builder");
        let shown = shown(&application.id);
        let fields = fields(&shown);
        let functions = portal()?.list_functions(&caller()?)?;
        let crumbs = vec![Crumb::new("Provisioning", provisioning)];
        Ok(view! {
            <ApplicationShell
                title="Expression builder"
                subtitle=""
                id=application.id.clone()
                name=application.display_name.clone()
                current=here.clone()
                crumbs
            >
                <div class="stack">
                    <PostForm<TestExpression> class="stack" id="expression">
                        {fields}
                        <div>
                            <PrimaryButton label="Test expression"/>
                        </div>
                    </PostForm<TestExpression>>
                    {shown.view.as_ref().map(|view| output(&shown.form.expression, &view.result))}
                    {function_list(functions, &shown.form.search, &here)}
                </div>
            </ApplicationShell>
        }
        .into_any())
    })
}

fn shown(application: &str) -> Shown {
    let flash = flash();
    let tested = flash.kept::<TestedExpression>();
    let tested = tested.filter(|tested| tested.form.application_id == application);
    if let Some(TestedExpression { form, view }) = tested {
        return Shown { form, view: Some(view) };
    }
    let refused = flash.form::<TestExpression, ExpressionTestForm>();
    if let Some(form) = refused.filter(|form| form.application_id == application) {
        return Shown { form, view: None };
    }
    let form = ExpressionTestForm {
        application_id: application.to_owned(),
        expression: query_value("expression"),
        ..ExpressionTestForm::default()
    };
    Shown { form, view: None }
}

fn fields(shown: &Shown) -> AnyView {
    let form = &shown.form;
    let samples = match &shown.view {
        Some(view) => view.samples.clone(),
        None => form.names.iter().cloned().zip(form.values.iter().cloned()).collect(),
    };
    let hint =
        "For example Join(\" \", [givenName], [surname]). An attribute stands in brackets, a text in quotes.";
    view! {
        <HiddenField name="form[application_id]" value=form.application_id.clone()/>
        <TextField
            name="form[expression]"
            field="expression"
            label="Expression"
            value=form.expression.clone()
            max_length=10_000
            multiline=true
            hint
        />
        {sample_fields(samples)}
        <TextField
            name="form[user]"
            field="user"
            label="Test with a person"
            value=form.user.clone()
            hint="A user principal name. Their values take the place of the sample values above; leave it empty to type your own."
        />
        <TextField
            name="form[search]"
            label="Find a function"
            value=form.search.clone()
            hint="Part of a name, such as replace: the list below then holds what fits."
        />
    }
    .into_any()
}

/// A field for each attribute that the expression reads.
fn sample_fields(samples: Vec<(String, String)>) -> AnyView {
    if samples.is_empty() {
        return ().into_any();
    }
    let fields = samples
        .into_iter()
        .enumerate()
        .map(|(at, (name, value))| {
            view! {
                <HiddenField name=format!("form[names][{at}]") value=name.clone()/>
                <TextField name=format!("form[values][{at}]") label=name value/>
            }
        })
        .collect_view();
    view! {
        <fieldset class="stack">
            <legend class="heading">"Sample values"</legend>
            <p class="field-hint">
                "An empty field is null. Several values are written as a JSON list: [\"a\", \"b\"]."
            </p>
            {fields}
        </fieldset>
    }
    .into_any()
}

/// What came of it: the value, that there is none, or what is wrong and where.
fn output(expression: &str, result: &ExpressionView) -> AnyView {
    let inside = if let Some(error) = &result.error {
        failure(expression, error)
    } else {
        match result.outcome {
            Some(OutcomeKind::Null) => {
                "There is no value: the attribute is not exported, unless a default value is set.".into_any()
            }
            Some(OutcomeKind::ObjectIgnored) => "The whole object is left as it is.".into_any(),
            Some(OutcomeKind::Ignored) => "The attribute is left out of this export.".into_any(),
            Some(OutcomeKind::Value) | None => values(&result.values),
        }
    };
    view! {
        <section id="output" aria-label="View expression output">
            <h2 class="heading">"View expression output"</h2>
            {inside}
        </section>
    }
    .into_any()
}

fn values(values: &[String]) -> AnyView {
    match values {
        [] => "An empty list.".into_any(),
        [single] if single.is_empty() => "An empty text.".into_any(),
        [single] => view! { <pre class="answer-detail">{single.clone()}</pre> }.into_any(),
        several => {
            let items = several
                .iter()
                .map(|value| view! { <li class="cell-code">{value.clone()}</li> })
                .collect_view();
            view! { <ol class="numbered">{items}</ol> }.into_any()
        }
    }
}

/// The sentence, and the line with the place marked in it.
fn failure(expression: &str, error: &ExpressionErrorView) -> AnyView {
    let at = |number: u32| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    let line = expression.lines().nth(at(error.line)).unwrap_or_default();
    let before: String = line.chars().take(at(error.column)).collect();
    let mut rest = line.chars().skip(at(error.column));
    // At the end of the line there is nothing to mark but the end itself.
    let marked = rest.next().map_or_else(|| "\u{2038}".to_owned(), |letter| letter.to_string());
    let after: String = rest.collect();
    let place = format!("Line {}, column {}: ", error.line, error.column);
    view! {
        <InfoBar tone=Tone::Bad>
            <p>{place} {error.message.clone()}</p>
            <pre class="answer-detail">{before}<mark>{marked}</mark>{after}</pre>
        </InfoBar>
    }
    .into_any()
}

/// The functions whose name holds what is looked for.
fn function_list(functions: Vec<FunctionView>, search: &str, here: &str) -> AnyView {
    let wanted = search.trim().to_lowercase();
    let found: Vec<FunctionView> =
        functions.into_iter().filter(|function| function.name.to_lowercase().contains(&wanted)).collect();
    if found.is_empty() {
        return view! {
            <EmptyState
                icon=icondata::LuSearch
                title="No function found"
                text="Look for another part of a name, or leave the field empty to see all functions."
            />
        }
        .into_any();
    }
    let rows = found.into_iter().map(|function| function_row(function, here)).collect_view();
    view! {
        <h2 class="heading">"Functions"</h2>
        <DataTable caption="Functions" columns=vec!["Function", "What it does", "Example", "Gives"]>
            {rows}
        </DataTable>
    }
    .into_any()
}

fn function_row(function: FunctionView, here: &str) -> AnyView {
    let example = function.examples.into_iter().next();
    let gives = example.as_ref().map(|example| example.result.clone());
    let example = example.map(|example| {
        let link = url(here, &[("expression", &example.expression)]);
        // An example that reads no attribute stands for itself.
        let object = (example.object != "{}").then_some(example.object);
        view! {
            <a href=link>{example.expression}</a>
            {object.map(|object| view! { <span class="cell-sub">{object}</span> })}
        }
    });
    let remark = (!function.remark.is_empty()).then_some(function.remark);
    view! {
        <tr>
            <td class="cell-code">{function.signature}</td>
            <td>
                {function.summary}
                {remark.map(|remark| view! { <span class="cell-sub">{remark}</span> })}
            </td>
            <td class="cell-code">{example}</td>
            <td class="cell-code">{gives}</td>
        </tr>
    }
    .into_any()
}
