//! The provisioning blade of an application: mode, Admin Credentials, Mappings, Settings,
//! Synchronization Details; the page of one mapping; and the expression builder.
//!
//! The blade is one form over the job's *spec*; Synchronization Details show its *status*, which the
//! worker writes, so a running cycle never makes a save collide.

mod blade;
mod credentials;
mod edit;
mod expression_builder;
mod mapping;
mod probe;
mod proposals;
mod sections;

pub use blade::ProvisioningPage;
pub use expression_builder::ExpressionBuilderPage;
pub use mapping::MappingPage;
pub use probe::ProbePage;
