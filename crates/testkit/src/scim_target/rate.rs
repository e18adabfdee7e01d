//! Counting requests.
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::options::RequestRate;

#[derive(Debug)]
pub(super) struct Rate {
    rule: RequestRate,
    /// When the span began, and how many requests it has seen.
    span: Mutex<(Instant, u32)>,
}

impl Rate {
    pub(super) fn new(rule: RequestRate) -> Self {
        Self { rule, span: Mutex::new((Instant::now(), 0)) }
    }

    /// Counts a request; how long to wait when there were too many.
    pub(super) fn count(&self) -> Option<Duration> {
        let mut span = self.span.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = span.0.elapsed();
        if passed >= self.rule.span {
            *span = (Instant::now(), 0);
        }
        if span.1 >= self.rule.count {
            return Some(self.rule.span.saturating_sub(passed));
        }
        span.1 += 1;
        None
    }
}
