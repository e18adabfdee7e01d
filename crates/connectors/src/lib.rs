//! Kinds of targets that Purser provisions: one folder per kind, the gallery as data, and one HTTP kit.
//!
//! ```text
//! gallery ─► connect ─► scim, samanage ─► endpoint ─► auth ─► http ─► the target
//!               └────── dyn Connector ◄── engine, service
//! ```
//!
//! Invariants:
//! - Everything that leaves goes through [`HttpKit`]; nothing else in this workspace makes a request to a target.
//! - A connector does what it is told once. It never retries, sleeps, logs or touches the store.
//! - No answer, however odd, makes a connector panic or hold more than a bounded amount of memory.
//! - Each error says what happened and what to try, in words for an administrator.
//!
//! Deliberately absent: when to call (engine), what to send (domain's plan), who may (service).
//!
//! To add an application that speaks SCIM: see [`gallery`]. To add a kind of target: 1. a folder with an
//! implementation of [`Connector`], 2. a word in [`gallery::ConnectorKind`] and an arm in [`connect`],
//! 3. the conformance suite in `tests/it/conformance.rs` run against a fake of it.

pub mod auth;
mod blame;
mod complaint;
mod connect;
pub mod connector;
mod endpoint;
mod error;
mod exchange;
pub mod gallery;
pub mod http;
mod json;
pub mod probe;
mod profile;
mod refusal;
mod samanage;
mod scim;
mod target;

pub use auth::{Credentials, TokenVault, Tokens};
pub use connect::{connect, effective_profile};
pub use connector::{Connector, Deleted, DiscoveredRole, Discovery, ObjectPage, PageToken, Reply, Updated};
pub use error::{ConnectorError, ErrorKind, Result, Trouble, Unreachable};
pub use exchange::Exchange;
pub use gallery::{
    AttributeTemplate, ConnectorKind, CredentialField, CredentialKind, CredentialMethod, Feature,
    FieldFormat, Gallery, GalleryError, GalleryProblem, ObjectTemplate, RowTemplate, Template, TenantUrl,
    UrlChoice,
};
pub use http::{EgressPolicy, HttpKit, InvalidProxy, Network, Proxy};
pub use profile::{
    Clear, CommonProfile, Counted, ElementFilter, ManagerShape, MemberRemoval, MembersRead, Overrides,
    Paging, Profile, RateLimit, RolesShape, ScimProfile, ValueRule,
};
pub use target::TargetConfig;
