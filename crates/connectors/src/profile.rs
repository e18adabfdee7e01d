//! Quirk profiles: where one target deviates from the RFCs, declared as data.
//!
//! Only deviations that the connectors act upon have a field. The defaults are what RFC 7644 says.
//! To add one: 1. a field with its default here, 2. the place in the connector that heeds it, 3. the same in the
//! testkit's fake, so that the conformance suite proves it.
use serde::Deserialize;

/// Declared deviations of one target.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Content type of requests with a body.
    pub content_type: String,
    /// Booleans are sent as the texts `True` and `False`.
    pub booleans_as_text: bool,
    /// PATCH operations are spelled `Add`, `Replace`, `Remove`.
    pub capitalised_operations: bool,
    /// The target has PATCH. Without it, accounts are read, changed and put back. A target that answers PATCH with
    /// 405 or 501 is treated like that without being declared.
    pub patch: bool,
    /// How a filter on an element of a multi-valued attribute is written.
    pub element_filter: ElementFilter,
}

/// Spelling of a filter like *the work e-mail address equals*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ElementFilter {
    /// `emails[type eq "work" and value eq "x"]`, the RFC's.
    Inside,
    /// `emails[type eq "work"].value eq "x"`, which targets made for Entra ID expect.
    Outside,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            content_type: "application/scim+json".to_owned(),
            booleans_as_text: false,
            capitalised_operations: false,
            patch: true,
            element_filter: ElementFilter::Inside,
        }
    }
}
