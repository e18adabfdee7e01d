//! Access tokens during a connector's life.
use anyhow::{Context, Result, ensure};
use purser_connectors::ErrorKind;
use purser_domain::object::ObjectKind;
use purser_testkit::{OAuthOptions, OAuthServer};

use crate::support::{Shelf, credentials, method, open};

const USERS: &[ObjectKind] = &[ObjectKind::User];

#[tokio::test]
async fn one_token_serves_many_requests() -> Result<()> {
    let server = OAuthServer::start(OAuthOptions::default()).await?;
    let method = method("clientCredentials", &server)?;
    let connector = open(&server, &method, credentials("cl1ent-s3cret", None))?;
    for _ in 0..3 {
        connector.check(USERS).await?;
    }
    ensure!(server.grants() == 1, "{} grants", server.grants());
    Ok(())
}

#[tokio::test]
async fn a_server_that_wants_the_secret_in_the_body_gets_it_there() -> Result<()> {
    let options = OAuthOptions { secret_in_body_only: true, ..OAuthOptions::default() };
    let server = OAuthServer::start(options).await?;
    let method = method("clientCredentials", &server)?;
    open(&server, &method, credentials("cl1ent-s3cret", None))?.check(USERS).await?;
    Ok(())
}

#[tokio::test]
async fn a_token_that_ends_early_is_renewed_once_and_the_request_goes_through() -> Result<()> {
    let server = OAuthServer::start(OAuthOptions::default()).await?;
    let method = method("clientCredentials", &server)?;
    let connector = open(&server, &method, credentials("cl1ent-s3cret", None))?;
    connector.check(USERS).await?;
    server.end_access_token();
    connector.check(USERS).await?;
    ensure!(server.grants() == 2, "{} grants", server.grants());
    Ok(())
}

#[tokio::test]
async fn a_token_that_lasts_less_than_a_minute_is_used_for_most_of_it() -> Result<()> {
    let server = OAuthServer::start(OAuthOptions { lifetime: Some(30), ..OAuthOptions::default() }).await?;
    let method = method("clientCredentials", &server)?;
    let connector = open(&server, &method, credentials("cl1ent-s3cret", None))?;
    connector.check(USERS).await?;
    connector.check(USERS).await?;
    ensure!(server.grants() == 1, "not a token for every request: {} grants", server.grants());
    Ok(())
}

#[tokio::test]
async fn a_stored_token_is_used_by_the_next_connector() -> Result<()> {
    let server = OAuthServer::start(OAuthOptions::default()).await?;
    let method = method("clientCredentials", &server)?;
    let shelf = Shelf::default();
    for _ in 0..2 {
        open(&server, &method, credentials("cl1ent-s3cret", Some(shelf.vault())))?.check(USERS).await?;
    }
    ensure!(server.grants() == 1, "{} grants", server.grants());
    ensure!(shelf.get().context("nothing stored")?.expires_at.is_some(), "its end is known");
    Ok(())
}

#[tokio::test]
async fn a_wrong_client_secret_is_an_auth_error_that_does_not_show_it() -> Result<()> {
    let server = OAuthServer::start(OAuthOptions::default()).await?;
    let method = method("clientCredentials", &server)?;
    let connector = open(&server, &method, credentials("wr0ng-s3cret", None))?;
    let error = connector.check(USERS).await.err().context("must be refused")?;
    ensure!(*error.kind() == ErrorKind::Auth, "{error:?}");
    ensure!(error.message().contains("does not accept the client"), "{error}");
    ensure!(!format!("{error:?}").contains("wr0ng"), "{error:?}");
    Ok(())
}
