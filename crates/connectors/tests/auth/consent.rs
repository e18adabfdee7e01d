//! The authorization code, from the consent to the refresh.
use anyhow::{Context, Result, ensure};
use purser_connectors::auth::oauth::{begin_consent, finish_consent};
use purser_connectors::{CredentialMethod, ErrorKind, Tokens};
use purser_domain::object::ObjectKind;
use purser_domain::secret::Secret;
use purser_testkit::{OAuthOptions, OAuthServer};
use url::Url;

use crate::support::{REDIRECT, Shelf, credentials, kit, method, now, open};

const USERS: &[ObjectKind] = &[ObjectKind::User];
const SECRET: &str = "cl1ent-s3cret";

/// Consents as a browser would, and gives the code and the state that come back.
async fn consent(address: &str) -> Result<(String, String)> {
    #[expect(clippy::disallowed_methods, reason = "the administrator's browser, which is not ours")]
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let answer = browser.get(address).send().await?;
    let location = answer.headers().get("location").context("no redirect")?.to_str()?;
    let url = Url::parse(location)?;
    let value =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    Ok((value("code").context("no code")?, value("state").context("no state")?))
}

async fn consented(server: &OAuthServer, method: &CredentialMethod) -> Result<Tokens> {
    let begun = begin_consent(method, &credentials(SECRET, None), REDIRECT)?;
    let (code, state) = consent(&begun.url).await?;
    ensure!(state == begun.state.expose(), "the state comes back");
    ensure!(begun.url.contains("scope=scim%3Aall"), "{}", begun.url);
    let kit = kit()?;
    let credentials = credentials(SECRET, None);
    let tokens = finish_consent(method, &credentials, &kit, &code, &begun.verifier, REDIRECT, now()).await?;
    // A code is good once.
    let twice = finish_consent(method, &credentials, &kit, &code, &begun.verifier, REDIRECT, now()).await;
    ensure!(twice.is_err() && server.grants() == 1, "a code is good once");
    Ok(tokens)
}

#[tokio::test]
async fn a_consent_gives_tokens_that_work() -> Result<()> {
    let server = OAuthServer::start(OAuthOptions::default()).await?;
    let method = method("authorizationCode", &server)?;
    let shelf = Shelf::default();
    shelf.put(consented(&server, &method).await?);
    open(&server, &method, credentials(SECRET, Some(shelf.vault())))?.check(USERS).await?;
    ensure!(server.grants() == 1, "the token of the consent is good: {}", server.grants());
    Ok(())
}

#[tokio::test]
async fn whoever_does_not_hold_the_verifier_gets_no_tokens() -> Result<()> {
    let server = OAuthServer::start(OAuthOptions::default()).await?;
    let method = method("authorizationCode", &server)?;
    let credentials = credentials(SECRET, None);
    let begun = begin_consent(&method, &credentials, REDIRECT)?;
    let (code, _) = consent(&begun.url).await?;
    let forged = Secret::new("x".repeat(43));
    let error = finish_consent(&method, &credentials, &kit()?, &code, &forged, REDIRECT, now()).await;
    let error = error.err().context("must be refused")?;
    ensure!(*error.kind() == ErrorKind::Consent, "{error:?}");
    Ok(())
}

#[tokio::test]
async fn ten_connectors_at_once_refresh_once_and_the_new_refresh_token_is_stored() -> Result<()> {
    let server = OAuthServer::start(OAuthOptions::default()).await?;
    let method = method("authorizationCode", &server)?;
    let shelf = Shelf::default();
    shelf.put(consented(&server, &method).await?);
    server.end_access_token();
    let mut connectors = Vec::new();
    for _ in 0..10 {
        connectors.push(open(&server, &method, credentials(SECRET, Some(shelf.vault())))?);
    }
    let checks = connectors.iter().map(|connector| connector.check(USERS));
    for checked in futures::future::join_all(checks).await {
        checked?;
    }
    ensure!(server.grants() == 2, "one refresh, or the server takes it for theft: {}", server.grants());
    let stored = shelf.get().context("nothing stored")?;
    ensure!(stored.refresh == Some(Secret::new("refresh-3")), "{:?}", server.grants());
    Ok(())
}

#[tokio::test]
async fn a_withdrawn_consent_asks_for_a_new_one() -> Result<()> {
    let server = OAuthServer::start(OAuthOptions::default()).await?;
    let method = method("authorizationCode", &server)?;
    let shelf = Shelf::default();
    shelf.put(consented(&server, &method).await?);
    server.revoke();
    let connector = open(&server, &method, credentials(SECRET, Some(shelf.vault())))?;
    let error = connector.check(USERS).await.err().context("must be refused")?;
    ensure!(*error.kind() == ErrorKind::Consent && error.advice().contains("Authorize"), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn without_a_consent_nothing_is_sent() -> Result<()> {
    let server = OAuthServer::start(OAuthOptions::default()).await?;
    let method = method("authorizationCode", &server)?;
    let connector = open(&server, &method, credentials(SECRET, Some(Shelf::default().vault())))?;
    let error = connector.check(USERS).await.err().context("must be refused")?;
    ensure!(
        *error.kind() == ErrorKind::Consent && error.message().contains("Nobody has consented"),
        "{error}"
    );
    ensure!(server.grants() == 0, "nothing was asked");
    Ok(())
}

#[tokio::test]
async fn tokens_that_cannot_be_stored_are_not_used_and_not_lost() -> Result<()> {
    let server = OAuthServer::start(OAuthOptions::default()).await?;
    let method = method("authorizationCode", &server)?;
    let shelf = Shelf::default();
    shelf.put(consented(&server, &method).await?);
    server.end_access_token();
    let connector = open(&server, &method, credentials(SECRET, Some(shelf.vault())))?;
    *shelf.broken.lock().unwrap() = true;
    let error = connector.check(USERS).await.err().context("must fail")?;
    ensure!(error.message().contains("the disk is full"), "{error}");
    *shelf.broken.lock().unwrap() = false;
    connector.check(USERS).await?;
    ensure!(server.grants() == 2, "the tokens in hand were not lost: {}", server.grants());
    let stored = shelf.get().context("nothing stored")?;
    ensure!(stored.refresh == Some(Secret::new("refresh-3")), "and are stored now");
    Ok(())
}

#[tokio::test]
async fn a_server_that_wants_the_secret_in_the_body_takes_codes_and_refresh_tokens_too() -> Result<()> {
    let options = OAuthOptions { secret_in_body_only: true, ..OAuthOptions::default() };
    let server = OAuthServer::start(options).await?;
    let method = method("authorizationCode", &server)?;
    let shelf = Shelf::default();
    shelf.put(consented(&server, &method).await?);
    server.end_access_token();
    open(&server, &method, credentials(SECRET, Some(shelf.vault())))?.check(USERS).await?;
    ensure!(server.grants() == 2, "one refresh: {}", server.grants());
    Ok(())
}
