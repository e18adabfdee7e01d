//! What a page or a server function knows about the request it answers.
//!
//! # How a form post ends
//!
//! With [`finish`]: a 303 to the next page with a toast, or, when the use-case refused, a 303 back
//! to the page it came from with the problem and everything that had been typed (secrets excepted:
//! the caller clears them first). Both travel in the session as a [`Flash`], which the next page
//! takes out. So it is the same with and without JavaScript, a reload never posts twice, and no
//! typed value is lost.
use axum::extract::Query;
use http::{HeaderValue, StatusCode, header, request::Parts};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_router::hooks::use_params_map;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use purser_contract::problem::{Problem, ProblemKind};
use purser_service::{Caller, Portal, ServiceError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tower_sessions::Session;

/// Session key of the [`Flash`].
const FLASH: &str = "flash";
/// Query key that says to somebody who is not signed in to wait; nothing is stored for them.
const WAIT: &str = "wait";

/// What may stand in a query value without being encoded.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The address of the browser, as far as the server knows it; the server puts it into the request.
#[derive(Debug, Clone)]
pub struct RemoteAddress(pub String);

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

/// What one request leaves for the page that comes next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Something went well.
    pub toast: Option<String>,
    /// Something was refused.
    pub problem: Option<Problem>,
    /// The refused form: the server function's name, and what had been typed.
    pub form: Option<(String, serde_json::Value)>,
}

impl Flash {
    /// Leaves this for the page that comes next.
    ///
    /// # Errors
    /// When the session can't be written.
    pub async fn leave(self, session: &Session) -> Result<(), tower_sessions::session::Error> {
        session.insert(FLASH, self).await
    }

    /// What had been typed into the form of this server function when it was refused.
    pub fn form<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let (refused, values) = self.form.as_ref()?;
        (refused == name).then(|| serde_json::from_value(values.clone()).ok()).flatten()
    }

    /// The sentence for this form field, when the problem belongs to it.
    pub fn problem_for(&self, field: &str) -> Option<String> {
        let problem = self.problem.as_ref()?;
        (problem.field.as_deref() == Some(field)).then(|| problem.to_string())
    }

    /// Whether the form was refused since somebody else saved meanwhile; both versions are on the page then.
    pub fn is_stale(&self) -> bool {
        self.problem.as_ref().is_some_and(|problem| !problem.conflict.is_empty())
    }

    /// The generation that a refused form goes on with. Only after both versions were shown is saving again
    /// meant to win; after any other refusal a save by somebody else must still be noticed.
    pub fn generation(&self, typed: i64, stored: i64) -> i64 {
        if self.is_stale() { stored } else { typed }
    }
}

/// Where a form post that went well leads.
#[derive(Debug, Clone)]
pub struct Done {
    to: String,
    toast: Option<String>,
    form: Option<(String, serde_json::Value)>,
}

impl Done {
    /// Leads to this page.
    pub fn to(url: impl Into<String>) -> Self {
        Self { to: url.into(), toast: None, form: None }
    }

    /// Says this there.
    #[must_use]
    pub fn toast(mut self, text: impl Into<String>) -> Self {
        self.toast = Some(text.into());
        self
    }

    /// Shows this form there, unsaved as it is; the page asks for it by `name` ([`Flash::form`]).
    #[must_use]
    pub fn keep(mut self, name: &str, form: &impl Serialize) -> Self {
        match serde_json::to_value(form) {
            Ok(typed) => self.form = Some((name.to_owned(), typed)),
            Err(error) => tracing::error!(%error, name, "what was typed could not be kept"),
        }
        self
    }
}

/// The use-cases.
///
/// # Errors
/// When the server did not put them into the request, which is a fault of ours.
pub fn portal() -> Result<Portal, Problem> {
    from_request::<Portal>().ok_or_else(|| missing("the use-cases"))
}

/// Who asks.
///
/// # Errors
/// `Unauthenticated` when nobody is signed in.
pub fn caller() -> Result<Caller, Problem> {
    from_request::<Option<Caller>>().flatten().ok_or_else(|| {
        Problem::new(ProblemKind::Unauthenticated, "Nobody is signed in.").advice("Sign in and try again.")
    })
}

/// The session of the request.
///
/// # Errors
/// When the server did not put it into the request, which is a fault of ours.
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
///
/// # Errors
/// When the session can't be written.
pub async fn keep_consent(begun: BegunConsent) -> Result<(), Problem> {
    session()?.insert(CONSENT, begun).await.map_err(|error| {
        tracing::error!(%error, "a begun consent could not be kept in its session");
        Problem::new(ProblemKind::Internal, "Your session could not be written.")
            .advice("Try again; if it stays, look into the server's log.")
    })
}

/// Takes out of the session what has to come back from a consent page, so that it comes back once.
///
/// # Errors
/// When the session can't be read.
pub async fn take_consent(session: &Session) -> Result<Option<BegunConsent>, tower_sessions::session::Error> {
    session.remove(CONSENT).await
}

/// The problem of a use-case, for `map_err`.
pub fn refused(error: ServiceError) -> Problem {
    error.problem()
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
/// not send anybody to another site.
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

/// Ends a form post: leads on with a toast, or back with the problem and what had been typed.
///
/// `name` is the server function's name, `back` the page that the form is on (with its open pane).
/// Clear secrets in `form` first: it is kept in the session until that page is shown.
///
/// # Errors
/// When the session can't be written; the browser is then led back by the server function itself.
pub async fn finish<T>(
    name: &str,
    outcome: Result<T, Problem>,
    done: impl FnOnce(&T) -> Done,
    back: impl Into<String>,
    form: &impl Serialize,
) -> Result<(), ServerFnError> {
    let (to, flash) = match outcome {
        Ok(value) => {
            let Done { to, toast, form } = done(&value);
            (to, Flash { toast, problem: None, form })
        }
        Err(problem) if caller().is_err() && problem.kind == ProblemKind::TooMany => {
            (url(&back.into(), &[(WAIT, "true")]), Flash::default())
        }
        Err(problem) => {
            let typed = serde_json::to_value(form).map_err(|error| fault("keep what was typed", &error))?;
            (back.into(), Flash { problem: Some(problem), form: Some((name.to_owned(), typed)), toast: None })
        }
    };
    if flash != Flash::default() {
        let session = session().map_err(|problem| ServerFnError::new(problem.to_string()))?;
        session.insert(FLASH, flash).await.map_err(|error| fault("write the session", &error))?;
    }
    redirect(&to);
    Ok(())
}

/// What the request before this one left; inside `components::page` only.
pub fn flash() -> Flash {
    use_context::<Flash>().unwrap_or_default()
}

/// Takes the flash out of the session, so that it is shown once.
pub(crate) async fn take_flash() -> Flash {
    if query_value(WAIT) == "true" {
        let problem = Problem::new(ProblemKind::TooMany, "Too many attempts.");
        let problem = Some(problem.advice("Wait a few minutes and try again."));
        return Flash { problem, ..Flash::default() };
    }
    let Ok(session) = session() else { return Flash::default() };
    match session.get::<Flash>(FLASH).await {
        Ok(None) => Flash::default(),
        Ok(Some(flash)) => {
            if let Err(error) = session.remove::<Flash>(FLASH).await {
                tracing::warn!(%error, "a notification could not be taken out of its session; it will show again");
            }
            flash
        }
        Err(error) => {
            tracing::warn!(%error, "a notification could not be read from its session");
            Flash::default()
        }
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

fn fault(what: &str, error: &(dyn std::error::Error + 'static)) -> ServerFnError {
    tracing::error!(error, "could not {what}");
    ServerFnError::new(format!("Purser could not {what}. Look at the server's log."))
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

    #[test]
    fn a_flash_gives_a_refused_form_back_to_its_own_page_only() {
        let flash = Flash {
            form: Some(("save_group".to_owned(), serde_json::json!({"display_name": "Crew"}))),
            problem: Some(Problem::new(ProblemKind::Conflict, "Taken.").field("display_name")),
            toast: None,
        };
        let form: Option<purser_contract::directory::GroupForm> = flash.form("save_group");
        assert_eq!(form.map(|form| form.display_name), Some("Crew".to_owned()));
        assert!(flash.form::<purser_contract::directory::GroupForm>("save_user").is_none());
        assert_eq!(flash.problem_for("display_name"), Some("Taken.".to_owned()));
        assert_eq!(flash.problem_for("description"), None);
    }
}
