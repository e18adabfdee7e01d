//! An address that no page answers to.
use crate::components::{page, problem_page};
use crate::context::set_status;
use leptos::prelude::*;
use purser_contract::problem::{Problem, ProblemKind};

/// Says so, with a 404.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    page(async {
        set_status(ProblemKind::NotFound);
        let problem = Problem::new(ProblemKind::NotFound, "There is no page at this address.")
            .advice("It may have been mistyped, or what it showed was deleted. The menu leads to everything there is.");
        Ok(problem_page(problem))
    })
}
