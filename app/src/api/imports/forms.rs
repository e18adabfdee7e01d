//! What the import pages read and post, on the server only.
use super::upload::{Upload, UploadBody, UploadedFile};
use crate::context::{Done, caller, finish, portal, refused};
use leptos::prelude::*;
use purser_contract::import::{ImportErrorView, ImportView};
use purser_contract::page::{ListForm, PageView};
use purser_contract::problem::Problem;

/// One import.
pub async fn load_import(id: &str) -> Result<ImportView, Problem> {
    portal()?.load_import(&caller()?, id).await.map_err(refused)
}

/// A page of the refused rows of an import.
pub async fn list_import_errors(id: &str, form: ListForm) -> Result<PageView<ImportErrorView>, Problem> {
    portal()?.list_import_errors(&caller()?, id, form).await.map_err(refused)
}

/// *Upload*: reads the header and the first rows; nothing is written to the directory yet.
#[server(prefix = "/api", endpoint = "upload_import", input = UploadBody, input_derive = ())]
pub async fn upload_import(
    /// The request with the file.
    upload: Upload,
) -> Result<(), ServerFnError> {
    let outcome = async {
        let UploadedFile { name, bytes } = upload.read().await?;
        portal()?.upload_import(&caller()?, &name, bytes).await.map_err(refused)
    }
    .await;
    finish(outcome, |import: &ImportView| Done::to(format!("/imports/{}", import.id)), "/users/import").await
}

/// *Start import*.
#[server(prefix = "/api", endpoint = "start_import")]
pub async fn start_import(
    /// Id.
    id: String,
) -> Result<(), ServerFnError> {
    let outcome = async { portal()?.start_import(&caller()?, &id).await.map_err(refused) }.await;
    let here = format!("/imports/{id}");
    finish(outcome, |_| Done::to(here.clone()), here.clone()).await
}
