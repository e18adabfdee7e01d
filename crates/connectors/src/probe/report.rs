//! What a probe may do, says as it goes, and found out.
use purser_domain::object::ObjectKind;
use serde_json::Value;

use crate::exchange::Exchange;
use crate::profile::Overrides;

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
