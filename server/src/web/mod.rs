//! Everything that speaks HTTP: the router and the layers around it.
//!
//! From the outside in, a request passes: its id and log span ([`request_id`]), security headers
//! ([`headers`]), compression, the place where faults get their face ([`face`]), the panic catcher
//! ([`panics`]), its session ([`session_store`]), the gate ([`gate`]: who is it?), the origin check
//! ([`origin`]: does the form come from us?), the body's bounds ([`limits`]), and then its handler:
//! a page or server function ([`pages`]), the Graph API ([`crate::graph`]), a file ([`assets`]).
//!
//! Deliberately absent: any rule about users, groups or applications. Both doors, pages and API, call
//! the same use-cases of `purser-service`.
//!
//! To add a route: 1. where it belongs (a page in `app`, a Graph path in `graph`, else here); 2. nothing
//! more: it is closed to anonymous callers until it is put on the gate's list.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::StatusCode,
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use leptos::config::LeptosOptions;
use purser_app::context::CONSENT_PATH;
use purser_service::Portal;
use purser_store::{Clock, Store};
use tokio_util::sync::CancellationToken;
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use tower_sessions::{
    Expiry, SessionManagerLayer,
    cookie::{SameSite, time::Duration as CookieDuration},
};
use url::Url;

pub mod assets;
mod consent;
mod face;
pub mod gate;
mod headers;
mod health;
pub mod limits;
mod origin;
pub mod pages;
mod panics;
pub mod request_id;
pub mod session_store;

use crate::{fault::Fault, state::ServerState};
use session_store::{SessionLimits, StoredSessions};

/// Paths that are neither pages, server functions nor Graph, for the test that walks everything.
pub const OTHER_PATHS: &[&str] = &["/healthz", "/readyz", "/favicon.svg", "/pkg/{*path}", CONSENT_PATH];

/// What the router is made of.
pub struct WebParts {
    /// The use-cases.
    pub portal: Portal,
    /// Where sessions are kept.
    pub store: Store,
    /// What sessions are timed by.
    pub clock: Arc<dyn Clock>,
    /// How long they last.
    pub session_limits: SessionLimits,
    /// See [`ServerState::public_url`].
    pub public_url: Option<Url>,
    /// See [`ServerState::behind_tls`].
    pub behind_tls: bool,
    /// See [`ServerState::shutdown`].
    pub shutdown: CancellationToken,
}

/// The whole router.
pub fn build_router(parts: WebParts) -> Router {
    let WebParts { portal, store, clock, session_limits, public_url, behind_tls, shutdown } = parts;
    let options = LeptosOptions::builder()
        // Trunk names its files after the package.
        .output_name("purser-frontend")
        .site_pkg_dir(format!("pkg/{}", assets::version()))
        .build();
    let state = ServerState { portal, options, public_url, behind_tls, shutdown };

    let router = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/favicon.svg", get(assets::favicon))
        .route("/pkg/{*path}", get(assets::serve))
        .route(CONSENT_PATH, get(consent::finish_consent))
        .nest("/v1.0", crate::graph::build_routes());
    let router = pages::add_pages(router, &state)
        .fallback(pages::not_found)
        .method_not_allowed_fallback(method_not_allowed);

    let idle = i64::try_from(session_limits.idle.as_secs()).unwrap_or(i64::MAX);
    let sessions = SessionManagerLayer::new(StoredSessions::new(store, clock, session_limits))
        .with_name("purser_session")
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(behind_tls)
        .with_expiry(Expiry::OnInactivity(CookieDuration::seconds(idle)));

    // The first layer is the outermost.
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn(request_id::identify))
        .layer(middleware::from_fn_with_state(state.clone(), headers::secure))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(state.clone(), face::present))
        .layer(CatchPanicLayer::custom(panics::answer_panic))
        .layer(sessions)
        .layer(middleware::from_fn_with_state(state.clone(), gate::admit))
        .layer(middleware::from_fn_with_state(state.clone(), origin::check_origin))
        .layer(middleware::from_fn(limits::bound_body))
        // axum's own bound would be a second, smaller one.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(pages::correct));
    router.layer(layers).with_state(state)
}

async fn method_not_allowed(request: Request) -> Response {
    Fault::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "Request_BadRequest",
        format!("Specified HTTP method {} is not allowed for this address.", request.method()),
    )
    .into_response()
}
