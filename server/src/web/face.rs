//! The one place that gives a refusal or failure its face.
//!
//! The caller reads it in the language of the door that was knocked at: Graph's error object under `/v1.0`, a
//! page for a browser, a `Problem` as JSON for the islands. So no door ever answers in another door's language,
//! and no refusal is an empty body.

use axum::{
    Json,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue,
        header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use purser_contract::problem::ProblemDetail;
use serde_json::json;

use super::request_id::RequestId;
use crate::{fault::Fault, state::ServerState};

/// Who asks, and so in which language a fault is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// The Graph API: an error object.
    Graph,
    /// A browser that wants a page.
    Page,
    /// An island or a script: the problem as JSON.
    Script,
}

impl Door {
    /// Which door a request came to.
    pub(super) fn of(path: &str, headers: &HeaderMap) -> Self {
        if is_graph(path) {
            return Self::Graph;
        }
        let accepts_page = headers
            .get_all(ACCEPT)
            .iter()
            .any(|accept| accept.to_str().is_ok_and(|text| text.contains("text/html")));
        if accepts_page { Self::Page } else { Self::Script }
    }
}

/// Whether a path belongs to the Graph API.
pub(super) fn is_graph(path: &str) -> bool {
    path == "/v1.0" || path.starts_with("/v1.0/")
}

/// The outermost layer but the request id: gives every fault its face.
pub(super) async fn present(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let door = Door::of(request.uri().path(), request.headers());
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let client_id = request.headers().get("client-request-id").cloned();
    let mut response = next.run(request).await;
    let Some(fault) = response.extensions_mut().remove::<Fault>() else {
        return response;
    };
    let mut answer = match door {
        Door::Graph => graph_error(&fault, &id, client_id.as_ref(), &state),
        Door::Page => page(&fault, &id, &state),
        Door::Script => (fault.status(), Json(fault.problem())).into_response(),
    };
    for name in [WWW_AUTHENTICATE, RETRY_AFTER, ALLOW] {
        if let Some(value) = response.headers().get(&name) {
            // A page must not make a browser ask for a password of its own.
            if name != WWW_AUTHENTICATE || door == Door::Graph {
                answer.headers_mut().insert(name, value.clone());
            }
        }
    }
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn graph_error(
    fault: &Fault,
    id: &RequestId,
    client_id: Option<&HeaderValue>,
    state: &ServerState,
) -> Response {
    let client_id = client_id.and_then(|value| value.to_str().ok()).unwrap_or(id.as_str());
    let now = state.portal.clock().now().strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let mut error = json!({
        "code": fault.problem().code,
        "message": fault.problem().to_string(),
        "innerError": { "date": now, "request-id": id.as_str(), "client-request-id": client_id },
    });
    if !fault.problem().details.is_empty() {
        let detail = |detail: &ProblemDetail| json!({ "code": detail.code, "target": detail.target, "message": detail.message });
        error["details"] = fault.problem().details.iter().map(detail).collect();
    }
    (fault.status(), Json(json!({ "error": error }))).into_response()
}

fn page(fault: &Fault, id: &RequestId, state: &ServerState) -> Response {
    let style = format!("/{}/style.css", state.options.site_pkg_dir);
    let (title, problem) = (fault.title(), fault.problem());
    let body = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} - Purser</title><link rel=\"stylesheet\" href=\"{style}\">\
         <link rel=\"icon\" href=\"/favicon.svg\"></head><body><main class=\"fault\">\
         <h1>{title}</h1><p>{message}</p><p>{advice}</p>\
         <p><a href=\"/\">Back to Purser</a></p><p><small>Request {id}</small></p></main></body></html>",
        message = escape(&problem.message),
        advice = escape(&problem.advice),
        id = escape(id.as_str()),
    );
    let mut response = (fault.status(), Html(body)).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// Text made safe for the inside of an element or of a quoted attribute.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_door_is_told_by_path_and_accept() {
        let mut html = HeaderMap::new();
        html.insert(ACCEPT, HeaderValue::from_static("text/html,application/xhtml+xml"));
        assert_eq!(Door::of("/v1.0/users", &html), Door::Graph);
        assert_eq!(Door::of("/v1.0x", &html), Door::Page);
        assert_eq!(Door::of("/users", &html), Door::Page);
        assert_eq!(Door::of("/api/job_status", &HeaderMap::new()), Door::Script);
    }

    #[test]
    fn text_in_pages_is_escaped() {
        assert_eq!(escape("<b a='\"'>&"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;");
    }
}
