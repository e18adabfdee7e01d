//! What the blade does with the application behind it: consent, roles, attributes.

use super::forms::{SaveProvisioning, blade, without_secrets};
use crate::context::{
    BegunConsent, Done, caller, consent_address, finish, finish_form, keep_consent, portal,
};
use leptos::prelude::*;
use purser_contract::assignment::RoleImportView;
use purser_contract::credentials::ConsentView;
use purser_contract::problem::Problem;
use purser_contract::profile::DiscoveryView;
use purser_contract::provisioning::ProvisioningForm;

/// *Authorize*: saves what the fields hold, then shows where to consent. The Provisioning Status stays as it is.
#[server(prefix = "/api", endpoint = "authorize")]
pub async fn authorize(
    /// The blade's fields.
    form: ProvisioningForm,
) -> Result<(), ServerFnError> {
    let outcome = begin_consent(&form).await;
    let here = blade(&form.application_id);
    let done = |consent: &ConsentView| Done::to(format!("{here}?pane=authorize")).keep(consent);
    finish_form::<SaveProvisioning, _, _>(outcome, done, here.clone(), &without_secrets(form)).await
}

async fn begin_consent(form: &ProvisioningForm) -> Result<ConsentView, Problem> {
    let (portal, caller) = (portal()?, caller()?);
    let save = ProvisioningForm { provisioning_status: String::new(), ..form.clone() };
    portal.save_provisioning(&caller, save).await?;
    let address = consent_address();
    let consent = portal.begin_consent(&caller, &form.application_id, &address).await?;
    let begun = BegunConsent { application_id: consent.application_id.clone(), state: consent.state.clone() };
    keep_consent(begun).await?;
    Ok(ConsentView { state: String::new(), ..consent })
}

/// *Refresh roles*: asks the application for its roles.
#[server(prefix = "/api", endpoint = "refresh_roles")]
pub async fn refresh_roles(
    /// Object id of the application.
    id: String,
) -> Result<(), ServerFnError> {
    let outcome = async { portal()?.refresh_roles(&caller()?, &id).await.map_err(Problem::from) }.await;
    let here = format!("/applications/{id}/users-and-groups");
    let done = |view: &RoleImportView| {
        Done::to(here.clone()).toast(
            [view.message.clone()].into_iter().chain(view.remarks.clone()).collect::<Vec<_>>().join(" "),
        )
    };
    finish(outcome, done, here.clone()).await
}

/// *Discover attributes* of a mapping's page.
#[server(prefix = "/api", endpoint = "discover_attributes")]
pub async fn discover_attributes(
    /// Object id of the application.
    id: String,
    /// Key of the mapping whose page it is.
    key: String,
) -> Result<(), ServerFnError> {
    let outcome = async { portal()?.discover_attributes(&caller()?, &id).await.map_err(Problem::from) }.await;
    let here = format!("{}/mappings/{key}", blade(&id));
    let done = |view: &DiscoveryView| Done::to(format!("{here}#discovery")).keep(view);
    finish(outcome, done, here.clone()).await
}

/// *Switch mapping on* and *off*.
#[server(prefix = "/api", endpoint = "switch_mapping")]
pub async fn switch_mapping(
    /// Application.
    id: String,
    /// The mapping's key: `users`, `groups`.
    key: String,
    /// Whether it is to be on.
    enabled: bool,
) -> Result<(), ServerFnError> {
    let outcome =
        async { portal()?.switch_mapping(&caller()?, &id, &key, enabled).await.map_err(Problem::from) }.await;
    let here = format!("{}/mappings/{key}", blade(&id));
    let words = if enabled {
        "Mapping switched on."
    } else {
        "Mapping switched off. Nothing in the application is touched."
    };
    let done = |(): &()| Done::to(here.clone()).toast(words);
    finish(outcome, done, here.clone()).await
}
