//! How browsers and clients reach us: what the operator said, else what the request says.

use axum::http::{HeaderMap, Uri, header::HOST};
use url::Url;

/// Scheme and authority of this portal, without a slash at the end.
pub(crate) fn public_address(
    headers: &HeaderMap,
    uri: &Uri,
    public_url: Option<&Url>,
    behind_tls: bool,
) -> String {
    if let Some(url) = public_url {
        return url.as_str().trim_end_matches('/').to_owned();
    }
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| uri.authority().map(|authority| authority.as_str()))
        .unwrap_or("localhost");
    format!("{}://{host}", if behind_tls { "https" } else { "http" })
}
