//! A Samanage (SolarWinds Service Desk, REST API 2.1) in memory, with its inconsistencies.
//!
//! It does what is publicly known of the service, and where that is ambiguous what is harder on a client: unknown
//! members and wrong shapes are ignored with a 200, filters are not exact, personal groups are among the groups,
//! members are told only of a group that is asked for alone, answers leak a `salt`.
//!
//! Deliberately absent: XML, the service desk itself (incidents, assets, catalogue), organizations above a tenant.
mod answers;
mod auth;
mod call;
mod custom_fields;
mod digest;
mod groups;
mod input;
mod named;
mod options;
mod page;
mod query;
mod rate;
mod routes;
mod server;
mod state;
mod store;
mod token;
mod users;
mod words;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use digest::Nonces;
use rate::Rate;
use state::State;
use store::{ADMIN, Field, Store};

pub use options::{ComplaintStyle, MemberStyle, Misshapen, ResetStyle, SamanageOptions, Wrapping};
pub use words::{FieldType, Kind, Mail};

use crate::faults::{FaultRule, Faults};
use crate::journal::{Counts, Journal, JournalEntry};

/// A running server; it stops when this is dropped.
///
/// From the start it has the roles Administrator and Requester, and one user, who is the administrator whose token
/// and password the options have.
#[derive(Debug)]
pub struct SamanageTarget {
    state: Arc<State>,
    address: SocketAddr,
    listener: JoinHandle<()>,
}

impl SamanageTarget {
    /// Starts a server on a free port of the loopback interface.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(options: SamanageOptions) -> io::Result<Self> {
        Self::bind(SocketAddr::from(([127, 0, 0, 1], 0)), options).await
    }

    /// Starts a server on this address.
    ///
    /// # Errors
    /// When the address can't be had.
    pub async fn bind(address: SocketAddr, options: SamanageOptions) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            store: Mutex::new(Store::new(&options.username, &options.token)),
            options,
            base_url: format!("http://{address}"),
            nonces: Nonces::default(),
            rate: Rate::new(),
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
        self.state.base_url.clone()
    }

    /// The token that the administrator had at the start.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.state.options.token
    }

    /// Id of the administrator who is there from the start.
    #[must_use]
    pub fn admin(&self) -> u64 {
        ADMIN
    }

    /// All records of a kind in the order in which they were made: bare, with numbers as ids, and groups with their
    /// memberships.
    #[must_use]
    pub fn records(&self, kind: Kind) -> Vec<Value> {
        let store = self.state.store();
        let options = &self.state.options;
        match kind {
            Kind::Users => store.users.iter().map(|(id, user)| users::write(&store, *id, user)).collect(),
            Kind::Groups => {
                store.groups.iter().map(|(id, group)| groups::write(&store, *id, group, options)).collect()
            }
            _ => named::all(&store, kind)
                .into_iter()
                .flatten()
                .map(|(id, record)| named::write(kind.word(), *id, record))
                .collect(),
        }
    }

    /// The user with this address, in any case.
    #[must_use]
    pub fn user(&self, email: &str) -> Option<Value> {
        let store = self.state.store();
        let id = store.find_by_email(email)?;
        store.users.get(&id).map(|user| users::write(&store, id, user))
    }

    /// The group with this name that is nobody's own.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<Value> {
        let store = self.state.store();
        let (id, group) =
            store.groups.iter().find(|(_, group)| group.owner.is_none() && group.name == name)?;
        Some(groups::write(&store, *id, group, &self.state.options))
    }

    /// Addresses of a group's members, sorted; nobody if there is no such group.
    #[must_use]
    pub fn members(&self, group: u64) -> Vec<String> {
        let store = self.state.store();
        let members = store.groups.get(&group).map(|group| group.members.keys());
        let mut addresses: Vec<_> = members
            .into_iter()
            .flatten()
            .filter_map(|id| store.users.get(id))
            .map(|user| user.email.clone())
            .collect();
        addresses.sort();
        addresses
    }

    /// Puts a record there, as if somebody had made it in the application itself: no mail, no audit; gives its id.
    /// The record is in the shape that is written, without its wrapper. `None` when the API would refuse it.
    pub fn insert(&self, kind: Kind, record: Value) -> Option<u64> {
        let Value::Object(record) = record else { return None };
        let mut store = self.state.store();
        let options = &self.state.options;
        match kind {
            Kind::Users => users::insert(&mut store, &record, options).ok(),
            Kind::Groups => groups::insert(&mut store, &record, options).ok(),
            _ => named::insert(&mut store, kind, &record).ok(),
        }
    }

    /// Takes a record away, as if somebody had deleted it in the application itself. Personal groups stay.
    pub fn remove(&self, kind: Kind, id: u64) -> bool {
        let mut store = self.state.store();
        match kind {
            Kind::Users => store.remove_user(id),
            Kind::Groups => store.remove_group(id),
            _ => named::remove(&mut store, kind, id),
        }
    }

    /// Makes a user a member, and gives the membership's id; `None` when either does not exist.
    pub fn insert_member(&self, group: u64, user: u64) -> Option<u64> {
        self.state.store().insert_membership(group, user)
    }

    /// Adds a custom field, and gives its id. Fields that were not added are ignored when they are written.
    pub fn insert_custom_field(&self, name: &str, kind: FieldType) -> u64 {
        let mut store = self.state.store();
        let id = store.next_id();
        store.fields.insert(id, Field { name: name.to_owned(), kind });
        id
    }

    /// Gives a user a new token, and takes the old ones from him; `None` when there is no such user. A token can do
    /// what its user's role can.
    pub fn reset_token(&self, user: u64) -> Option<String> {
        self.state.store().reset_token(user)
    }

    /// Takes a service (`users`, `roles`, `memberships` …) from all roles: 403.
    pub fn forbid(&self, service: &str) {
        self.state.store().forbidden.insert(service.to_owned());
    }

    /// Gives a service back to the roles that have it.
    pub fn permit(&self, service: &str) {
        self.state.store().forbidden.remove(service);
    }

    /// Lets time pass for the limit of calls, without anybody waiting.
    pub fn pass_time(&self, time: Duration) {
        self.state.rate.skip(time);
    }

    /// The activation mails sent so far.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.state.store().mails.clone()
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

impl Drop for SamanageTarget {
    fn drop(&mut self) {
        self.listener.abort();
    }
}
