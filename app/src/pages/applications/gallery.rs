//! New application: the gallery as tiles, and the pane that creates an application from one of them.
//!
//! Search, category and the chosen gallery app are in the query string, so that the page works
//! without a script and any state of it can be sent to a colleague.

use crate::api::applications::CreateApplication;
use crate::components::*;
use crate::context::{caller, flash, portal, query, url};
use leptos::prelude::*;
use purser_contract::application::{CreateApplicationForm, GalleryProblemView, TemplateView};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const PATH: &str = "/applications/new";
const CREATE: &str = "create-application";

/// The page's query string.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct GalleryForm {
    /// Words to look for.
    search: String,
    /// One category; empty for all.
    category: String,
    /// The gallery app whose pane is open; empty for none.
    template: String,
}

impl GalleryForm {
    fn url(&self, category: &str, template: &str) -> String {
        url(PATH, &[("search", &self.search), ("category", category), ("template", template)])
    }
}

/// The gallery.
#[component]
pub fn GalleryPage() -> impl IntoView {
    page(async {
        let form = query::<GalleryForm>();
        let found = portal()?.list_templates(&caller()?, &form.search)?;
        let all = portal()?.list_templates(&caller()?, "")?;
        let own = all.iter().find(|template| is_custom(template)).map(|template| template.id.clone());
        let own = own.map(|id| form.url(&form.category, &id));
        let categories: BTreeSet<String> = all.into_iter().flat_map(|template| template.categories).collect();
        let tiles: Vec<TemplateView> = found
            .into_iter()
            .filter(|template| form.category.is_empty() || template.categories.contains(&form.category))
            .collect();
        let pane = match form.template.as_str() {
            "" => None,
            id => Some(create_pane(&portal()?.load_template(&caller()?, id)?, form.url(&form.category, ""))),
        };
        let pills = category_pills(&form, categories);
        let problems = portal()?.list_gallery_problems(&caller()?)?;
        let listed = if tiles.is_empty() {
            nothing_found(own.clone())
        } else {
            view! {
                <ul class="cards" aria-label="Gallery applications">
                    {tiles.into_iter().map(|template| tile(&form, template)).collect_view()}
                </ul>
            }
            .into_any()
        };
        Ok(view! {
            <Shell
                title="Browse Purser Gallery"
                crumbs=vec![Crumb::new("Home", "/"), Crumb::new("Enterprise applications", "/applications")]
                menu=Menu::portal("/applications")
                commands=own
                    .map(|href| {
                        view! { <CommandLink href icon=icondata::LuPlus label="Create your own application"/> }
                    })
                    .into_any()
                pane
            >
                <div class="stack">
                    <p class="column">
                        "The gallery holds the applications that Purser knows how to provision to. "
                        "An application that is not here but speaks SCIM 2.0 can be added as your own application."
                    </p>
                    {file_problems(problems)}
                    {pills}
                    <SearchBox path=PATH value=form.search label="Search application">
                        <HiddenField name="category" value=form.category/>
                    </SearchBox>
                    {listed}
                </div>
            </Shell>
        }
        .into_any())
    })
}

fn category_pills(form: &GalleryForm, categories: BTreeSet<String>) -> AnyView {
    let pills = std::iter::once(String::new()).chain(categories).map(|category| {
        let current = category == form.category;
        let href = form.url(&category, "");
        let label = if category.is_empty() { "All".to_owned() } else { category };
        view! { <li><a class="pill" href=href aria-current=current.then_some("true")>{label}</a></li> }
    });
    view! {
        <nav class="pills" aria-label="Categories">
            <span>"Categories:"</span>
            <ul>{pills.collect_view()}</ul>
        </nav>
    }
    .into_any()
}

fn tile(form: &GalleryForm, template: TemplateView) -> AnyView {
    let href = form.url(&form.category, &template.id);
    view! {
        <li class="card">
            <a class="card-title" href=href>
                <Monogram name=template.display_name.clone()/>
                <span>{template.display_name.clone()}</span>
            </a>
            <p class="quiet">{template.publisher.clone()}</p>
            <p class="card-text">{template.description.clone()}</p>
            {features(&template.supports)}
            <p class="card-foot">
                <Icon icon=icondata::LuRefreshCcw/>
                {if template.own { "Provisioning, from your own file" } else { "Provisioning" }}
            </p>
        </li>
    }
    .into_any()
}

fn create_pane(template: &TemplateView, close: String) -> AnyView {
    let form = flash()
        .form::<CreateApplication, CreateApplicationForm>()
        .filter(|form| form.template_id == template.id)
        .unwrap_or_else(|| CreateApplicationForm {
            template_id: template.id.clone(),
            display_name: template.display_name.clone(),
        });
    // The pane covers the page and its notifications.
    let refusal = flash()
        .problem
        .filter(|problem| problem.field.is_none())
        .map(|problem| view! { <ProblemBar problem/> });
    let description = template.description.clone();
    let home = template.home_page.clone();
    let publisher = if home.is_empty() {
        template.publisher.clone().into_any()
    } else {
        view! { <a href=home rel="noreferrer">{template.publisher.clone()}</a> }.into_any()
    };
    let rows = vec![
        ("Publisher", publisher),
        ("Categories", template.categories.join(", ").into_any()),
        ("Provisioning", features(&template.supports)),
        ("Authentication", template.credential_methods.join(", ").into_any()),
        (
            "Interval",
            format!(
                "Changes go at once; every {} minutes a cycle looks after retries and rules with dates.",
                template.interval_minutes
            )
            .into_any(),
        ),
    ];
    view! {
        <Pane
            title=template.display_name.clone()
            close
            footer=view! { <PrimaryButton label="Create" form=CREATE/> }.into_any()
        >
            <PostForm<CreateApplication> id=CREATE class="stack">
                {refusal}
                <HiddenField name="form[template_id]" value=form.template_id/>
                <TextField
                    name="form[display_name]"
                    field="display_name"
                    label="What\u{2019}s the name of your app?"
                    value=form.display_name
                    required=true
                    autofocus=true
                    max_length=256
                />
                <p>{description}</p>
                <Properties rows/>
                {facts(template)}
            </PostForm<CreateApplication>>
        </Pane>
    }
    .into_any()
}

/// What provisioning can do, as words.
fn features(supports: &[String]) -> AnyView {
    let words = supports.iter().map(|word| view! { <li><span class="tag">{word.clone()}</span></li> });
    view! { <ul class="badges" aria-label="Supports">{words.collect_view()}</ul> }.into_any()
}

/// Warnings, set-up, deviations and where all this is known from.
fn facts(template: &TemplateView) -> AnyView {
    let warnings = (!template.warnings.is_empty()).then(|| {
        view! {
            <InfoBar tone=Tone::Warn>
                <p class="bar-title">"Know before the first cycle"</p>
                {bullets(&template.warnings)}
            </InfoBar>
        }
    });
    let unverified = (!template.unverified.is_empty()).then(|| {
        let facts = template.unverified.iter().map(|(place, sentence)| {
            view! {
                <li>
                    <code class="break">{place.clone()}</code>
                    {format!(" not verified: {sentence}")}
                </li>
            }
        });
        view! {
            <details class="inline-details" open=true>
                <summary>"Facts that are not verified"</summary>
                <ul class="bullets">{facts.collect_view()}</ul>
            </details>
        }
    });
    let steps = (!template.setup_steps.is_empty()).then(|| {
        let steps = template.setup_steps.iter().map(|step| view! { <li>{step.clone()}</li> });
        view! {
            <details class="inline-details">
                <summary>"Set-up steps"</summary>
                <ol class="numbered">{steps.collect_view()}</ol>
            </details>
        }
    });
    let profile = (!template.profile.is_empty()).then(|| {
        let settings = template.profile.iter().map(|setting| {
            let sentence = setting.sentence.clone();
            let sentence = (!sentence.is_empty()).then(|| view! { <span class="cell-sub">{sentence}</span> });
            view! {
                <li>
                    <code class="break">{format!("{} = {}", setting.name, setting.value)}</code>
                    {sentence}
                </li>
            }
        });
        view! {
            <details class="inline-details">
                <summary>"Deviations from SCIM 2.0"</summary>
                <ul class="bullets">{settings.collect_view()}</ul>
            </details>
        }
    });
    let sources = (!template.sources.is_empty()).then(|| {
        view! {
            <details class="inline-details">
                <summary>"Sources"</summary>
                {bullets(&template.sources)}
            </details>
        }
    });
    view! {
        {warnings}
        {unverified}
        {steps}
        {profile}
        {sources}
    }
    .into_any()
}

fn bullets(sentences: &[String]) -> AnyView {
    let items = sentences.iter().map(|sentence| view! { <li class="break">{sentence.clone()}</li> });
    view! { <ul class="bullets">{items.collect_view()}</ul> }.into_any()
}

/// Files of the administrator's own that are not right; everything else works.
fn file_problems(problems: Vec<GalleryProblemView>) -> AnyView {
    if problems.is_empty() {
        return ().into_any();
    }
    let items = problems.into_iter().map(|problem| {
        let place = problem
            .line
            .map_or_else(|| problem.file.clone(), |line| format!("{}, line {line}", problem.file));
        view! { <li class="break"><strong>{place}</strong> {format!(": {}", problem.reason)}</li> }
    });
    view! {
        <InfoBar tone=Tone::Warn>
            <p class="bar-title">"Gallery files that can\u{2019}t be used"</p>
            <ul class="bullets">{items.collect_view()}</ul>
            <p>"The other applications are not affected. Correct the files in the data folder and restart Purser."</p>
        </InfoBar>
    }
    .into_any()
}

/// The gallery app that stands for every application which is not in the gallery.
fn is_custom(template: &TemplateView) -> bool {
    template.categories.iter().any(|category| category == "Custom")
}

fn nothing_found(own: Option<String>) -> AnyView {
    let action =
        own.map(|own| view! { <a class="button" href=own>"Create your own application"</a> }.into_any());
    view! {
        <EmptyState
            icon=icondata::LuSearchX
            title="No gallery application found"
            text="Try other words, or add it as your own application if it speaks SCIM 2.0."
            action
        />
    }
    .into_any()
}
