//! CSV imports: what their page's island asks for, and (on the server) the upload and what the forms
//! post.

#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
mod upload;

use crate::api::ApiProblem;
#[cfg(feature = "ssr")]
use crate::context::{caller, portal};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use purser_contract::import::ImportView;

/// How far an import has come; without its preview, since it is asked for every second.
#[server(prefix = "/api", endpoint = "import_status", input = GetUrl)]
pub async fn import_status(
    /// Id.
    id: String,
) -> Result<ImportView, ApiProblem> {
    let import = portal()?.load_import(&caller()?, &id).await?;
    Ok(ImportView { columns: Vec::new(), preview: Vec::new(), ..import })
}
