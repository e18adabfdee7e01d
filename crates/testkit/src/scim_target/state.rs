//! What the connections share.
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::options::{ClearStyle, Filtering, IdStyle, TargetOptions, ValueRules};
use super::rate::Rate;
use super::store::{Kind, Store};
use crate::faults::Faults;
use crate::journal::Journal;

/// What somebody does in the application while a list of its users is read.
#[derive(Debug, Clone, PartialEq)]
pub enum Meanwhile {
    /// An account comes.
    Insert(Value),
    /// The account with this id goes.
    Remove(String),
}

/// What the connections share.
#[derive(Debug)]
pub(super) struct State {
    pub(super) options: TargetOptions,
    /// Nothing is asked of users that is not known from [`Sent`](super::store::Sent).
    pub(super) takes_users_as_they_are: bool,
    pub(super) users: Mutex<Store>,
    pub(super) groups: Mutex<Store>,
    /// What happens after each page of users.
    pub(super) meanwhile: Mutex<VecDeque<Vec<Meanwhile>>>,
    /// What somebody else makes of the object that is put next.
    pub(super) before_put: Mutex<Option<Value>>,
    pub(super) rate: Option<Rate>,
    pub(super) faults: Faults,
    pub(super) journal: Journal,
}

impl State {
    pub(super) fn new(options: TargetOptions) -> Self {
        let takes_users_as_they_are = options.values == ValueRules::default()
            && options.patching.clear == ClearStyle::Remove
            && options.create_ignores.is_empty()
            && options.ids == IdStyle::Uuid;
        Self {
            takes_users_as_they_are,
            users: Mutex::new(Store::new(Kind::User, options.ids)),
            groups: Mutex::new(Store::new(Kind::Group, options.ids)),
            meanwhile: Mutex::default(),
            before_put: Mutex::default(),
            rate: options.requests.rate.map(Rate::new),
            faults: Faults::default(),
            journal: Journal::default(),
            options,
        }
    }

    pub(super) fn store(&self, kind: Kind) -> MutexGuard<'_, Store> {
        let store = match kind {
            Kind::User => &self.users,
            Kind::Group => &self.groups,
        };
        store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn accounts(&self) -> MutexGuard<'_, Store> {
        self.store(Kind::User)
    }

    pub(super) fn filtering(&self, kind: Kind) -> &Filtering {
        match kind {
            Kind::User => &self.options.user_filters,
            Kind::Group => &self.options.group_filters,
        }
    }

    /// A page of all objects has been made.
    pub(super) fn after_page(&self, kind: Kind) {
        if kind == Kind::Group {
            return;
        }
        let steps = self.meanwhile.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        for step in steps.into_iter().flatten() {
            match step {
                // A test that names an account twice sees that in its result.
                Meanwhile::Insert(body) => drop(self.accounts().insert(body)),
                Meanwhile::Remove(id) => drop(self.accounts().remove(&id)),
            }
        }
    }
}
