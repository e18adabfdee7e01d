//! What a connection is doing, and how long it has waited for its client.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::limits::ConnectionLimits;

/// An answer that has been untaken for this long may make room for another client.
const UNTAKEN: Duration = Duration::from_secs(5);

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The end of a request's head.
    Head,
    /// More of a request's body.
    Body,
    /// Nothing of the client's: Purser is at work.
    Work,
    /// The next request.
    Idle,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    /// Since when the client has taken nothing of what it is sent.
    untaken_since: Option<Instant>,
}

/// Shared by the task of a connection, its bodies, and the look for room.
#[derive(Debug)]
pub(super) struct Activity(Mutex<State>);

impl Activity {
    /// Of a connection that has just been made.
    pub(super) fn new(now: Instant) -> Self {
        Self(Mutex::new(State { phase: Phase::Head, since: now, untaken_since: None }))
    }

    /// Bytes came.
    pub(super) fn receive(&self, now: Instant) {
        let mut state = self.state();
        match state.phase {
            Phase::Idle => state.enter(Phase::Head, now),
            Phase::Body => state.since = now,
            Phase::Head | Phase::Work => {}
        }
    }

    /// A request's head is complete.
    pub(super) fn begin(&self, has_body: bool, now: Instant) {
        self.state().enter(if has_body { Phase::Body } else { Phase::Work }, now);
    }

    /// All of a request's body is here, or no more of it is wanted.
    pub(super) fn end_body(&self, now: Instant) {
        let mut state = self.state();
        if state.phase == Phase::Body {
            state.enter(Phase::Work, now);
        }
    }

    /// The answer is on its way.
    pub(super) fn end(&self, now: Instant) {
        self.state().enter(Phase::Idle, now);
    }

    /// The client took something, or has no room for more.
    pub(super) fn send(&self, took: bool, now: Instant) {
        let mut state = self.state();
        if took {
            state.untaken_since = None;
        } else if state.untaken_since.is_none() {
            state.untaken_since = Some(now);
        }
    }

    /// Whether no request is under way, and no answer.
    pub(super) fn only_waits(&self) -> bool {
        let state = self.state();
        matches!(state.phase, Phase::Head | Phase::Idle) && state.untaken_since.is_none()
    }

    /// When to look at it again; `None` when its client has had its time.
    pub(super) fn next_check(&self, limits: &ConnectionLimits, now: Instant) -> Option<Instant> {
        let state = self.state();
        let limit = match state.phase {
            Phase::Head => Some(limits.head),
            Phase::Body => Some(limits.body),
            Phase::Idle => Some(limits.idle),
            Phase::Work => None,
        };
        let ends =
            [limit.map(|limit| state.since + limit), state.untaken_since.map(|at| at + limits.untaken)];
        // A wait that begins after this look is seen in time by the next one.
        let shortest = limits.head.min(limits.body).min(limits.idle).min(limits.untaken);
        let at = ends.into_iter().flatten().fold(now + shortest, Instant::min);
        (at > now).then_some(at)
    }

    /// Since when it has waited for its client, if it may make room: those between requests and in a head come
    /// first (false), those in a body or with an untaken answer second.
    pub(super) fn spare_since(&self, now: Instant) -> Option<(bool, Instant)> {
        let state = self.state();
        match (state.phase, state.untaken_since) {
            (_, Some(since)) => (now.duration_since(since) >= UNTAKEN).then_some((true, since)),
            (Phase::Head | Phase::Idle, None) => Some((false, state.since)),
            (Phase::Body, None) => Some((true, state.since)),
            (Phase::Work, None) => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enter(&mut self, phase: Phase, now: Instant) {
        self.phase = phase;
        self.since = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> ConnectionLimits {
        ConnectionLimits::for_process(1_024, false)
    }

    #[test]
    fn each_wait_has_its_own_end_and_work_has_none() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let activity = Activity::new(start);
        let overdue = |seconds: u64| activity.next_check(&limits(), at(seconds)).is_none();
        assert!(!overdue(9) && overdue(10), "a head");
        activity.begin(true, at(10));
        assert!(!overdue(49) && overdue(50), "a body");
        activity.receive(at(49));
        assert!(!overdue(88) && overdue(89), "a body that came on once");
        activity.end_body(at(90));
        assert!(!overdue(100_000), "work");
        activity.send(false, at(1_000));
        activity.send(false, at(1_050));
        assert!(!overdue(1_059) && overdue(1_060), "an answer that is not taken");
        activity.send(true, at(1_061));
        assert!(!overdue(100_000));
        activity.end(at(2_000));
        assert!(!overdue(2_074) && overdue(2_075), "idle");
        activity.receive(at(2_070));
        assert!(!overdue(2_079) && overdue(2_080), "the next head");
    }

    #[test]
    fn work_makes_no_room_unless_its_answer_is_left_untaken() {
        let start = Instant::now();
        let activity = Activity::new(start);
        assert_eq!(activity.spare_since(start), Some((false, start)));
        activity.begin(false, start);
        assert_eq!(activity.spare_since(start + UNTAKEN), None);
        activity.send(false, start);
        assert_eq!(activity.spare_since(start), None);
        assert_eq!(activity.spare_since(start + UNTAKEN), Some((true, start)));
    }
}
