//! When something that failed is tried again.
//!
//! Two ladders: one for a single object (escrow), one for a whole target (quarantine). Both end in a rung that
//! repeats for ever: an account that should have gone is never given up on.
use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// Waits before the 1st, 2nd, … retry of an object; the last one repeats ("down to once a day").
const OBJECT: [u64; 12] = [
    5,
    20,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    6 * HOUR,
    12 * HOUR,
    24 * HOUR,
];

/// Waits before the 1st, 2nd, … attempt at a target that is in quarantine; the last one repeats.
const TARGET: [u64; 8] = [30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, HOUR];

/// How long to wait before an object that has failed `attempts` times in a row is tried again.
///
/// What the target itself asked for (`Retry-After`) counts when it is longer, up to a day.
pub(crate) fn object_delay(attempts: u32, asked: Option<Duration>) -> Duration {
    let ladder = rung(&OBJECT, attempts);
    asked.map_or(ladder, |asked| asked.clamp(ladder, Duration::from_secs(24 * HOUR).max(ladder)))
}

/// How long to leave a target alone that has been found unusable `attempts` times in a row.
pub(crate) fn target_delay(attempts: u32) -> Duration {
    rung(&TARGET, attempts)
}

fn rung(ladder: &[u64], attempts: u32) -> Duration {
    let step = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX).min(ladder.len() - 1);
    Duration::from_secs(ladder.get(step).copied().unwrap_or(HOUR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_grow_and_then_stay() {
        let waits: Vec<u64> = (1..=20).map(|n| object_delay(n, None).as_secs()).collect();
        assert!(waits.is_sorted());
        assert_eq!(waits[0], 5);
        assert_eq!(waits[19], 24 * HOUR);
        assert_eq!(target_delay(1).as_secs(), 30);
        assert_eq!(target_delay(99).as_secs(), HOUR);
        assert_eq!(target_delay(u32::MAX).as_secs(), HOUR);
    }

    #[test]
    fn a_longer_wish_of_the_target_counts_but_not_beyond_a_day() {
        assert_eq!(object_delay(1, Some(Duration::from_secs(90))).as_secs(), 90);
        assert_eq!(object_delay(1, Some(Duration::from_secs(1))).as_secs(), 5);
        assert_eq!(object_delay(1, Some(Duration::from_secs(999 * HOUR))).as_secs(), 24 * HOUR);
    }
}
