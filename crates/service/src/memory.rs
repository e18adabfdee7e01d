//! What one process remembers beside the store. A restart forgets it, and nothing depends on it but speed, the brake
//! on guessing and what a running probe shows.
use crate::access::password::Passwords;
use crate::access::refusals::Refusals;
use crate::access::throttle::Throttle;
use crate::provisioning::counts::Counts;
use crate::provisioning::probe_runs::Probes;
use std::sync::Arc;

#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) throttle: Throttle,
    pub(crate) refusals: Refusals,
    pub(crate) passwords: Passwords,
    pub(crate) probes: Arc<Probes>,
    pub(crate) counts: Counts,
}
