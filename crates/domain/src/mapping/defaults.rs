//! The mapping that a new SCIM application starts with: the 22 rows of the portal that we copy, in its
//! order.
use super::object_mapping::{AttributeMapping, MappingSource, ObjectActions, ObjectMapping};
use crate::object::ObjectKind;
use crate::scope::ScopingFilter;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The default mapping of users.
#[must_use]
pub fn default_user_mapping() -> ObjectMapping {
    let attributes = vec![
        AttributeMapping { matching_priority: Some(1), ..direct("userPrincipalName", "userName") },
        expression("Switch([IsSoftDeleted], , \"False\", \"True\", \"True\", \"False\")", "active"),
        direct("displayName", "displayName"),
        direct("jobTitle", "title"),
        direct("mail", "emails[type eq \"work\"].value"),
        direct("preferredLanguage", "preferredLanguage"),
        direct("givenName", "name.givenName"),
        direct("surname", "name.familyName"),
        expression("Join(\" \", [givenName], [surname])", "name.formatted"),
        direct("physicalDeliveryOfficeName", "addresses[type eq \"work\"].formatted"),
        direct("streetAddress", "addresses[type eq \"work\"].streetAddress"),
        direct("city", "addresses[type eq \"work\"].locality"),
        direct("state", "addresses[type eq \"work\"].region"),
        direct("postalCode", "addresses[type eq \"work\"].postalCode"),
        direct("country", "addresses[type eq \"work\"].country"),
        direct("telephoneNumber", "phoneNumbers[type eq \"work\"].value"),
        direct("mobile", "phoneNumbers[type eq \"mobile\"].value"),
        direct("facsimileTelephoneNumber", "phoneNumbers[type eq \"fax\"].value"),
        direct("mailNickname", "externalId"),
        direct("employeeId", &format!("{ENTERPRISE}:employeeNumber")),
        direct("department", &format!("{ENTERPRISE}:department")),
        direct("manager", &format!("{ENTERPRISE}:manager")),
    ];
    ObjectMapping {
        name: "Synchronize Purser Users".to_owned(),
        enabled: true,
        actions: ObjectActions::default(),
        source_object: ObjectKind::User,
        target_object: "User".to_owned(),
        scope: ScopingFilter::default(),
        attributes,
        extra: serde_json::Map::new(),
    }
}

fn direct(source: &str, target: &str) -> AttributeMapping {
    AttributeMapping::new(MappingSource::Direct(source.to_owned()), target)
}

fn expression(source: &str, target: &str) -> AttributeMapping {
    AttributeMapping::new(MappingSource::Expression(source.to_owned()), target)
}
