//! What a page or a server function knows about the request it answers.
//!
//! How a form post ends, and what it leaves for the page that comes next: [`post`].

mod entry_problem;
pub mod post;

pub(crate) use post::take_flash;
pub use post::{Done, Flash, finish, finish_form, flash};

use axum::extract::Query;
use http::{HeaderValue, StatusCode, header, request::Parts};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_router::hooks::use_params_map;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use purser_contract::problem::{Problem, ProblemKind};
use purser_service::{Caller, Portal};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tower_sessions::Session;

/// What may stand in a query value without being encoded.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The address of the browser, as far as the server knows it; the server puts it into the request.
#[derive(Debug, Clone)]
pub struct RemoteAddress(pub String);

/// Session key of the signed-in administrator's id.
pub const ADMINISTRATOR: &str = "admin";
/// Session key of the instant of sign-in.
pub const SIGNED_IN_AT: &str = "created_at";
/// Session key of a [`BegunConsent`].
const CONSENT: &str = "consent";

/// How browsers reach this portal, without a slash at the end; the server puts it into the request.
#[derive(Debug, Clone)]
pub struct PublicAddress(pub String);

/// A consent that was begun in this session: what has to come back, and for which application.
#[derive(Clone, Serialize, Deserialize)]
pub struct BegunConsent {
    /// Object id of the application.
    pub application_id: String,
    /// The state that the provider gives back.
    pub state: String,
}

/// The use-cases.
pub fn portal() -> Result<Portal, Problem> {
    from_request::<Portal>().ok_or_else(|| missing("the use-cases"))
}

/// Who asks.
pub fn caller() -> Result<Caller, Problem> {
    from_request::<Option<Caller>>().flatten().ok_or_else(|| {
        Problem::new(ProblemKind::Unauthenticated, "Nobody is signed in.").advice("Sign in and try again.")
    })
}

/// The session of the request.
pub fn session() -> Result<Session, Problem> {
    from_request::<Session>().ok_or_else(|| missing("the session"))
}

/// The browser's address, for slowing down sign-ins.
pub fn remote_address() -> String {
    from_request::<RemoteAddress>().map_or_else(|| "unknown".to_owned(), |RemoteAddress(address)| address)
}

/// Where a provider sends the browser back to after a consent.
pub fn consent_address() -> String {
    let address = from_request::<PublicAddress>().map(|PublicAddress(address)| address).unwrap_or_default();
    format!("{address}{CONSENT_PATH}")
}

/// Path of that address.
pub const CONSENT_PATH: &str = "/oauth/callback";

/// Keeps in the session what has to come back from a consent page.
pub async fn keep_consent(begun: BegunConsent) -> Result<(), Problem> {
    session()?.insert(CONSENT, begun).await.map_err(|error| {
        tracing::error!(%error, "a begun consent could not be kept in its session");
        Problem::new(ProblemKind::Internal, "Your session could not be written.")
            .advice("Try again; if it stays, look into the server's log.")
    })
}

/// Takes out of the session what has to come back from a consent page, so that it comes back once.
pub async fn take_consent(session: &Session) -> Result<Option<BegunConsent>, tower_sessions::session::Error> {
    session.remove(CONSENT).await
}

/// A part of the page's path, for example `id`.
pub fn param(name: &str) -> String {
    use_params_map().with_untracked(|params| params.get(name)).unwrap_or_default()
}

/// The page's query string as a form; what can't be read counts as not given.
pub fn query<T: DeserializeOwned + Default>() -> T {
    use_context::<Parts>()
        .and_then(|parts| Query::<T>::try_from_uri(&parts.uri).ok())
        .map_or_else(T::default, |Query(form)| form)
}

/// One value of the page's query string; empty when it is not there.
pub fn query_value(name: &str) -> String {
    query::<Vec<(String, String)>>()
        .into_iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
        .unwrap_or_default()
}

/// A local address with a query; empty values are left out.
pub fn url(path: &str, query: &[(&str, &str)]) -> String {
    let mut text = path.to_owned();
    let mut separator = if path.contains('?') { '&' } else { '?' };
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        text.push(separator);
        text.push_str(name);
        text.push('=');
        text.extend(utf8_percent_encode(value, QUERY_VALUE));
        separator = '&';
    }
    text
}

/// The path when it leads to a page of this portal, else the home page: an address from outside must
/// not lead to another site.
pub fn local_path(path: &str) -> &str {
    let local = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.chars().any(char::is_control);
    if local { path } else { "/" }
}

/// A cookie of the request.
pub(crate) fn cookie(name: &str) -> Option<String> {
    let parts = use_context::<Parts>()?;
    parts
        .headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// Adds a `Set-Cookie` header to the answer.
pub(crate) fn set_cookie(line: &str) {
    match (use_context::<ResponseOptions>(), HeaderValue::from_str(line)) {
        (Some(response), Ok(value)) => response.append_header(header::SET_COOKIE, value),
        _ => tracing::error!("a cookie could not be set"),
    }
}

/// Answers the page with the status that belongs to this kind of problem.
pub fn set_status(kind: ProblemKind) {
    let status = match kind {
        ProblemKind::Invalid => StatusCode::BAD_REQUEST,
        ProblemKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ProblemKind::Forbidden => StatusCode::FORBIDDEN,
        ProblemKind::NotFound => StatusCode::NOT_FOUND,
        ProblemKind::Conflict => StatusCode::CONFLICT,
        ProblemKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        ProblemKind::Target => StatusCode::BAD_GATEWAY,
        ProblemKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    };
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}

/// Answers with a 303 to this local address.
pub fn redirect(to: &str) {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    match HeaderValue::from_str(to) {
        Ok(location) => {
            response.insert_header(header::LOCATION, location);
            response.set_status(StatusCode::SEE_OTHER);
        }
        Err(error) => tracing::error!(%error, "an address to lead to is not a header value"),
    }
}

/// A value that the server put into the request.
fn from_request<T: Clone + Send + Sync + 'static>() -> Option<T> {
    use_context::<T>().or_else(|| use_context::<Parts>()?.extensions.get::<T>().cloned())
}

fn missing(what: &str) -> Problem {
    tracing::error!(what, "the server did not put something into the request");
    Problem::new(ProblemKind::Internal, "Purser is not wired up correctly.")
        .advice("Look at the server's log.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_encodes_its_values_and_leaves_empty_ones_out() {
        assert_eq!(url("/users", &[("search", "a&b ü"), ("after", "")]), "/users?search=a%26b%20%C3%BC");
        assert_eq!(url("/users?pane=add", &[("search", "x")]), "/users?pane=add&search=x");
    }

    #[test]
    fn a_path_from_outside_never_leads_to_another_site() {
        for (path, leads_to) in [
            ("/users?search=a", "/users?search=a"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
            ("", "/"),
        ] {
            assert_eq!(local_path(path), leads_to);
        }
    }
}
