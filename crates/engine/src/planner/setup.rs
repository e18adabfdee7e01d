//! What planning for a job needs: its configuration as it was when the run began, its rules, the line to its target.
use jiff::Timestamp;
use purser_connectors::ConnectorError;
use purser_domain::{expression::Context, ids::JobId, object::ObjectKind};
use purser_store::{Clock, Job, JobSpec, ObjectId, Store};

use super::rules::{self, RuleBook, RuleSet};
use crate::{
    settings::EngineDeps,
    target::{control::Control, line::TargetLine},
};

/// Plans for the objects of one job, during one run.
pub(crate) struct Planner {
    pub(crate) deps: EngineDeps,
    pub(crate) loaded: Job,
    rules: RuleBook,
    pub(crate) line: TargetLine,
    /// No link is believed before its account was seen: the address may be another one now, and there the same id
    /// may be another person's account. So it is in an initial cycle.
    pub(crate) doubts_links: bool,
}

impl Planner {
    /// Compiles the rules and prepares the connector; see [`rules::open`].
    pub(crate) fn open(
        deps: &EngineDeps,
        loaded: Job,
        control: Control,
        doubts_links: bool,
    ) -> Result<Self, ConnectorError> {
        let (rules, connector) = rules::open(deps, &loaded)?;
        let kinds = ObjectKind::to_check(|kind| rules.is_on(kind));
        let line = TargetLine::new(connector, kinds, control, &deps.settings);
        Ok(Self { deps: deps.clone(), loaded, rules, line, doubts_links })
    }

    /// What the schema says about this kind of object.
    pub(crate) fn rules(&self, kind: ObjectKind) -> &RuleSet {
        self.rules.of(kind)
    }

    /// Whether objects of this kind are provisioned.
    pub(crate) fn provisions(&self, kind: ObjectKind) -> bool {
        self.line.provisions(kind)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.deps.store
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.deps.clock
    }

    pub(crate) fn spec(&self) -> &JobSpec {
        &self.loaded.spec
    }

    pub(crate) fn job(&self) -> JobId {
        self.loaded.spec.job_id
    }

    /// Objects on a page.
    pub(crate) fn page_size(&self) -> u64 {
        self.deps.settings.page
    }

    /// What expressions know about an object besides its attributes. The seed is the job's secret, made the object's by
    /// its id, so that the same object gets the same random values however often it is planned.
    pub(crate) fn expression_context(&self, object: ObjectId, now: Timestamp) -> Context<'_> {
        let mut seed = self.loaded.seed.expose();
        seed.iter_mut().zip(object.as_uuid().as_bytes()).for_each(|(byte, stir)| *byte ^= stir);
        let default_domain = self.deps.settings.default_domain.as_deref();
        Context { seed, default_domain, ..Context::at(now) }
    }

    /// The application's name, for sentences.
    pub(crate) fn target_name(&self) -> &str {
        &self.loaded.application.display_name
    }
}
