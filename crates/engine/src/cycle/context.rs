//! What everything in a cycle shares: the job as it was when the cycle began, the target, and the way to talk to
//! it that respects its limits.
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use jiff::Timestamp;
use purser_connectors::{Connector, ConnectorError, ErrorKind, Reply};
use purser_domain::{
    expression::Context,
    ids::{CycleId, JobId},
    object::ObjectKind,
};
use purser_store::{Clock, CycleKind, Job, JobSpec, ObjectId, Store};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    control::{Control, Stop},
    gate::Gate,
    open::{RuleSet, Rules},
};
use crate::engine::Inner;

/// How often a request is sent again that the target refuses with 429, before its object goes to escrow.
const REFUSALS: u32 = 30;
/// Waits before a request that may safely be repeated is sent again after a passing failure.
const REPEATS: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(1000)];
/// A check of the target counts for so long, so that thirty failures at once ask only once.
const CHECK_COUNTS: Duration = Duration::from_secs(1);

/// See the module.
pub(crate) struct Cycle {
    pub(crate) engine: Arc<Inner>,
    pub(crate) loaded: Job,
    rules: RuleSet,
    /// The kinds of objects that are provisioned; never empty.
    kinds: Vec<ObjectKind>,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) control: Control,
    pub(crate) gate: Gate,
    pub(crate) owner: Uuid,
    pub(crate) id: CycleId,
    pub(crate) kind: CycleKind,
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

impl Cycle {
    #[expect(clippy::too_many_arguments, reason = "called once; each is a different thing")]
    pub(crate) fn new(
        engine: Arc<Inner>,
        loaded: Job,
        rules: RuleSet,
        connector: Arc<dyn Connector>,
        control: Control,
        owner: Uuid,
        id: CycleId,
        kind: CycleKind,
    ) -> Self {
        let most = engine.deps.settings.concurrency;
        let gate = Gate::new(connector.concurrency().map_or(most, |bears| bears.min(most)));
        let mut kinds = rules.kinds();
        if kinds.is_empty() {
            kinds.push(ObjectKind::User);
        }
        Self {
            engine,
            loaded,
            rules,
            kinds,
            connector,
            control,
            gate,
            owner,
            id,
            kind,
            trouble: Mutex::new(None),
            failures_in_a_row: AtomicU32::new(0),
            checked: tokio::sync::Mutex::new(None),
        }
    }

    /// What the schema says about this kind of object.
    pub(crate) fn rules(&self, kind: ObjectKind) -> &Rules {
        self.rules.of(kind)
    }

    /// Whether groups are provisioned.
    pub(crate) fn provisions(&self, kind: ObjectKind) -> bool {
        self.kinds.contains(&kind)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.engine.deps.store
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.engine.deps.clock
    }

    pub(crate) fn spec(&self) -> &JobSpec {
        &self.loaded.spec
    }

    pub(crate) fn job(&self) -> JobId {
        self.loaded.spec.job_id
    }

    /// What expressions know about an object besides its attributes. The seed is the job's secret, made the object's by
    /// its id, so that the same object gets the same random values however often it is planned.
    pub(crate) fn expression_context(&self, object: ObjectId, now: Timestamp) -> Context<'_> {
        let mut seed = self.loaded.seed.expose();
        seed.iter_mut().zip(object.as_uuid().as_bytes()).for_each(|(byte, stir)| *byte ^= stir);
        let default_domain = self.engine.deps.settings.default_domain.as_deref();
        Context { seed, default_domain, ..Context::at(now) }
    }

    /// The application's name, for sentences.
    pub(crate) fn target_name(&self) -> &str {
        &self.loaded.application.display_name
    }

    /// Takes what is wrong with the target as a whole.
    pub(crate) fn take_trouble(&self) -> Option<ConnectorError> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Sends a request, waits and sends again where that is right, and finds out whom a failure concerns.
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
    pub(crate) async fn confirm_target(&self) -> bool {
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
        let many = in_a_row >= self.engine.deps.settings.failures_in_a_row;
        if !(many || error.concerns_whole_target()) || self.confirm_target().await {
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
