//! The blade's collapsible sections.

use super::edit::Edit;
use crate::components::*;
use crate::islands::{JobProgress, TestConnection};
use leptos::prelude::*;
use purser_contract::application::{ApplicationView, TemplateView};
use purser_contract::provisioning::ProvisioningView;

/// What to do in the application before its credentials exist; nothing when its gallery app has no
/// steps.
pub(super) fn set_up_steps(template: &TemplateView) -> impl IntoView + use<> {
    let steps = template.setup_steps.clone();
    (!steps.is_empty()).then(|| {
        view! {
            <Section title=format!("Set-up steps for {}", template.display_name)>
                <ol class="list-decimal pl-5 stack">
                    {steps.into_iter().map(|step| view! { <li>{step}</li> }).collect_view()}
                </ol>
            </Section>
        }
    })
}

/// Admin Credentials, with Test Connection and who hears of failures.
pub(super) fn admin_credentials(view: &ProvisioningView, edit: &Edit) -> impl IntoView + use<> {
    let name = view.application_name.clone();
    let settled = view.enabled && view.has_secret_token && !edit.edited;
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
                value=edit.form.tenant_url.clone()
                kind="url"
                required=true
                placeholder=view.tenant_url_hint.clone()
                hint=format!("The address of {name}\u{2019}s SCIM endpoint, without /Users at the end.")
            />
            <TextField
                name="form[secret_token]"
                field="secret_token"
                label="Secret Token"
                value=""
                kind="password"
                required=!view.has_secret_token
                placeholder=if view.has_secret_token { "\u{2022}".repeat(16) } else { String::new() }
                autocomplete="new-password"
                hint=token_hint
            />
            <TestConnection result=edit.tested.clone()/>
            <TextField
                name="form[notification_email]"
                field="notification_email"
                label="Notification Email"
                value=edit.form.notification_email.clone()
                kind="email"
                hint="A person or group that should hear when provisioning fails."
            />
            <CheckField
                name="form[notify_on_failure]"
                label="Send an email notification when a failure occurs"
                checked=edit.form.notify_on_failure.is_some()
            />
        </Section>
    }
}

/// Mappings.
pub(super) fn mappings(view: &ProvisioningView) -> impl IntoView + use<> {
    let base = format!("/applications/{}/provisioning/mappings", view.application_id);
    let rows = view.mappings.iter().map(|mapping| {
        view! {
            <tr>
                <td><a href=format!("{base}/{}", mapping.key)>{mapping.name.clone()}</a></td>
                <td>{if mapping.enabled { "Yes" } else { "No" }}</td>
            </tr>
        }
    });
    view! {
        <Section title="Mappings" open=true>
            <p>
                {format!("Mappings allow you to define how data should flow between Purser and {}.", view.application_name)}
            </p>
            <DataTable caption="Mappings" columns=vec!["Name", "Enabled"]>
                {rows.collect_view()}
            </DataTable>
        </Section>
    }
}

/// Settings: who is in scope, and On or Off.
pub(super) fn settings(application: &ApplicationView, view: &ProvisioningView, edit: &Edit) -> impl IntoView + use<> {
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
    view! {
        <div id="settings">
            <Section title="Settings" open=true>
                <p>"Start and stop provisioning, and choose who is provisioned."</p>
                <SelectField
                    name="form[scope]"
                    field="scope"
                    label="Scope"
                    value=edit.form.scope.clone()
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
                    value=edit.form.provisioning_status.clone()
                    options=[("on", "On"), ("off", "Off")]
                    hint="On starts at once. Off pauses at the next person; switching On again picks up where it left off."
                />
            </Section>
        </div>
    }
}

/// Synchronization Details; they move by themselves.
pub(super) fn synchronization_details(view: &ProvisioningView) -> impl IntoView + use<> {
    let log = format!("/applications/{}/provisioning-logs", view.application_id);
    view! {
        <div id="synchronization-details">
            <Section title="Synchronization Details" open=true>
                <JobProgress application=view.application_id.clone() initial=view.status.clone() brief=false/>
                <p><a href=log>"View provisioning logs"</a></p>
            </Section>
        </div>
    }
}
