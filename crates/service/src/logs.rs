//! What happened: the provisioning log and the audit log.
pub(crate) mod activity;
pub(crate) mod audit;
pub(crate) mod audit_refusals;
pub(crate) mod provisioning_log;
