//! Styles, scripts and wasm: what `trunk build` put into `frontend/dist`.
//!
//! A release binary carries the files; a debug build reads them from the clone, so that a changed style
//! needs no rebuild. Pages link to them under `/pkg/VERSION/`, VERSION being a hash of all files: such an
//! address never changes its meaning, and browsers keep it for a year. Under any other address (an old
//! page after an upgrade, a bookmark) a file is served with an ETag and asked for again.
//!
//! A file `X.br` beside `X` is `X` compressed ahead, and is sent where the browser takes brotli;
//! otherwise the compression layer does what it can on the way.

use std::borrow::Cow;

use axum::{
    body::Body,
    extract::{Path, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
    },
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use crate::{fault::Fault, state::ServerState};

#[derive(RustEmbed)]
#[folder = "../frontend/dist"]
#[allow_missing = true]
struct Dist;

const FAVICON: &str = include_str!("favicon.svg");
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// The files that pages can't do without.
const NEEDED: &[&str] = &["purser-frontend.js", "purser-frontend_bg.wasm", "style.css"];

/// The version in asset addresses: a hash over all files.
pub fn version() -> String {
    let mut names: Vec<Cow<'static, str>> = Dist::iter().collect();
    names.sort();
    let mut hash = Sha256::new();
    for name in names {
        if let Some(file) = Dist::get(&name) {
            hash.update(name.as_bytes());
            hash.update(file.metadata.sha256_hash());
        }
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// The needed files that are not there; empty when all is well.
pub fn missing() -> Vec<&'static str> {
    NEEDED.iter().copied().filter(|name| Dist::get(name).is_none()).collect()
}

/// `GET /pkg/{*path}`.
pub async fn serve(
    State(state): State<ServerState>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (asked_version, name) = match path.split_once('/') {
        Some((first, rest)) if is_version(first) => (Some(first), rest),
        _ => (None, path.as_str()),
    };
    // The version of the running process, so that a debug build's changed files are seen at its next start.
    let current = state.options.site_pkg_dir.strip_prefix("pkg/");
    let known_for_ever = asked_version.is_some() && asked_version == current;
    let takes_brotli = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .any(|coding| matches!(coding.trim().split_once(';').map_or(coding.trim(), |(name, _)| name), "br"));
    let compressed = if takes_brotli { Dist::get(&format!("{name}.br")) } else { None };
    let encoded = compressed.is_some();
    let Some(file) = compressed.or_else(|| Dist::get(name)) else {
        return Fault::not_found("There is no such file.").into_response();
    };
    let etag = etag_of(&file);
    let mut response = if headers.get(IF_NONE_MATCH).is_some_and(|known| *known == etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Body::from(file.data.into_owned()).into_response();
        response.headers_mut().insert(CONTENT_TYPE, content_type(name));
        if encoded {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        response
    };
    let answer = response.headers_mut();
    answer.insert(ETAG, etag);
    answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
    answer.insert(CACHE_CONTROL, if known_for_ever { FOR_EVER } else { ASK_AGAIN });
    response
}

/// `GET /favicon.svg`.
pub async fn favicon() -> Response {
    let mut response = FAVICON.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    response
}

fn is_version(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn etag_of(file: &EmbeddedFile) -> HeaderValue {
    let hash: String =
        file.metadata.sha256_hash().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    // Weak: the compression layer may send the same file in another coding.
    HeaderValue::from_str(&format!("W/\"{hash}\"")).unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// By name: there are few kinds, and a guess from a library would have to be checked anyway.
fn content_type(name: &str) -> HeaderValue {
    HeaderValue::from_static(match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("html") => "text/html; charset=utf-8",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_twelve_hexadecimal_digits() {
        assert!(is_version(&version()));
        assert!(!is_version("snippets"));
    }

    #[test]
    fn wasm_is_served_as_wasm_or_browsers_refuse_to_stream_it() {
        assert_eq!(content_type("purser-frontend_bg.wasm"), "application/wasm");
    }
}
