//! One row of the provisioning log in full.

use super::{StatusBadge, action_label, status_label};
use crate::components::*;
use crate::context::{caller, param, portal, query_value, url};
use crate::pages::exchange::exchange_view;
use crate::shared::cure_link;
use leptos::prelude::*;
use purser_contract::log::{LogErrorView, LogView, NamedObjectView, StepView};
use purser_contract::problem::{Problem, ProblemKind};
use purser_contract::profile::ExchangeView;
use purser_domain::log::{ModifiedProperty, SkipCode, StepKind};

/// The tabs: as in the query string, and in words.
const TABS: [(&str, &str); 5] = [
    ("steps", "Steps"),
    ("requests", "Requests"),
    ("troubleshooting", "Troubleshooting & Recommendations"),
    ("modified", "Modified Properties"),
    ("summary", "Summary"),
];

/// What a step of a kind does.
fn step_label(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Import => "Import the object",
        StepKind::Scoping => "Determine if the object is in scope",
        StepKind::Matching => "Match the object between source and target",
        StepKind::Processing => "Evaluate the object before synchronization",
        StepKind::ReferenceResolution => "Resolve references to other objects",
        StepKind::Export => "Provision the object",
    }
}

/// Provisioning log details.
#[component]
pub fn LogPage() -> impl IntoView {
    page(async {
        let log = portal()?.load_log(&caller()?, &param("id")).await?;
        let tab = match query_value("tab").as_str() {
            "requests" => "requests",
            "troubleshooting" => "troubleshooting",
            "modified" => "modified",
            "summary" => "summary",
            _ => "steps",
        };
        // The row outlives its application; without it, it belongs to the portal's own menu.
        let logs = match portal()?
            .load_application(&caller()?, &log.row.application_id)
            .await
            .map_err(Problem::from)
        {
            Ok(application) => Some(format!("/applications/{}/provisioning-logs", application.id)),
            Err(problem) if problem.kind == ProblemKind::NotFound => None,
            Err(problem) => return Err(problem),
        };
        let menu = match &logs {
            Some(logs) => Menu::application(&log.row.application_id, logs),
            None => Menu::portal("/provisioning-logs"),
        };
        let logs = logs.unwrap_or_else(|| "/provisioning-logs".to_owned());
        let here = format!("/provisioning-logs/{}", log.row.id);
        let identity = if log.row.identity.is_empty() { &log.row.source_id } else { &log.row.identity };
        let content = match tab {
            "requests" => requests(&log.exchanges),
            "troubleshooting" => troubleshooting(&log),
            "modified" => modified(&log.modified),
            "summary" => summary(&log),
            _ => steps(&log.steps),
        };
        Ok(view! {
            <Shell
                title="Provisioning log details"
                resource=identity.clone()
                subtitle=format!("{} in {}", action_label(log.row.action), log.row.target_system)
                menu
                crumbs=vec![
                    Crumb::new("Home", "/"),
                    Crumb::new(log.row.target_system.clone(), logs.clone()),
                    Crumb::new("Provisioning logs", logs),
                ]
            >
                <div class="stack">
                    <p class="log-line">
                        <StatusBadge status=log.row.status/>
                        <TimeStamp at=log.row.at.clone()/>
                        <span>{log.row.summary.clone()}</span>
                    </p>
                    <nav class="tabs" aria-label="Details">
                        {TABS
                            .map(|(name, label)| {
                                let href = url(&here, &[("tab", name)]);
                                view! {
                                    <a class="tab" href=href aria-current=(name == tab).then_some("page")>{label}</a>
                                }
                            })
                            .into_iter()
                            .collect_view()}
                    </nav>
                    {content}
                </div>
            </Shell>
        }
        .into_any())
    })
}

fn steps(steps: &[StepView]) -> AnyView {
    if steps.is_empty() {
        return view! { <p>"No steps were recorded."</p> }.into_any();
    }
    let items = steps.iter().map(|step| {
        view! {
            <li class="log-step">
                <div class="log-step-head">
                    <h2 class="log-step-title">{step_label(step.kind)}</h2>
                    <StatusBadge status=step.status/>
                    <span class="quiet">{step.name.clone()}</span>
                </div>
                <p>{step.description.clone()}</p>
                {details(&step.details)}
                {objects(&step.objects)}
            </li>
        }
    });
    view! { <ol class="log-steps">{items.collect_view()}</ol> }.into_any()
}

/// Other objects that the step speaks of.
fn objects(objects: &[NamedObjectView]) -> AnyView {
    let links = objects.iter().map(|object| {
        view! { <li><a href=object.path.clone()><bdi>{object.name.clone()}</bdi></a></li> }
    });
    (!objects.is_empty()).then(|| view! { <ul class="plain-list">{links.collect_view()}</ul> }).into_any()
}

fn details(details: &[(String, String)]) -> AnyView {
    let rows = details
        .iter()
        .map(|(label, value)| {
            view! {
                <div class="properties-row">
                    <dt>{label.clone()}</dt>
                    <dd class="cell-code">{value.clone()}</dd>
                </div>
            }
        })
        .collect_view();
    (!details.is_empty()).then(|| view! { <dl class="properties">{rows}</dl> }).into_any()
}

/// What was sent and answered, to the letter but for credentials.
fn requests(exchanges: &[ExchangeView]) -> AnyView {
    if exchanges.is_empty() {
        return view! { <p class="quiet">"No request was made for this row."</p> }.into_any();
    }
    let shown = exchanges.iter().map(exchange_view).collect_view();
    view! {
        <p class="quiet">
            "Bodies are shown of requests that write and of answers that refuse. Credentials are blotted out, and so is what a mapping redacts."
        </p>
        <div class="stack">{shown}</div>
    }
    .into_any()
}

fn troubleshooting(log: &LogView) -> AnyView {
    let Some(LogErrorView { code, reason, advice, cure, retry_at }) = log.error.clone() else {
        return nothing_failed(log);
    };
    let retry = match retry_at {
        Some(at) => view! { <TimeStamp at/> }.into_any(),
        None => "Not by itself".into_any(),
    };
    let cure = cure_link(cure, &log.row.application_id);
    let rows = vec![
        ("Error code", code.into_any()),
        ("Reason", reason.into_any()),
        ("Recommended action", view! { {advice} {cure} }.into_any()),
        ("Next attempt", retry),
    ];
    view! { <Properties rows/> }.into_any()
}

/// No row of a skipped object is without a word on what would change it.
fn nothing_failed(log: &LogView) -> AnyView {
    let (title, advice) = match log.skip {
        Some(SkipCode::NotEffectivelyEntitled) => (
            "The object was skipped",
            "For a user who should have an account: assign them, or a group they are a direct member of, with a role \
             other than Default Access, and see that their account is enabled. For a group: assign the group itself. \
             The next cycle picks it up by itself.",
        ),
        Some(SkipCode::RedundantExport) => ("Nothing was to be changed", "There is nothing to do."),
        Some(
            SkipCode::ImportSkipped
            | SkipCode::EntrySynchronizationSkipped
            | SkipCode::ObjectFlowIgnored
            | SkipCode::EntityTypeNotSupported,
        ) => ("The object was skipped", "The steps say why."),
        None => ("Nothing failed", "There is nothing to do."),
    };
    let summary = log.row.summary.clone();
    view! {
        <InfoBar>
            <p class="bar-title">{title}</p>
            {(!summary.is_empty()).then(|| view! { <p>{summary}</p> })}
            <p>{advice}</p>
        </InfoBar>
    }
    .into_any()
}

fn modified(modified: &[ModifiedProperty]) -> AnyView {
    if modified.is_empty() {
        return view! { <p>"No property was changed."</p> }.into_any();
    }
    let rows = modified.iter().map(modified_row).collect_view();
    view! {
        <DataTable caption="Modified properties" columns=vec!["Target attribute", "Old value", "New value"]>
            {rows}
        </DataTable>
    }
    .into_any()
}

fn modified_row(property: &ModifiedProperty) -> AnyView {
    view! {
        <tr>
            <th scope="row" class="cell-code">{property.name.clone()}</th>
            <td class="cell-code">{value(property.old.as_deref())}</td>
            <td class="cell-code">{value(property.new.as_deref())}</td>
        </tr>
    }
    .into_any()
}

/// A value, or words for there being none: an empty cell could be either.
fn value(value: Option<&str>) -> AnyView {
    match value {
        None => view! { <span class="quiet">"Not set"</span> }.into_any(),
        Some("") => view! { <span class="quiet">"Empty text"</span> }.into_any(),
        Some(value) => value.to_owned().into_any(),
    }
}

fn summary(log: &LogView) -> AnyView {
    let row = &log.row;
    let rows = vec![
        ("Identity", row.identity.clone().into_any()),
        ("Identity Type", row.kind.as_str().into_any()),
        ("Source ID", row.source_id.clone().into_any()),
        ("Target ID", log.target_id.clone().unwrap_or_else(|| "None".to_owned()).into_any()),
        ("Action", action_label(row.action).into_any()),
        ("Status", status_label(row.status).into_any()),
        ("Source System", "Purser".into_any()),
        ("Target System", row.target_system.clone().into_any()),
        ("Date", view! { <TimeStamp at=row.at.clone()/> }.into_any()),
        ("Duration", format!("{} ms", log.duration_ms).into_any()),
        ("Change ID", row.id.clone().into_any()),
        ("Cycle ID", log.cycle_id.clone().into_any()),
        ("Job ID", log.job_id.clone().into_any()),
    ];
    view! { <Properties rows/> }.into_any()
}
