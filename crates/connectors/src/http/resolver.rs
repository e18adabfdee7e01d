//! Name resolution that checks what it found: the addresses that pass are the ones that get connected, so a
//! name cannot be checked with one address and called with another.
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::EgressPolicy;

/// What a checked look-up can answer instead of addresses.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResolveError {
    /// The name has no address, or the name server did not answer.
    #[error("the name `{name}` could not be resolved")]
    Unknown {
        name: String,
        #[source]
        source: Option<std::io::Error>,
    },
    /// It has addresses, and none that may be called.
    #[error("the name `{name}` leads to {address}, which may not be called")]
    Refused { name: String, address: IpAddr, named_only: bool },
}

/// The resolver of one [`EgressPolicy`].
pub(super) struct CheckedResolver {
    pub(super) policy: Arc<EgressPolicy>,
    /// Only addresses that the operator named, not the public internet: for unencrypted requests.
    pub(super) named_only: bool,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = Arc::clone(&self.policy);
        let named_only = self.named_only;
        Box::pin(async move {
            let host = name.as_str();
            let found: Vec<SocketAddr> = match tokio::net::lookup_host((host, 0)).await {
                Ok(found) => found.collect(),
                Err(source) => {
                    return Err(ResolveError::Unknown { name: host.to_owned(), source: Some(source) }.into());
                }
            };
            let Some(first) = found.first().map(SocketAddr::ip) else {
                return Err(ResolveError::Unknown { name: host.to_owned(), source: None }.into());
            };
            let allowed: Vec<SocketAddr> =
                found.into_iter().filter(|address| policy.allows(address.ip(), named_only)).collect();
            if allowed.is_empty() {
                return Err(
                    ResolveError::Refused { name: host.to_owned(), address: first, named_only }.into()
                );
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
