//! Refused attempts to come in: the audit log tells of all of them, and an attacker can't fill the disk with them.
//!
//! The first of a kind (activity, account, address) is a row at once. Those of the same kind within a minute are
//! counted, and so is whatever the throttle refuses, which writes nothing; the count becomes one row, with the next
//! refusal after that minute or when the log is read. Beyond [`KINDS`] kinds a minute all further are one row, but for
//! those on an account that exists: these are told apart by account, so that no noise hides them.
//!
//! Deliberately absent: counts that survive the process.
use crate::access::throttle::address_key;
use crate::logs::activity::Activity;
use jiff::{SignedDuration, Timestamp};
use purser_domain::refusal::Refusal;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Attempts of one kind within this time are one row.
const WINDOW: SignedDuration = SignedDuration::from_secs(60);
/// Kinds of attempts told apart within a minute.
const KINDS: usize = 50;
/// In place of an account or address, where many are one row.
const SEVERAL: &str = "(several)";
/// Most characters kept of what was typed.
const MAX_TYPED: usize = 256;

/// What was tried, and refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) activity: Activity,
    pub(crate) refusal: Refusal,
    /// The account as it was typed, or what else names what was tried.
    pub(crate) account: String,
    /// The account, if there is one.
    pub(crate) account_id: Option<Uuid>,
    pub(crate) address: String,
}

impl Attempt {
    pub(crate) fn new(activity: Activity, refusal: Refusal, account: &str, address: &str) -> Self {
        let typed = account.trim().chars().filter(|c| !c.is_control()).take(MAX_TYPED);
        let address = address.chars().take(MAX_TYPED).collect();
        Self { activity, refusal, account: typed.collect(), account_id: None, address }
    }

    /// On an account that exists.
    pub(crate) fn on(self, account: Option<Uuid>) -> Self {
        Self { account_id: account, ..self }
    }

    fn kind(&self) -> Kind {
        Kind(self.activity, self.account.to_lowercase(), address_key(&self.address))
    }

    /// The same from whatever address.
    fn kind_of_account(&self) -> Kind {
        Kind(self.activity, self.account.to_lowercase(), SEVERAL.to_owned())
    }

    /// What stands for all that are not told apart.
    fn several(activity: Activity) -> Self {
        Self::new(activity, Refusal::Several, SEVERAL, SEVERAL)
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Kind(Activity, String, String);

/// Attempts of one kind, as far as they have no row of their own.
#[derive(Debug)]
pub(crate) struct Attempts {
    pub(crate) latest: Attempt,
    pub(crate) since: Timestamp,
    pub(crate) count: u64,
}

/// The attempts of the last minute.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<HashMap<Kind, Attempts>>);

impl Refusals {
    /// Counts an attempt for a later row.
    pub(crate) fn count(&self, attempt: Attempt, now: Timestamp) {
        self.take(attempt, now, false);
    }

    /// Counts an attempt, unless it is the first of its kind within the minute, which is given back to be written.
    pub(crate) fn first(&self, attempt: Attempt, now: Timestamp) -> Option<Attempt> {
        self.take(attempt, now, true)
    }

    fn take(&self, mut attempt: Attempt, now: Timestamp, mut row_at_once: bool) -> Option<Attempt> {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kind = attempt.kind();
        if kinds.len() >= KINDS && !kinds.contains_key(&kind) {
            if attempt.account_id.is_some() {
                kind = attempt.kind_of_account();
            } else {
                attempt = Attempt::several(attempt.activity);
                kind = attempt.kind();
                row_at_once = false;
            }
        }
        if let Some(known) = kinds.get_mut(&kind) {
            known.count += 1;
            known.latest = attempt;
            return None;
        }
        let count = u64::from(!row_at_once);
        kinds.insert(kind, Attempts { latest: attempt.clone(), since: now, count });
        row_at_once.then_some(attempt)
    }

    /// What was counted in minutes that are over.
    pub(crate) fn take_due(&self, now: Timestamp) -> Vec<Attempts> {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = kinds.extract_if(|_, counted| {
            let age = now.duration_since(counted.since);
            age >= WINDOW || age < SignedDuration::ZERO
        });
        due.map(|(_, counted)| counted).filter(|counted| counted.count > 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    fn attempt(account: &str) -> Attempt {
        Attempt::new(Activity::SignIn, Refusal::WrongPassword, account, "10.0.0.1")
    }

    #[test]
    fn the_first_of_a_minute_is_a_row_and_the_others_are_counted() {
        let refusals = Refusals::default();
        assert!(refusals.first(attempt("ann"), at(0)).is_some());
        assert!(refusals.first(attempt("ANN "), at(1)).is_none());
        refusals.count(attempt("ann"), at(2));
        assert!(refusals.take_due(at(59)).is_empty());
        let due = refusals.take_due(at(60));
        assert_eq!(due.iter().map(|counted| counted.count).collect::<Vec<_>>(), [2]);
        assert!(refusals.first(attempt("ann"), at(61)).is_some());
    }

    #[test]
    fn what_is_remembered_and_written_is_bounded() {
        let refusals = Refusals::default();
        let rows = (0..1_000).filter_map(|n| refusals.first(attempt(&format!("p{n}")), at(0))).count();
        assert_eq!(rows, KINDS);
        let due = refusals.take_due(at(60));
        assert_eq!(due.len(), 1);
        assert_eq!((due[0].latest.refusal, due[0].count), (Refusal::Several, 1_000 - KINDS as u64));
    }

    #[test]
    fn noise_hides_no_guess_at_an_account_that_exists() {
        let refusals = Refusals::default();
        for number in 0..KINDS * 2 {
            refusals.first(attempt(&format!("p{number}")), at(0));
        }
        let guess = |address: &str| Attempt {
            account_id: Some(Uuid::from_u128(1)),
            ..Attempt::new(Activity::SignIn, Refusal::WrongPassword, "ann", address)
        };
        let told = refusals.first(guess("10.0.0.1"), at(1)).unwrap();
        assert_eq!((told.account.as_str(), told.address.as_str()), ("ann", "10.0.0.1"));
        for number in 2..100 {
            assert!(
                refusals.first(guess(&format!("10.0.0.{number}")), at(1)).is_none(),
                "one row an account"
            );
        }
        let due = refusals.take_due(at(61));
        assert!(due.iter().any(|counted| counted.latest.account == "ann" && counted.count == 98));
    }

    #[test]
    fn what_was_typed_is_cut_and_bears_no_control_characters() {
        let attempt = attempt(&format!("a\u{7}b{}", "x".repeat(10_000)));
        assert_eq!(attempt.account.chars().count(), MAX_TYPED);
        assert!(attempt.account.starts_with("abx"));
    }
}
