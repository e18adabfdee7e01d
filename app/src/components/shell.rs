//! The frame of every page: header bar, breadcrumbs, title, menu, command bar, content, pane.
use super::body::Body;
use super::header::HeaderBar;
use super::icon::Icon;
use super::menu::{Menu, ResourceMenu};
use super::monogram::Monogram;
use super::problem::ProblemBar;
use super::toast::Toast;
use crate::context;
use leptos::prelude::*;
use leptos_meta::Title;
use purser_contract::problem::{Problem, ProblemKind};

/// One step of the way to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    label: String,
    href: String,
}

impl Crumb {
    /// A step.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into() }
    }

    /// The way to an application.
    pub fn to_application(id: &str, name: &str) -> Vec<Self> {
        vec![
            Self::new("Home", "/"),
            Self::new("Enterprise applications", "/applications"),
            Self::new(name, format!("/applications/{id}")),
        ]
    }
}

/// A page's frame (a *blade*).
///
/// Shows what came of the request before, good or bad.
#[component]
pub fn Shell(
    /// What the page shows; with a resource, its part of that.
    #[prop(into)]
    title: String,
    /// The thing that the page is about, before a bar: `Acme | Provisioning`.
    #[prop(optional, into)]
    resource: String,
    /// Grey line under the title.
    #[prop(optional, into)]
    subtitle: String,
    /// Whose initials stand beside the title; none when empty.
    #[prop(optional, into)]
    monogram: String,
    /// Menu at the left.
    #[prop(optional_no_strip, into)]
    menu: Option<Menu>,
    /// The way here.
    #[prop(optional)]
    crumbs: Vec<Crumb>,
    /// What can be done.
    #[prop(optional_no_strip, into)]
    commands: Option<AnyView>,
    /// A pane over the page.
    #[prop(optional_no_strip, into)]
    pane: Option<AnyView>,
    /// The content.
    children: Body,
) -> impl IntoView {
    let document_title = if resource.is_empty() {
        format!("{title} - Purser")
    } else {
        format!("{resource} | {title} - Purser")
    };
    let covered = pane.is_some();
    let resource = (!resource.is_empty()).then(|| {
        view! {
            <span class="blade-resource">{resource}</span>
            <span aria-hidden="true">" | "</span>
        }
    });
    let commands = commands.map(|commands| {
        view! { <div class="commands" role="group" aria-label="Commands">{commands}</div> }
    });
    view! {
        <Title text=escape(&document_title)/>
        <div inert=covered>
            <HeaderBar/>
        </div>
        <main class="blade">
            <div inert=covered>{breadcrumbs(crumbs)}</div>
            <div class="blade-head">
                {(!monogram.is_empty()).then(|| view! { <Monogram name=monogram large=true/> })}
                <div>
                    <h1 class="blade-title">{resource}<span>{title}</span></h1>
                    {(!subtitle.is_empty()).then(|| view! { <p class="blade-subtitle">{subtitle}</p> })}
                </div>
            </div>
            <div class="blade-grid" inert=covered>
                {menu.map(|menu| view! { <ResourceMenu menu/> })}
                <div class="blade-content" id="content" tabindex="-1">
                    {commands}
                    {toast()}
                    {(!covered).then(problem_bar)}
                    {children.0}
                </div>
            </div>
            {pane}
        </main>
    }
    .into_any()
}

/// `leptos_meta` writes a document's title as it stands, and a person's name can hold markup.
fn escape(title: &str) -> String {
    title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The frame of the pages before sign-in.
#[component]
pub fn BareShell(
    /// What the page is for.
    #[prop(into)]
    title: String,
    /// The content.
    children: Body,
) -> impl IntoView {
    view! {
        <Title text=escape(&format!("{title} - Purser"))/>
        <main class="bare" id="content">
            <div class="bare-card">
                <p class="bare-brand">
                    <Icon icon=icondata::LuAnchor/>
                    "Purser"
                </p>
                <h1 class="blade-title">{title}</h1>
                {toast()}
                {problem_bar()}
                {children.0}
            </div>
        </main>
    }
    .into_any()
}

fn breadcrumbs(crumbs: Vec<Crumb>) -> Option<AnyView> {
    if crumbs.is_empty() {
        return None;
    }
    let steps = crumbs
        .into_iter()
        .map(|Crumb { label, href }| view! { <li><a href=href>{label}</a></li> })
        .collect_view();
    Some(view! { <nav class="crumbs" aria-label="Breadcrumbs"><ol>{steps}</ol></nav> }.into_any())
}

/// What the request before did.
fn toast() -> Option<AnyView> {
    context::flash().toast.map(|text| view! { <Toast text/> }.into_any())
}

/// What the request before was refused for; an open pane shows it instead of the page below it.
pub(super) fn problem_bar() -> Option<AnyView> {
    // Leptos leads a form that could not even be read back here with its error in the query.
    let unreadable = (!context::query_value("__err").is_empty()).then(|| {
        Problem::new(ProblemKind::Invalid, "The form could not be read, so nothing was changed.").advice(
            "Open the page again and repeat what you did. If it happens again, look at the server's log.",
        )
    });
    let problem = context::flash().problem.or(unreadable)?;
    Some(view! { <ProblemBar problem/> }.into_any())
}
