//! One request that was let in.
use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::CONTENT_TYPE;
use hyper::http::request::Parts;
use serde_json::{Map, Value};

use super::answers::Refusal;
use super::input;
use super::options::SamanageOptions;
use super::query::Query;
use super::store::Store;

#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) options: &'a SamanageOptions,
    pub(super) caller: u64,
    pub(super) query: Query,
    pub(super) body: &'a Bytes,
    /// Whether the body says that it is JSON.
    is_json: bool,
}

impl<'a> Call<'a> {
    pub(super) fn new(options: &'a SamanageOptions, caller: u64, head: &Parts, body: &'a Bytes) -> Self {
        let media = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media = media.split(';').next().unwrap_or_default().trim().to_lowercase();
        let is_json = media == "application/json" || media.ends_with("+json");
        let query = Query::parse(head.uri.query().unwrap_or_default());
        Self { options, caller, query, body, is_json }
    }

    /// The record that was sent.
    pub(super) fn unwrap(&self, word: &str) -> Result<Map<String, Value>, Refusal> {
        if !self.is_json && self.options.strict_media {
            return Err(Refusal::Status(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is not JSON."));
        }
        input::unwrap(Some(self.body.as_ref()).filter(|_| self.is_json), word)
    }

    /// Writes down that the caller sent these attributes.
    pub(super) fn audit(
        &self,
        store: &mut Store,
        action: &'static str,
        word: &'static str,
        id: u64,
        sent: &Map<String, Value>,
    ) {
        let names: Vec<_> = sent.keys().map(String::as_str).collect();
        store.append_audit(self.caller, action, word, id, names.join(", "));
    }
}
