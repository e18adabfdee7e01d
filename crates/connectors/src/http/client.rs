//! The two clients of the kit: one for TLS, one for what is allowed without.
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Certificate, Client, NoProxy};

use super::policy::EgressPolicy;
use super::resolver::{CheckedResolver, Pinned};
use crate::error::{ConnectorError, ErrorKind, Result};

/// The authorities that TLS connections trust.
pub(super) struct Trust {
    /// From the operator's file.
    own: Vec<Certificate>,
    /// A bare container has no certificate store, and then the usual public authorities are trusted.
    bundled: bool,
}

impl Trust {
    /// Reads the operator's file, and looks whether the system has authorities.
    pub(super) fn load(policy: &EgressPolicy) -> Result<Self> {
        let own = match &policy.ca_file {
            Some(path) => read_authorities(path)?,
            None => Vec::new(),
        };
        #[expect(clippy::disallowed_methods, reason = "this is the kit that the lint points to")]
        let system = Client::builder().no_proxy().build();
        let trust = Self { own, bundled: system.is_err() };
        if let Some(path) = policy.ca_file.as_deref().filter(|_| !trust.own.is_empty()) {
            #[expect(clippy::disallowed_methods, reason = "this is the kit that the lint points to")]
            let tried = Client::builder().no_proxy().tls_certs_only(trust.own.clone()).build();
            tried.map_err(|error| unusable_authorities(path, &super::failure::root_cause(&error)))?;
        }
        Ok(trust)
    }
}

fn read_authorities(path: &Path) -> Result<Vec<Certificate>> {
    let text = std::fs::read(path).map_err(|error| unusable_authorities(path, &error.to_string()))?;
    let certificates = Certificate::from_pem_bundle(&text)
        .map_err(|error| unusable_authorities(path, &super::failure::root_cause(&error)))?;
    if certificates.is_empty() {
        return Err(unusable_authorities(path, "it holds no certificate"));
    }
    Ok(certificates)
}

fn unusable_authorities(path: &Path, why: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Misconfigured,
        format!(
            "The CA file {} can't be used: {why}. It must hold certificates in PEM, each beginning with -----BEGIN CERTIFICATE-----.",
            path.display()
        ),
        "Correct the setting ca_file or the file, and start again.",
    )
}

/// One client. `named_only` in `resolver` makes it the one without TLS.
pub(super) fn build(trust: &Trust, resolver: &Arc<CheckedResolver>) -> Result<Client> {
    let CheckedResolver { policy, named_only, .. } = resolver.as_ref();
    let named_only = *named_only;
    #[expect(clippy::disallowed_methods, reason = "this is the kit that the lint points to")]
    let mut builder = Client::builder()
        .dns_resolver(Arc::new(Pinned(Arc::clone(resolver))))
        // An endpoint follows the few that stay on their host.
        .redirect(reqwest::redirect::Policy::none())
        // The environment's proxies too: the way out is a setting.
        .no_proxy()
        .referer(false)
        .https_only(!named_only)
        // Bodies are bounded unpacked.
        .gzip(true)
        .connect_timeout(policy.connect_timeout)
        .read_timeout(policy.read_timeout)
        .timeout(policy.request_timeout)
        // Shorter than the idle time after which common servers and balancers hang up.
        .pool_idle_timeout(Duration::from_secs(45))
        .user_agent(concat!("Purser/", env!("CARGO_PKG_VERSION")));
    builder = if named_only {
        builder.http1_only()
    } else {
        // Finds a connection that died without a word while requests wait on it.
        builder
            .http2_keep_alive_interval(Duration::from_secs(20))
            .http2_keep_alive_timeout(Duration::from_secs(10))
            .http2_max_header_list_size(64 * 1024)
    };
    builder = match (trust.bundled, trust.own.is_empty()) {
        (true, _) => builder.tls_certs_only(bundled_roots().chain(trust.own.iter().cloned())),
        (false, false) => builder.tls_certs_merge(trust.own.iter().cloned()),
        (false, true) => builder,
    };
    if let Some(proxy) = &policy.proxy {
        let mut way = reqwest::Proxy::all(proxy.address.as_str()).map_err(|error| unusable(&error))?;
        if let Some((user, password)) = &proxy.credentials {
            way = way.basic_auth(user, password.expose());
        }
        builder = builder.proxy(way.no_proxy(NoProxy::from_string(&proxy.direct.join(","))));
    }
    builder.build().map_err(|error| unusable(&error))
}

fn unusable(error: &reqwest::Error) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Misconfigured,
        format!("The HTTP client could not be set up: {}.", super::failure::root_cause(error)),
        "Install the system's CA certificates (package ca-certificates) and start again.",
    )
}

fn bundled_roots() -> impl Iterator<Item = Certificate> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .filter_map(|certificate| Certificate::from_der(certificate.as_ref()).ok())
}
