//! A SCIM server in memory.
mod accounts;
mod filter;
mod page;
mod patch;
mod path;
mod server;
mod users;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use accounts::Accounts;

use crate::faults::{FaultRule, Faults};
use crate::journal::{Counts, Journal, JournalEntry};

/// What kind of server to be.
#[derive(Debug, Clone)]
pub struct TargetOptions {
    /// The bearer token that it accepts.
    pub token: String,
    /// Path of its SCIM endpoint.
    pub base_path: String,
    /// How it deals with PATCH.
    pub patch: PatchStyle,
    /// How it deals with filters.
    pub filter: FilterStyle,
    /// It wants booleans as the texts `True` and `False`, and refuses real ones.
    pub text_booleans: bool,
}

/// How a server deals with PATCH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchStyle {
    /// 200 with the account.
    Resource,
    /// 204 without a body.
    NoContent,
    /// 501.
    Missing,
}

/// How a server deals with filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterStyle {
    /// As the RFC says.
    Honoured,
    /// It lists everybody, whatever was asked.
    Ignored,
}

impl Default for TargetOptions {
    fn default() -> Self {
        Self {
            token: "t0ken".to_owned(),
            base_path: "/scim/v2".to_owned(),
            patch: PatchStyle::Resource,
            filter: FilterStyle::Honoured,
            text_booleans: false,
        }
    }
}

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct ScimTarget {
    state: Arc<State>,
    address: SocketAddr,
    listener: JoinHandle<()>,
}

/// What the connections share.
#[derive(Debug)]
struct State {
    options: TargetOptions,
    accounts: Mutex<Accounts>,
    faults: Faults,
    journal: Journal,
}

impl State {
    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ScimTarget {
    /// Starts a server on a free port of the loopback interface.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(options: TargetOptions) -> io::Result<Self> {
        Self::bind(SocketAddr::from(([127, 0, 0, 1], 0)), options).await
    }

    /// Starts a server on this address.
    ///
    /// # Errors
    /// When the address can't be had.
    pub async fn bind(address: SocketAddr, options: TargetOptions) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            options,
            accounts: Mutex::default(),
            faults: Faults::default(),
            journal: Journal::default(),
        });
        let listener = tokio::spawn(server::run(listener, Arc::clone(&state)));
        Ok(Self { state, address, listener })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The Tenant URL.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, self.state.options.base_path)
    }

    /// The token that it accepts.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.state.options.token
    }

    /// All accounts, in the order in which they were made.
    #[must_use]
    pub fn accounts(&self) -> Vec<Value> {
        let bodies: Vec<_> = self.state.accounts().bodies().cloned().collect();
        bodies.iter().filter_map(|body| serde_json::from_slice(body).ok()).collect()
    }

    /// The account with this user name.
    #[must_use]
    pub fn account(&self, user_name: &str) -> Option<Value> {
        let body = self.state.accounts().find_by_user_name(user_name)?;
        serde_json::from_slice(&body).ok()
    }

    /// How many accounts there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.state.accounts().len()
    }

    /// Puts an account there, as if somebody had made it in the application itself; gives its id. `None` when the
    /// user name is missing or taken.
    pub fn insert(&self, body: Value) -> Option<String> {
        self.state.accounts().insert(body).ok().map(|(id, _)| id)
    }

    /// Takes an account away, as if somebody had deleted it in the application itself.
    pub fn remove(&self, id: &str) -> bool {
        self.state.accounts().remove(id)
    }

    /// Puts back an account that [`accounts`](Self::accounts) gave, with its id; `false` when its id or user name is
    /// in use.
    pub fn restore(&self, account: &Value) -> bool {
        self.state.accounts().restore(account)
    }

    /// Fails from now on as the rule says, until it is used up or [`heal`](Self::heal) is called.
    pub fn break_with(&self, rule: FaultRule) {
        self.state.faults.set(rule);
    }

    /// Works again. Requests that hang go on.
    pub fn heal(&self) {
        self.state.faults.clear();
    }

    /// Requests so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.state.journal.counts()
    }

    /// Whether to write down each request. Off at first: it costs memory.
    pub fn keep_journal(&self, keep: bool) {
        self.state.journal.keep(keep);
    }

    /// The requests written down so far.
    #[must_use]
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.state.journal.entries()
    }
}

impl Drop for ScimTarget {
    fn drop(&mut self) {
        self.listener.abort();
    }
}
