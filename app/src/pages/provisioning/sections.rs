//! The blade's collapsible sections.

use super::edit::Edit;
use crate::components::*;
use crate::islands::JobProgress;
use leptos::prelude::*;
use purser_contract::application::{ApplicationView, TemplateView};
use purser_contract::provisioning::{ObjectMappingRowView, ProvisioningView};
use purser_domain::scope::ScopeMode;

/// What to do in the application before its credentials exist; nothing when its gallery app has no
/// steps.
pub(super) fn set_up_steps(template: &TemplateView) -> AnyView {
    let steps = template.setup_steps.clone();
    (!steps.is_empty())
        .then(|| {
            view! {
                <Section title=format!("Set-up steps for {}", template.display_name)>
                    <ol class="numbered">
                        {steps.into_iter().map(|step| view! { <li>{step}</li> }).collect_view()}
                    </ol>
                </Section>
            }
        })
        .into_any()
}

/// Mappings.
pub(super) fn mappings(view: &ProvisioningView) -> AnyView {
    let base = format!("/applications/{}/provisioning/mappings", view.application_id);
    let sentence = format!(
        "Mappings allow you to define how data should flow between Purser and {}.",
        view.application_name
    );
    let row = |mapping: &ObjectMappingRowView| {
        view! {
            <tr>
                <td><a href=format!("{base}/{}", mapping.key)>{mapping.name.clone()}</a></td>
                <td>{if mapping.enabled { "Yes" } else { "No" }}</td>
            </tr>
        }
    };
    let rows = view.mappings.iter().map(row).collect_view();
    view! {
        <Section title="Mappings" open=true>
            <p>{sentence}</p>
            <DataTable caption="Mappings" columns=vec!["Name", "Enabled"]>
                {rows}
            </DataTable>
        </Section>
    }
    .into_any()
}

/// Settings: who is in scope, and On or Off.
pub(super) fn settings(application: &ApplicationView, view: &ProvisioningView, edit: &Edit) -> AnyView {
    let assignments = format!("/applications/{}/users-and-groups", application.id);
    let nobody =
        view.scope == ScopeMode::Assigned && application.assigned_users + application.assigned_groups == 0;
    let nobody = nobody.then(|| {
        view! {
            <InfoBar tone=Tone::Warn>
                <p>
                    "Nobody is assigned yet, so no account would be created. "
                    <a href=assignments>"Assign users and groups"</a>
                </p>
            </InfoBar>
        }
    });
    let scopes: Vec<_> =
        ScopeMode::ALL.iter().map(|scope| (scope.to_string(), scope.label().to_owned())).collect();
    let (scope, status) = (edit.form.scope.clone(), edit.form.provisioning_status.clone());
    view! {
        <div id="settings">
            <Section title="Settings" open=true>
                <p>"Start and stop provisioning, and choose who is provisioned."</p>
                {cautions(view)}
                <SelectField
                    name="form[scope]"
                    field="scope"
                    label="Scope"
                    value=scope
                    options=scopes
                />
                {nobody}
                <Toggle
                    name="form[provisioning_status]"
                    label="Provisioning Status"
                    value=status
                    options=[("on", "On"), ("off", "Off")]
                    hint="On starts at once. Off pauses at the next user or group; switching On again picks up where it left off."
                />
                <Properties rows=vec![("Interval", interval(view).into_any()), ("Target profile", profile(view))]/>
            </Section>
        </div>
    }
    .into_any()
}

/// What goes out with the first cycle, until there was one.
fn cautions(view: &ProvisioningView) -> AnyView {
    let cautions = view.cautions.iter().map(|caution| view! { <li>{caution.clone()}</li> }).collect_view();
    (!view.cautions.is_empty())
        .then(|| {
            view! {
                <InfoBar tone=Tone::Warn>
                    <p class="bar-title">"Before the first cycle"</p>
                    <ul class="bullets">{cautions}</ul>
                </InfoBar>
            }
        })
        .into_any()
}

fn interval(view: &ProvisioningView) -> String {
    format!(
        "Changes go at once. A cycle also begins {} minutes after the last one began, for retries and rules with dates.",
        view.interval_minutes
    )
}

fn profile(view: &ProvisioningView) -> AnyView {
    let href = format!("/applications/{}/provisioning/probe", view.application_id);
    let own = match view.own_settings.len() {
        0 => "As the gallery says. ".to_owned(),
        1 => "1 setting of its own. ".to_owned(),
        count => format!("{count} settings of its own. "),
    };
    view! {
        {own}
        <a href=href>"Target profile and capability probe"</a>
    }
    .into_any()
}

/// Synchronization Details; they move by themselves.
pub(super) fn synchronization_details(view: &ProvisioningView) -> AnyView {
    let log = format!("/applications/{}/provisioning-logs", view.application_id);
    let (application, initial) = (view.application_id.clone(), view.status.clone());
    let progress = view! { <JobProgress application initial brief=false/> }.into_any();
    view! {
        <div id="synchronization-details">
            <Section title="Synchronization Details" open=true>
                {progress}
                <p><a href=log>"View provisioning logs"</a></p>
            </Section>
        </div>
    }
    .into_any()
}
