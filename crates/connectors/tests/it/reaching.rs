//! Targets that can't be reached, or must not be.
use anyhow::{Context, Result};
use purser_connectors::{ConnectorError, EgressPolicy, ErrorKind, HttpKit, Profile, Unreachable};
use purser_domain::object::ObjectKind::User;
use purser_testkit::{ScimTarget, TargetOptions};

use crate::support::{kit, loopback_policy, open};

async fn check(kit: &HttpKit, url: &str) -> Result<ConnectorError> {
    open(kit, Profile::default(), url, "t0ken")?.check(&[User]).await.err().context("the check must fail")
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_told_as_such() -> Result<()> {
    let error = check(&kit()?, "https://purser-test.invalid/scim").await?;
    assert_eq!(*error.kind(), ErrorKind::Unreachable(Unreachable::Dns));
    assert!(error.message().contains("purser-test.invalid"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_told_as_such() -> Result<()> {
    // The port was free a moment ago, and nobody else is told of it.
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
    let error = check(&kit()?, &format!("http://127.0.0.1:{port}/scim")).await?;
    assert_eq!(*error.kind(), ErrorKind::Unreachable(Unreachable::Connect));
    Ok(())
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_told_as_such() -> Result<()> {
    let target = ScimTarget::start(TargetOptions::default()).await?;
    let error = check(&kit()?, &format!("https://{}/scim/v2", target.address())).await?;
    assert_eq!(*error.kind(), ErrorKind::Unreachable(Unreachable::Tls), "{error:?}");
    assert_eq!(target.counts().total(), 0);
    Ok(())
}

#[tokio::test]
async fn a_name_that_leads_into_a_private_network_is_refused_and_nothing_is_sent() -> Result<()> {
    let target = ScimTarget::start(TargetOptions::default()).await?;
    let kit = HttpKit::new(EgressPolicy::default())?;
    let port = target.address().port();
    for scheme in ["http", "https"] {
        let error = check(&kit, &format!("{scheme}://localhost:{port}/scim/v2")).await?;
        assert_eq!(*error.kind(), ErrorKind::Misconfigured, "{scheme}");
        assert!(error.message().contains("private or reserved"), "{error}");
        assert!(error.advice().contains("PURSER_EGRESS_ALLOW"), "{error:?}");
    }
    assert_eq!(target.counts().total(), 0);
    Ok(())
}

#[tokio::test]
async fn a_name_is_called_when_its_network_is_allowed() -> Result<()> {
    let target = ScimTarget::start(TargetOptions::default()).await?;
    let kit =
        HttpKit::new(EgressPolicy { allowed_networks: vec!["127.0.0.1".parse()?], ..loopback_policy()? })?;
    let url = format!("http://localhost:{}/scim/v2", target.address().port());
    let report = open(&kit, Profile::default(), &url, "t0ken")?.check(&[User]).await?;
    assert!(report.value.contains("userName"), "{report:?}");
    assert!(report.exchange.path.starts_with("/scim/v2/Users?filter=userName%20eq%20%22"), "{report:?}");
    Ok(())
}

#[tokio::test]
async fn the_tenant_urls_own_query_stays_on_every_request() -> Result<()> {
    let target = ScimTarget::start(TargetOptions::default()).await?;
    target.keep_journal(true);
    let url = format!("{}/?aadOptscim062020", target.base_url());
    open(&kit()?, Profile::default(), &url, "t0ken")?.check(&[User]).await?;
    let path = &target.journal()[0].path;
    assert!(path.starts_with("/scim/v2/Users?aadOptscim062020&filter="), "{path}");
    Ok(())
}
