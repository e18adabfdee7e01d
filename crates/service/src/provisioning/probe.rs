//! The capability probe, run in the background, with what it did so far.
//!
//! One at a time for each job. Its state is in memory: a probe does not outlive the process, and what it proposes is
//! worth nothing once the target has changed.
//!
//! Deliberately absent: a deadline around the whole probe. It makes a bounded number of requests with deadlines each,
//! and stopping it half-way would leave its throw-away user behind.
use crate::caller::{Caller, Right};
use crate::error::{Result, conflict};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use crate::provisioning::exchange::view_exchange;
use crate::provisioning::probe_runs::{End, Run};
use crate::provisioning::spec::load_job_of;
use purser_connectors::probe::{ProbeOptions, ProbeStep, Proposal, probe};
use purser_connectors::{Overrides, TargetConfig, Template};
use purser_contract::profile::{ProbeForm, ProbeView, ProposalView};
use purser_domain::ids::JobId;
use purser_domain::job::ProbeState;
use std::sync::Arc;

/// Most requests shown for one proposal.
const MAX_EVIDENCE: usize = 5;

impl Portal {
    /// Begins a capability probe of an application's target by the stored credentials.
    pub async fn start_probe(&self, caller: &Caller, form: ProbeForm) -> Result<ProbeView> {
        caller.may(Right::Write)?;
        let (application, spec) = load_job_of(self.store(), &form.application_id).await?;
        let (template, target) = self.load_target(&application, &spec).await?;
        let read_only = form.depth.trim() != "full";
        let run = Run {
            read_only,
            started_by: caller.name().to_owned(),
            started_at: self.now(),
            steps: Vec::new(),
            outcome: None,
        };
        let tx = self.store().begin().await?;
        let depth = if read_only { "reads only" } else { "with a throw-away user" };
        let note = AuditNote::on(application.id.as_uuid(), &application.display_name).with("Probe", depth);
        self.audit(&tx, caller, Activity::StartProbe, note).await?;
        if !self.memory.probes.begin(spec.job_id, run) {
            return Err(conflict("A capability probe of this application is running already.")
                .advice("Wait until it is done; the page shows how far it is.")
                .into());
        }
        if let Err(error) = tx.commit().await {
            self.memory.probes.forget(spec.job_id);
            return Err(error.into());
        }
        let options = ProbeOptions { read_only, kinds: template.objects().map(|(kind, _)| kind).collect() };
        let (portal, job) = (self.clone(), spec.job_id);
        tokio::spawn(async move { portal.run_probe(job, template, target, options).await });
        self.load_probe(caller, &form.application_id).await
    }

    /// How far the probe of an application is, and what came of it.
    pub async fn load_probe(&self, caller: &Caller, app: &str) -> Result<ProbeView> {
        caller.may(Right::Read)?;
        let (application, spec) = load_job_of(self.store(), app).await?;
        let empty = ProbeView { application_id: application.id.to_string(), ..ProbeView::default() };
        let Some(run) = self.memory.probes.find(spec.job_id) else { return Ok(empty) };
        let template = self.find_template(&application.template_id);
        let profile =
            template.and_then(|template| template.profile.with(&Overrides(spec.profile.clone())).ok());
        let present = profile.and_then(|profile| serde_json::to_value(profile).ok());
        let last = run.steps.last();
        let view = ProbeView {
            state: ProbeState::Running,
            read_only: run.read_only,
            started_by: run.started_by,
            started_at: run.started_at.to_string(),
            done: last.map_or(0, |step| step.done),
            total: last.map_or(0, |step| step.total),
            requests: last.map_or(0, |step| step.requests),
            steps: run.steps.iter().map(|step| step.doing.to_owned()).collect(),
            ..empty
        };
        Ok(match run.outcome {
            None => view,
            Some(Err(error)) => ProbeView {
                state: ProbeState::Failed,
                failure: format!("{} {}", error.message(), error.advice()).trim().to_owned(),
                evidence: error.exchange().map(view_exchange).into_iter().collect(),
                ..view
            },
            Some(Ok(report)) => ProbeView {
                state: ProbeState::Done,
                done: view.total,
                proposals: report
                    .proposals
                    .iter()
                    .map(|proposal| view_proposal(proposal, present.as_ref()))
                    .collect(),
                remarks: report.remarks.clone(),
                left_behind: report.left_behind.clone(),
                requests: u32::try_from(report.exchanges.len()).unwrap_or(u32::MAX),
                ..view
            },
        })
    }

    async fn run_probe(
        &self,
        job: JobId,
        template: Arc<Template>,
        target: TargetConfig,
        options: ProbeOptions,
    ) {
        let probes = Arc::clone(&self.memory.probes);
        // Noted also when the task dies, or another one could never begin.
        let mut end = End::of(Arc::clone(&probes), job);
        let progress = move |step: ProbeStep| probes.edit(job, |run| run.steps.push(step));
        let outcome = probe(&template, &target, &self.deps.kit, &options, &progress).await;
        end.outcome = Some(outcome.map(Arc::new));
    }
}

fn view_proposal(proposal: &Proposal, profile: Option<&serde_json::Value>) -> ProposalView {
    let present = profile.and_then(|profile| profile.get(&proposal.setting));
    ProposalView {
        setting: proposal.setting.clone(),
        current: present.unwrap_or(&proposal.current).to_string(),
        value: proposal.value.to_string(),
        why: proposal.why.clone(),
        evidence: proposal.evidence.iter().take(MAX_EVIDENCE).map(view_exchange).collect(),
        applied: present == Some(&proposal.value),
    }
}
