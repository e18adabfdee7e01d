//! What the service knows: plain records that refer to each other by id.
//!
//! Invariants: every user has a personal group with himself as its only member; nothing refers to a record that is
//! gone; ids are never used twice, not even for records of different kinds, so that a user's id in the place of a
//! membership's is always an error.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use super::token;
use super::words::{FieldType, Mail};

/// The administrator who is there from the start.
pub(super) const ADMIN: u64 = 1003;

/// 2026-01-05, 08:00 in Greenwich: when the store was made. Each write is a second later than the one before, so
/// that what is told does not depend on when a test runs.
const START: i64 = 1_767_600_000;

#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) users: BTreeMap<u64, User>,
    pub(super) groups: BTreeMap<u64, Group>,
    /// Group and user.
    pub(super) memberships: BTreeMap<u64, (u64, u64)>,
    pub(super) roles: BTreeMap<u64, Named>,
    pub(super) sites: BTreeMap<u64, Named>,
    pub(super) departments: BTreeMap<u64, Named>,
    pub(super) fields: BTreeMap<u64, Field>,
    /// The oldest first.
    pub(super) audits: Vec<Audit>,
    pub(super) mails: Vec<Mail>,
    /// Services that nobody's role has.
    pub(super) forbidden: BTreeSet<String>,
    /// Token to user.
    tokens: HashMap<String, u64>,
    /// Lower-cased address to user.
    addresses: HashMap<String, u64>,
    last_id: u64,
    writes: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) title: String,
    pub(super) phone: String,
    pub(super) mobile_phone: String,
    pub(super) disabled: bool,
    pub(super) role: Option<u64>,
    pub(super) site: Option<u64>,
    pub(super) department: Option<u64>,
    pub(super) reports_to: Option<u64>,
    pub(super) custom: CustomValues,
    /// The groups he is in, with his own.
    pub(super) groups: BTreeSet<u64>,
    pub(super) personal_group: u64,
    pub(super) created: u64,
    pub(super) updated: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) superviser: Option<u64>,
    pub(super) custom: CustomValues,
    /// Whose personal group it is.
    pub(super) owner: Option<u64>,
    /// User to membership.
    pub(super) members: BTreeMap<u64, u64>,
    pub(super) created: u64,
    pub(super) updated: u64,
}

/// Field to the value's id and the value.
pub(super) type CustomValues = BTreeMap<u64, (u64, String)>;

/// A role, site or department.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) location: String,
    pub(super) portal: bool,
    pub(super) show_my_tasks: bool,
}

/// A custom field.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: FieldType,
}

/// Something that was done.
#[derive(Debug, Clone)]
pub(super) struct Audit {
    pub(super) id: u64,
    pub(super) action: &'static str,
    pub(super) word: &'static str,
    pub(super) item: u64,
    pub(super) detail: String,
    pub(super) caller: u64,
    pub(super) time: u64,
}

impl Store {
    /// The roles that every tenant has, and one administrator.
    pub(super) fn new(admin: &str, token: &str) -> Self {
        let mut store = Self { last_id: 1000, ..Self::default() };
        let role = |name: &str, portal| Named { name: name.to_owned(), portal, ..Named::default() };
        let administrator = store.next_id();
        store.roles.insert(administrator, role("Administrator", false));
        let requester = store.next_id();
        store.roles.insert(requester, role("Requester", true));
        let user = User {
            name: "Administrator".to_owned(),
            email: admin.to_owned(),
            role: Some(administrator),
            ..User::default()
        };
        let user = store.insert_user(user);
        store.tokens.insert(token.to_owned(), user);
        store
    }

    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The time of a write.
    pub(super) fn next_time(&mut self) -> u64 {
        self.writes += 1;
        self.writes
    }

    pub(super) fn find_by_email(&self, email: &str) -> Option<u64> {
        self.addresses.get(&email.to_lowercase()).copied()
    }

    /// The user whose token it is; disabled ones have none.
    pub(super) fn find_by_token(&self, token: &str) -> Option<u64> {
        let id = self.tokens.get(token)?;
        self.users.get(id).filter(|user| !user.disabled).map(|_| *id)
    }

    /// A new token in the place of all others that the user has.
    pub(super) fn reset_token(&mut self, user: u64) -> Option<String> {
        self.users.get(&user)?;
        let time = self.next_time();
        let token = token::write(user, time);
        self.tokens.retain(|_, holder| *holder != user);
        self.tokens.insert(token.clone(), user);
        Some(token)
    }

    pub(super) fn role_of(&self, user: u64) -> Option<&str> {
        let role = self.users.get(&user)?.role?;
        self.roles.get(&role).map(|role| role.name.as_str())
    }

    /// Stores a user, with a group of his own.
    pub(super) fn insert_user(&mut self, user: User) -> u64 {
        let time = self.next_time();
        let (id, group) = (self.next_id(), self.next_id());
        self.addresses.insert(user.email.to_lowercase(), id);
        self.users.insert(id, User { personal_group: group, created: time, updated: time, ..user });
        self.groups
            .insert(group, Group { owner: Some(id), created: time, updated: time, ..Group::default() });
        self.insert_membership(group, id);
        id
    }

    /// Puts the user in the place of what is there.
    pub(super) fn replace_user(&mut self, id: u64, user: User) {
        let time = self.next_time();
        if let Some(old) = self.users.get_mut(&id) {
            self.addresses.remove(&old.email.to_lowercase());
            self.addresses.insert(user.email.to_lowercase(), id);
            *old = User { updated: time, ..user };
            if old.disabled {
                // A token dies with its user's being disabled, and does not come back with him.
                self.tokens.retain(|_, holder| *holder != id);
            }
        }
    }

    pub(super) fn remove_user(&mut self, id: u64) -> bool {
        let Some(user) = self.users.remove(&id) else { return false };
        self.addresses.remove(&user.email.to_lowercase());
        self.tokens.retain(|_, holder| *holder != id);
        for group in &user.groups {
            if let Some(membership) = self.groups.get_mut(group).and_then(|group| group.members.remove(&id)) {
                self.memberships.remove(&membership);
            }
        }
        self.groups.remove(&user.personal_group);
        self.users
            .values_mut()
            .filter(|user| user.reports_to == Some(id))
            .for_each(|user| user.reports_to = None);
        self.groups
            .values_mut()
            .filter(|group| group.superviser == Some(id))
            .for_each(|group| group.superviser = None);
        true
    }

    /// Removes a group that is nobody's own.
    pub(super) fn remove_group(&mut self, id: u64) -> bool {
        if self.groups.get(&id).is_none_or(|group| group.owner.is_some()) {
            return false;
        }
        let members = self.groups.remove(&id).map(|group| group.members).unwrap_or_default();
        for (user, membership) in members {
            self.memberships.remove(&membership);
            if let Some(user) = self.users.get_mut(&user) {
                user.groups.remove(&id);
            }
        }
        true
    }

    /// The membership of this user, which is the old one if he was a member.
    pub(super) fn insert_membership(&mut self, group: u64, user: u64) -> Option<u64> {
        let known = self.groups.get(&group)?.members.get(&user).copied();
        self.users.get(&user)?;
        if known.is_some() {
            return known;
        }
        let id = self.next_id();
        self.groups.get_mut(&group)?.members.insert(user, id);
        self.users.get_mut(&user)?.groups.insert(group);
        self.memberships.insert(id, (group, user));
        Some(id)
    }

    pub(super) fn remove_membership(&mut self, id: u64) -> bool {
        let Some((group, user)) = self.memberships.remove(&id) else { return false };
        if let Some(group) = self.groups.get_mut(&group) {
            group.members.remove(&user);
        }
        if let Some(user) = self.users.get_mut(&user) {
            user.groups.remove(&group);
        }
        true
    }

    /// What the group is called. A personal group is called as its user.
    pub(super) fn name_of_group<'a>(&'a self, group: &'a Group) -> &'a str {
        let owner = group.owner.and_then(|owner| self.users.get(&owner));
        owner.map_or(group.name.as_str(), |user| user.name.as_str())
    }

    /// Writes down who did what.
    pub(super) fn append_audit(
        &mut self,
        caller: u64,
        action: &'static str,
        word: &'static str,
        item: u64,
        detail: String,
    ) {
        let id = self.next_id();
        self.audits.push(Audit { id, action, word, item, detail, caller, time: self.writes });
    }

    /// An audit as it is told.
    pub(super) fn write_audit(&self, audit: &Audit) -> Value {
        let user = self.users.get(&audit.caller);
        json!({
            "id": audit.id,
            "action": audit.action,
            "item_type": audit.word,
            "item_id": audit.item,
            "message": audit.detail,
            "user": user.map(|user| json!({"id": audit.caller, "name": user.name, "email": user.email})),
            "created_at": time_at(audit.time),
        })
    }
}

/// A time of the store as it is told.
pub(super) fn time_at(writes: u64) -> String {
    let second = START.saturating_add(i64::try_from(writes).unwrap_or(i64::MAX));
    jiff::Timestamp::from_second(second)
        .map(|time| time.strftime("%Y-%m-%dT%H:%M:%S.000+00:00").to_string())
        .unwrap_or_default()
}
