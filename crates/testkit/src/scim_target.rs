//! A SCIM server in memory.
mod answers;
mod discovery;
mod dress;
mod filter;
mod list;
mod options;
mod page;
mod patch;
mod path;
mod rate;
mod resources;
mod rules;
mod server;
mod state;
mod store;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use state::State;
use store::Kind;

use crate::faults::FaultRule;
use crate::journal::{Counts, JournalEntry};

pub use options::{
    AnswerStyle, ClearStyle, DeleteStyle, DiscoveryStyle, ElementForm, ErrorStyle, FilterStyle, Filtering,
    GroupRules, IdStyle, ManagerForm, MembersChange, MembersShown, PageStyle, Pages, PatchPaths, PatchStyle,
    Patching, RequestRate, RequestRules, TargetOptions, TotalStyle, ValueLimit, ValueRules, VersionStyle,
};
pub use state::Meanwhile;

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct ScimTarget {
    state: Arc<State>,
    address: SocketAddr,
    listener: JoinHandle<()>,
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
        let state = Arc::new(State::new(options));
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

    /// All groups, members included, in the order in which they were made.
    #[must_use]
    pub fn groups(&self) -> Vec<Value> {
        let bodies: Vec<_> = self.state.store(Kind::Group).bodies().cloned().collect();
        bodies.iter().filter_map(|body| serde_json::from_slice(body).ok()).collect()
    }

    /// The group with this id, members included.
    #[must_use]
    pub fn group(&self, id: &str) -> Option<Value> {
        let body = self.state.store(Kind::Group).get(id).cloned()?;
        serde_json::from_slice(&body).ok()
    }

    /// Puts a group there, as if somebody had made it in the application itself; gives its id.
    pub fn insert_group(&self, body: Value) -> Option<String> {
        self.state.store(Kind::Group).insert(body).ok().map(|(id, _)| id)
    }

    /// What somebody does in the application after each of the next pages of users that are listed without a filter.
    pub fn meanwhile(&self, steps: impl IntoIterator<Item = Vec<Meanwhile>>) {
        self.state.meanwhile.lock().unwrap_or_else(PoisonError::into_inner).extend(steps);
    }

    /// Lets somebody else write these members into the object that is put next, just before it is put.
    pub fn before_put(&self, members: Value) {
        *self.state.before_put.lock().unwrap_or_else(PoisonError::into_inner) = Some(members);
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

    /// Waits for a request to be answered, if none was since this was asked last.
    pub async fn answered(&self) {
        self.state.journal.answered.notified().await;
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
