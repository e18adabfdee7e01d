//! What the operator decides about requests: where they may go, how long they take, which certificates count, which way
//! they go.
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use purser_domain::secret::Secret;
use url::Url;

use super::network::{Network, is_public};

/// Where requests may go, how long they may take and how much may come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EgressPolicy {
    /// Networks that may be called although they are not public, and that may be called without TLS.
    pub allowed_networks: Vec<Network>,
    /// For resolving, connecting and the TLS handshake together.
    pub connect_timeout: Duration,
    /// For which nothing of an answer may come: before it begins, and between any two pieces of it.
    pub read_timeout: Duration,
    /// For a whole request, from its start to the end of its answer.
    pub request_timeout: Duration,
    /// Largest answer, in bytes, unpacked.
    pub max_body: usize,
    /// Certificates (PEM) of authorities that are trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// The way out, where there is no direct one.
    pub proxy: Option<Proxy>,
}

impl Default for EgressPolicy {
    fn default() -> Self {
        Self {
            allowed_networks: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_secs(60),
            max_body: 4 * 1024 * 1024,
            ca_file: None,
            proxy: None,
        }
    }
}

impl EgressPolicy {
    /// `named_only`: the public internet is not enough, the operator must have named the network.
    pub(super) fn allows(&self, address: IpAddr, named_only: bool) -> bool {
        let named = self.allowed_networks.iter().any(|network| network.contains(address));
        named || (!named_only && is_public(address))
    }
}

/// An HTTP proxy. It may stand in a private network: the operator chose it.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Without credentials.
    pub(super) address: Url,
    pub(super) credentials: Option<(String, Secret)>,
    /// Hosts that are called without it.
    pub(super) direct: Vec<String>,
}

/// A text that is no proxy's address. Does not show it, since it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the proxy's address is not usable: write it as http://proxy.example.com:3128, or http://user:password@proxy.example.com:3128"
)]
pub struct InvalidProxy;

impl Proxy {
    /// A proxy at `address` (http or https, with or without credentials) for all hosts but the `direct` ones: names
    /// (which stand for their subdomains too), addresses, or networks (CIDR).
    pub fn parse(address: &str, direct: &[String]) -> Result<Self, InvalidProxy> {
        let mut address = Url::parse(address.trim()).map_err(|_| InvalidProxy)?;
        if !matches!(address.scheme(), "http" | "https") || address.host_str().is_none_or(str::is_empty) {
            return Err(InvalidProxy);
        }
        let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (user, password) = (decode(address.username()), decode(address.password().unwrap_or_default()));
        let credentials = (!user.is_empty() || !password.is_empty()).then(|| (user, Secret::new(password)));
        address.set_username("").and_then(|()| address.set_password(None)).map_err(|()| InvalidProxy)?;
        Ok(Self { address, credentials, direct: direct.to_vec() })
    }

    pub(super) fn host(&self) -> &str {
        self.address.host_str().unwrap_or_default()
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("address", &self.address.as_str())
            .field("credentials", &self.credentials.as_ref().map(|_| "***"))
            .field("direct", &self.direct)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxys_credentials_are_read_and_never_shown() {
        let proxy = Proxy::parse("http://us%40er:p%3Aw-5ecret@proxy.example:3128", &[]).unwrap();
        assert_eq!(proxy.credentials, Some(("us@er".to_owned(), Secret::new("p:w-5ecret"))));
        assert_eq!(proxy.address.as_str(), "http://proxy.example:3128/");
        assert!(!format!("{proxy:?}").contains("5ecret"));
        assert_eq!(Proxy::parse("https://proxy.example", &[]).unwrap().credentials, None);
    }

    #[test]
    fn what_is_no_proxy_is_refused_without_being_shown() {
        for text in ["", "proxy:3128", "socks5://proxy:1080", "http://", "http://u:5ecret@"] {
            let error = Proxy::parse(text, &[]).unwrap_err();
            assert!(!error.to_string().contains("5ecret"));
        }
    }
}
