//! One request at a time to one target, in a way that respects its limits and finds out what a failure concerns.
use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use purser_connectors::{Connector, ConnectorError, ErrorKind, Reply};
use purser_domain::object::ObjectKind;
use tokio::time::Instant;

use super::{
    control::{Control, Stop},
    gate::Gate,
    pool,
};
use crate::settings::EngineSettings;

/// How often a request is sent again that the target refuses with 429, before its object goes to escrow.
const REFUSALS: u32 = 30;
/// Waits before a request that may safely be repeated is sent again after a passing failure.
const REPEATS: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(1000)];
/// A check of the target counts for so long, so that thirty failures at once ask only once.
const CHECK_COUNTS: Duration = Duration::from_secs(1);

/// The line to the target of one job, for one run.
pub(crate) struct TargetLine {
    connector: Arc<dyn Connector>,
    /// The kinds of objects that are provisioned; never empty.
    kinds: Vec<ObjectKind>,
    control: Control,
    gate: Gate,
    failures_allowed: u32,
    /// What is wrong with the target as a whole.
    trouble: Mutex<Option<ConnectorError>>,
    failures_in_a_row: AtomicU32,
    checked: tokio::sync::Mutex<Option<(Instant, bool)>>,
}

/// Whether sending the same request twice does the same as sending it once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It does.
    Safe,
    /// It may make a second account.
    Never,
}

/// What came of a request.
pub(crate) enum Sent<T> {
    Reply(Reply<T>),
    /// It failed for this object.
    Failed(ConnectorError),
    /// It failed because the target as a whole does not work; the cycle stops. `unsure` when the request may
    /// have been carried out all the same.
    Whole {
        unsure: bool,
    },
    /// It was not sent, or was refused, and the cycle stops.
    Stopped,
}

impl TargetLine {
    pub(crate) fn new(
        connector: Arc<dyn Connector>,
        kinds: Vec<ObjectKind>,
        control: Control,
        settings: &EngineSettings,
    ) -> Self {
        let most = settings.concurrency;
        let gate = Gate::new(connector.concurrency().map_or(most, |supported| supported.min(most)));
        Self {
            connector,
            kinds,
            control,
            gate,
            failures_allowed: settings.failures_in_a_row,
            trouble: Mutex::new(None),
            failures_in_a_row: AtomicU32::new(0),
            checked: tokio::sync::Mutex::new(None),
        }
    }

    /// Whether objects of this kind are provisioned.
    pub(crate) fn provisions(&self, kind: ObjectKind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Why no further object may be started, if so.
    pub(crate) fn stopped(&self) -> Option<Stop> {
        self.control.stopped()
    }

    /// Asks to stop before the next object.
    pub(crate) fn stop(&self, why: Stop) {
        self.control.stop(why);
    }

    /// Works on many objects at once; see [`pool::run_in_order`].
    pub(crate) async fn run_in_order<I, O, W, F>(&self, items: Vec<I>, work: W) -> Vec<Option<O>>
    where
        W: Fn(I) -> F,
        F: Future<Output = O>,
    {
        pool::run_in_order(items, &self.control, &self.gate, work).await
    }

    /// Takes what is wrong with the target as a whole.
    pub(crate) fn take_trouble(&self) -> Option<ConnectorError> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Sends a request, waits and sends again where that is right, and finds out what a failure concerns.
    pub(crate) async fn send<'a, T, F>(&'a self, repeat: Repeat, call: F) -> Sent<T>
    where
        F: Fn(&'a dyn Connector) -> BoxFuture<'a, Result<Reply<T>, ConnectorError>>,
    {
        let mut refusals = 0;
        let mut repeats = REPEATS.iter();
        loop {
            if !self.gate.pass(&self.control).await {
                return Sent::Stopped;
            }
            let error = match call(&*self.connector).await {
                Ok(reply) => {
                    self.gate.note_answer();
                    self.failures_in_a_row.store(0, Ordering::Relaxed);
                    return Sent::Reply(reply);
                }
                Err(error) => error,
            };
            if let Some(wait) = too_many_requests(&error) {
                self.gate.note_refusal(wait);
                refusals += 1;
                // 429 says that nothing was done. 503 says so only most of the time: a create is not sent again
                // on its word; the object's retry looks for the account first.
                if refusals <= REFUSALS && (repeat == Repeat::Safe || status_of(&error) == Some(429)) {
                    continue;
                }
                return Sent::Failed(error);
            }
            let passing = matches!(error.kind(), ErrorKind::Transient { .. });
            if passing
                && repeat == Repeat::Safe
                && let Some(wait) = repeats.next()
            {
                tokio::select! {
                    () = tokio::time::sleep(*wait) => continue,
                    () = self.control.wait_stopped() => {}
                }
            }
            return self.judge(error).await;
        }
    }

    /// Whether the target works as a whole. `false` stops the cycle; the reason is in [`Self::take_trouble`].
    ///
    /// A single answer does not condemn a target: one account can be forbidden (403), hang or crash its
    /// handler. So the question that *Test Connection* asks decides, and it is asked once for many failures.
    pub(crate) async fn confirm(&self) -> bool {
        let mut checked = self.checked.lock().await;
        if let Some((at, works)) = *checked
            && (at.elapsed() < CHECK_COUNTS || !works)
        {
            return works;
        }
        let works = match self.connector.check(&self.kinds).await {
            Ok(_) => true,
            Err(error) => {
                let works = too_many_requests(&error).is_some();
                if !works {
                    self.condemn(error);
                }
                works
            }
        };
        *checked = Some((Instant::now(), works));
        works
    }

    /// Notes what is wrong with the target as a whole, and stops the cycle.
    fn condemn(&self, error: ConnectorError) {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.control.stop(Stop::Target);
    }

    async fn judge<T>(&self, error: ConnectorError) -> Sent<T> {
        let kind = error.kind();
        let could_be_the_target = error.concerns_whole_target()
            || matches!(kind, ErrorKind::Transient { .. } | ErrorKind::Ambiguous);
        if !could_be_the_target {
            self.gate.note_answer();
            self.failures_in_a_row.store(0, Ordering::Relaxed);
            return Sent::Failed(error);
        }
        let in_a_row = self.failures_in_a_row.fetch_add(1, Ordering::Relaxed) + 1;
        let many = in_a_row >= self.failures_allowed;
        if !(many || error.concerns_whole_target()) || self.confirm().await {
            return Sent::Failed(error);
        }
        Sent::Whole { unsure: may_have_happened(&error) }
    }
}

/// `Some` when the target refused because of its limits, with how long it asks to wait.
fn too_many_requests(error: &ConnectorError) -> Option<Option<Duration>> {
    let ErrorKind::Transient { retry_after } = error.kind() else { return None };
    let status = status_of(error);
    (status == Some(429) || (status == Some(503) && retry_after.is_some())).then_some(*retry_after)
}

fn status_of(error: &ConnectorError) -> Option<u16> {
    error.exchange().and_then(|exchange| exchange.status)
}

/// Whether the request may have been carried out although it failed.
fn may_have_happened(error: &ConnectorError) -> bool {
    match error.kind() {
        ErrorKind::Ambiguous | ErrorKind::Transient { .. } => true,
        ErrorKind::Unreachable(how) => matches!(how, purser_connectors::Unreachable::Timeout),
        _ => false,
    }
}
