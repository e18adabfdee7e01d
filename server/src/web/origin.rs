//! Defence against forged requests: what changes something must come from Purser's own pages.
//!
//! leptos has no such defence, and a cookie with `SameSite=Lax` alone leaves sibling host names and old
//! browsers. Every request that is not a plain read must say where it comes from: `Sec-Fetch-Site`
//! (all present browsers), else `Origin`, else `Referer`. Nothing at all is refused too. The Graph API is
//! exempt: it takes no cookies, so there is nothing to forge.

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, Method, StatusCode,
        header::{HOST, ORIGIN, REFERER},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use url::Url;

use super::face::is_graph;
use crate::{fault::Fault, state::ServerState};

/// Refuses requests that change something and come from elsewhere.
pub(super) async fn check_origin(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || is_graph(request.uri().path()) || is_own(request.headers(), state.public_url.as_ref()) {
        return next.run(request).await;
    }
    // Strangers can have as many of these lines as they like.
    tracing::debug!("refused a form that did not come from a page of ours");
    Fault::new(
        StatusCode::FORBIDDEN,
        "Authorization_RequestDenied",
        "This form did not come from a page of this portal, so nothing was changed.",
    )
    .advice(
        "Open the page here and send it again. Behind a proxy, set PURSER_PUBLIC_URL to the address that \
         browsers use.",
    )
    .into_response()
}

fn is_own(headers: &HeaderMap, public_url: Option<&Url>) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        // `none` is the user's own doing: typed, or a bookmark.
        return site == "same-origin" || site == "none";
    }
    let Some(from) = text(ORIGIN).or_else(|| text(REFERER)).and_then(|text| Url::parse(text).ok()) else {
        return false;
    };
    if let Some(own) = public_url
        && own.origin() == from.origin()
    {
        return true;
    }
    let Some(host) = text(HOST) else { return false };
    // The scheme is what the browser says: behind a proxy ours would be wrong.
    matches!(from.scheme(), "http" | "https")
        && Url::parse(&format!("{}://{host}", from.scheme())).is_ok_and(|own| own.origin() == from.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        is_own(&headers, Some(&Url::parse("https://purser.example.com").unwrap()))
    }

    #[test]
    fn the_browsers_word_counts_first() {
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(own(&[("sec-fetch-site", "none")]));
        assert!(!own(&[("sec-fetch-site", "same-site"), ("host", "a"), ("origin", "http://a")]));
        assert!(!own(&[("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn else_the_origin_or_referer_must_be_our_host() {
        assert!(own(&[("host", "localhost:8080"), ("origin", "http://localhost:8080")]));
        assert!(own(&[("host", "inside"), ("origin", "https://purser.example.com")]));
        assert!(own(&[("host", "localhost:8080"), ("referer", "http://localhost:8080/users?a=b")]));
        assert!(!own(&[("host", "localhost:8080"), ("origin", "http://localhost:8081")]));
        assert!(!own(&[("host", "localhost:8080"), ("origin", "null")]));
        assert!(!own(&[("host", "localhost:8080"), ("origin", "http://evil.example")]));
        assert!(!own(&[
            ("host", "localhost:8080"),
            ("referer", "http://evil.example/http://localhost:8080/")
        ]));
    }

    #[test]
    fn a_request_that_says_nothing_is_refused() {
        assert!(!own(&[]));
        assert!(!own(&[("host", "localhost:8080")]));
    }
}
