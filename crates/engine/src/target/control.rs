//! What may stop a cycle, and when: only between two objects, never inside one.
use tokio::sync::watch;

/// Why a cycle starts no further object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Provisioning was switched off, or the process shuts down. The cursor stays; *On* goes on from it.
    Paused,
    /// Mapping, scope or address changed under the cycle. What it planned is out of date.
    Superseded,
    /// Another worker holds the job now.
    LeaseLost,
    /// The target as a whole does not work; the job goes into quarantine.
    Target,
}

/// The one place that a cycle asks "may I start another object?".
///
/// Clones share the same answer. The first reason given stays, except that a lost lease beats every other:
/// after it nothing may be written any more.
#[derive(Debug, Clone)]
pub(crate) struct Control {
    stop: watch::Sender<Option<Stop>>,
}

impl Control {
    pub(crate) fn new() -> Self {
        Self { stop: watch::Sender::new(None) }
    }

    /// Asks the cycle to stop before the next object.
    pub(crate) fn stop(&self, why: Stop) {
        self.stop.send_if_modified(|stop| {
            let replace = stop.is_none() || (why == Stop::LeaseLost && *stop != Some(Stop::LeaseLost));
            if replace {
                *stop = Some(why);
            }
            replace
        });
    }

    /// Why no further object may be started, if so.
    pub(crate) fn stopped(&self) -> Option<Stop> {
        *self.stop.borrow()
    }

    /// Comes back when the cycle was asked to stop.
    pub(crate) async fn wait_stopped(&self) {
        let mut receiver = self.stop.subscribe();
        // The sender lives in `self`, so waiting can't fail; if it did, not waiting is the safe side.
        let _ = receiver.wait_for(Option::is_some).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_stays_but_a_lost_lease_beats_it() {
        let control = Control::new();
        assert_eq!(control.stopped(), None);
        control.stop(Stop::Paused);
        control.stop(Stop::Superseded);
        assert_eq!(control.stopped(), Some(Stop::Paused));
        control.clone().stop(Stop::LeaseLost);
        assert_eq!(control.stopped(), Some(Stop::LeaseLost));
    }
}
