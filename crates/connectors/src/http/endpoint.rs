//! Requests to one target.
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use purser_domain::secret::Secret;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, IF_MATCH, LOCATION};
use reqwest::{Client, Method, Request, StatusCode};
use tokio::time::{Duration, Instant};
use tracing::Instrument;
use url::{Host, Url};

use super::failure::{self, Failed};
use super::pace::{Pace, Paces};
use super::redact::Redactor;
use super::resolver::CheckedResolver;
use crate::auth::Authorizer;
use crate::connector::{Exchange, Result};
use crate::error::{ConnectorError, ErrorKind};
use crate::profile::RateLimit;

/// How much of an answer an error quotes, in bytes.
const EXCERPT: usize = 1024;

/// Redirects on the same host that a GET follows.
const MOST_REDIRECTS: usize = 3;

/// Behind a proxy a name is looked up again after so long.
const VETTED_FOR: Duration = Duration::from_secs(60);

/// Most secrets that an endpoint remembers: the ones before a refresh may still come back in an answer.
const SECRETS: usize = 32;

/// Memory that is set aside for an answer because it announces itself as large.
const TRUSTED_LENGTH: usize = 64 * 1024;

/// The way to targets of one scheme.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) client: Client,
    pub(super) resolver: Arc<CheckedResolver>,
    pub(super) paces: Arc<Paces>,
}

/// The way to one target: base address, credentials, limits.
pub(crate) struct Endpoint {
    way: Way,
    /// Without a trailing slash.
    base: String,
    /// Length of scheme, host and port in `base`: what follows is the path that logs show.
    origin: usize,
    /// The base's own query, which every request keeps.
    query: Option<String>,
    host: String,
    authorizer: Authorizer,
    headers: HeaderMap,
    pace: Option<Arc<Pace>>,
    /// Until when the host's name counts as vetted; only behind a proxy.
    vetted: Mutex<Option<Instant>>,
    redactor: Mutex<(Vec<Secret>, Arc<Redactor>)>,
}

/// One request, relative to an [`Endpoint`].
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
    pub(crate) body: Vec<u8>,
    pub(crate) exchange: Exchange,
}

/// A request as it is repeated: after a redirect, or with other credentials.
struct Letter<'a> {
    method: &'a Method,
    /// Relative to the Tenant URL.
    path: &'a str,
    headers: HeaderMap,
    body: Option<Bytes>,
}

type Received = (StatusCode, HeaderMap, Vec<u8>);

impl Endpoint {
    pub(super) fn new(way: Way, base: &Url, authorizer: Authorizer) -> Self {
        let mut headers = HeaderMap::with_capacity(1);
        headers.insert(ACCEPT, HeaderValue::from_static("application/scim+json, application/json"));
        let mut address = base.clone();
        address.set_query(None);
        address.set_fragment(None);
        Self {
            way,
            origin: address[..url::Position::BeforePath].len(),
            base: address.as_str().trim_end_matches('/').to_owned(),
            query: base.query().filter(|query| !query.is_empty()).map(str::to_owned),
            host: base.host_str().unwrap_or_default().to_owned(),
            authorizer,
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

    /// The same, held back to what the target bears. All endpoints with this base and these limits share one budget.
    pub(crate) fn with_limits(self, limits: &[RateLimit]) -> Self {
        Self { pace: self.way.paces.share(&self.base, limits), ..self }
    }

    /// Sends `call` and reads the whole answer. A GET that is redirected on the same host follows a few times.
    ///
    /// # Errors
    /// When no complete answer came. Answers with an error status are answers.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer> {
        let method = static_name(&call.method);
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
        let letter = Letter { method: &call.method, path: &call.path, headers, body };
        let mut exchange = Exchange {
            method,
            path: String::new(),
            status: None,
            duration: Duration::ZERO,
            request_body: None,
            response_body: None,
        };
        let span = tracing::debug_span!(
            "egress",
            method,
            host = self.host,
            path = tracing::field::Empty,
            status = tracing::field::Empty,
            duration_us = tracing::field::Empty,
        );
        if !span.is_disabled() {
            span.record("path", self.redactor().text(address.get(self.origin..).map_or("", without_query)));
        }
        let outcome = self.converse(&letter, url, &mut exchange).instrument(span.clone()).await;
        if !span.is_disabled() {
            span.record("status", exchange.status);
            span.record("duration_us", u64::try_from(exchange.duration.as_micros()).unwrap_or(u64::MAX));
            span.in_scope(|| tracing::debug!("request ended"));
        }

        // Made last: tokens may have been got meanwhile.
        let redactor = self.redactor();
        exchange.path = redactor.text(address.get(self.origin..).unwrap_or_default());
        exchange.request_body = letter.body.as_deref().and_then(|body| redactor.body(body));
        match outcome {
            Ok((status, headers, body)) => {
                exchange.response_body = redactor.body(&body);
                Ok(Answer { status, headers, body, exchange })
            }
            Err(Failed::Refused(error)) if error.exchange().is_some() => Err(error),
            Err(failed) => {
                let posts = call.method == Method::POST;
                let proxy = self.way.resolver.policy.proxy.as_ref().map(super::policy::Proxy::host);
                Err(failure::explain(failed, &self.host, proxy, posts).with_exchange(exchange))
            }
        }
    }

    /// One question and its final answer: with redirects.
    async fn converse(
        &self,
        letter: &Letter<'_>,
        mut url: Url,
        exchange: &mut Exchange,
    ) -> Result<Received, Failed> {
        self.vet().await?;
        let mut followed = 0;
        loop {
            let received = self.authorized(letter, &url, exchange).await?;
            let next = if *letter.method == Method::GET { find_redirect(&url, &received) } else { None };
            match next {
                Some(next) if followed < MOST_REDIRECTS => url = next,
                _ => return Ok(received),
            }
            followed += 1;
        }
    }

    /// With credentials, and once more with others when the target asks for them.
    async fn authorized(
        &self,
        letter: &Letter<'_>,
        url: &Url,
        exchange: &mut Exchange,
    ) -> Result<Received, Failed> {
        let proof = self.authorizer.headers(letter.method, url).await.map_err(Failed::Refused)?;
        let received = self.exchange(letter, url, &proof, exchange).await?;
        if received.0 != StatusCode::UNAUTHORIZED {
            return Ok(received);
        }
        let other = self.authorizer.challenged(letter.method, url, &received.1, &proof).await;
        match other.map_err(Failed::Refused)? {
            Some(other) => self.exchange(letter, url, &other, exchange).await,
            None => Ok(received),
        }
    }

    /// One request on the wire.
    async fn exchange(
        &self,
        letter: &Letter<'_>,
        url: &Url,
        proof: &HeaderMap,
        exchange: &mut Exchange,
    ) -> Result<Received, Failed> {
        if let Some(pace) = &self.pace {
            pace.wait(letter.method, letter.path).await;
        }
        let mut request = Request::new(letter.method.clone(), url.clone());
        *request.headers_mut() = letter.headers.clone();
        request.headers_mut().extend(proof.iter().map(|(name, value)| (name.clone(), value.clone())));
        *request.body_mut() = letter.body.clone().map(Into::into);
        let started = Instant::now();
        let received = self.receive(request, exchange).await;
        exchange.duration += started.elapsed();
        received
    }

    async fn receive(&self, request: Request, exchange: &mut Exchange) -> Result<Received, Failed> {
        exchange.status = None;
        let limit = self.way.resolver.policy.max_body;
        let mut response = self.way.client.execute(request).await.map_err(Failed::Request)?;
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
        Ok((status, std::mem::take(response.headers_mut()), body))
    }

    /// Behind a proxy: looks at what the host's name means here. Without one the client's own resolver does.
    async fn vet(&self) -> Result<(), Failed> {
        let now = Instant::now();
        let vetted = || self.vetted.lock().unwrap_or_else(PoisonError::into_inner);
        if self.way.resolver.policy.proxy.is_none() || vetted().is_some_and(|until| now < until) {
            return Ok(());
        }
        if let Ok(Host::Domain(name)) = Host::parse(&self.host) {
            self.way.resolver.vet(&name).await.map_err(Failed::Name)?;
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

    /// For the secrets of now and of before.
    fn redactor(&self) -> Arc<Redactor> {
        let secrets = self.authorizer.secrets();
        let mut kept = self.redactor.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, redactor) = &mut *kept;
        let new: Vec<Secret> = secrets.into_iter().filter(|secret| !known.contains(secret)).collect();
        if !new.is_empty() {
            known.extend(new);
            let old = known.len().saturating_sub(SECRETS);
            known.drain(..old);
            *redactor = Arc::new(Redactor::new(known.iter().map(Secret::expose)));
        }
        Arc::clone(redactor)
    }
}

/// Where an answer points to, if that is on the same host.
fn find_redirect(from: &Url, (status, headers, _): &Received) -> Option<Url> {
    let redirects = matches!(
        *status,
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let location = headers.get(LOCATION).filter(|_| redirects)?.to_str().ok()?;
    let next = from.join(location).ok()?;
    let same = next.scheme() == from.scheme()
        && next.host() == from.host()
        && next.port_or_known_default() == from.port_or_known_default()
        && next.username().is_empty()
        && next.password().is_none();
    same.then_some(next)
}

fn without_query(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap_or_default()
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("base", &self.base)
            .field("authorizer", &self.authorizer)
            .finish_non_exhaustive()
    }
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
