//! What these tests share.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use futures::FutureExt;
use jiff::Timestamp;
use purser_connectors::{
    Connector, CredentialMethod, Credentials, EgressPolicy, Gallery, HttpKit, Overrides, TargetConfig,
    Template, TokenVault, Tokens, connect,
};
use purser_domain::secret::Secret;
use purser_testkit::OAuthServer;

pub(crate) const REDIRECT: &str = "http://127.0.0.1:1/oauth/callback";

/// A kit that may call this machine.
pub(crate) fn kit() -> Result<HttpKit> {
    let allowed_networks = vec!["127.0.0.0/8".parse()?];
    Ok(HttpKit::new(EgressPolicy { allowed_networks, ..EgressPolicy::default() })?)
}

/// What a gallery file would declare for this server.
pub(crate) fn method(kind: &str, server: &OAuthServer) -> Result<CredentialMethod> {
    let (authorize, token) = (server.authorization_url(), server.token_url());
    Ok(serde_json::from_value(serde_json::json!({
        "id": "oauth", "kind": kind, "label": "OAuth", "scopes": ["scim:all"],
        "authorization_url": authorize, "token_url": token,
    }))?)
}

pub(crate) fn credentials(secret: &str, vault: Option<TokenVault>) -> Credentials {
    let values = [("Oauth2ClientId", "purser"), ("Oauth2ClientSecret", secret)];
    let values: BTreeMap<_, _> =
        values.into_iter().map(|(key, value)| (key.to_owned(), Secret::new(value))).collect();
    Credentials { method: "oauth".to_owned(), values, vault }
}

/// A connector for the server's own SCIM endpoint.
pub(crate) fn open(
    server: &OAuthServer,
    method: &CredentialMethod,
    credentials: Credentials,
) -> Result<Arc<dyn Connector>> {
    open_at(&server.tenant_url(), method, credentials, &kit()?)
}

/// A connector for the SCIM endpoint at this address.
pub(crate) fn open_at(
    tenant_url: &str,
    method: &CredentialMethod,
    credentials: Credentials,
    kit: &HttpKit,
) -> Result<Arc<dyn Connector>> {
    let gallery = Gallery::load()?;
    let generic = gallery.templates().into_iter().find(|template| template.name == "SCIM application");
    let mut template = Template::clone(&*generic.context("the generic application is missing")?);
    template.credential_methods = vec![method.clone()];
    let target =
        TargetConfig { tenant_url: tenant_url.to_owned(), credentials, overrides: Overrides::default() };
    Ok(connect(&template, &target, kit)?)
}

/// A vault in memory, with a clock that stands still.
#[derive(Clone, Default)]
pub(crate) struct Shelf {
    pub(crate) tokens: Arc<Mutex<Option<Tokens>>>,
    pub(crate) broken: Arc<Mutex<bool>>,
}

impl Shelf {
    pub(crate) fn vault(&self) -> TokenVault {
        let (load, store) = (self.clone(), self.clone());
        TokenVault {
            now: Arc::new(now),
            load: Arc::new(move || {
                let tokens = load.get();
                async move { Ok(tokens) }.boxed()
            }),
            store: Arc::new(move |tokens| {
                let broken = store.broken.lock().is_ok_and(|broken| *broken);
                if !broken && let Ok(mut place) = store.tokens.lock() {
                    *place = Some(tokens);
                }
                async move { if broken { Err("the disk is full".to_owned()) } else { Ok(()) } }.boxed()
            }),
        }
    }

    pub(crate) fn get(&self) -> Option<Tokens> {
        self.tokens.lock().ok().and_then(|tokens| tokens.clone())
    }

    pub(crate) fn put(&self, tokens: Tokens) {
        if let Ok(mut place) = self.tokens.lock() {
            *place = Some(tokens);
        }
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(500_000)
}
