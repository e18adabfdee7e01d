//! From a template, an address and credentials to a connector.
use std::sync::Arc;

use crate::connector::Connector;
use crate::error::Result;
use crate::gallery::{ConnectorKind, Template};
use crate::http::HttpKit;
use crate::profile::Profile;
use crate::samanage::SamanageConnector;
use crate::scim::{self, ScimConnector};
use crate::target::TargetConfig;

/// Makes the connector that speaks with a target of this template. Nothing is sent yet.
pub fn connect(template: &Template, target: &TargetConfig, kit: &HttpKit) -> Result<Arc<dyn Connector>> {
    Ok(match template.connector {
        ConnectorKind::Samanage => Arc::new(SamanageConnector::open(template, target, kit)?),
        ConnectorKind::Scim => Arc::new(ScimConnector::open(template, target, kit)?),
    })
}

/// The template's profile with the application's own settings, and what a flag in the Tenant URL says between both.
pub fn effective_profile(template: &Template, target: &TargetConfig) -> Result<Profile> {
    match template.connector {
        ConnectorKind::Scim => scim::effective_profile(template, target),
        ConnectorKind::Samanage => template.profile.effective(&target.overrides),
    }
}
