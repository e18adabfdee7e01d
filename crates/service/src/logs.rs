//! What happened: the provisioning log and the audit log.
pub(crate) mod audit;
pub(crate) mod provisioning_log;
