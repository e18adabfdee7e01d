//! What was refused, why, and what to do.
use super::badge::Tone;
use super::bar::InfoBar;
use leptos::prelude::*;
use purser_contract::problem::{Problem, ProblemKind};

/// A problem as a bar; a stale edit shows both versions.
#[component]
pub fn ProblemBar(
    /// The problem.
    problem: Problem,
) -> impl IntoView {
    let tone = match problem.kind {
        ProblemKind::Conflict | ProblemKind::TooMany => Tone::Warn,
        _ => Tone::Bad,
    };
    let advice = (!problem.advice.is_empty()).then(|| view! { <p>{problem.advice.clone()}</p> });
    let versions = (!problem.conflict.is_empty()).then(|| {
        let rows = problem
            .conflict
            .into_iter()
            .map(|field| {
                view! {
                    <tr>
                        <th scope="row">{field.label}</th>
                        <td>{shown(field.yours)}</td>
                        <td>{shown(field.theirs)}</td>
                    </tr>
                }
            })
            .collect_view();
        view! {
            <table class="table table-versions">
                <caption class="visually-hidden">"Both versions"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Setting"</th>
                        <th scope="col">"What you were saving"</th>
                        <th scope="col">"What is stored now"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
    });
    view! {
        <InfoBar tone=tone>
            <p class="bar-title">{problem.message}</p>
            {advice}
            {versions}
        </InfoBar>
    }
}

fn shown(value: String) -> String {
    if value.is_empty() { "(empty)".to_owned() } else { value }
}
