//! Name resolution that checks what it found: the addresses that pass are the ones that get connected, so a
//! name cannot be checked with one address and called with another.
//!
//! Behind a proxy it's the proxy that resolves. Then [`CheckedResolver::vet`] looks the name up here as well, and
//! refuses it when one of its addresses may not be called. A name that has no address here is the proxy's to judge.
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::policy::EgressPolicy;

/// What a checked look-up can answer instead of addresses.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResolveError {
    /// The name has no address, or the name server did not answer.
    #[error("the name `{name}` could not be resolved")]
    Unknown {
        name: String,
        #[source]
        source: Option<io::Error>,
    },
    /// It has addresses, and none that may be called.
    #[error("the name `{name}` leads to {address}, which may not be called")]
    Refused { name: String, address: IpAddr, named_only: bool },
}

/// Looks a name up.
pub(super) type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// The system's resolver.
pub(super) fn system_lookup() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

/// The resolver of one [`EgressPolicy`].
pub(super) struct CheckedResolver {
    pub(super) policy: Arc<EgressPolicy>,
    /// Only addresses that the operator named, not the public internet: for unencrypted requests.
    pub(super) named_only: bool,
    pub(super) lookup: Lookup,
}

impl CheckedResolver {
    /// The addresses of `host` that may be called.
    async fn find(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let found = self.look_up(host).await?;
        let first = found.first().copied();
        let may = |address: &IpAddr| self.policy.allows(*address, self.named_only);
        let allowed: Vec<IpAddr> = found.into_iter().filter(may).collect();
        match first {
            Some(address) if allowed.is_empty() => {
                Err(ResolveError::Refused { name: host.to_owned(), address, named_only: self.named_only })
            }
            _ => Ok(allowed),
        }
    }

    /// Refuses a name of which one address may not be called. For requests that go through the proxy.
    pub(super) async fn vet(&self, host: &str) -> Result<(), ResolveError> {
        let looked_up = tokio::time::timeout(self.policy.connect_timeout, self.look_up(host)).await;
        let found = match looked_up {
            Ok(Ok(found)) => found,
            // Without TLS only a network that the operator named will do, and this one is unknown.
            Ok(Err(error)) if self.named_only => return Err(error),
            Err(_) if self.named_only => {
                return Err(ResolveError::Unknown { name: host.to_owned(), source: None });
            }
            Ok(Err(_)) | Err(_) => return Ok(()),
        };
        match found.into_iter().find(|address| !self.policy.allows(*address, self.named_only)) {
            Some(address) => {
                Err(ResolveError::Refused { name: host.to_owned(), address, named_only: self.named_only })
            }
            None => Ok(()),
        }
    }

    async fn look_up(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let unknown = |source| ResolveError::Unknown { name: host.to_owned(), source };
        let found = (self.lookup)(host.to_owned()).await.map_err(|error| unknown(Some(error)))?;
        if found.is_empty() { Err(unknown(None)) } else { Ok(found) }
    }

    fn is_proxy(&self, host: &str) -> bool {
        self.policy.proxy.as_ref().is_some_and(|proxy| proxy.host().eq_ignore_ascii_case(host))
    }
}

/// A [`CheckedResolver`] as the client takes it.
pub(super) struct Pinned(pub(super) Arc<CheckedResolver>);

impl Resolve for Pinned {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = Arc::clone(&self.0);
        Box::pin(async move {
            let host = name.as_str();
            // The proxy is the operator's. A target of the same name has been vetted before the client saw it.
            let found = if resolver.is_proxy(host) {
                resolver.look_up(host).await?
            } else {
                resolver.find(host).await?
            };
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn resolver(policy: EgressPolicy, answers: &[&[&str]]) -> Arc<CheckedResolver> {
        let answers: Vec<Vec<IpAddr>> =
            answers.iter().map(|found| found.iter().map(|text| text.parse().unwrap()).collect()).collect();
        let asked = AtomicUsize::new(0);
        let lookup: Lookup = Arc::new(move |_| {
            let turn = asked.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
            let found = answers[turn].clone();
            Box::pin(async move { Ok(found) })
        });
        Arc::new(CheckedResolver { policy: Arc::new(policy), named_only: false, lookup })
    }

    async fn resolve(resolver: &Arc<CheckedResolver>) -> Result<Vec<String>, String> {
        let found = Pinned(Arc::clone(resolver)).resolve(Name::from_str("x.example").unwrap()).await;
        found
            .map(|found| found.map(|address| address.ip().to_string()).collect())
            .map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_name_that_turns_to_a_private_address_is_refused_at_its_next_look_up() {
        let resolver = resolver(EgressPolicy::default(), &[&["1.1.1.1"], &["127.0.0.1"]]);
        assert_eq!(resolve(&resolver).await.unwrap(), ["1.1.1.1"]);
        assert!(resolve(&resolver).await.unwrap_err().contains("127.0.0.1"));
    }

    #[tokio::test]
    async fn of_mixed_addresses_only_the_public_ones_are_handed_to_the_client() {
        let resolver = resolver(EgressPolicy::default(), &[&["10.0.0.1", "1.1.1.1", "fd00:ec2::254"]]);
        assert_eq!(resolve(&resolver).await.unwrap(), ["1.1.1.1"]);
    }

    #[tokio::test]
    async fn behind_a_proxy_one_private_address_is_enough_to_refuse_and_no_address_is_the_proxys_affair() {
        let proxy = super::super::policy::Proxy::parse("http://proxy.example:3128", &[]).unwrap();
        let policy = EgressPolicy { proxy: Some(proxy), ..EgressPolicy::default() };
        let vet = async |found: &[&str]| resolver(policy.clone(), &[found]).vet("x.example").await;
        assert!(vet(&["1.1.1.1", "10.0.0.1"]).await.is_err());
        assert!(vet(&["1.1.1.1"]).await.is_ok());
        assert!(vet(&[]).await.is_ok());
    }
}
