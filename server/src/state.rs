//! What handlers share.

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use purser_service::Portal;
use tokio_util::sync::CancellationToken;
use url::Url;

/// What handlers share.
#[derive(Clone)]
pub struct ServerState {
    /// The use-cases.
    pub portal: Portal,
    /// What leptos needs to know.
    pub options: LeptosOptions,
    /// How browsers reach us, where the operator said so.
    pub public_url: Option<Url>,
    /// Whether a proxy that speaks TLS stands before us.
    pub behind_tls: bool,
    /// Cancelled when a shutdown begins.
    pub shutdown: CancellationToken,
}

impl FromRef<ServerState> for LeptosOptions {
    fn from_ref(state: &ServerState) -> Self {
        state.options.clone()
    }
}

impl std::fmt::Debug for ServerState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerState").finish_non_exhaustive()
    }
}
