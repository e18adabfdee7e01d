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

impl std::fmt::Debug for GraphRoute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} /v1.0{}", self.method, self.path)
    }
}

/// The `ROUTES` of an area: method, path, handler.
macro_rules! routes {
    ($($method:ident $path:expr => $handler:ident;)+) => {
        pub(super) const ROUTES: &[$crate::graph::GraphRoute] = &[$($crate::graph::GraphRoute {
            method: axum::http::Method::$method,
            path: $path,
            handler: || axum::routing::on(axum::routing::MethodFilter::$method, $handler),
        }),+];
    };
}
pub(super) use routes;
