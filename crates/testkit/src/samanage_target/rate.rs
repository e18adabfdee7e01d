//! Counting calls.
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue, RETRY_AFTER};

use super::{ResetStyle, SamanageOptions};

/// The calls of each user in the current window.
#[derive(Debug)]
pub(super) struct Rate {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    start: Instant,
    /// Time that passed only because a test said so.
    skipped: Duration,
    windows: HashMap<u64, Window>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    since: Duration,
    calls: u32,
}

/// How a call was counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    pub(super) allowed: bool,
    remaining: u32,
    reset: Duration,
}

impl Rate {
    pub(super) fn new() -> Self {
        let inner = Inner { start: Instant::now(), skipped: Duration::ZERO, windows: HashMap::default() };
        Self { inner: Mutex::new(inner) }
    }

    pub(super) fn skip(&self, time: Duration) {
        self.inner().skipped += time;
    }

    /// Counts a call of this user; `None` when there is no limit. A refused call does not count.
    pub(super) fn count(&self, user: u64, options: &SamanageOptions) -> Option<Counted> {
        let limit = options.calls?;
        let mut inner = self.inner();
        let now = inner.start.elapsed() + inner.skipped;
        let fresh = Window { since: now, calls: 0 };
        let window = inner.windows.entry(user).or_insert(fresh);
        if now >= window.since + options.window {
            *window = fresh;
        }
        let allowed = window.calls < limit;
        window.calls += u32::from(allowed);
        let reset = (window.since + options.window).saturating_sub(now);
        Some(Counted { allowed, remaining: limit - window.calls, reset })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    pub(super) fn tell(&self, headers: &mut HeaderMap, options: &SamanageOptions) {
        // Rounded up: who waits so long is let in.
        let seconds = self.reset.as_secs() + u64::from(self.reset.subsec_nanos() > 0);
        if !self.allowed && options.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        let Some(style) = options.rate_headers else { return };
        let reset = match style {
            ResetStyle::Seconds => seconds,
            ResetStyle::Epoch => epoch() + seconds,
        };
        headers.insert(HeaderName::from_static("x-ratelimit-remaining"), HeaderValue::from(self.remaining));
        headers.insert(HeaderName::from_static("x-ratelimit-reset"), HeaderValue::from(reset));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a target has its own clock; its clients have theirs from elsewhere"
)]
fn epoch() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.as_secs())
}
