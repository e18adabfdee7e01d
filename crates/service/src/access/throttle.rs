//! Slows down guessing: after a few failures each further try has to wait, twice as long every time.
//!
//! Counted per account and per address, in memory: a restart forgets, which an attacker can't bring about.
//! A try is counted *before* its password is looked at, so that tries made at the same time don't slip through
//! together; success takes the count back. The wait for an account stays short, since otherwise anybody could lock
//! an administrator out by failing on purpose; the wait for an address grows much longer.
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How many accounts and addresses are remembered; beyond it the ones longest quiet are forgotten.
const CAPACITY: usize = 10_000;
/// A quiet hour forgets everything.
const MEMORY: SignedDuration = SignedDuration::from_hours(1);

/// How one kind of key is slowed.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// Failures without any wait.
    free: u32,
    /// Longest wait in seconds.
    longest: i64,
}

const ACCOUNT: Pace = Pace { free: 3, longest: 60 };
const ADDRESS: Pace = Pace { free: 10, longest: 900 };

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    last: Timestamp,
    open_at: Timestamp,
}

/// Remembers failed tries.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    tries: Mutex<HashMap<String, Tries>>,
}

impl Throttle {
    /// Counts a try, or says how many seconds to wait before the next one.
    pub(crate) fn begin(&self, account: &str, address: &str, now: Timestamp) -> Result<(), i64> {
        let keys = [(account_key(account), ACCOUNT), (address_key(address), ADDRESS)];
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = keys.iter().filter_map(|(key, _)| seconds_left(tries.get(key)?, now)).max();
        if let Some(wait) = wait {
            return Err(wait);
        }
        for (key, pace) in keys {
            if tries.len() >= CAPACITY && !tries.contains_key(&key) {
                forget_quiet(&mut tries, now);
            }
            let entry = tries.entry(key).or_insert(Tries { count: 0, last: now, open_at: now });
            if now.duration_since(entry.last) > MEMORY {
                entry.count = 0;
            }
            entry.count = entry.count.saturating_add(1);
            entry.last = now;
            entry.open_at =
                now.saturating_add(SignedDuration::from_secs(pace.wait(entry.count))).unwrap_or(now);
        }
        Ok(())
    }

    /// Takes the counts back after a success.
    pub(crate) fn succeed(&self, account: &str, address: &str) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        tries.remove(&account_key(account));
        tries.remove(&address_key(address));
    }
}

impl Pace {
    fn wait(self, count: u32) -> i64 {
        match count.checked_sub(self.free) {
            None => 0,
            Some(beyond) => 1_i64.checked_shl(beyond.min(20)).unwrap_or(self.longest).min(self.longest),
        }
    }
}

fn account_key(account: &str) -> String {
    format!("account {}", account.trim().to_lowercase())
}

fn address_key(address: &str) -> String {
    format!("address {address}")
}

fn seconds_left(tries: &Tries, now: Timestamp) -> Option<i64> {
    let left = tries.open_at.duration_since(now);
    // Rounded up: "try again in 0 seconds" would be a lie.
    (left > SignedDuration::ZERO).then(|| left.as_secs() + i64::from(left.subsec_nanos() > 0))
}

fn forget_quiet(tries: &mut HashMap<String, Tries>, now: Timestamp) {
    tries.retain(|_, entry| now.duration_since(entry.last) <= MEMORY);
    if tries.len() >= CAPACITY {
        let mut ages: Vec<Timestamp> = tries.values().map(|entry| entry.last).collect();
        ages.sort_unstable();
        let middle = ages.get(ages.len() / 2).copied().unwrap_or(now);
        tries.retain(|_, entry| entry.last > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    #[test]
    fn three_failures_are_free_and_then_the_wait_doubles() {
        let throttle = Throttle::default();
        for _ in 0..3 {
            assert_eq!(throttle.begin("Ann@x.org", "10.0.0.1", at(0)), Ok(()));
        }
        assert_eq!(throttle.begin("ann@x.org", "10.0.0.2", at(0)), Err(1));
        assert_eq!(throttle.begin("ann@x.org", "10.0.0.2", at(1)), Ok(()));
        assert_eq!(throttle.begin("ann@x.org", "10.0.0.2", at(1)), Err(2));
        assert_eq!(throttle.begin("ann@x.org", "10.0.0.2", at(3)), Ok(()));
        assert_eq!(throttle.begin("ann@x.org", "10.0.0.2", at(3)), Err(4));
    }

    #[test]
    fn the_wait_for_an_account_stays_within_a_minute_and_for_an_address_within_a_quarter_of_an_hour() {
        assert_eq!((ACCOUNT.wait(4), ACCOUNT.wait(1_000)), (2, 60));
        assert_eq!((ADDRESS.wait(9), ADDRESS.wait(10), ADDRESS.wait(u32::MAX)), (0, 1, 900));
    }

    #[test]
    fn one_address_is_slowed_over_all_accounts() {
        let throttle = Throttle::default();
        for number in 0..10 {
            assert_eq!(throttle.begin(&format!("p{number}@x.org"), "10.0.0.1", at(0)), Ok(()));
        }
        assert_eq!(throttle.begin("fresh@x.org", "10.0.0.1", at(0)), Err(1));
        assert_eq!(throttle.begin("fresh@x.org", "10.0.0.9", at(0)), Ok(()));
    }

    #[test]
    fn success_and_a_quiet_hour_forget() {
        let throttle = Throttle::default();
        for _ in 0..3 {
            throttle.begin("ann@x.org", "10.0.0.1", at(0)).unwrap();
        }
        throttle.succeed("ann@x.org", "10.0.0.1");
        assert_eq!(throttle.begin("ann@x.org", "10.0.0.1", at(0)), Ok(()));
        for second in [10, 20, 30, 4_000] {
            assert_eq!(throttle.begin("bo@x.org", "10.0.0.2", at(second)), Ok(()));
        }
        assert_eq!(throttle.begin("bo@x.org", "10.0.0.2", at(4_000)), Ok(()));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let throttle = Throttle::default();
        for number in 0..CAPACITY * 2 {
            let _ = throttle.begin(&format!("p{number}@x.org"), &format!("a{number}"), at(0));
        }
        assert!(throttle.tries.lock().unwrap().len() <= CAPACITY);
    }
}
