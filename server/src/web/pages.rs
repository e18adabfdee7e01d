//! The portal's pages and server functions, as leptos makes them, under our roof.

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{
        HeaderValue, Method, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
        request::Parts,
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes, ResponseOptions};
use purser_service::{Caller, Portal};
use tower_sessions::Session;

use super::{face::Door, headers::page_policy};
use crate::{fault::Fault, state::ServerState};

/// What a server function answers with when it could not even read its arguments.
const SERVER_FN_ERROR: &str = "serverfnerror";
/// A failed server function's words are short; more is not looked at.
const ERROR_TEXT_LIMIT: usize = 64 * 1024;

/// All pages that exist.
pub fn list_pages() -> Vec<AxumRouteListing> {
    leptos_axum::generate_route_list(purser_app::App)
}

/// Adds all pages and server functions.
pub fn add_pages(router: Router<ServerState>, state: &ServerState) -> Router<ServerState> {
    let options = state.options.clone();
    router
        .leptos_routes_with_context(state, list_pages(), provide, move || purser_app::shell(options.clone()))
}

/// What no route knows: the portal's own page for a signed-in browser, else a fault.
pub async fn not_found(State(state): State<ServerState>, request: Request) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let signed_in = matches!(request.extensions().get::<Option<Caller>>(), Some(Some(_)));
    if !(reads && signed_in && Door::of(request.uri().path(), request.headers()) == Door::Page) {
        return Fault::not_found("There is nothing at this address.").into_response();
    }
    let options = state.options.clone();
    let render =
        leptos_axum::render_app_async_with_context(provide, move || purser_app::shell(options.clone()));
    let mut response = render(request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// Gives pages and server functions what they work with, out of the request, and the page its policy.
fn provide() {
    let Some(parts) = use_context::<Parts>() else { return };
    if let Some(portal) = parts.extensions.get::<Portal>() {
        provide_context(portal.clone());
    }
    provide_context(parts.extensions.get::<Option<Caller>>().cloned().flatten());
    if let Some(session) = parts.extensions.get::<Session>() {
        provide_context(session.clone());
    }
    let policy = leptos::nonce::use_nonce().map(|nonce| page_policy(&nonce));
    if let (Some(response), Some(Ok(policy))) =
        (use_context::<ResponseOptions>(), policy.map(|policy| HeaderValue::from_str(&policy)))
    {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}

/// Puts right what leptos answers when a server function's arguments can't be read: 500, which would
/// blame us for what was sent. Pages and their data are never to be kept by a browser or a proxy.
pub async fn correct(request: Request, next: Next) -> Response {
    let is_call = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let is_page =
        response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_call || is_page {
        response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    let failed = response.status() == StatusCode::INTERNAL_SERVER_ERROR
        && response.headers().contains_key(SERVER_FN_ERROR)
        && response.extensions().get::<Fault>().is_none();
    if !(is_call && failed) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, ERROR_TEXT_LIMIT).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let text = String::from_utf8_lossy(&bytes);
    // leptos writes its own errors as `Kind|message`.
    let (kind, detail) = text.split_once('|').unwrap_or(("", &text));
    if matches!(kind, "Args" | "MissingArg" | "Deserialization" | "Request") {
        return Fault::bad_request(format!("The form could not be read: {detail}."))
            .advice("Go back, reload the page and send it again.")
            .into_response();
    }
    Response::from_parts(parts, Body::from(bytes))
}
