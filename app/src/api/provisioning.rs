//! The provisioning blade: what its islands ask for, and (on the server) what the forms post.
//!
//! The functions here are also called by the browser's half, so they compile on both sides.

#[cfg(feature = "ssr")]
pub mod connection;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
pub mod profile;

use crate::api::ApiProblem;
#[cfg(feature = "ssr")]
use crate::context::{caller, portal};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use purser_contract::profile::ProbeView;
use purser_contract::provisioning::{JobStatusView, TestConnectionForm, TestConnectionView};

/// Synchronization Details of an application, for the progress that moves by itself.
#[server(prefix = "/api", endpoint = "job_status", input = GetUrl)]
pub async fn job_status(
    /// Object id.
    application: String,
) -> Result<JobStatusView, ApiProblem> {
    Ok(portal()?.load_job_status(&caller()?, &application).await?)
}

/// *Test Connection* with what the blade's fields hold, saved or not. A target that says no is an
/// answer (`ok` is false), not an error.
#[server(prefix = "/api", endpoint = "test_connection")]
pub async fn test_connection(
    /// What the fields hold.
    form: TestConnectionForm,
) -> Result<TestConnectionView, ApiProblem> {
    Ok(portal()?.test_connection(&caller()?, form).await?)
}

/// How far the capability probe of an application is; without what it proposes, since it is asked for every second.
#[server(prefix = "/api", endpoint = "probe_status", input = GetUrl)]
pub async fn probe_status(
    /// Object id.
    application: String,
) -> Result<ProbeView, ApiProblem> {
    let probe = portal()?.load_probe(&caller()?, &application).await?;
    Ok(ProbeView { proposals: Vec::new(), ..probe })
}
