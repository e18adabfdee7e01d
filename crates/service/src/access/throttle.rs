//! Slows down guessing: after a few failures each further try has to wait, twice as long every time.
//!
//! Counted per account and per address, in memory: a restart forgets, which an attacker can't bring about. A try is
//! counted *before* anything is looked up, hashed or stored for it, so that tries made at the same time don't slip
//! through together; success takes the count back. The wait for an account stays short, since otherwise an attacker
//! could lock an administrator out by failing on purpose; the wait for an address grows much longer.
//!
//! Memory is bounded: [`CAPACITY`] entries of a few words each, however long the typed accounts are.
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

/// How many accounts and addresses are remembered; beyond it the ones longest quiet are forgotten.
const CAPACITY: usize = 10_000;
/// A quiet hour forgets everything.
const MEMORY: SignedDuration = SignedDuration::from_hours(1);

/// The address that a client is counted under: of an IPv6 address its /64 network, since a client that has one
/// address of it has them all; an IPv4 address in its IPv6 clothes is itself.
#[must_use]
pub fn throttle_key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// The same for an address in text; a text that is none counts under itself.
pub(crate) fn address_key(address: &str) -> String {
    address.parse().map_or_else(|_| address.to_owned(), |address| throttle_key(address).to_string())
}

/// How one kind of key is slowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// Remembers failed tries, by the hash of an account or address.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    tries: Mutex<HashMap<u64, Tries>>,
    hasher: RandomState,
}

impl Throttle {
    /// Counts a try, or says how many seconds to wait before the next one. A try without an account counts for its
    /// address alone.
    pub(crate) fn begin(&self, account: Option<&str>, address: &str, now: Timestamp) -> Result<(), i64> {
        let keys = self.keys(account, address);
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
    pub(crate) fn succeed(&self, account: Option<&str>, address: &str) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in self.keys(account, address) {
            tries.remove(&key);
        }
    }

    fn keys(&self, account: Option<&str>, address: &str) -> Vec<(u64, Pace)> {
        let account = account.map(|account| (account.trim().to_lowercase(), ACCOUNT));
        let named = account.into_iter().chain([(address_key(address), ADDRESS)]);
        named.map(|(name, pace)| (self.hasher.hash_one((name, pace)), pace)).collect()
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

fn seconds_left(tries: &Tries, now: Timestamp) -> Option<i64> {
    let left = tries.open_at.duration_since(now);
    // Rounded up: "try again in 0 seconds" would be a lie.
    (left > SignedDuration::ZERO).then(|| left.as_secs() + i64::from(left.subsec_nanos() > 0))
}

fn forget_quiet(tries: &mut HashMap<u64, Tries>, now: Timestamp) {
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
            assert_eq!(throttle.begin(Some("Ann@x.org"), "10.0.0.1", at(0)), Ok(()));
        }
        assert_eq!(throttle.begin(Some("ann@x.org"), "10.0.0.2", at(0)), Err(1));
        assert_eq!(throttle.begin(Some("ann@x.org"), "10.0.0.2", at(1)), Ok(()));
        assert_eq!(throttle.begin(Some("ann@x.org"), "10.0.0.2", at(1)), Err(2));
        assert_eq!(throttle.begin(Some("ann@x.org"), "10.0.0.2", at(3)), Ok(()));
        assert_eq!(throttle.begin(Some("ann@x.org"), "10.0.0.2", at(3)), Err(4));
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
            assert_eq!(throttle.begin(Some(&format!("p{number}@x.org")), "10.0.0.1", at(0)), Ok(()));
        }
        assert_eq!(throttle.begin(Some("fresh@x.org"), "10.0.0.1", at(0)), Err(1));
        assert_eq!(throttle.begin(Some("fresh@x.org"), "10.0.0.9", at(0)), Ok(()));
    }

    #[test]
    fn success_and_a_quiet_hour_forget() {
        let throttle = Throttle::default();
        for _ in 0..3 {
            throttle.begin(Some("ann@x.org"), "10.0.0.1", at(0)).unwrap();
        }
        throttle.succeed(Some("ann@x.org"), "10.0.0.1");
        assert_eq!(throttle.begin(Some("ann@x.org"), "10.0.0.1", at(0)), Ok(()));
        for second in [10, 20, 30, 4_000] {
            assert_eq!(throttle.begin(Some("bo@x.org"), "10.0.0.2", at(second)), Ok(()));
        }
        assert_eq!(throttle.begin(Some("bo@x.org"), "10.0.0.2", at(4_000)), Ok(()));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let throttle = Throttle::default();
        for number in 0..CAPACITY * 2 {
            let _ = throttle.begin(Some(&format!("p{number}@x.org")), &format!("a{number}"), at(0));
        }
        assert!(throttle.tries.lock().unwrap().len() <= CAPACITY);
    }

    #[test]
    fn all_addresses_of_an_ipv6_network_are_one_attacker() {
        let throttle = Throttle::default();
        for number in 0..10 {
            assert_eq!(throttle.begin(None, &format!("2001:db8:0:7::{number:x}"), at(0)), Ok(()));
        }
        assert_eq!(throttle.begin(None, "2001:db8:0:7:ffff::1", at(0)), Err(1));
        assert_eq!(throttle.begin(None, "2001:db8:0:8::1", at(0)), Ok(()));
    }

    #[test]
    fn an_ipv4_address_is_itself_also_in_its_ipv6_clothes() {
        let plain: IpAddr = "192.0.2.1".parse().unwrap();
        assert_eq!(throttle_key("::ffff:192.0.2.1".parse().unwrap()), plain);
        assert_ne!(throttle_key("192.0.2.2".parse().unwrap()), plain);
    }
}
