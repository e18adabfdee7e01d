//! What the import pages post, on the server only.
use super::upload::{Upload, UploadBody, UploadedFile};
use crate::context::{Done, caller, finish, portal};
use leptos::prelude::*;
use purser_contract::import::ImportView;
use purser_contract::problem::Problem;

/// *Upload*: reads the header and the first rows; nothing is written to the directory yet.
#[server(prefix = "/api", endpoint = "upload_import", input = UploadBody, input_derive = ())]
pub async fn upload_import(
    /// The request with the file.
    upload: Upload,
) -> Result<(), ServerFnError> {
    let outcome = async {
        let UploadedFile { name, bytes } = upload.read().await?;
        portal()?.upload_import(&caller()?, &name, bytes).await.map_err(Problem::from)
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
    let outcome = async { portal()?.start_import(&caller()?, &id).await.map_err(Problem::from) }.await;
    let here = format!("/imports/{id}");
    finish(outcome, |_| Done::to(here.clone()), here.clone()).await
}
