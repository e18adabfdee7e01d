//! What tests, benches and the demo need beside the product: targets to provision into.
//!
//! [`ScimTarget`] is a SCIM server in memory: fast enough not to be the reason for a bench's figure, strict where
//! real servers are, and able to fail on demand in the ways that real servers do.
//!
//! Invariants: it shares no code with the connectors that are tested against it, so that one misreading of a
//! standard cannot hide in both; it listens on loopback, on a port that the system chooses.
//!
//! Deliberately absent: groups, discovery endpoints, sorting, bulk. Nothing asks for them yet.
//!
//! To add a way of failing: 1. a word in [`Fault`], 2. its arm in `scim_target/server.rs`. To add a way of being
//! different: 1. a field in [`TargetOptions`], 2. the place that heeds it, 3. a profile with that deviation in the
//! connectors' conformance suite.

mod oauth_server;
mod scim_target;

pub use oauth_server::{OAuthOptions, OAuthServer};
pub use scim_target::{
    Counts, Fault, FaultRule, FilterStyle, JournalEntry, PatchStyle, ScimTarget, TargetOptions,
};
