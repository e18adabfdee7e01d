//! The pace of a job: how many requests are under way, and when all of them wait.
//!
//! A target that answers 429 (or 503 with `Retry-After`) means the whole job, not one object. So the gate closes
//! for everybody until then, and half as many go at once afterwards; each calm stretch lets one more in again.
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::control::Control;

/// Never wait longer than this for one answer of "too many requests", whatever the target asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);
/// Waits when the target names none: doubled for each refusal in a row.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// So many answers without a refusal let one more request go at once.
const CALM: u32 = 50;

#[derive(Debug)]
pub(crate) struct Gate {
    ceiling: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: usize,
    calm: u32,
    refusals: u32,
    closed_until: Option<Instant>,
}

impl Gate {
    /// A gate that lets at most `ceiling` requests go at once.
    pub(crate) fn new(ceiling: usize) -> Self {
        let ceiling = ceiling.max(1);
        let state = State { limit: ceiling, calm: 0, refusals: 0, closed_until: None };
        Self { ceiling, state: Mutex::new(state) }
    }

    /// How many requests may be under way now.
    pub(crate) fn limit(&self) -> usize {
        self.lock().limit
    }

    /// Waits until the gate is open, or until the cycle is asked to stop; says whether it is open.
    pub(crate) async fn pass(&self, control: &Control) -> bool {
        loop {
            if control.stopped().is_some() {
                return false;
            }
            let Some(until) = self.lock().closed_until else { return true };
            if until <= Instant::now() {
                self.lock().closed_until = None;
                return true;
            }
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                () = control.wait_stopped() => return false,
            }
        }
    }

    /// The target answered something other than "too many requests".
    pub(crate) fn note_answer(&self) {
        let mut state = self.lock();
        state.refusals = 0;
        if state.limit < self.ceiling {
            state.calm += 1;
            if state.calm >= CALM {
                state.calm = 0;
                state.limit += 1;
            }
        }
    }

    /// The target said "too many requests"; closes the gate for everybody.
    pub(crate) fn note_refusal(&self, asked: Option<Duration>) {
        let mut state = self.lock();
        let now = Instant::now();
        // The requests that were under way when the gate closed get refused as well; they tell nothing new.
        let first_of_its_wave = state.closed_until.is_none_or(|until| until <= now);
        if first_of_its_wave {
            state.limit = (state.limit / 2).max(1);
            state.calm = 0;
            state.refusals = state.refusals.saturating_add(1);
        }
        let own = FIRST_WAIT.saturating_mul(1 << state.refusals.saturating_sub(1).min(8));
        let until = now + asked.unwrap_or(own).min(LONGEST_WAIT);
        state.closed_until = Some(state.closed_until.map_or(until, |before| before.max(until)));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::control::Stop;

    #[tokio::test]
    async fn a_refusal_closes_the_gate_for_everybody_and_halves_the_pace() {
        let gate = Gate::new(32);
        gate.note_refusal(Some(Duration::from_millis(30)));
        gate.note_refusal(Some(Duration::from_millis(20)));
        assert_eq!(gate.limit(), 16, "one wave of refusals counts once");
        let before = Instant::now();
        assert!(gate.pass(&Control::new()).await);
        assert!(before.elapsed() >= Duration::from_millis(25));
    }

    #[tokio::test]
    async fn calm_lets_one_more_go_until_the_ceiling() {
        let gate = Gate::new(4);
        gate.note_refusal(Some(Duration::ZERO));
        assert_eq!(gate.limit(), 2);
        for _ in 0..10 * CALM {
            gate.note_answer();
        }
        assert_eq!(gate.limit(), 4);
    }

    #[tokio::test]
    async fn a_stop_ends_the_wait_at_once() {
        let gate = Gate::new(4);
        gate.note_refusal(Some(Duration::from_secs(3600)));
        let control = Control::new();
        let (open, ()) = tokio::join!(gate.pass(&control), async { control.stop(Stop::Paused) });
        assert!(!open);
    }

    #[test]
    fn an_absurd_wish_is_bounded() {
        let gate = Gate::new(4);
        gate.note_refusal(Some(Duration::from_secs(u64::MAX / 4)));
        assert!(gate.lock().closed_until.is_some_and(|until| until <= Instant::now() + LONGEST_WAIT));
    }
}
