//! From an application's configuration to what its connector needs.
use std::collections::BTreeMap;

use purser_connectors::{Credentials, Overrides, Target};
use purser_domain::secret::Secret;
use purser_store::{JobSpec, Store};

/// The target of this configuration, with these credentials.
#[must_use]
pub fn target_of(_store: &Store, spec: &JobSpec, secrets: BTreeMap<String, Secret>) -> Target {
    Target {
        tenant_url: spec.tenant_url.clone(),
        credentials: Credentials { method: spec.credential_method.clone(), values: secrets, vault: None },
        overrides: Overrides(spec.profile.clone()),
    }
}
