//! The blade's collapsible sections.

use super::edit::Edit;
use crate::components::*;
use crate::islands::{JobProgress, TestConnection};
use leptos::prelude::*;
use purser_contract::application::{ApplicationView, TemplateView};
use purser_contract::provisioning::{ObjectMappingRowView, ProvisioningView};

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

/// Admin Credentials, with Test Connection and who hears of failures.
pub(super) fn admin_credentials(view: &ProvisioningView, edit: &Edit) -> AnyView {
    let name = view.application_name.clone();
    // Closed once it works; the advice of a quarantine most often leads here.
    let settled = view.enabled && view.status.quarantine.is_none() && !edit.edited;
    let stored = view.has_secret_token;
    let (form, tested) = (edit.form.clone(), edit.tested.clone());
    let url_hint = view.tenant_url_hint.clone();
    let token_hint = if view.has_secret_token {
        "A token is stored. Leave this empty to keep it, or enter a new one to replace it."
    } else {
        "The token that lets Purser manage accounts, without the word Bearer in front."
    };
    view! {
        <Section title="Admin Credentials" open=!settled>
            <p>
                {format!("Purser needs the following information to connect to {name}\u{2019}s API and synchronize user data.")}
            </p>
            <TextField
                name="form[tenant_url]"
                field="tenant_url"
                label="Tenant URL"
                value=form.tenant_url
                kind="url"
                required=true
                placeholder=url_hint
                hint=format!("The address of {name}\u{2019}s SCIM endpoint, without /Users at the end.")
            />
            <TextField
                name="form[secret_token]"
                field="secret_token"
                label="Secret Token"
                value=""
                kind="password"
                required=!stored
                placeholder=if stored { "\u{2022}".repeat(16) } else { String::new() }
                autocomplete="new-password"
                hint=token_hint
            />
            <TestConnection result=tested/>
            <TextField
                name="form[notification_email]"
                field="notification_email"
                label="Notification Email"
                value=form.notification_email
                kind="email"
                hint="A person or group that should hear when provisioning fails."
            />
            <CheckField
                name="form[notify_on_failure]"
                label="Send an email notification when a failure occurs"
                checked=form.notify_on_failure.is_some()
            />
        </Section>
    }
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
    let nobody = view.scope == "assigned" && application.assigned_users + application.assigned_groups == 0;
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
    let (scope, status) = (edit.form.scope.clone(), edit.form.provisioning_status.clone());
    view! {
        <div id="settings">
            <Section title="Settings" open=true>
                <p>"Start and stop provisioning, and choose who is provisioned."</p>
                <SelectField
                    name="form[scope]"
                    field="scope"
                    label="Scope"
                    value=scope
                    options=[
                        ("assigned", "Sync only assigned users and groups"),
                        ("all", "Sync all users and groups"),
                    ]
                    .map(|(scope, label)| (scope.to_owned(), label.to_owned()))
                    .to_vec()
                />
                {nobody}
                <Toggle
                    name="form[provisioning_status]"
                    label="Provisioning Status"
                    value=status
                    options=[("on", "On"), ("off", "Off")]
                    hint="On starts at once. Off pauses at the next person; switching On again picks up where it left off."
                />
            </Section>
        </div>
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
