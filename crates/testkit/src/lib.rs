//! What tests, benches and the demo need beside the product: targets to provision into.
//!
//! [`ScimTarget`] is a SCIM server in memory: fast enough not to be the reason for a bench's figure, strict where
//! real servers are, and able to fail on demand in the ways that real servers do.
//!
//! [`SamanageTarget`] is a Samanage in memory, with the inconsistencies of the real one.
//!
//! Invariants: they share no code with the connectors that are tested against them, so that one misreading of a
//! standard cannot hide in both; they listen on loopback, on a port that the system chooses.
//!
//! Deliberately absent: in SCIM sorting, bulk, `/Me`, operators other than `eq` and `sw`. Nothing asks for them.
//!
//! To add a way of failing: 1. a word in [`Fault`], 2. its arm in each target's `server.rs`. To add a way of being
//! different: 1. a field in [`TargetOptions`] or [`SamanageOptions`], 2. the place that honours it, 3. a profile with
//! that deviation in the connectors' conformance suite.

mod connections;
mod faults;
mod journal;
mod oauth_server;
mod samanage_target;
mod scim_target;

pub use faults::{Fault, FaultRule};
pub use journal::{Counts, JournalEntry};
pub use oauth_server::{OAuthOptions, OAuthServer};
pub use samanage_target::{
    ComplaintStyle, FieldType, Kind, Mail, MemberStyle, Misshapen, ResetStyle, SamanageOptions,
    SamanageTarget, Wrapping,
};
pub use scim_target::{
    AnswerStyle, ClearStyle, DeleteStyle, DiscoveryStyle, ElementForm, ErrorStyle, FilterStyle, Filtering,
    GroupRules, IdStyle, ManagerForm, Meanwhile, MembersChange, MembersShown, PageStyle, Pages, PatchPaths,
    PatchStyle, Patching, RequestRate, RequestRules, ScimTarget, TargetOptions, TotalStyle, ValueLimit,
    ValueRules, VersionStyle,
};
