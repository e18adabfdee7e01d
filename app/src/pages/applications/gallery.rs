//! New application: the gallery as tiles, and the pane that creates an application from one of them.
//!
//! Search, category and the chosen gallery app are in the query string, so that the page works
//! without a script and any state of it can be sent to a colleague.

use crate::api::applications::{list_templates, load_template};
use crate::components::*;
use crate::context::{flash, query, url};
use leptos::prelude::*;
use purser_contract::application::{CreateApplicationForm, TemplateView};
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
        let found = list_templates(&form.search)?;
        let all = list_templates("")?;
        let own = all.iter().find(|template| is_custom(template)).map(|template| template.id.clone());
        let own = own.map(|id| form.url(&form.category, &id));
        let categories: BTreeSet<String> = all.into_iter().flat_map(|template| template.categories).collect();
        let tiles: Vec<TemplateView> = found
            .into_iter()
            .filter(|template| form.category.is_empty() || template.categories.contains(&form.category))
            .collect();
        let pane = match form.template.as_str() {
            "" => None,
            id => Some(create_pane(&load_template(id)?, form.url(&form.category, ""))),
        };
        let pills = category_pills(&form, categories);
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
            <p class="quiet">{template.publisher}</p>
            <p class="card-text">{template.description}</p>
            <p class="card-foot">
                <Icon icon=icondata::LuRefreshCcw/>
                "Provisioning"
            </p>
        </li>
    }
    .into_any()
}

fn create_pane(template: &TemplateView, close: String) -> AnyView {
    let form = flash()
        .form::<CreateApplicationForm>("create_application")
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
    let rows = vec![
        ("Publisher", template.publisher.clone().into_any()),
        ("Categories", template.categories.join(", ").into_any()),
        ("Provisioning", "Automatic provisioning supported".into_any()),
    ];
    view! {
        <Pane
            title=template.display_name.clone()
            close
            footer=view! { <PrimaryButton label="Create" form=CREATE/> }.into_any()
        >
            <form id=CREATE class="stack" method="post" action="/api/create_application">
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
            </form>
        </Pane>
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
