//! Gallery and applications: what the forms post.

use crate::context::{Done, caller, finish, finish_form, portal, url};
use leptos::prelude::*;
use purser_contract::application::{
    ApplicationRowView, ApplicationView, CreateApplicationForm, PropertiesForm,
};
use purser_contract::problem::Problem;

/// *Create* of the gallery's pane: adds the application and opens it.
#[server(prefix = "/api", endpoint = "create_application")]
pub async fn create_application(
    /// Gallery app and name.
    form: CreateApplicationForm,
) -> Result<(), ServerFnError> {
    let outcome =
        async { portal()?.create_application(&caller()?, form.clone()).await.map_err(Problem::from) }.await;
    let done = |application: &ApplicationView| {
        Done::to(format!("/applications/{}", application.id))
            .toast(format!("Application {} added successfully.", application.display_name))
    };
    let back = url("/applications/new", &[("template", &form.template_id)]);
    finish_form::<CreateApplication, _, _>(outcome, done, back, &form).await
}

/// *Save* of Properties.
#[server(prefix = "/api", endpoint = "save_properties")]
pub async fn save_properties(
    /// The fields.
    form: PropertiesForm,
) -> Result<(), ServerFnError> {
    let outcome =
        async { portal()?.save_properties(&caller()?, form.clone()).await.map_err(Problem::from) }.await;
    let here = format!("/applications/{}/properties", form.id);
    let done = |_: &ApplicationView| Done::to(here.clone()).toast("Application properties saved.");
    finish_form::<SaveProperties, _, _>(outcome, done, here.clone(), &form).await
}

/// *Delete* of the confirmation pane. The accounts in the target stay as they are.
#[server(prefix = "/api", endpoint = "delete_application")]
pub async fn delete_application(
    /// Object id.
    id: String,
) -> Result<(), ServerFnError> {
    let outcome = async { portal()?.delete_application(&caller()?, &id).await.map_err(Problem::from) }.await;
    let done = |application: &ApplicationRowView| {
        Done::to("/applications").toast(format!("Application {} deleted.", application.display_name))
    };
    finish(outcome, done, format!("/applications/{id}/properties")).await
}
