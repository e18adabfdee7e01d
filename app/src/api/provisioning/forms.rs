//! The server's half of the blade: its form posts.

use crate::context::{Done, caller, finish, finish_form, portal};
use leptos::prelude::*;
use purser_contract::problem::Problem;
use purser_contract::provisioning::{
    ProvisioningForm, ProvisioningView, TestConnectionForm, TestConnectionView,
};
use purser_contract::schema::{ExpressionTestForm, ExpressionTestView};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// *Test expression*: shows what comes of it on the page that it was typed on.
#[server(prefix = "/api", endpoint = "test_expression")]
pub async fn test_expression(
    /// The fields.
    form: ExpressionTestForm,
) -> Result<(), ServerFnError> {
    let outcome =
        async { portal()?.test_expression(&caller()?, form.clone()).await.map_err(Problem::from) }.await;
    let here = format!("{}/expression-builder", blade(&form.application_id));
    let done = |view: &ExpressionTestView| {
        let tested = TestedExpression { form: form.clone(), view: view.clone() };
        Done::to(format!("{here}#output")).keep(&tested)
    };
    finish_form::<TestExpression, _, _>(outcome, done, here.clone(), &form).await
}

/// What a test of an expression leaves for its page.
#[derive(Clone, Serialize, Deserialize)]
pub struct TestedExpression {
    /// What had been typed.
    pub form: ExpressionTestForm,
    /// What came of it.
    pub view: ExpressionTestView,
}

/// *Save* of the blade.
#[server(prefix = "/api", endpoint = "save_provisioning")]
pub async fn save_provisioning(
    /// The fields.
    form: ProvisioningForm,
) -> Result<(), ServerFnError> {
    let outcome =
        async { portal()?.save_provisioning(&caller()?, form.clone()).await.map_err(Problem::from) }.await;
    let here = blade(&form.application_id);
    let done = |view: &ProvisioningView| Done::to(next(view, &here)).toast(saved(view));
    finish_form::<SaveProvisioning, _, _>(outcome, done, here.clone(), &without_secrets(form)).await
}

/// *Test Connection* without JavaScript: shows the answer on the blade, with what had been typed.
#[server(prefix = "/api", endpoint = "test_connection_in_page")]
pub async fn test_connection_in_page(
    /// The fields, saved or not.
    form: ProvisioningForm,
) -> Result<(), ServerFnError> {
    let outcome = async {
        let test = TestConnectionForm {
            application_id: form.application_id.clone(),
            tenant_url: form.tenant_url.clone(),
            credential_method: form.credential_method.clone(),
            credentials: form.credentials.clone(),
            only_entered: false,
        };
        portal()?.test_connection(&caller()?, test).await.map_err(Problem::from)
    }
    .await;
    let here = blade(&form.application_id);
    let typed = without_secrets(form);
    let done = |result: &TestConnectionView| {
        let tested = TestedForm { form: typed.clone(), result: Some(result.clone()) };
        Done::to(format!("{here}#test-connection")).keep(&tested)
    };
    finish_form::<SaveProvisioning, _, _>(outcome, done, here.clone(), &typed).await
}

/// *Restart provisioning*: a new initial cycle over everybody, by the links that exist.
#[server(prefix = "/api", endpoint = "restart_provisioning")]
pub async fn restart_provisioning(
    /// Object id of the application.
    id: String,
) -> Result<(), ServerFnError> {
    let outcome = async { portal()?.restart_job(&caller()?, &id).await.map_err(Problem::from) }.await;
    let here = blade(&id);
    let done = |(): &()| {
        Done::to(here.clone()).toast("Provisioning restarts: an initial cycle looks at everybody again.")
    };
    finish(outcome, done, here.clone()).await
}

/// What a test of the connection leaves for the blade when the browser has no JavaScript.
#[derive(Clone, Serialize, Deserialize)]
pub struct TestedForm {
    /// What had been typed, without the secret.
    pub form: ProvisioningForm,
    /// What the test found.
    pub result: Option<TestConnectionView>,
}

/// The blade again; switched on for the first time, at what there is to watch now.
fn next(view: &ProvisioningView, here: &str) -> String {
    let first = view.enabled && view.status.first_run_at.is_none();
    if first { format!("{here}#synchronization-details") } else { here.to_owned() }
}

pub(super) fn blade(application: &str) -> String {
    format!("/applications/{application}/provisioning")
}

/// A form is kept in the session until it is shown again; a secret never is.
pub(super) fn without_secrets(form: ProvisioningForm) -> ProvisioningForm {
    match portal() {
        Ok(portal) => portal.strip_secrets(form),
        Err(_) => ProvisioningForm { credentials: BTreeMap::new(), ..form },
    }
}

fn saved(view: &ProvisioningView) -> &'static str {
    if view.enabled {
        "Provisioning configuration saved. Provisioning is On: changes reach the application within seconds."
    } else {
        "Provisioning configuration saved. Provisioning is Off."
    }
}
