//! Audit log: who changed what in Purser itself.
use purser_domain::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// A row of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRowView {
    /// Id.
    pub id: String,
    /// RFC 3339.
    pub at: String,
    /// Who: an administrator's or token's name, `Purser`, or `Anonymous` for a caller who was not let in.
    pub actor: String,
    /// For example *Enable/start provisioning configuration*.
    pub activity: String,
    /// To what.
    pub target: String,
    /// Why it was refused; `None` when it was done.
    pub refusal: Option<Refusal>,
    /// Detail as label and value; never a secret.
    pub details: Vec<(String, String)>,
}
