//! Requests to one target.
use std::fmt;
use std::time::Instant;

use purser_domain::secret::Secret;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, IF_MATCH};
use reqwest::{Client, Method, Request, StatusCode};
use url::Url;

use super::failure::{self, Failed};
use crate::auth::Authorizer;
use crate::connector::{Exchange, Result};
use crate::error::{ConnectorError, ErrorKind};

/// How much of an answer an error quotes, in bytes.
const EXCERPT: usize = 1024;

/// The way to one target: base address, credentials, limits.
pub(crate) struct Endpoint {
    client: Client,
    /// Without a trailing slash.
    base: String,
    /// Length of scheme, host and port in `base`: what follows is the path that logs show.
    origin: usize,
    /// The base's own query, which every request keeps.
    query: Option<String>,
    host: String,
    authorizer: Authorizer,
    headers: HeaderMap,
    max_body: usize,
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

impl Endpoint {
    pub(super) fn new(client: Client, base: &Url, authorizer: Authorizer, max_body: usize) -> Self {
        let mut headers = HeaderMap::with_capacity(1);
        headers.insert(ACCEPT, HeaderValue::from_static("application/scim+json, application/json"));
        let mut address = base.clone();
        address.set_query(None);
        address.set_fragment(None);
        Self {
            client,
            origin: address[..url::Position::BeforePath].len(),
            base: address.as_str().trim_end_matches('/').to_owned(),
            query: base.query().filter(|query| !query.is_empty()).map(str::to_owned),
            host: base.host_str().unwrap_or_default().to_owned(),
            authorizer,
            headers,
            max_body,
        }
    }

    /// The same with these headers in place of its own.
    pub(crate) fn with_headers(self, headers: HeaderMap) -> Self {
        Self { headers, ..self }
    }

    /// Sends `call` and reads the whole answer.
    ///
    /// # Errors
    /// When no complete answer came. Answers with an error status are answers.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer> {
        let method = static_name(&call.method);
        let posts = call.method == Method::POST;
        let address = self.address(&call);
        let mut exchange = Exchange {
            method,
            path: address.get(self.origin..).unwrap_or_default().to_owned(),
            status: None,
            duration: std::time::Duration::ZERO,
            request_body: None,
            response_body: None,
        };
        let url = Url::parse(&address).map_err(|error| {
            ConnectorError::new(
                ErrorKind::Misconfigured,
                format!("The request's address could not be built: {error}."),
                "Check the Tenant URL.",
            )
        })?;
        let mut headers = self.headers.clone();
        let mut body = None;
        if let Some((bytes, content_type)) = call.body {
            headers.insert(CONTENT_TYPE, content_type);
            body = Some(bytes::Bytes::from(bytes));
        }
        if let Some(version) = call.if_match {
            headers.insert(IF_MATCH, version);
        }
        let proof = self.authorizer.headers(&call.method, &url).await?;
        let build = |proof: &HeaderMap| {
            let mut request = Request::new(call.method.clone(), url.clone());
            let mut headers = headers.clone();
            headers.extend(proof.clone());
            *request.headers_mut() = headers;
            *request.body_mut() = body.clone().map(Into::into);
            request
        };

        let started = Instant::now();
        let mut outcome = self.exchange(build(&proof), &mut exchange).await;
        if let Ok((StatusCode::UNAUTHORIZED, answer, _)) = &outcome
            && let Some(other) = self.authorizer.challenged(&call.method, &url, answer, &proof).await?
        {
            outcome = self.exchange(build(&other), &mut exchange).await;
        }
        exchange.duration = started.elapsed();
        match outcome {
            Ok((status, headers, body)) => Ok(Answer { status, headers, body, exchange }),
            Err(failed) => Err(failure::explain(failed, &self.host, posts).with_exchange(exchange)),
        }
    }

    async fn exchange(
        &self,
        request: Request,
        exchange: &mut Exchange,
    ) -> Result<(StatusCode, HeaderMap, Vec<u8>), Failed> {
        let mut response = self.client.execute(request).await.map_err(Failed::Request)?;
        let status = response.status();
        exchange.status = Some(status.as_u16());
        let too_large = Failed::TooLarge { limit: self.max_body };
        let announced = response.content_length().unwrap_or(0);
        if usize::try_from(announced).map_or(true, |length| length > self.max_body) {
            return Err(too_large);
        }
        let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
        while let Some(chunk) = response.chunk().await.map_err(Failed::Answer)? {
            if body.len() + chunk.len() > self.max_body {
                return Err(too_large);
            }
            body.extend_from_slice(&chunk);
        }
        Ok((status, std::mem::take(response.headers_mut()), body))
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
        // Blotted out before it is cut, so that no half of a token is left at the end.
        let longest = self.authorizer.secrets().iter().map(|secret| secret.expose().len()).max();
        let window = &body[..body.len().min(EXCERPT + longest.unwrap_or(0))];
        let text = self.redact(&String::from_utf8_lossy(window));
        text.chars().filter(|c| !c.is_control() || *c == '\n').take(EXCERPT).collect()
    }

    /// `text` without the credentials.
    pub(crate) fn redact(&self, text: &str) -> String {
        let blot = |text: String, secret: Secret| text.replace(secret.expose(), "***");
        self.authorizer.secrets().into_iter().filter(|secret| !secret.is_empty()).fold(text.to_owned(), blot)
    }
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
mod tests {
    use super::*;
    use crate::http::{EgressPolicy, HttpKit};

    fn endpoint(base: &str) -> Endpoint {
        HttpKit::new(EgressPolicy::default())
            .unwrap()
            .endpoint(base, Authorizer::none(vec![Secret::new("s3cret")]))
            .unwrap()
    }

    fn address(base: &str, query: Option<&str>) -> String {
        let call = Call { path: "/Users".into(), query: query.map(str::to_owned), ..Call::default() };
        endpoint(base).address(&call)
    }

    #[test]
    fn addresses_keep_the_tenants_path_and_query() {
        assert_eq!(address("https://example.com", None), "https://example.com/Users");
        assert_eq!(address(" https://example.com/scim/v2// ", None), "https://example.com/scim/v2/Users");
        assert_eq!(
            address("https://example.com/scim/?aadOptscim062020#top", Some("count=1")),
            "https://example.com/scim/Users?aadOptscim062020&count=1"
        );
        assert_eq!(address("https://example.com?", Some("a=b")), "https://example.com/Users?a=b");
    }

    #[test]
    fn credentials_are_neither_printed_nor_quoted() {
        let endpoint = endpoint("https://example.com/scim");
        assert!(!format!("{endpoint:?} {:?}", endpoint.headers).contains("s3cret"));
        assert_eq!(endpoint.excerpt(b"bad token s3cret!"), "bad token ***!");
        let long = format!("{}s3cret", "x".repeat(EXCERPT - 3));
        assert!(!endpoint.excerpt(long.as_bytes()).contains("s3c"));
    }
}
