//! The API: Microsoft Graph v1.0's paths, names, shapes and errors, for the part that concerns us, so
//! that clients which administrators already have work by changing a base URL.
//!
//! Every handler is three steps: take the request apart, one use-case of `purser-service`, shape the
//! answer. The gate (`web::gate`) lets no caller in without a token.
//!
//! Invariants:
//! - Every failure is Graph's error object; bad input is a 4xx with a sentence, never a 500, never HTML.
//! - A query option or property that is not understood is refused, never ignored.
//! - [`list_routes`] is the whole API: the router is built from it, and so is the test that tries every
//!   route without a token.
//!
//! To add a path: 1. a handler in the file of its area, 2. a line in that file's `ROUTES` (a new file
//! also in `AREAS`), 3. a line in `server/tests/it`.

use axum::Router;

use crate::state::ServerState;

mod answer;
mod app_role_assigned_to;
mod application_templates;
mod audit_filter;
mod body;
mod deleted_items;
mod directory_audits;
mod expressions;
pub mod filter;
mod groups;
mod jobs;
mod managers;
mod members;
mod odata;
mod profile;
mod provisioning_logs;
mod route;
mod scan;
mod schema;
mod secrets;
mod service_principals;
mod users;

pub use route::GraphRoute;

const AREAS: &[&[GraphRoute]] = &[
    users::ROUTES,
    managers::ROUTES,
    deleted_items::ROUTES,
    groups::ROUTES,
    members::ROUTES,
    application_templates::ROUTES,
    service_principals::ROUTES,
    app_role_assigned_to::ROUTES,
    jobs::ROUTES,
    schema::ROUTES,
    profile::ROUTES,
    expressions::ROUTES,
    secrets::ROUTES,
    provisioning_logs::ROUTES,
    directory_audits::ROUTES,
];

/// Every route of the API.
pub fn list_routes() -> impl Iterator<Item = &'static GraphRoute> {
    AREAS.iter().copied().flatten()
}

/// The router of the API, to be nested under `/v1.0`.
pub fn build_routes() -> Router<ServerState> {
    list_routes().fold(Router::new(), |router, route| {
        let router = router.route(route.path, (route.handler)());
        match route.path.strip_suffix("/$ref") {
            // Some clients encode the dollar, and a router compares what was sent.
            Some(path) => router.route(&format!("{path}/%24ref"), (route.handler)()),
            None => router,
        }
    })
}
