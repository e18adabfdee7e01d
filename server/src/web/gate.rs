//! Who is asking, and whether they may come in.
//!
//! Closed by default: a request that reaches any route, page, server function, API path or even a path
//! that does not exist is refused unless the caller is signed in (a session; under `/v1.0` a bearer token)
//! or the path is on the short public list below. A test walks everything that is registered and holds
//! it against the same list.
//!
//! The Graph API takes tokens only and the portal sessions only: a cookie can't be used against the API
//! from another site, and a token never opens a page.

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{AUTHORIZATION, LOCATION},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use jiff::{Timestamp, ToSpan};
use purser_app::context::{ADMINISTRATOR, PublicAddress, RemoteAddress, SIGNED_IN_AT};
use purser_domain::ids::AdminId;
use purser_service::Caller;
use std::net::{IpAddr, SocketAddr};
use tower_sessions::Session;

use super::{
    face::{Door, is_graph},
    session_store::SEEN_AT,
};
use crate::{fault::Fault, public_address::public_address, state::ServerState};

/// Paths that strangers may ask for. Every one needs a reason.
pub const PUBLIC_PATHS: &[&str] = &[
    // The one-time link to the first administrator; it asks for the link's token.
    "/setup",
    "/api/setup",
    // How one gets in.
    "/sign-in",
    "/api/sign_in",
    // For operators and load balancers.
    "/healthz",
    "/readyz",
    // What the pages above look like.
    "/favicon.svg",
];

/// Everything below these is public: styles, scripts and wasm, the same for everybody.
pub const PUBLIC_PREFIXES: &[&str] = &["/pkg/"];

/// Most bytes of the address that a sign-in leads on to.
const MOST_NEXT: usize = 2_048;

/// A session's activity is written down at most this often.
const SEEN_EVERY_SECONDS: i64 = 60;

/// Whether strangers may ask for this path.
pub fn is_public(path: &str) -> bool {
    PUBLIC_PATHS.contains(&path) || PUBLIC_PREFIXES.iter().any(|prefix| path.starts_with(prefix))
}

/// Finds out who asks, and refuses strangers.
pub async fn admit(
    State(state): State<ServerState>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let address = remote_address(&request, state.behind_tls);
    let caller = if is_graph(path) {
        match bearer(&state, request.headers(), &address).await {
            Ok(caller) => Some(caller),
            Err(fault) => return fault.into_response(),
        }
    } else {
        match signed_in(&state, &session, is_activity(&request)).await {
            Ok(caller) => caller,
            Err(fault) => return fault.into_response(),
        }
    };
    if caller.is_none() && !is_public(path) {
        return refuse(&request);
    }
    let own = public_address(request.headers(), request.uri(), state.public_url.as_ref(), state.behind_tls);
    let extensions = request.extensions_mut();
    extensions.insert(RemoteAddress(address));
    extensions.insert(PublicAddress(own));
    extensions.insert(state.portal.clone());
    extensions.insert(caller);
    next.run(request).await
}

async fn bearer(state: &ServerState, headers: &HeaderMap, address: &str) -> Result<Caller, Fault> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return Err(Fault::unauthenticated("Access token is empty.").advice(
            "Send the header Authorization: Bearer TOKEN. Tokens are made in the portal under API tokens, or \
             with: purser token create --name NAME",
        ));
    };
    let token = header
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let unknown = || {
        Fault::unauthenticated("Access token validation failure: the token is not one of this portal.")
            .advice("It may have been deleted; make a new one.")
    };
    // An empty token never matches anything, whatever the store holds.
    let Some(token) = token.filter(|token| !token.is_empty()) else { return Err(unknown()) };
    state.portal.authenticate_token(token, address).await?.ok_or_else(unknown)
}

async fn signed_in(state: &ServerState, session: &Session, active: bool) -> Result<Option<Caller>, Fault> {
    let unreadable = |error: tower_sessions::session::Error| {
        tracing::error!(%error, "a session could not be read");
        Fault::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerError",
            "Your session could not be read.",
        )
        .advice("Try again; if it stays, look into the server's log.")
    };
    if session.id().is_none() {
        return Ok(None);
    }
    let administrator: Option<AdminId> = session.get(ADMINISTRATOR).await.map_err(unreadable)?;
    let since: Option<Timestamp> = session.get(SIGNED_IN_AT).await.map_err(unreadable)?;
    let (Some(administrator), Some(since)) = (administrator, since) else { return Ok(None) };
    let Some(view) = state.portal.resume_session(administrator, since).await? else {
        // Deleted meanwhile, or the password was set anew: this session is over everywhere.
        session.flush().await.map_err(unreadable)?;
        return Ok(None);
    };
    if active {
        let now = state.portal.clock().now();
        let seen: Option<Timestamp> = session.get(SEEN_AT).await.map_err(unreadable)?;
        if seen.is_none_or(|seen| now - SEEN_EVERY_SECONDS.seconds() >= seen) {
            session.insert(SEEN_AT, now).await.map_err(unreadable)?;
        }
    }
    Ok(Caller::from_view(&view))
}

/// Whether a person did this. An open page that asks for its progress by itself must not keep an
/// abandoned session alive.
fn is_activity(request: &Request) -> bool {
    *request.method() != Method::GET || !request.uri().path().starts_with("/api/")
}

fn refuse(request: &Request) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let path = request.uri().path();
    if reads && !path.starts_with("/api/") && Door::of(path, request.headers()) == Door::Page {
        let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
        // Longer than any page's address; the sign-in form could not bring it back.
        let wanted = if wanted.len() > MOST_NEXT { "/" } else { wanted };
        let next: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
        let target = if next == "%2F" { "/sign-in".to_owned() } else { format!("/sign-in?next={next}") };
        if let Ok(location) = HeaderValue::from_str(&target) {
            return (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response();
        }
    }
    Fault::unauthenticated("Nobody is signed in here, or the session has ended. Nothing was changed.")
        .advice("Open /sign-in, sign in, and do it again.")
        .into_response()
}

/// The address that tries to sign in are counted under, and that the audit log tells. A proxy's header counts only
/// where the operator says that there is a proxy, and then only its own entry, the last one.
fn remote_address(request: &Request, behind_proxy: bool) -> String {
    let forwarded = request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.rsplit(',').next())
        .and_then(|text| forwarded_address(text.trim()))
        .filter(|_| behind_proxy);
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    forwarded.or(peer).map_or_else(|| "unknown".to_owned(), |address| address.to_canonical().to_string())
}

/// An entry of a proxy's header. Some proxies add the port, and an IPv6 address has brackets then.
fn forwarded_address(entry: &str) -> Option<IpAddr> {
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    entry.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_may_add_the_port() {
        for (entry, address) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("192.0.2.1:4711", Some("192.0.2.1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]:4711", Some("2001:db8::1")),
            ("unknown", None),
        ] {
            assert_eq!(forwarded_address(entry), address.map(|address| address.parse().unwrap()), "{entry}");
        }
    }

    #[test]
    fn only_what_is_listed_is_public() {
        assert!(is_public("/sign-in"));
        assert!(is_public("/pkg/abc/style.css"));
        for closed in
            ["/", "/pkg", "/sign-in/", "/sign-in/x", "/setup2", "/api/sign_in2", "/healthz/x", "//pkg/x", ""]
        {
            assert!(!is_public(closed), "{closed}");
        }
    }
}
