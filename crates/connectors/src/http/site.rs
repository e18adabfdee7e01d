//! Requests to one site: a base address with its headers, its budget and its transcripts.
//!
//! With which proof a request goes, and how often, is decided above: here it is prepared once,
//! exchanged as often as needed, and concluded.
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use purser_domain::secret::Secret;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, IF_MATCH};
use reqwest::{Client, Method, Request, StatusCode};
use tokio::time::{Duration, Instant};
use tracing::{Instrument, Span};
use url::{Host, Url};

use super::failure::{self, Failed};
use super::pace::{Pace, Paces};
use super::redact::Redactor;
use super::resolver::CheckedResolver;
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::exchange::Exchange;
use crate::profile::RateLimit;

/// How much of an answer an error quotes, in bytes.
const EXCERPT: usize = 1024;

/// Behind a proxy a name is looked up again after so long.
const VETTED_FOR: Duration = Duration::from_secs(60);

/// Most secrets that a site remembers: the ones before a refresh may still come back in an answer.
const SECRETS: usize = 32;

/// Memory that is set aside for an answer because it announces itself as large.
const TRUSTED_LENGTH: usize = 64 * 1024;

/// What carries requests of one scheme.
#[derive(Clone)]
pub(super) struct Transport {
    pub(super) client: Client,
    pub(super) resolver: Arc<CheckedResolver>,
    pub(super) paces: Arc<Paces>,
}

/// One address below which requests are made.
pub(crate) struct Site {
    transport: Transport,
    /// Without a trailing slash.
    base: String,
    /// Length of scheme, host and port in `base`: what follows is the path that logs show.
    origin: usize,
    /// The base's own query, which every request keeps.
    query: Option<String>,
    host: String,
    headers: HeaderMap,
    pace: Option<Arc<Pace>>,
    /// Until when the host's name counts as vetted; only behind a proxy.
    vetted: Mutex<Option<Instant>>,
    redactor: Mutex<(Vec<Secret>, Arc<Redactor>)>,
}

/// One request, relative to a [`Site`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Percent-encoded, begins with a slash.
    pub(crate) path: String,
    /// Percent-encoded, without the question mark.
    pub(crate) query: Option<String>,
    /// Body with its content type.
    pub(crate) body: Option<(Vec<u8>, HeaderValue)>,
    /// `If-Match`: the version that a write assumes.
    pub(crate) if_match: Option<HeaderValue>,
}

/// What came back, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Without a byte order mark.
    pub(crate) body: Vec<u8>,
    pub(crate) exchange: Exchange,
}

impl Answer {
    /// Whether this is a web page: a login form, a proxy's error, the application's front page. Without a body there is
    /// no page, whatever the header says: many servers answer a DELETE so.
    pub(crate) fn is_page(&self) -> bool {
        let content_type = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let says_so = || {
            let start = content_type.and_then(|value| value.get(..9));
            start.is_some_and(|start| start.eq_ignore_ascii_case("text/html"))
        };
        match self.body.iter().find(|byte| !byte.is_ascii_whitespace()) {
            None => false,
            Some(b'<') => true,
            Some(b'{' | b'[') => false,
            Some(_) => says_so(),
        }
    }
}

/// A request on its way, as often as it is repeated: after a redirect, or with another proof.
pub(crate) struct Prepared {
    pub(crate) method: Method,
    /// Where it goes at first.
    pub(crate) url: Url,
    /// In a log, everything about it stands in this span.
    pub(crate) span: Span,
    /// Relative to the base, as the rate limits count it.
    path: String,
    headers: HeaderMap,
    body: Option<Bytes>,
    exchange: Exchange,
}

/// A status, headers and the whole body.
pub(crate) type Received = (StatusCode, HeaderMap, Vec<u8>);

impl Site {
    pub(super) fn new(transport: Transport, base: &Url) -> Self {
        let mut headers = HeaderMap::with_capacity(1);
        headers.insert(ACCEPT, HeaderValue::from_static("application/scim+json, application/json"));
        let mut address = base.clone();
        address.set_query(None);
        address.set_fragment(None);
        Self {
            transport,
            origin: address[..url::Position::BeforePath].len(),
            base: address.as_str().trim_end_matches('/').to_owned(),
            query: base.query().filter(|query| !query.is_empty()).map(str::to_owned),
            host: base.host_str().unwrap_or_default().to_owned(),
            headers,
            pace: None,
            vetted: Mutex::default(),
            redactor: Mutex::default(),
        }
    }

    /// The same with these headers in place of its own.
    pub(crate) fn with_headers(self, headers: HeaderMap) -> Self {
        Self { headers, ..self }
    }

    /// The same, held back to what the target takes. All sites with this base and these limits share one budget.
    pub(crate) fn with_limits(self, limits: &[RateLimit]) -> Self {
        Self { pace: self.transport.paces.share(&self.base, limits), ..self }
    }

    /// Sends `call` as it is, once, and reads the whole answer.
    pub(super) async fn send(&self, call: Call) -> Result<Answer> {
        let mut prepared = self.prepare(call)?;
        let (span, url) = (prepared.span.clone(), prepared.url.clone());
        let outcome = async {
            self.vet().await?;
            self.exchange(&mut prepared, &url, &HeaderMap::new()).await
        };
        let outcome = outcome.instrument(span).await;
        self.conclude(prepared, outcome)
    }

    /// Makes `call` ready to be sent.
    pub(crate) fn prepare(&self, call: Call) -> Result<Prepared> {
        let address = self.address(&call);
        let url = Url::parse(&address).map_err(|error| {
            ConnectorError::new(
                ErrorKind::Misconfigured,
                format!("The request's address could not be built: {error}."),
                "Check the Tenant URL.",
            )
        })?;
        let mut headers = self.headers.clone();
        let body = call.body.map(|(bytes, content_type)| {
            headers.insert(CONTENT_TYPE, content_type);
            Bytes::from(bytes)
        });
        if let Some(version) = call.if_match {
            headers.insert(IF_MATCH, version);
        }
        let method = static_name(&call.method);
        let place = address.get(self.origin..).unwrap_or_default();
        let span = tracing::debug_span!(
            "egress",
            method,
            host = self.host,
            path = tracing::field::Empty,
            status = tracing::field::Empty,
            duration_us = tracing::field::Empty,
        );
        if !span.is_disabled() {
            span.record("path", self.redact(without_query(place)));
        }
        let exchange = Exchange {
            method,
            path: place.to_owned(),
            status: None,
            duration: Duration::ZERO,
            request_body: None,
            response_body: None,
        };
        Ok(Prepared { method: call.method, url, span, path: call.path, headers, body, exchange })
    }

    /// What came of a request, with its transcript.
    pub(crate) fn conclude(&self, prepared: Prepared, outcome: Result<Received, Failed>) -> Result<Answer> {
        let Prepared { method, span, body, mut exchange, .. } = prepared;
        if !span.is_disabled() {
            span.record("status", exchange.status);
            span.record("duration_us", u64::try_from(exchange.duration.as_micros()).unwrap_or(u64::MAX));
            span.in_scope(|| tracing::debug!("request ended"));
        }
        let redactor = self.redactor();
        exchange.path = redactor.text(&exchange.path);
        exchange.request_body = body.as_deref().and_then(|body| redactor.body(body));
        match outcome {
            Ok((status, headers, body)) => {
                exchange.response_body = redactor.body(&body);
                Ok(Answer { status, headers, body, exchange })
            }
            Err(Failed::Refused(error)) if error.exchange().is_some() => Err(error),
            Err(failed) => {
                let posts = method == Method::POST;
                let proxy = self.transport.resolver.policy.proxy.as_ref().map(super::policy::Proxy::host);
                Err(failure::explain(failed, &self.host, proxy, posts).with_exchange(exchange))
            }
        }
    }

    /// One request on the wire, with this proof among its headers.
    pub(crate) async fn exchange(
        &self,
        prepared: &mut Prepared,
        url: &Url,
        proof: &HeaderMap,
    ) -> Result<Received, Failed> {
        if let Some(pace) = &self.pace {
            pace.wait(&prepared.method, &prepared.path).await;
        }
        let mut request = Request::new(prepared.method.clone(), url.clone());
        *request.headers_mut() = prepared.headers.clone();
        request.headers_mut().extend(proof.iter().map(|(name, value)| (name.clone(), value.clone())));
        *request.body_mut() = prepared.body.clone().map(Into::into);
        let started = Instant::now();
        let received = self.receive(request, &mut prepared.exchange).await;
        prepared.exchange.duration += started.elapsed();
        received
    }

    async fn receive(&self, request: Request, exchange: &mut Exchange) -> Result<Received, Failed> {
        exchange.status = None;
        let limit = self.transport.resolver.policy.max_body;
        let mut response = self.transport.client.execute(request).await.map_err(Failed::Request)?;
        let status = response.status();
        exchange.status = Some(status.as_u16());
        let announced = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if announced > limit {
            return Err(Failed::TooLarge { limit });
        }
        let mut body = Vec::with_capacity(announced.min(TRUSTED_LENGTH));
        // Chunks come unpacked, so this also ends a small answer that unfolds into a large one.
        while let Some(chunk) = response.chunk().await.map_err(Failed::Answer)? {
            if body.len() + chunk.len() > limit {
                return Err(Failed::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        if body.starts_with(b"\xef\xbb\xbf") {
            body.drain(..3);
        }
        Ok((status, std::mem::take(response.headers_mut()), body))
    }

    /// Behind a proxy: looks at what the host's name means here. Without one the client's own resolver does.
    pub(crate) async fn vet(&self) -> Result<(), Failed> {
        let now = Instant::now();
        let vetted = || self.vetted.lock().unwrap_or_else(PoisonError::into_inner);
        if self.transport.resolver.policy.proxy.is_none() || vetted().is_some_and(|until| now < until) {
            return Ok(());
        }
        if let Ok(Host::Domain(name)) = Host::parse(&self.host) {
            self.transport.resolver.vet(&name).await.map_err(Failed::Name)?;
        }
        *vetted() = Some(now + VETTED_FOR);
        Ok(())
    }

    fn address(&self, call: &Call) -> String {
        let queries = [self.query.as_deref(), call.query.as_deref()];
        let length = queries.iter().flatten().map(|query| query.len() + 1).sum::<usize>();
        let mut address = String::with_capacity(self.base.len() + call.path.len() + length);
        address.push_str(&self.base);
        address.push_str(&call.path);
        for (separator, query) in ['?', '&'].into_iter().zip(queries.into_iter().flatten()) {
            address.push(separator);
            address.push_str(query);
        }
        address
    }

    /// Host name of the target.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The beginning of a body as text, without the credentials in case the target echoes them.
    pub(crate) fn excerpt(&self, body: &[u8]) -> String {
        self.redactor().beginning(body, EXCERPT)
    }

    /// `text` without the credentials.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.redactor().text(text)
    }

    /// Blots these out of everything that is shown from now on, besides those of before.
    pub(crate) fn blot_out(&self, secrets: Vec<Secret>) {
        let mut kept = self.redactor.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, redactor) = &mut *kept;
        let new: Vec<Secret> = secrets.into_iter().filter(|secret| !known.contains(secret)).collect();
        if !new.is_empty() {
            known.extend(new);
            let old = known.len().saturating_sub(SECRETS);
            known.drain(..old);
            *redactor = Arc::new(Redactor::new(known.iter().map(Secret::expose)));
        }
    }

    fn redactor(&self) -> Arc<Redactor> {
        Arc::clone(&self.redactor.lock().unwrap_or_else(PoisonError::into_inner).1)
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").field("base", &self.base).finish_non_exhaustive()
    }
}

fn without_query(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap_or_default()
}

fn static_name(method: &Method) -> &'static str {
    match *method {
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "GET",
    }
}

#[cfg(test)]
mod tests;
