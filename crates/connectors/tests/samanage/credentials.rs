//! Both credential methods of the tutorials.
use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use purser_connectors::{Credentials, ErrorKind};
use purser_domain::object::ObjectKind::User;
use purser_domain::secret::Secret;
use purser_testkit::{SamanageOptions, SamanageTarget};
use serde_json::json;

use crate::support::{open_with, template};

fn password(user: &str, password: &str) -> Credentials {
    let values = [("UserName", user), ("Password", password)];
    let values: BTreeMap<_, _> =
        values.into_iter().map(|(key, value)| (key.to_owned(), Secret::new(value))).collect();
    Credentials { method: "adminCredentials".to_owned(), values, vault: None }
}

#[tokio::test]
async fn old_credentials_go_on_working_with_basic_and_with_digest() -> Result<()> {
    for (basic, digest, nonce_uses) in
        [(true, false, None), (false, true, None), (false, true, Some(2)), (true, true, None)]
    {
        let options =
            SamanageOptions { bearer: false, basic, digest, nonce_uses, ..SamanageOptions::default() };
        let target = SamanageTarget::start(options.clone()).await?;
        let credentials = password(&options.username, &options.password);
        let connector = open_with(&target, credentials, json!({}))?;
        for _ in 0..4 {
            connector.check(&[User]).await.with_context(|| format!("basic {basic}, digest {digest}"))?;
        }
        let wrong = open_with(&target, password(&options.username, "wr0ng"), json!({}))?;
        let error = wrong.check(&[User]).await.err().context("a wrong password")?;
        ensure!(*error.kind() == ErrorKind::Auth && !format!("{error:?}").contains("wr0ng"), "{error:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_token_of_somebody_else_or_none_is_refused_with_what_to_do() -> Result<()> {
    let target = SamanageTarget::start(SamanageOptions::default()).await?;
    let connector = open_with(&target, Credentials::token(Secret::new("a.b.c")), json!({}))?;
    let error = connector.check(&[User]).await.err().context("a wrong token")?;
    ensure!(*error.kind() == ErrorKind::Auth && error.advice().contains("Generate a new token"), "{error:?}");
    target.forbid("users");
    let connector = open_with(&target, Credentials::token(Secret::new(target.token())), json!({}))?;
    let error = connector.check(&[User]).await.err().context("a role without access")?;
    ensure!(*error.kind() == ErrorKind::Auth && error.advice().contains("Administrator"), "{error:?}");
    Ok(())
}

#[test]
fn new_applications_are_offered_the_token_only() -> Result<()> {
    let template = template()?;
    ensure!(
        template.method("").is_some_and(|method| method.id == "secretToken"),
        "the first that is not superseded"
    );
    ensure!(
        template.method("adminCredentials").is_some_and(|method| method.superseded),
        "kept for who has them"
    );
    let urls: Vec<_> = template.tenant_url.choices.iter().map(|choice| choice.url.as_str()).collect();
    ensure!(
        urls == ["https://api.samanage.com", "https://apieu.samanage.com", "https://apiau.samanage.com"],
        "{urls:?}"
    );
    Ok(())
}
