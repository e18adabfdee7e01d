//! Access tokens while a connector lives: got, kept, refreshed before they end, and renewed once when a target refuses
//! one that should still be good.
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex as StdMutex, PoisonError, Weak};
use std::time::Duration;

use purser_domain::secret::Secret;
use reqwest::header::HeaderValue;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::credentials::{Credentials, TokenVault, Tokens, header_value};
use super::oauth::Server;
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::gallery::{CredentialKind, CredentialMethod};
use crate::http::HttpKit;

/// A token is refreshed so long before it ends (a short-lived one less long, see [`ahead_of`]), so that no request sets out with one that ends on its way.
const AHEAD: Duration = Duration::from_secs(60);

/// One refresh at a time for each client in this process: a second one with the same refresh token looks like theft to
/// servers that hand out a new one with each, and ends the consent.
static REFRESHING: LazyLock<StdMutex<HashMap<String, Weak<Mutex<()>>>>> = LazyLock::new(StdMutex::default);

/// See the module.
pub(crate) struct TokenSource {
    keeper: Arc<Keeper>,
}

struct Keeper {
    server: Server,
    kit: HttpKit,
    kind: CredentialKind,
    vault: Option<TokenVault>,
    refreshing: Arc<Mutex<()>>,
    held: StdMutex<Option<Held>>,
}

#[derive(Clone)]
struct Held {
    tokens: Tokens,
    header: HeaderValue,
    until: Option<Instant>,
    /// In the vault. What could not be stored is stored before it is used after all.
    stored: bool,
}

impl TokenSource {
    pub(super) fn new(method: &CredentialMethod, credentials: &Credentials, kit: &HttpKit) -> Result<Self> {
        let server = Server::new(method, credentials)?;
        let keeper = Keeper {
            refreshing: lock_of(server.identity()),
            server,
            kit: kit.clone(),
            kind: method.kind,
            vault: credentials.vault.clone(),
            held: StdMutex::default(),
        };
        Ok(Self { keeper: Arc::new(keeper) })
    }

    /// The header with a token that is still good.
    pub(super) async fn header(&self) -> Result<HeaderValue> {
        if let Some(header) = self.keeper.good_header() {
            return Ok(header);
        }
        let keeper = Arc::clone(&self.keeper);
        see_through(async move { keeper.fresh_header().await }).await
    }

    /// A header with another token, after the target refused this one; `None` when it refused a fresh one.
    pub(super) async fn renew(&self, refused: Option<&HeaderValue>) -> Result<Option<HeaderValue>> {
        let (keeper, refused) = (Arc::clone(&self.keeper), refused.cloned());
        see_through(async move { keeper.renew(refused.as_ref()).await }).await
    }

    pub(super) fn secrets(&self) -> Vec<Secret> {
        let held = self.keeper.lock().clone().map(|held| held.tokens);
        let tokens = held.into_iter().flat_map(|tokens| std::iter::once(tokens.access).chain(tokens.refresh));
        tokens.chain(self.keeper.server.secrets([])).collect()
    }
}

/// Does the work to its end, also when its caller goes away: a refresh token that was used and its successor
/// not stored is a consent that is lost.
async fn see_through<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    match tokio::spawn(work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(unkept("get", "the work on it was broken off")),
    }
}

impl Keeper {
    async fn fresh_header(&self) -> Result<HeaderValue> {
        let _one = self.refreshing.lock().await;
        // Another caller may have been here while this one waited: in this connector, or in another one.
        if let Some(header) = self.good_header() {
            return Ok(header);
        }
        if let Some(header) = self.store_held().await? {
            return Ok(header);
        }
        let stored = self.load().await?;
        if let Some(tokens) = stored.clone().filter(|tokens| self.lasts(tokens)) {
            return self.hold(tokens, true);
        }
        self.obtain(stored).await
    }

    async fn renew(&self, refused: Option<&HeaderValue>) -> Result<Option<HeaderValue>> {
        let _one = self.refreshing.lock().await;
        // What was handed out and could not be stored comes first.
        self.store_held().await?;
        let held = self.lock().clone();
        if let Some(held) = &held
            && refused != Some(&held.header)
        {
            return Ok(Some(held.header.clone()));
        }
        let stored = self.load().await?;
        if let (Some(stored), Some(held)) = (&stored, &held)
            && stored.access != held.tokens.access
            && self.lasts(stored)
        {
            return self.hold(stored.clone(), true).map(Some);
        }
        self.obtain(stored.or(held.map(|held| held.tokens))).await.map(Some)
    }

    async fn load(&self) -> Result<Option<Tokens>> {
        match &self.vault {
            Some(vault) => (vault.load)().await.map_err(|why| unkept("read", &why)),
            None => Ok(None),
        }
    }

    /// Asks the server, and stores what it gave before it is used.
    async fn obtain(&self, had: Option<Tokens>) -> Result<HeaderValue> {
        let consented = had.is_some();
        let refresh = had.and_then(|tokens| tokens.refresh);
        let granted = match (self.kind, &refresh) {
            (CredentialKind::AuthorizationCode, Some(refresh)) => {
                match self.server.refresh(&self.kit, refresh).await {
                    // Another process that shares the store may have been faster.
                    Err(error) if matches!(error.kind(), ErrorKind::Auth | ErrorKind::Consent) => {
                        match self.load().await? {
                            Some(other) if other.refresh.as_ref() != Some(refresh) && self.lasts(&other) => {
                                return self.hold(other, true);
                            }
                            _ => return Err(error),
                        }
                    }
                    outcome => outcome?,
                }
            }
            (CredentialKind::AuthorizationCode, None) => return Err(no_consent(consented)),
            _ => self.server.grant(&self.kit).await?,
        };
        let until = granted.lasts.map(|lasts| Instant::now() + lasts.saturating_sub(ahead_of(lasts)));
        let now = self.vault.as_ref().map_or(jiff::Timestamp::UNIX_EPOCH, |vault| (vault.now)());
        let tokens = granted.into_tokens(refresh, now);
        // Held first: when it can't be stored, this connector must not lose it as well.
        let header = self.hold(tokens, self.vault.is_none())?;
        if let Some(held) = self.lock().as_mut() {
            held.until = until;
        }
        self.store_held().await?;
        Ok(header)
    }

    /// Stores what is held and not stored yet, and gives its header.
    async fn store_held(&self) -> Result<Option<HeaderValue>> {
        let Some(held) = self.lock().clone().filter(|held| !held.stored) else { return Ok(None) };
        if let Some(vault) = &self.vault {
            (vault.store)(held.tokens).await.map_err(|why| unkept("store", &why))?;
        }
        if let Some(held) = self.lock().as_mut() {
            held.stored = true;
        }
        Ok(self.good_header())
    }

    fn hold(&self, tokens: Tokens, stored: bool) -> Result<HeaderValue> {
        let header = header_value(format!("Bearer {}", tokens.access.expose()))?;
        let left = self.vault.as_ref().zip(tokens.expires_at).map(|(vault, end)| {
            Duration::try_from(end.duration_since((vault.now)())).unwrap_or(Duration::ZERO)
        });
        let until = left.map(|left| Instant::now() + left.saturating_sub(AHEAD));
        *self.lock() = Some(Held { tokens, header: header.clone(), until, stored });
        Ok(header)
    }

    fn good_header(&self) -> Option<HeaderValue> {
        let held = self.lock();
        let held = held.as_ref()?;
        let good = held.stored && held.until.is_none_or(|until| Instant::now() < until);
        good.then(|| held.header.clone())
    }

    /// Whether stored tokens are good for another request.
    fn lasts(&self, tokens: &Tokens) -> bool {
        let Some(vault) = &self.vault else { return false };
        let ahead = jiff::SignedDuration::try_from(AHEAD).unwrap_or_default();
        !tokens.access.is_empty()
            && tokens.expires_at.is_none_or(|end| end.duration_since((vault.now)()) > ahead)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lock_of(client: String) -> Arc<Mutex<()>> {
    let mut locks = REFRESHING.lock().unwrap_or_else(PoisonError::into_inner);
    locks.retain(|_, lock| lock.strong_count() > 0);
    if let Some(lock) = locks.get(&client).and_then(Weak::upgrade) {
        return lock;
    }
    let lock = Arc::new(Mutex::new(()));
    locks.insert(client, Arc::downgrade(&lock));
    lock
}

/// A token that lasts a minute at all is used for most of it.
fn ahead_of(lasts: Duration) -> Duration {
    AHEAD.min(lasts / 4)
}

/// `before`: there was a consent, which gave no refresh token.
fn no_consent(before: bool) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Consent,
        if before {
            "The consent has ended, and the application gave nothing to prolong it with (no refresh token)."
        } else {
            "Nobody has consented yet that Purser may work in this application."
        },
        "Press Authorize under Admin Credentials and consent with an administrator's account.",
    )
}

fn unkept(what: &str, why: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Transient { retry_after: None },
        format!("Purser could not {what} the application's tokens: {why}."),
        "Purser tries again by itself. If it stays, look into Purser's own log.",
    )
}
