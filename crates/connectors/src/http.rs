//! The one HTTP kit: everything that leaves this process for a target goes through here.
//!
//! Invariants:
//! - An address is checked before it is called, whether it came from a name or stood in the URL, and the checked
//!   address is the one that is connected. Redirects are never followed, proxies never used.
//! - Unencrypted requests go only to networks that the operator named: they carry a Secret Token.
//! - Every request ends: connecting and answering have deadlines, answers have a largest size.
//! - Credentials are marked sensitive, never printed, and blotted out of what is quoted from an answer.
//!
//! Deliberately absent: retries, rate limits and logging, which belong to the engine.
mod endpoint;
mod failure;
mod network;
mod resolver;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use purser_domain::secret::Secret;
use reqwest::header::HeaderValue;
use url::{Host, Url};

pub(crate) use endpoint::{Answer, Call, Endpoint};
pub use network::{InvalidNetwork, Network, is_public};

use crate::auth::Authorizer;
use crate::connector::Result;
use crate::error::{ConnectorError, ErrorKind};
use resolver::CheckedResolver;

/// Where requests may go, how long they may take and how much may come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EgressPolicy {
    /// Networks that may be called although they are not public, and that may be called without TLS.
    pub allowed_networks: Vec<Network>,
    /// For resolving, connecting and the TLS handshake together.
    pub connect_timeout: Duration,
    /// For a whole request, from its start to the end of its answer.
    pub request_timeout: Duration,
    /// Largest answer, in bytes.
    pub max_body: usize,
}

impl Default for EgressPolicy {
    fn default() -> Self {
        Self {
            allowed_networks: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            max_body: 4 * 1024 * 1024,
        }
    }
}

impl EgressPolicy {
    fn allows(&self, address: IpAddr, named_only: bool) -> bool {
        let named = self.allowed_networks.iter().any(|network| network.contains(address));
        named || (!named_only && is_public(address))
    }
}

/// The kit; a clone shares its connections. One for each process.
#[derive(Clone)]
pub struct HttpKit {
    policy: Arc<EgressPolicy>,
    encrypted: reqwest::Client,
    plain: reqwest::Client,
}

impl HttpKit {
    /// Sets the kit up.
    ///
    /// # Errors
    /// When TLS cannot be initialised.
    pub fn new(policy: EgressPolicy) -> Result<Self> {
        let policy = Arc::new(policy);
        let encrypted = build_client(&policy, false)?;
        let plain = build_client(&policy, true)?;
        Ok(Self { policy, encrypted, plain })
    }

    /// The way to one target: requests are made relative to `base` and carry what `authorizer` says.
    ///
    /// # Errors
    /// When the URL is no URL of a target, or leads where nothing may be sent.
    pub(crate) fn endpoint(&self, base: &str, authorizer: Authorizer) -> Result<Endpoint> {
        let base = parse_base(base)?;
        let named_only = base.scheme() == "http";
        let literal = match base.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(invalid_url("it has no host name")),
        };
        if let Some(address) = literal.filter(|address| !self.policy.allows(*address, named_only)) {
            return Err(failure::refused_address(&address.to_string(), address, named_only));
        }
        let client = if named_only { &self.plain } else { &self.encrypted };
        Ok(Endpoint::new(client.clone(), &base, authorizer, self.policy.max_body))
    }
}

impl HttpKit {
    /// Sends one request that is no target's but an authorization server's, under the same rules. `secrets` are
    /// blotted out of what errors quote.
    ///
    /// # Errors
    /// When the address may not be called, or no complete answer came.
    pub(crate) async fn exchange(
        &self,
        request: http::Request<Vec<u8>>,
        secrets: &[Secret],
    ) -> Result<http::Response<Vec<u8>>> {
        let (parts, body) = request.into_parts();
        let address = parts.uri.to_string();
        let mut headers = parts.headers;
        let content_type = headers.remove(reqwest::header::CONTENT_TYPE);
        let endpoint = self.endpoint(&address, Authorizer::none(secrets.to_vec()))?.with_headers(headers);
        let path = if parts.uri.path().ends_with('/') { "/" } else { "" }.to_owned();
        let content_type = content_type.unwrap_or_else(|| HeaderValue::from_static("text/plain"));
        let call = Call { method: parts.method, path, body: Some((body, content_type)), ..Call::default() };
        let answer = endpoint.send(call).await?;
        let mut response = http::Response::new(answer.body);
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }
}

fn build_client(policy: &Arc<EgressPolicy>, named_only: bool) -> Result<reqwest::Client> {
    let build = |own_roots: bool| {
        #[expect(clippy::disallowed_methods, reason = "this is the kit that the lint points to")]
        let builder = reqwest::Client::builder()
            .dns_resolver(Arc::new(CheckedResolver { policy: Arc::clone(policy), named_only }))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .https_only(!named_only)
            .http1_only()
            // Answers are small, and a compressed one could unfold into something large.
            .no_gzip()
            .connect_timeout(policy.connect_timeout)
            .timeout(policy.request_timeout)
            // Shorter than the idle time after which common servers and balancers hang up.
            .pool_idle_timeout(Duration::from_secs(45))
            .user_agent(concat!("Purser/", env!("CARGO_PKG_VERSION")));
        let builder = if own_roots { builder.tls_certs_only(bundled_roots()) } else { builder };
        builder.build()
    };
    // A bare container has no certificate store, and then the usual public authorities are trusted.
    build(false).or_else(|_| build(true)).map_err(|error| {
        ConnectorError::new(
            ErrorKind::Misconfigured,
            format!("The HTTP client could not be set up: {error}."),
            "Install the system's CA certificates (package ca-certificates) and start again.",
        )
    })
}

fn bundled_roots() -> Vec<reqwest::Certificate> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .filter_map(|certificate| reqwest::Certificate::from_der(certificate.as_ref()).ok())
        .collect()
}

fn parse_base(text: &str) -> Result<Url> {
    let text = text.trim();
    if text.is_empty() {
        return Err(invalid_url("it is empty"));
    }
    let url = Url::parse(text).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => invalid_url("it does not begin with https://"),
        other => invalid_url(&other.to_string()),
    })?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(invalid_url("it does not begin with https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid_url("it contains a user name or a password, which belong into the other fields"));
    }
    Ok(url)
}

fn invalid_url(why: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Misconfigured,
        format!("The Tenant URL cannot be used: {why}."),
        "Copy the SCIM address from the application's own administration page; it looks like https://example.com/scim/v2.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(allowed: &[&str], base: &str) -> Result<Endpoint> {
        let allowed_networks = allowed.iter().map(|text| text.parse().unwrap()).collect();
        let kit = HttpKit::new(EgressPolicy { allowed_networks, ..EgressPolicy::default() }).unwrap();
        kit.endpoint(base, Authorizer::none(Vec::new()))
    }

    #[test]
    fn addresses_that_stand_in_the_url_are_checked_in_every_spelling() {
        for base in [
            "https://127.0.0.1/scim",
            "https://[::1]/scim",
            "https://[::ffff:127.0.0.1]/scim",
            "https://0.0.0.0/scim",
            "https://2130706433/scim",
            "https://0x7f.1/scim",
            "https://0177.0.0.1/scim",
            "https://169.254.169.254/latest",
            "https://１２７.0.0.1/",
        ] {
            let error = open(&[], base).unwrap_err();
            assert_eq!(*error.kind(), ErrorKind::Misconfigured, "{base}");
            assert!(error.message().contains("may not be called"), "{base}: {error}");
        }
    }

    #[test]
    fn what_the_operator_allows_may_be_called_and_nothing_else() {
        assert!(open(&["127.0.0.0/8"], "http://127.0.0.1:9/scim").is_ok());
        assert!(open(&["127.0.0.0/8"], "http://[::ffff:127.0.0.1]:9/scim").is_ok());
        assert!(open(&["127.0.0.0/8"], "http://10.0.0.1:9/scim").is_err());
        assert!(open(&[], "https://1.1.1.1/scim").is_ok());
    }

    #[test]
    fn unencrypted_requests_to_the_public_internet_are_refused() {
        let error = open(&["127.0.0.0/8"], "http://1.1.1.1/scim").unwrap_err();
        assert!(error.message().contains("unencrypted"), "{error}");
    }

    #[test]
    fn text_that_is_no_tenant_url_is_refused_with_a_sentence() {
        for (base, part) in [
            ("", "empty"),
            ("example.com/scim", "https://"),
            ("ftp://example.com", "https://"),
            ("https://", "host"),
            ("https://u:p@example.com", "user name"),
            ("https://exa mple.com", "invalid"),
            ("file:///etc/passwd", "https://"),
        ] {
            let error = open(&[], base).unwrap_err();
            assert!(error.message().contains(part), "{base}: {error}");
        }
    }
}
