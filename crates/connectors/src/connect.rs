//! From a template and credentials to a connector.
use std::sync::Arc;

use purser_domain::secret::Secret;

use crate::connector::{Connector, Result};
use crate::gallery::{ConnectorKind, Template};
use crate::http::HttpKit;
use crate::scim::ScimConnector;

/// What the administrator entered under Admin Credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Tenant URL.
    pub tenant_url: String,
    /// Secret Token; empty sends none.
    pub secret_token: Secret,
}

/// Makes the connector that speaks with a target of this template. Nothing is sent yet.
///
/// # Errors
/// When the Tenant URL or the token can't be used, with advice.
pub fn connect(template: &Template, credentials: Credentials, kit: &HttpKit) -> Result<Arc<dyn Connector>> {
    match template.connector {
        ConnectorKind::Scim => {
            let endpoint = kit.endpoint(&credentials.tenant_url, &credentials.secret_token)?;
            Ok(Arc::new(ScimConnector::new(endpoint, template)?))
        }
    }
}
