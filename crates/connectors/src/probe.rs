//! The capability probe: asks a SCIM target what it takes, and proposes profile settings with the evidence for each.
//!
//! With leave to write, it makes one user and one group whose names begin with `purser-probe-`, tries on them what a
//! cycle does, looks each time what really happened, and deletes both again. Told to read only, it finds out what can
//! be found out without.
//!
//! Invariants:
//! - Nothing that the probe did not make is ever written to. An object is the probe's when it bears the name that it
//!   was given, not when an answer says so.
//! - What was made is deleted again, also when something fails on the way or the probe is dropped; what could not be
//!   deleted is named ([`ProbeReport::left_behind`], or in the error).
//! - A target that is busy, out of order or does not accept the credentials any more tells nothing about itself: that
//!   ends the probe.
//! - A proposal rests on what was seen, not on what the target says about itself: an answer 200 counts only when a
//!   read shows the effect.
//! - It comes to an end: a bounded number of requests, each with the kit's deadlines.
//!
//! To add a question: 1. a function in `reading`, `users` or `groups` that asks and calls `Session::propose`,
//! 2. its place in [`run`], 3. a target in the testkit of which the answer is known.
mod filters;
mod groups;
mod patching;
mod reading;
mod session;
mod traces;
mod users;

use purser_domain::object::ObjectKind;
use serde_json::Value;

use crate::connect::{Target, open_endpoint};
use crate::connector::{Exchange, Result};
use crate::error::{ConnectorError, ErrorKind, Trouble};
use crate::gallery::{ConnectorKind, Template};
use crate::http::HttpKit;
use crate::profile::Overrides;
use session::Session;

/// How far the probe may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeOptions {
    /// Nothing is written.
    pub read_only: bool,
    /// Kinds of objects to ask about.
    pub kinds: Vec<ObjectKind>,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProbeStep {
    /// Steps done.
    pub done: u32,
    /// Steps in all.
    pub total: u32,
    /// What is being found out now, for example *Users: filters*.
    pub doing: &'static str,
    /// Requests made until then.
    pub requests: u32,
}

/// What was found out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProbeReport {
    /// Settings that should be otherwise than they are.
    pub proposals: Vec<Proposal>,
    /// The same as they are stored.
    pub overrides: Overrides,
    /// What is worth knowing and no setting, as sentences.
    pub remarks: Vec<String>,
    /// What could not be deleted, and what earlier probes left, as sentences.
    pub left_behind: Vec<String>,
    /// Every request, in its order.
    pub exchanges: Vec<Exchange>,
}

/// One setting that should be otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// Name of the setting in [`Profile`](crate::Profile).
    pub setting: String,
    /// What it should be.
    pub value: Value,
    /// What it is.
    pub current: Value,
    /// Why, as one sentence.
    pub why: String,
    /// The requests that show it.
    pub evidence: Vec<Exchange>,
}

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
    target: &Target,
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
    let (endpoint, profile) = open_endpoint(template, target, kit)?;
    let mut session = Session::new(endpoint, profile);
    let outcome = run(&mut session, options, progress).await;
    step(progress, 6, &session);
    session.clean_up().await;
    let report = session.into_report();
    match outcome {
        Ok(()) => Ok(report),
        Err(error) if report.left_behind.is_empty() => Err(error),
        Err(error) => Err(with_leftovers(error, &report.left_behind)),
    }
}

/// The error that names what is left, too.
fn with_leftovers(error: ConnectorError, left_behind: &[String]) -> ConnectorError {
    let Trouble { kind, message, advice, exchange, body_excerpt, cure: _ } = error.into_trouble();
    let message = format!("{message} {}", left_behind.join(" "));
    let error =
        ConnectorError::new(kind, message, advice).with_body_excerpt(body_excerpt.unwrap_or_default());
    match exchange {
        Some(exchange) => error.with_exchange(exchange),
        None => error,
    }
}

async fn run(
    session: &mut Session,
    options: &ProbeOptions,
    progress: &(dyn Fn(ProbeStep) + Send + Sync),
) -> Result<()> {
    let groups = options.kinds.contains(&ObjectKind::Group);
    step(progress, 0, session);
    reading::ask_about_itself(session).await?;
    step(progress, 1, session);
    let known = reading::ask_for_lists(session, groups).await?;
    step(progress, 2, session);
    filters::ask_for_nobody(session, ObjectKind::User).await?;
    session.look_for_earlier(ObjectKind::User).await?;
    if groups && known.has_groups {
        session.look_for_earlier(ObjectKind::Group).await?;
    }
    if options.read_only {
        if let Some(user) = &known.user {
            filters::ask_for_somebody(session, ObjectKind::User, user).await?;
        }
        if let Some(group) = &known.group {
            filters::ask_for_somebody(session, ObjectKind::Group, group).await?;
        }
        session
            .remark("Only reading was allowed, so nothing is known about creating, changing and deleting.");
        return Ok(());
    }
    step(progress, 3, session);
    let Some(user) = users::make_user(session).await? else { return Ok(()) };
    filters::ask_for_somebody(session, ObjectKind::User, &user).await?;
    if known.alone {
        users::make_another(session).await?;
    }
    reading::ask_for_pages(session).await?;
    step(progress, 4, session);
    patching::try_changes(session, &user).await?;
    if groups && known.has_groups {
        step(progress, 5, session);
        groups::try_group(session, &user).await?;
    }
    Ok(())
}

fn step(progress: &(dyn Fn(ProbeStep) + Send + Sync), at: usize, session: &Session) {
    if let (Some(doing), Ok(done), Ok(total)) = (STEPS.get(at), u32::try_from(at), u32::try_from(STEPS.len()))
    {
        progress(ProbeStep { done, total, doing, requests: session.requests() });
    }
}
