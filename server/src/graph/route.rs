//! What the router is built from.

use axum::{http::Method, routing::MethodRouter};

use crate::state::ServerState;

/// One method on one path.
pub struct GraphRoute {
    /// The method.
    pub method: Method,
    /// The path below `/v1.0`, as axum writes it.
    pub path: &'static str,
    pub(super) handler: fn() -> MethodRouter<ServerState>,
}

impl GraphRoute {
    pub(super) const fn new(
        method: Method,
        path: &'static str,
        handler: fn() -> MethodRouter<ServerState>,
    ) -> Self {
        Self { method, path, handler }
    }
}

impl std::fmt::Debug for GraphRoute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} /v1.0{}", self.method, self.path)
    }
}
