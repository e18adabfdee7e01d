//! Failing on demand, for every kind of target.
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderValue, LOCATION};
use hyper::{Method, StatusCode};
use tokio::sync::Notify;

use crate::connections::{Answer, text};

/// Ways of failing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 429 with this `Retry-After`, in seconds.
    TooManyRequests {
        /// Seconds.
        retry_after: u64,
    },
    /// 503 with this `Retry-After`, in seconds.
    Unavailable {
        /// Seconds.
        retry_after: u64,
    },
    /// This status, with an error of the target's kind as body. Nothing is done.
    Status(u16),
    /// This status, with the same body, though what was asked is done: what a 502 or 504 in front of a target can be.
    StatusAfter(u16),
    /// 401, as if the token had been revoked.
    Unauthorized,
    /// No answer until the target is healed, and then a good one.
    Hang,
    /// Hangs up without doing what was asked.
    DropBefore,
    /// Does what was asked and hangs up without an answer.
    DropAfter,
    /// 200 with a web page. Nothing is done.
    Html,
    /// 200 with something that is not JSON. What was asked is done.
    Garbage,
    /// 200 with JSON in which nothing is what it should be. Nothing is done.
    WrongShape,
    /// 200 with bytes that call themselves a picture. Nothing is done.
    WrongType,
    /// 200 with more than anybody wants to read. Nothing is done.
    Huge,
    /// 302 to another host. Nothing is done.
    Redirect,
}

/// The answer of a fault that is the same for every kind of target.
pub(crate) fn odd_answer(fault: Fault) -> Answer {
    let mut answer = match fault {
        Fault::WrongShape => {
            text("application/json", r#"{"id": {"no": ["id"]}, "Resources": 7, "totalResults": []}"#)
        }
        Fault::WrongType => text("image/png", "\u{89}PNG\r\n"),
        Fault::Huge => {
            let mut answer = text("application/json", "");
            *answer.body_mut() = Full::new(Bytes::from(vec![b' '; HUGE]));
            answer
        }
        _ => text("text/plain", ""),
    };
    if fault == Fault::Redirect {
        *answer.status_mut() = StatusCode::FOUND;
        answer
            .headers_mut()
            .insert(LOCATION, HeaderValue::from_static("https://elsewhere.invalid/login?state=1"));
    }
    answer
}

/// Bytes; more than any client should take.
const HUGE: usize = 6 * 1024 * 1024;

/// When to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultRule {
    /// How.
    pub fault: Fault,
    /// Only requests with this method.
    pub method: Option<&'static str>,
    /// Only requests whose path, below the target's base path, begins so.
    pub path: Option<&'static str>,
    /// Requests (of that method, to that path) that go well first.
    pub skip: u32,
    /// Requests that fail then; `None` is all of them.
    pub times: Option<u32>,
    /// The first request with this method ends it, and goes well.
    pub until: Option<&'static str>,
}

impl FaultRule {
    /// Fails always in this way.
    #[must_use]
    pub fn always(fault: Fault) -> Self {
        Self { fault, method: None, path: None, skip: 0, times: None, until: None }
    }

    /// Fails so many times in this way, and then no more.
    #[must_use]
    pub fn times(fault: Fault, times: u32) -> Self {
        Self { times: Some(times), ..Self::always(fault) }
    }

    /// The same for requests with this method only.
    #[must_use]
    pub fn on(self, method: &'static str) -> Self {
        Self { method: Some(method), ..self }
    }

    /// The same for paths that begin so only.
    #[must_use]
    pub fn at(self, path: &'static str) -> Self {
        Self { path: Some(path), ..self }
    }

    /// The same after so many requests that go well.
    #[must_use]
    pub fn after(self, skip: u32) -> Self {
        Self { skip, ..self }
    }

    /// The same until the first request with this method, which goes well.
    #[must_use]
    pub fn until(self, method: &'static str) -> Self {
        Self { until: Some(method), ..self }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// Spares the lock while all is well.
    active: AtomicBool,
    rule: Mutex<Option<FaultRule>>,
    healed: Notify,
}

impl Faults {
    pub(crate) fn set(&self, rule: FaultRule) {
        *self.rule() = Some(rule);
        self.active.store(true, Ordering::Release);
    }

    pub(crate) fn clear(&self) {
        *self.rule() = None;
        self.active.store(false, Ordering::Release);
        self.healed.notify_waiters();
    }

    /// The fault that this request meets.
    pub(crate) fn next(&self, method: &Method, path: &str) -> Option<Fault> {
        if !self.active.load(Ordering::Acquire) {
            return None;
        }
        let mut rule = self.rule();
        let current = rule.as_mut()?;
        if current.until.is_some_and(|last| last == method.as_str()) {
            drop(rule);
            self.clear();
            return None;
        }
        if current.method.is_some_and(|wanted| wanted != method.as_str()) {
            return None;
        }
        if current.path.is_some_and(|wanted| !path.starts_with(wanted)) {
            return None;
        }
        if current.skip > 0 {
            current.skip -= 1;
            return None;
        }
        let fault = current.fault;
        match &mut current.times {
            None => {}
            Some(0) => return None,
            Some(times) => *times -= 1,
        }
        Some(fault)
    }

    pub(crate) async fn wait_until_healed(&self) {
        let healed = self.healed.notified();
        if self.active.load(Ordering::Acquire) {
            healed.await;
        }
    }

    fn rule(&self) -> MutexGuard<'_, Option<FaultRule>> {
        self.rule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
