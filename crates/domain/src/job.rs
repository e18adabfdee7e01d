//! Words for a job and what goes on in it, which the store keeps, pages show and the API speaks.
use crate::vocabulary;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// Provisioning Mode.
    pub enum JobMode {
        /// Nothing is provisioned.
        Manual = "Manual",
        /// Purser provisions.
        Automatic = "Automatic",
    }
}

vocabulary! {
    /// What a cycle looks at.
    pub enum CycleKind {
        /// Everybody.
        Initial = "initial",
        /// Those who changed since the watermark.
        Incremental = "incremental",
    }
}

vocabulary! {
    /// How a job stands: the codes of Graph's `synchronizationStatus`.
    #[derive(Default)]
    pub enum JobCode {
        /// Something that a cycle needs is missing.
        #[default]
        NotConfigured = "NotConfigured",
        /// Ready, and never switched on.
        NotRun = "NotRun",
        /// Switched on.
        Active = "Active",
        /// Switched off.
        Paused = "Paused",
        /// Switched on, and tried seldom because the target is in trouble.
        Quarantine = "Quarantine",
    }
}

vocabulary! {
    /// How the provisioning of an application stands, in a list of applications.
    pub enum ProvisioningState {
        /// Switched on.
        On = "On",
        /// Switched off.
        Off = "Off",
        /// Something that a cycle needs is missing.
        NotConfigured = "Not configured",
        /// Switched on, and tried seldom because the target is in trouble.
        Quarantine = "Quarantine",
    }
}

vocabulary! {
    /// Why a job is in quarantine.
    #[derive(Default)]
    pub enum QuarantineCode {
        /// The target does not accept the credentials.
        InvalidCredentials = "InvalidCredentials",
        /// An administrator has to consent (again) that Purser may work in the target.
        ConsentRequired = "ConsentRequired",
        /// The address or the configuration is wrong.
        TargetMisconfigured = "TargetMisconfigured",
        /// Nothing answers, or not in time.
        TargetUnreachable = "TargetUnreachable",
        /// The target answers, and can't be worked with for now.
        TargetUnavailable = "TargetUnavailable",
        /// The reason was not noted.
        #[default]
        Unknown = "Unknown",
    }
}

impl QuarantineCode {
    /// The word for it in Graph's `synchronizationQuarantine`, whose other words are for failures that were counted.
    #[must_use]
    pub const fn graph_reason(self) -> &'static str {
        match self {
            Self::InvalidCredentials
            | Self::ConsentRequired
            | Self::TargetMisconfigured
            | Self::TargetUnreachable
            | Self::TargetUnavailable => "EncounteredQuarantineException",
            Self::Unknown => "Unknown",
        }
    }
}

vocabulary! {
    /// How far a capability probe is.
    #[derive(Default)]
    pub enum ProbeState {
        /// There was none.
        #[default]
        None = "none",
        /// It asks.
        Running = "running",
        /// It came to its end.
        Done = "done",
        /// It could not be made.
        Failed = "failed",
    }
}

/// What a cycle did, in objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CycleCounts {
    /// Accounts created.
    pub created: u64,
    /// Accounts updated.
    pub updated: u64,
    /// Accounts disabled.
    pub disabled: u64,
    /// Accounts deleted.
    pub deleted: u64,
    /// Objects skipped.
    pub skipped: u64,
    /// Objects failed.
    pub failed: u64,
}

impl CycleCounts {
    /// Objects that were written in the target.
    #[must_use]
    pub fn exported(&self) -> u64 {
        self.created + self.updated + self.disabled + self.deleted
    }
}

impl std::ops::AddAssign for CycleCounts {
    fn add_assign(&mut self, other: Self) {
        self.created += other.created;
        self.updated += other.updated;
        self.disabled += other.disabled;
        self.deleted += other.deleted;
        self.skipped += other.skipped;
        self.failed += other.failed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_one_of_graphs() {
        for code in QuarantineCode::ALL {
            assert!(["EncounteredQuarantineException", "Unknown"].contains(&code.graph_reason()), "{code}");
        }
        assert_eq!(QuarantineCode::ConsentRequired.graph_reason(), "EncounteredQuarantineException");
    }

    #[test]
    fn a_word_of_another_time_is_refused_with_a_sentence() {
        let error = "Retired".parse::<JobCode>().unwrap_err();
        assert_eq!(error.to_string(), "\"Retired\" is not a known JobCode");
        assert!(serde_json::from_str::<JobCode>("\"Retired\"").is_err());
        assert_eq!(serde_json::to_value(ProvisioningState::NotConfigured).unwrap(), "Not configured");
    }
}
