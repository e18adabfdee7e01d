//! The capability probe: asks a SCIM target what it takes, and proposes profile settings with the evidence for each.
//!
//! With leave to write, it makes one user and one group whose names begin with `purser-probe-`, tries on them what a
//! cycle does, looks each time what really happened, and deletes both again. Told to read only, it finds out what can
//! be found out without.
//!
//! Invariants:
//! - Nothing that the probe did not make is ever written to. An object is the probe's when it has the name that it
//!   was given, not when an answer says so.
//! - What was made is deleted again, also when something fails on the way or the probe is dropped; what could not be
//!   deleted is named ([`ProbeReport::left_behind`], or in the error).
//! - A target that is busy, out of order or does not accept the credentials any more tells nothing about itself: that
//!   ends the probe.
//! - A proposal rests on what was seen, not on what the target says about itself: an answer 200 counts only when a
//!   read shows the effect.
//! - It comes to an end: a bounded number of requests, each with the kit's deadlines.
//!
//! To add a question: 1. a function in `reading`, `users` or `groups` that asks and calls `Inquiry::propose`,
//! 2. its place in [`run`], 3. a target in the testkit of which the answer is known.
mod cleaning;
mod filters;
mod groups;
mod inquiry;
mod patching;
mod reading;
mod report;
mod traces;
mod users;

use purser_domain::object::ObjectKind;

use crate::endpoint::Endpoint;
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::gallery::{ConnectorKind, Template};
use crate::http::HttpKit;
use crate::scim::effective_profile;
use crate::target::TargetConfig;
use inquiry::Inquiry;
pub use report::{ProbeOptions, ProbeReport, ProbeStep, Proposal};

/// A step of the probe, in the order in which they are taken.
const STEPS: [&str; 7] = [
    "What the application says about itself",
    "Lists and pages",
    "Filters",
    "A user that is thrown away",
    "Changes of that user",
    "A group that is thrown away, and its members",
    "Cleaning up",
];

/// Probes a target. `progress` hears of each step as it begins.
///
/// # Errors
/// When the target can't be reached or does not accept the credentials, or is no SCIM endpoint at all. What was made
/// until then is deleted, or named in the error. Also when it fails half-way.
pub async fn probe(
    template: &Template,
    target: &TargetConfig,
    kit: &HttpKit,
    options: &ProbeOptions,
    progress: &(dyn Fn(ProbeStep) + Send + Sync),
) -> Result<ProbeReport> {
    if template.connector != ConnectorKind::Scim {
        return Err(ConnectorError::new(
            ErrorKind::Misconfigured,
            format!(
                "There is nothing to probe in {}: it is spoken to over an API of its own.",
                template.name
            ),
            "Use Test Connection instead.",
        ));
    }
    let profile = effective_profile(template, target)?;
    let endpoint = Endpoint::open(template, target, &profile, kit)?;
    let mut inquiry = Inquiry::new(endpoint, profile);
    let outcome = run(&mut inquiry, options, progress).await;
    step(progress, 6, &inquiry);
    inquiry.clean_up().await;
    let report = inquiry.into_report();
    match outcome {
        Ok(()) => Ok(report),
        Err(error) if report.left_behind.is_empty() => Err(error),
        Err(error) => Err(with_leftovers(error, &report.left_behind)),
    }
}

/// The error that names what is left, too.
fn with_leftovers(error: ConnectorError, left_behind: &[String]) -> ConnectorError {
    let (kind, advice) = (error.kind().clone(), error.advice().to_owned());
    let message = format!("{} {}", error.message(), left_behind.join(" "));
    error.retold(kind, message, advice)
}

async fn run(
    inquiry: &mut Inquiry,
    options: &ProbeOptions,
    progress: &(dyn Fn(ProbeStep) + Send + Sync),
) -> Result<()> {
    let groups = options.kinds.contains(&ObjectKind::Group);
    step(progress, 0, inquiry);
    reading::ask_about_itself(inquiry).await?;
    step(progress, 1, inquiry);
    let known = reading::ask_for_lists(inquiry, groups).await?;
    step(progress, 2, inquiry);
    filters::ask_for_nobody(inquiry, ObjectKind::User).await?;
    inquiry.look_for_earlier(ObjectKind::User).await?;
    if groups && known.has_groups {
        inquiry.look_for_earlier(ObjectKind::Group).await?;
    }
    if options.read_only {
        if let Some(user) = &known.user {
            filters::ask_for_somebody(inquiry, ObjectKind::User, user).await?;
        }
        if let Some(group) = &known.group {
            filters::ask_for_somebody(inquiry, ObjectKind::Group, group).await?;
        }
        inquiry
            .remark("Only reading was allowed, so nothing is known about creating, changing and deleting.");
        return Ok(());
    }
    step(progress, 3, inquiry);
    let Some(user) = users::make_user(inquiry).await? else { return Ok(()) };
    filters::ask_for_somebody(inquiry, ObjectKind::User, &user).await?;
    if known.alone {
        users::make_another(inquiry).await?;
    }
    reading::ask_for_pages(inquiry).await?;
    step(progress, 4, inquiry);
    patching::try_changes(inquiry, &user).await?;
    if groups && known.has_groups {
        step(progress, 5, inquiry);
        groups::try_group(inquiry, &user).await?;
    }
    Ok(())
}

fn step(progress: &(dyn Fn(ProbeStep) + Send + Sync), at: usize, inquiry: &Inquiry) {
    if let (Some(doing), Ok(done), Ok(total)) = (STEPS.get(at), u32::try_from(at), u32::try_from(STEPS.len()))
    {
        progress(ProbeStep { done, total, doing, requests: inquiry.requests() });
    }
}
