//! The one HTTP kit: everything that leaves this process for a target goes through here.
//!
//! Invariants:
//! - An address is checked before it is called, whether it came from a name or stood in the URL, and the checked
//!   address is the one that is connected. Behind the operator's proxy, which resolves names itself, a name is looked
//!   up here as well, and refused when it leads where nothing may be sent.
//! - No redirect is followed here; the room above, `endpoint`, follows the few that stay on their host.
//! - Unencrypted requests go only to networks that the operator named: they carry a Secret Token.
//! - Every request ends: connecting, each piece of an answer and the whole have deadlines, answers have a largest size,
//!   which counts what they unfold to.
//! - Credentials are marked sensitive, never printed, and blotted out of transcripts, errors and spans ([`redact`]).
//! - Requests are held back to the rate limits of the profile ([`pace`]).
//!
//! Deliberately absent: credentials, which rooms above add (`auth`, `endpoint`); retries, which
//! belong to the engine.
mod client;
mod failure;
mod network;
mod pace;
mod policy;
pub(crate) mod redact;
mod resolver;
mod retry_after;
mod site;

use std::net::IpAddr;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use purser_domain::secret::Secret;
use reqwest::header::HeaderValue;
use url::{Host, Url};

pub(crate) use failure::Failed;
pub use network::{InvalidNetwork, Network, is_public};
pub use policy::{EgressPolicy, InvalidProxy, Proxy};
pub(crate) use retry_after::retry_after;
pub(crate) use site::{Answer, Call, Prepared, Received, Site};

use crate::error::{ConnectorError, ErrorKind, Result};
use client::Trust;
use pace::Paces;
use resolver::{CheckedResolver, Lookup, system_lookup};
use site::Transport;

/// The kit; a clone shares its connections and budgets. One for each process.
#[derive(Clone)]
pub struct HttpKit {
    policy: Arc<EgressPolicy>,
    encrypted: Transport,
    plain: Transport,
}

impl HttpKit {
    /// Sets the kit up.
    pub fn new(policy: EgressPolicy) -> Result<Self> {
        Self::with_lookup(policy, &system_lookup())
    }

    fn with_lookup(policy: EgressPolicy, lookup: &Lookup) -> Result<Self> {
        let policy = Arc::new(policy);
        let trust = Trust::load(&policy)?;
        let paces = Arc::new(Paces::default());
        let transport = |named_only| {
            let policy = Arc::clone(&policy);
            let resolver = Arc::new(CheckedResolver { policy, named_only, lookup: Arc::clone(lookup) });
            let client = client::build(&trust, &resolver)?;
            Ok(Transport { client, resolver, paces: Arc::clone(&paces) })
        };
        Ok(Self { encrypted: transport(false)?, plain: transport(true)?, policy })
    }

    /// A site: requests are made relative to `base`.
    pub(crate) fn site(&self, base: &str) -> Result<Site> {
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
        let transport = if named_only { &self.plain } else { &self.encrypted };
        Ok(Site::new(transport.clone(), &base))
    }

    /// Sends one request that is no target's but an authorization server's, under the same rules. `secrets` are
    /// blotted out of what errors quote.
    pub(crate) async fn exchange(
        &self,
        request: http::Request<Vec<u8>>,
        secrets: &[Secret],
    ) -> Result<http::Response<Vec<u8>>> {
        let (parts, body) = request.into_parts();
        let address = parts.uri.to_string();
        let mut headers = parts.headers;
        let content_type = headers.remove(reqwest::header::CONTENT_TYPE);
        let site = self.site(&address)?.with_headers(headers);
        site.blot_out(secrets.to_vec());
        let path = if parts.uri.path().ends_with('/') { "/" } else { "" }.to_owned();
        let content_type = content_type.unwrap_or_else(|| HeaderValue::from_static("text/plain"));
        let call = Call { method: parts.method, path, body: Some((body, content_type)), ..Call::default() };
        let answer = site.send(call).await?;
        let mut response = http::Response::new(answer.body);
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }
}

/// What RFC 3986 leaves unreserved stays as it is; everything else is encoded, which is right in a path segment and in a
/// query alike.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A value as a segment of a path, or in a query.
pub(crate) fn encode(value: &str) -> String {
    utf8_percent_encode(value, ENCODED).to_string()
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

    fn open(allowed: &[&str], base: &str) -> Result<Site> {
        let allowed_networks = allowed.iter().map(|text| text.parse().unwrap()).collect();
        let kit = HttpKit::new(EgressPolicy { allowed_networks, ..EgressPolicy::default() }).unwrap();
        kit.site(base)
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

    /// The first look-up gives an address that may be called, every other one that may not.
    #[tokio::test]
    async fn a_name_is_called_at_the_address_that_was_checked_and_checked_again_for_each_connection() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        use tokio::io::{AsyncReadExt, AsyncWriteExt};

        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://rebinding.example:{}/scim", listener.local_addr().unwrap().port());
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let _ = socket.read(&mut [0; 1024]).await;
                let answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
                let _ = socket.write_all(answer).await;
            }
        });
        let looked_up = Arc::new(AtomicUsize::new(0));
        let turns = Arc::clone(&looked_up);
        let lookup: Lookup = Arc::new(move |_| {
            let address = if turns.fetch_add(1, Ordering::SeqCst) == 0 { "127.0.0.1" } else { "127.0.0.2" };
            Box::pin(async move { Ok(vec![address.parse().unwrap()]) })
        });
        let allowed_networks = vec!["127.0.0.1".parse().unwrap()];
        let policy = EgressPolicy { allowed_networks, ..EgressPolicy::default() };
        let kit = HttpKit::with_lookup(policy, &lookup).unwrap();
        let site = kit.site(&base).unwrap();
        let call = || Call { path: "/Users".into(), ..Call::default() };
        assert_eq!(site.send(call()).await.unwrap().status, 204);
        assert_eq!(looked_up.load(Ordering::SeqCst), 1);
        let error = site.send(call()).await.unwrap_err();
        assert!(error.message().contains("127.0.0.2) may not be called"), "{error}");
    }
}
