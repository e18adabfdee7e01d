//! The frame that every page's work runs in.
use super::menu::Menu;
use super::problem::ProblemBar;
use super::shell::{Crumb, Shell};
use crate::context;
use leptos::prelude::*;
use purser_contract::problem::{Problem, ProblemKind};
use std::future::Future;

/// Does a page's work and shows what comes of it: the page, or the problem with its status.
///
/// Takes the flash of the request before; inside, `context::flash()` gives it.
pub fn page<F>(work: F) -> impl IntoView
where
    F: Future<Output = Result<AnyView, Problem>> + Send + 'static,
{
    Suspend::new(async move {
        let flash = context::take_flash().await;
        provide_context(flash);
        match work.await {
            Ok(view) => view,
            Err(problem) => {
                context::set_status(problem.kind);
                problem_page(problem)
            }
        }
    })
}

/// A page that says what went wrong.
pub fn problem_page(problem: Problem) -> AnyView {
    let title = match problem.kind {
        ProblemKind::NotFound => "Not found",
        ProblemKind::Unauthenticated | ProblemKind::Forbidden => "No access",
        _ => "This page can't be shown",
    };
    view! {
        <Shell title=title menu=Menu::portal("") crumbs=vec![Crumb::new("Home", "/")]>
            <ProblemBar problem/>
            <p>
                <a href="/">"Go to the home page"</a>
            </p>
        </Shell>
    }
    .into_any()
}
