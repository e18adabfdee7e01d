//! The provisioning blade of an application: mode, Admin Credentials, Mappings, Settings,
//! Synchronization Details; and the page of one mapping.
//!
//! The blade is one form over the job's *spec*; Synchronization Details show its *status*, which the
//! worker writes, so a running cycle never makes a save collide.

mod blade;
mod edit;
mod mapping;
mod sections;

pub use blade::ProvisioningPage;
pub use mapping::MappingPage;
