//! From an application's configuration to what its connector needs.
//!
//! Names of secrets that begin with [`INTERNAL`] are Purser's own notes and never credentials.
use std::collections::BTreeMap;
use std::sync::Arc;

use futures::FutureExt;
use jiff::Timestamp;
use purser_connectors::auth::oauth::CLIENT_ID;
use purser_connectors::{Credentials, Overrides, TargetConfig, TokenVault, Tokens};
use purser_domain::ids::{AppId, JobId};
use purser_domain::secret::Secret;
use purser_store::{Clock, JobSpec, Store, StoreError};

/// Secret of an application: the access token that a consent gave.
pub const ACCESS_TOKEN: &str = "Oauth2AccessToken";
/// Secret of an application: what gets the next access token.
pub const REFRESH_TOKEN: &str = "Oauth2RefreshToken";
/// How the names of secrets begin that no connector gets.
pub const INTERNAL: &str = "Purser.";

/// The target of this configuration, with these credentials. Tokens end by `clock`.
#[must_use]
pub fn target_of(
    store: &Store,
    clock: &Arc<dyn Clock>,
    spec: &JobSpec,
    secrets: BTreeMap<String, Secret>,
) -> TargetConfig {
    let vault = open_vault(store, clock, spec, secrets.get(CLIENT_ID).cloned());
    let credential =
        |name: &String| !name.starts_with(INTERNAL) && name != ACCESS_TOKEN && name != REFRESH_TOKEN;
    let values = secrets.into_iter().filter(|(name, _)| credential(name)).collect();
    TargetConfig {
        tenant_url: spec.tenant_url.clone(),
        credentials: Credentials { method: spec.credential_method.clone(), values, vault: Some(vault) },
        overrides: Overrides(spec.profile.clone()),
    }
}

/// Whose tokens a vault keeps. Tokens that were handed out to other credentials than the stored ones are not stored:
/// an administrator who changed them has taken the consent back.
struct Owner {
    app: AppId,
    job: JobId,
    method: String,
    client: Option<Secret>,
}

fn open_vault(store: &Store, clock: &Arc<dyn Clock>, spec: &JobSpec, client: Option<Secret>) -> TokenVault {
    let owner = Arc::new(Owner {
        app: spec.application_id,
        job: spec.job_id,
        method: spec.credential_method.clone(),
        client,
    });
    let (reads, writes, app) = (store.clone(), store.clone(), spec.application_id);
    let clock_of_writes = Arc::clone(clock);
    TokenVault {
        now: {
            let clock = Arc::clone(clock);
            Arc::new(move || clock.now())
        },
        load: Arc::new(move || {
            let store = reads.clone();
            async move { load_tokens(&store, app).await.map_err(|error| error.to_string()) }.boxed()
        }),
        store: Arc::new(move |tokens| {
            let (store, owner, now) = (writes.clone(), Arc::clone(&owner), clock_of_writes.now());
            async move { store_tokens(&store, &owner, &tokens, now).await }.boxed()
        }),
    }
}

async fn load_tokens(store: &Store, app: AppId) -> Result<Option<Tokens>, StoreError> {
    let Some(access) = store.read_secret(app, ACCESS_TOKEN).await? else { return Ok(None) };
    let refresh = store.read_secret(app, REFRESH_TOKEN).await?;
    let expires_at = store.list_secret_names(app).await?.get(ACCESS_TOKEN).copied().flatten();
    Ok(Some(Tokens { access, refresh, expires_at }))
}

async fn store_tokens(store: &Store, owner: &Owner, tokens: &Tokens, now: Timestamp) -> Result<(), String> {
    let failed = |error: StoreError| error.to_string();
    let tx = store.begin().await.map_err(failed)?;
    let spec = tx.find_spec(owner.job).await.map_err(failed)?;
    let client = tx.read_secret(owner.app, CLIENT_ID).await.map_err(failed)?;
    if spec.is_none_or(|spec| spec.credential_method != owner.method) || client != owner.client {
        return Err("the Admin Credentials were changed meanwhile".to_owned());
    }
    tx.write_secret(owner.app, ACCESS_TOKEN, &tokens.access, now).await.map_err(failed)?;
    tx.set_secret_expiry(owner.app, ACCESS_TOKEN, tokens.expires_at).await.map_err(failed)?;
    if let Some(refresh) = &tokens.refresh {
        tx.write_secret(owner.app, REFRESH_TOKEN, refresh, now).await.map_err(failed)?;
    }
    tx.commit().await.map_err(failed)
}
