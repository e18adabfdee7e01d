//! Security headers of every answer.
//!
//! Pages bring their own Content-Security-Policy with a nonce (see `pages`); everything else gets one
//! that allows nothing but the style sheet of a fault page.

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{
            CONTENT_SECURITY_POLICY, REFERRER_POLICY, SET_COOKIE, STRICT_TRANSPORT_SECURITY,
            X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
    },
    middleware::Next,
    response::Response,
};

use crate::state::ServerState;

const STRICT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                             form-action 'self'; frame-ancestors 'none'";

/// The policy of a page whose scripts carry this nonce. `wasm-unsafe-eval` is what a browser asks for to
/// compile wasm at all; it does not allow `eval`.
pub(super) fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    )
}

/// Adds what every answer carries.
pub(super) async fn secure(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(STRICT_POLICY));
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        // Links out of the portal must not tell which page (and person) they came from; our own forms need it.
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if state.behind_tls {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        secure_cookies(headers);
    }
    response
}

/// Gives every cookie `Secure`, whichever part sets it: pages do not know whether they travel encrypted.
fn secure_cookies(headers: &mut HeaderMap) {
    let cookies: Vec<HeaderValue> = headers.get_all(SET_COOKIE).iter().cloned().collect();
    headers.remove(SET_COOKIE);
    for cookie in cookies {
        let is_secure = cookie
            .as_bytes()
            .split(|byte| *byte == b';')
            .any(|part| part.trim_ascii().eq_ignore_ascii_case(b"secure"));
        let secured = [cookie.as_bytes(), b"; Secure"].concat();
        let secured = if is_secure { None } else { HeaderValue::from_bytes(&secured).ok() };
        headers.append(SET_COOKIE, secured.unwrap_or(cookie));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_tls_every_cookie_is_secure_and_none_twice() {
        let mut headers = HeaderMap::new();
        headers.append(SET_COOKIE, HeaderValue::from_static("new_token=x; Path=/tokens; HttpOnly"));
        headers.append(SET_COOKIE, HeaderValue::from_static("id=y; HttpOnly; Secure; Path=/"));
        secure_cookies(&mut headers);
        let cookies: Vec<&HeaderValue> = headers.get_all(SET_COOKIE).iter().collect();
        assert_eq!(
            cookies,
            ["new_token=x; Path=/tokens; HttpOnly; Secure", "id=y; HttpOnly; Secure; Path=/"]
        );
    }
}
