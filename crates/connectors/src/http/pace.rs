//! Pacing: holds requests back so that a target's rate limits are kept.
//!
//! Each limit is kept exactly: in no window of its length go out more requests than it allows. (A token bucket that
//! lets a whole window's worth out at once, as common rate limiters do, lets out nearly twice as many in the first
//! window, and the target answers 429.) `burst` holds them back further: they are spread over the window.
//!
//! The budget belongs to the address and its limits, not to one endpoint, so that Test Connection, a cycle and a probe
//! of the same application share it. It lives in this process only.
//!
//! A request that is dropped while it waits has used its place.
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use tokio::time::{Instant, sleep_until};

use crate::profile::{Counted, RateLimit};

/// Most addresses whose budgets are remembered.
const REMEMBERED: usize = 1024;

/// The budgets of all addresses.
#[derive(Default)]
pub(super) struct Paces(Mutex<HashMap<String, Arc<Pace>>>);

impl Paces {
    /// The budget of `address` with these limits; `None` when there are none.
    pub(super) fn share(&self, address: &str, limits: &[RateLimit]) -> Option<Arc<Pace>> {
        let limits: Vec<&RateLimit> =
            limits.iter().filter(|limit| limit.count > 0 && limit.seconds > 0).collect();
        if limits.is_empty() {
            return None;
        }
        let key = format!("{address} {limits:?}");
        let mut paces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pace) = paces.get(&key) {
            return Some(Arc::clone(pace));
        }
        if paces.len() >= REMEMBERED {
            let now = Instant::now();
            paces.retain(|_, pace| Arc::strong_count(pace) > 1 || pace.still_counts(now));
        }
        let pace = Arc::new(Pace::new(&limits));
        // What is in use or was just used is kept beyond the bound: there are as many as connectors.
        paces.insert(key, Arc::clone(&pace));
        Some(pace)
    }
}

/// The budget of one address.
pub(super) struct Pace {
    /// The ones for few requests first, so that no request takes a place in the common one and then waits in its own.
    windows: Vec<Window>,
}

impl Pace {
    fn new(limits: &[&RateLimit]) -> Self {
        let mut windows: Vec<Window> = limits.iter().map(|limit| Window::new(limit)).collect();
        windows.sort_by_key(|window| match window.counted {
            Counted::UserDeletes => 0,
            Counted::UserWrites | Counted::GroupReads => 1,
            Counted::Reads | Counted::Writes => 2,
            Counted::All => 3,
        });
        Self { windows }
    }

    /// Waits until a request with this method to `path` (relative to the Tenant URL) may go.
    pub(super) async fn wait(&self, method: &Method, path: &str) {
        for window in &self.windows {
            if counts(window.counted, method, path) {
                let now = Instant::now();
                let turn = window.reserve(now);
                if turn > now {
                    sleep_until(turn).await;
                }
            }
        }
    }

    /// Whether requests of the past still count.
    fn still_counts(&self, now: Instant) -> bool {
        self.windows
            .iter()
            .any(|window| window.lock().sent.back().is_some_and(|at| *at + window.length > now))
    }
}

/// One limit and the requests that count.
struct Window {
    counted: Counted,
    count: usize,
    length: Duration,
    burst: u32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the last `count` requests went or will go, oldest first.
    sent: VecDeque<Instant>,
    /// When the bucket that spreads requests is full again.
    full_at: Option<Instant>,
}

impl Window {
    fn new(limit: &RateLimit) -> Self {
        Self {
            counted: limit.requests,
            count: limit.count as usize,
            length: Duration::from_secs(limit.seconds.into()),
            burst: limit.burst.unwrap_or(limit.count).clamp(1, limit.count),
            state: Mutex::default(),
        }
    }

    /// Takes the next place and says when it is.
    fn reserve(&self, now: Instant) -> Instant {
        let mut state = self.lock();
        let mut turn = state.sent.back().map_or(now, |last| now.max(*last));
        if state.sent.len() >= self.count
            && let Some(oldest) = state.sent.pop_front()
        {
            turn = turn.max(oldest + self.length);
        }
        if (self.burst as usize) < self.count {
            let apart = self.length.div_f64(self.count as f64);
            if let Some(full_at) = state.full_at {
                turn = turn.max(full_at.checked_sub(apart * (self.burst - 1)).unwrap_or(turn));
            }
            state.full_at = Some(state.full_at.map_or(turn, |full_at| full_at.max(turn)) + apart);
        }
        state.sent.push_back(turn);
        turn
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a request counts. Users and groups are told by the first segment of the path, which is the same in SCIM
/// (`/Users/1`) and in other APIs (`/users/1.json`).
fn counts(counted: Counted, method: &Method, path: &str) -> bool {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let about = |what: &str| {
        let first = path.trim_start_matches('/').split(['/', '.', '?']).next().unwrap_or_default();
        first.eq_ignore_ascii_case(what)
    };
    match counted {
        Counted::All => true,
        Counted::Reads => reads,
        Counted::Writes => !reads,
        Counted::UserWrites => !reads && about("users"),
        Counted::UserDeletes => *method == Method::DELETE && about("users"),
        Counted::GroupReads => reads && about("groups"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(requests: Counted, count: u32, seconds: u32, burst: Option<u32>) -> RateLimit {
        RateLimit { requests, count, seconds, burst }
    }

    /// Seconds at which so many GETs go out when all are asked for at once.
    async fn times(limits: &[RateLimit], requests: usize) -> Vec<u64> {
        let pace = Paces::default().share("https://x.example/scim", limits).unwrap();
        let start = Instant::now();
        let mut times = Vec::new();
        for _ in 0..requests {
            pace.wait(&Method::GET, "/Users").await;
            times.push(start.elapsed().as_secs());
        }
        times
    }

    #[tokio::test(start_paused = true)]
    async fn in_no_window_go_out_more_requests_than_allowed() {
        assert_eq!(times(&[limit(Counted::All, 3, 60, None)], 7).await, [0, 0, 0, 60, 60, 60, 120]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_spreads_requests_over_the_window() {
        assert_eq!(times(&[limit(Counted::All, 6, 60, Some(2))], 6).await, [0, 0, 10, 20, 30, 40]);
        assert_eq!(times(&[limit(Counted::All, 6, 60, Some(1))], 4).await, [0, 10, 20, 30]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_counted_does_not_wait() {
        assert_eq!(times(&[limit(Counted::Writes, 1, 60, None)], 3).await, [0, 0, 0]);
        assert_eq!(times(&[limit(Counted::GroupReads, 1, 60, None)], 3).await, [0, 0, 0]);
        assert_eq!(times(&[limit(Counted::Reads, 1, 60, None)], 2).await, [0, 60]);
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_waits_for_his_own_limit_does_not_hold_up_others() {
        let limits = [limit(Counted::All, 2, 1, None), limit(Counted::UserDeletes, 1, 60, None)];
        let pace = Paces::default().share("https://x.example/scim", &limits).unwrap();
        let start = Instant::now();
        pace.wait(&Method::DELETE, "/Users/1").await;
        let second = pace.wait(&Method::DELETE, "/Users/2");
        let reads = async {
            pace.wait(&Method::GET, "/Users").await;
            start.elapsed()
        };
        let ((), read_after) = tokio::join!(second, reads);
        assert_eq!(read_after.as_secs(), 0);
        assert_eq!(start.elapsed().as_secs(), 60);
    }

    #[tokio::test(start_paused = true)]
    async fn a_budget_is_shared_by_everybody_who_calls_the_address_with_the_same_limits() {
        let paces = Paces::default();
        let limits = [limit(Counted::All, 1, 60, None)];
        let start = Instant::now();
        paces.share("https://x.example/scim", &limits).unwrap().wait(&Method::GET, "/Users").await;
        paces.share("https://y.example/scim", &limits).unwrap().wait(&Method::GET, "/Users").await;
        assert_eq!(start.elapsed().as_secs(), 0);
        paces.share("https://x.example/scim", &limits).unwrap().wait(&Method::GET, "/Users").await;
        assert_eq!(start.elapsed().as_secs(), 60);
        assert!(paces.share("https://x.example/scim", &[]).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn budgets_that_nobody_needs_any_more_are_forgotten() {
        let paces = Paces::default();
        let limits = [limit(Counted::All, 1, 1, None)];
        for number in 0..REMEMBERED {
            let pace = paces.share(&format!("https://{number}.example"), &limits).unwrap();
            pace.wait(&Method::GET, "/Users").await;
        }
        tokio::time::advance(Duration::from_secs(2)).await;
        paces.share("https://new.example", &limits).unwrap();
        assert_eq!(paces.0.lock().unwrap().len(), 1);
    }

    #[test]
    fn users_and_groups_are_told_by_the_path_of_either_api() {
        assert!(counts(Counted::UserWrites, &Method::PATCH, "/Users/1"));
        assert!(counts(Counted::UserWrites, &Method::PUT, "/users/1.json"));
        assert!(counts(Counted::UserWrites, &Method::POST, "/users.json"));
        assert!(!counts(Counted::UserWrites, &Method::POST, "/Groups"));
        assert!(!counts(Counted::UserDeletes, &Method::PATCH, "/Users/1"));
        assert!(counts(Counted::GroupReads, &Method::GET, "/Groups/1"));
    }
}
