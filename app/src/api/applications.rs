//! Gallery and applications: what their pages read and what their forms post.

use crate::context::{Done, caller, finish, finish_form, portal, refused, url};
use leptos::prelude::*;
use purser_contract::application::{
    ApplicationRowView, ApplicationView, CreateApplicationForm, GalleryProblemView, PropertiesForm,
    TemplateView,
};
use purser_contract::page::{ListForm, PageView};
use purser_contract::problem::Problem;

/// The gallery apps whose name, publisher, description or category has the words; all of them for none.
pub fn list_templates(search: &str) -> Result<Vec<TemplateView>, Problem> {
    portal()?.list_templates(&caller()?, search).map_err(refused)
}

/// The administrator's own gallery files that are not right.
pub fn list_gallery_problems() -> Result<Vec<GalleryProblemView>, Problem> {
    portal()?.list_gallery_problems(&caller()?).map_err(refused)
}

/// One gallery app.
pub fn load_template(id: &str) -> Result<TemplateView, Problem> {
    portal()?.load_template(&caller()?, id).map_err(refused)
}

/// A page of All applications.
pub async fn list_applications(form: ListForm) -> Result<PageView<ApplicationRowView>, Problem> {
    portal()?.list_applications(&caller()?, form).await.map_err(refused)
}

/// One application.
pub async fn load_application(id: &str) -> Result<ApplicationView, Problem> {
    portal()?.load_application(&caller()?, id).await.map_err(refused)
}

/// *Create* of the gallery's pane: adds the application and opens it.
#[server(prefix = "/api", endpoint = "create_application")]
pub async fn create_application(
    /// Gallery app and name.
    form: CreateApplicationForm,
) -> Result<(), ServerFnError> {
    let outcome =
        async { portal()?.create_application(&caller()?, form.clone()).await.map_err(refused) }.await;
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
    let outcome = async { portal()?.save_properties(&caller()?, form.clone()).await.map_err(refused) }.await;
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
    let outcome = async { portal()?.delete_application(&caller()?, &id).await.map_err(refused) }.await;
    let done = |application: &ApplicationRowView| {
        Done::to("/applications").toast(format!("Application {} deleted.", application.display_name))
    };
    finish(outcome, done, format!("/applications/{id}/properties")).await
}
