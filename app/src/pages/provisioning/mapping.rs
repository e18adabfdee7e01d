//! One object mapping, to look at.

use super::proposals::proposals_form;
use crate::api::provisioning::connection::{DiscoverAttributes, SwitchMapping};
use crate::components::*;
use crate::context::{caller, flash, param, portal, query_value, url};
use leptos::prelude::*;
use purser_contract::profile::DiscoveryView;
use purser_contract::provisioning::{AttributeMappingView, ObjectMappingView, ScopingFilterView};
use purser_contract::schema::MappingProblemView;
use purser_domain::mapping::SourceKind;
use purser_domain::scope::ScopeCounts;

const DISCOVER: &str = "discover-attributes";
const SWITCH: &str = "switch-mapping";
/// Longest expression that a link carries to the expression builder; addresses have bounds.
const MAX_LINKED: usize = 2_000;

/// Attribute Mapping.
#[component]
pub fn MappingPage() -> impl IntoView {
    page(async {
        let application = portal()?.load_application(&caller()?, &param("id")).await?;
        let mapping = portal()?.load_mapping(&caller()?, &application.id, &param("key")).await?;
        let provisioning = format!("/applications/{}/provisioning", application.id);
        // Only when asked for: among half a million people it takes some hundred milliseconds.
        let counted = match query_value("count").as_str() {
            "scope" => Some(portal()?.count_scope(&caller()?, &application.id, None).await?),
            _ => None,
        };
        let here = format!("{provisioning}/mappings/{}", mapping.key);
        let builder = format!("{provisioning}/expression-builder");
        let crumbs = vec![Crumb::new("Provisioning", provisioning.clone())];
        let enabled = mapping.enabled;
        let (discovers, switches) =
            (names(&application.id, &mapping.key), names(&application.id, &mapping.key));
        let rows = mapping.attributes.iter().map(|attribute| row(attribute, &builder)).collect_view();
        Ok(view! {
            <ApplicationShell
                title="Attribute Mapping"
                id=application.id.clone()
                subtitle=mapping.name.clone()
                name=application.display_name.clone()
                current=provisioning.clone()
                crumbs
                commands=view! {
                    <CommandButton form=DISCOVER icon=icondata::LuScanSearch label="Discover attributes"/>
                    <CommandButton
                        form=SWITCH
                        icon=icondata::LuPower
                        label=if mapping.enabled { "Switch mapping off" } else { "Switch mapping on" }
                    />
                    <CommandLink href=here icon=icondata::LuRefreshCw label="Refresh"/>
                }
                .into_any()
            >
                <PostForm<DiscoverAttributes> id=DISCOVER>
                    {discovers}
                </PostForm<DiscoverAttributes>>
                <PostForm<SwitchMapping> id=SWITCH>
                    {switches}
                    <HiddenField name="enabled" value=(!enabled).to_string()/>
                </PostForm<SwitchMapping>>
                <div class="stack">
                    <InfoBar>
                        <p>
                            "The attributes with a matching precedence find the account that somebody has already. "
                            "Clear removes the target\u{2019}s value when the source loses its own. "
                            "Mappings are changed over the API: get the job\u{2019}s schema, edit it, put it back. "
                            <a href=builder.clone()>"Try an expression out"</a>
                        </p>
                    </InfoBar>
                    {discovered(&application.id)}
                    {problems(&mapping.problems)}
                    <Properties rows=facts(&mapping, counted)/>
                    <h2 class="heading">"Attribute Mappings"</h2>
                    <DataTable
                        caption="Attribute mappings"
                        columns=vec![
                            "Source Attribute (Purser)",
                            "Target Attribute",
                            "Mapping Type",
                            "Matching Precedence",
                            "Default value if null",
                            "Apply this mapping",
                            "Clear",
                        ]
                    >
                        {rows}
                    </DataTable>
                </div>
            </ApplicationShell>
        }
        .into_any())
    })
}

/// Which mapping a form is about.
fn names(application: &str, key: &str) -> AnyView {
    view! {
        <HiddenField name="id" value=application.to_owned()/>
        <HiddenField name="key" value=key.to_owned()/>
    }
    .into_any()
}

/// What a discovery that was just made found.
fn discovered(application: &str) -> AnyView {
    let found = flash().kept::<DiscoveryView>();
    let Some(found) = found.filter(|found| found.application_id == application) else { return ().into_any() };
    let title = match (found.told, found.added.len()) {
        (0, _) => "The application tells nothing about its attributes.".to_owned(),
        (1, 0) => "The application tells 1 attribute, and the attribute lists have it.".to_owned(),
        (told, 0) => {
            format!("The application tells {told} attributes, and the attribute lists have them all.")
        }
        (_, 1) => "1 attribute was added to the attribute lists.".to_owned(),
        (_, added) => format!("{added} attributes were added to the attribute lists."),
    };
    let added = found.added.iter().map(|(object, attribute)| {
        view! { <li>{format!("{object}: ")} <span class="cell-code">{attribute.clone()}</span></li> }
    });
    let added = (!found.added.is_empty()).then(|| view! { <ul class="bullets">{added.collect_view()}</ul> });
    let remarks = found.remarks.iter().map(|remark| view! { <p>{remark.clone()}</p> }).collect_view();
    let proposals = (!found.proposals.is_empty()).then(|| {
        view! {
            <h2 class="heading">"What the application declares otherwise"</h2>
            {proposals_form(application, &found.proposals)}
        }
    });
    view! {
        <div id="discovery" class="stack">
            <InfoBar tone=if found.added.is_empty() { Tone::Info } else { Tone::Good }>
                <p class="bar-title">{title}</p>
                {added}
                {remarks}
            </InfoBar>
            {proposals}
        </div>
    }
    .into_any()
}

fn facts(mapping: &ObjectMappingView, counted: Option<ScopeCounts>) -> Vec<(&'static str, AnyView)> {
    let actions = if mapping.actions.is_empty() { "None".to_owned() } else { mapping.actions.join(", ") };
    let mut facts = vec![
        ("Name", mapping.name.clone().into_any()),
        ("Enabled", if mapping.enabled { "Yes" } else { "No" }.into_any()),
        ("Source Object", mapping.source_object.clone().into_any()),
        ("Target Object", mapping.target_object.clone().into_any()),
        ("Source Object Scope", scope(&mapping.scope)),
        ("Target Object Actions", actions.into_any()),
    ];
    // Only people are counted; about groups it would say nothing.
    if mapping.source_object == "User" {
        facts.push(("Users in scope", users_in_scope(counted)));
    }
    facts
}

/// How many, or the link that counts them.
fn users_in_scope(counted: Option<ScopeCounts>) -> AnyView {
    let Some(counted) = counted else {
        return view! { <a href="?count=scope">"Count them (some seconds in a large directory)"</a> }
            .into_any();
    };
    let of = if counted.complete { "of" } else { "of the first" };
    let mut text = format!("{} {of} {}", grouped(counted.in_scope), grouped(counted.people));
    if let Some(assigned) = counted.assigned {
        text.push_str(&format!(", {} assigned", grouped(assigned)));
    }
    if counted.undecidable > 0 {
        text.push_str(&format!(", {} could not be decided", grouped(counted.undecidable)));
    }
    if !counted.complete {
        text.push_str("; counting the rest would take too long");
    }
    text.into_any()
}

/// *All records*, or each scoping filter with its clauses.
fn scope(filters: &[ScopingFilterView]) -> AnyView {
    if filters.is_empty() {
        return "All records".into_any();
    }
    let filters = filters
        .iter()
        .map(|filter| {
            let clauses = filter
                .clauses
                .iter()
                .map(|clause| view! { <li class="cell-code">{clause.clone()}</li> })
                .collect_view();
            view! {
                <li>
                    <strong>{filter.title.clone()}</strong>
                    <ul>{clauses}</ul>
                </li>
            }
        })
        .collect_view();
    view! {
        <p>"Whoever passes any of these scoping filters; all clauses of a filter must hold."</p>
        <ul>{filters}</ul>
    }
    .into_any()
}

/// What keeps the mapping from working, then what is worth a look.
fn problems(problems: &[MappingProblemView]) -> AnyView {
    let bar = |error: bool, tone: Tone, title: &'static str| {
        let found: Vec<String> = problems
            .iter()
            .filter(|problem| problem.error == error)
            .map(|problem| problem.message.clone())
            .collect();
        (!found.is_empty()).then(|| {
            view! {
                <InfoBar tone=tone>
                    <p class="bar-title">{title}</p>
                    <ul>{found.into_iter().map(|message| view! { <li>{message}</li> }).collect_view()}</ul>
                </InfoBar>
            }
        })
    };
    view! {
        {bar(true, Tone::Bad, "This mapping can\u{2019}t work as it is")}
        {bar(false, Tone::Warn, "Worth a look")}
    }
    .into_any()
}

fn row(attribute: &AttributeMappingView, builder: &str) -> AnyView {
    let source = attribute.source.clone();
    let source = if attribute.mapping_type == SourceKind::Expression && source.len() <= MAX_LINKED {
        let link = url(builder, &[("expression", &source)]);
        view! { <a href=link>{source}</a> }.into_any()
    } else {
        source.into_any()
    };
    let apply = if attribute.flow_always {
        format!("{}, with every update", attribute.apply)
    } else {
        attribute.apply.clone()
    };
    view! {
        <tr>
            <td class="cell-code cell-wide">{source}</td>
            <td class="cell-code cell-wide">{attribute.target.clone()}</td>
            <td class="cell-word">{attribute.mapping_type.as_str()}</td>
            <td>{attribute.matching_precedence.map(|precedence| precedence.to_string())}</td>
            <td class="cell-code">{attribute.default_value.clone()}</td>
            <td>{apply}</td>
            <td>{if attribute.clear { "Yes" } else { "No" }}</td>
        </tr>
    }
    .into_any()
}
